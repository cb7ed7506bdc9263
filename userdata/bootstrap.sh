#!/bin/bash
set -euo pipefail
# Makes an instance of Amazon Linux serve the dashboard: downloads the release that the launch template
# names, verifies it, installs it as a service, and waits until it is ready. Safe to run again.
#
# cloud-init runs this as root at the first boot. The words between at signs are filled in before that,
# by the crate in whose folder this file lies. Works with bash 4.2 and AWS CLI 1 or 2, as the images
# have them, and installs no packages.

readonly region=@REGION@
readonly bucket=@BUCKET@
readonly release=@RELEASE@
readonly release_key=@RELEASE_KEY@
readonly sample=@SAMPLE@
readonly sample_key=@SAMPLE_KEY@
readonly port=@PORT@

readonly name=student-analytics
readonly program=/usr/local/bin/$name
readonly data=/var/lib/$name
readonly unit=/etc/systemd/system/$name.service
readonly socket=/etc/systemd/system/$name.socket
readonly hardening=$unit.d/hardening.conf
readonly log=/var/log/$name-bootstrap.log

# Seconds: for one try of a download, for all of them, and for the service to become ready.
readonly try=60
readonly patience=180
readonly start=60

say() {
  printf '%s %s: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$name" "$*"
}

fail() {
  say "boot failed: $*"
  exit 1
}

# Downloads an object of the bucket. Right after the launch its credentials may not be there yet.
download() {
  local key=$1 file=$2 pause=1
  until timeout "$try" aws s3 cp --region "$region" --only-show-errors "s3://$bucket/$key" "$file"; do
    if ((SECONDS + pause > patience)); then
      fail "s3://$bucket/$key cannot be downloaded, after $SECONDS s of tries"
    fi
    say "s3://$bucket/$key cannot be downloaded; next try in $pause s"
    sleep "$pause"
    pause=$((pause < 16 ? pause * 2 : pause))
  done
}

verify() {
  local file=$1 expected=$2 actual
  actual=$(sha256sum <"$file")
  actual=${actual%% *}
  if [[ $actual != "$expected" ]]; then
    fail "${file##*/} has the SHA-256 $actual instead of $expected: nothing was installed"
  fi
}

# Moves a file to its place in one step, so that a service that runs never meets half of it.
place() {
  local mode=$1 file=$2 target=$3
  install -D -o root -g root -m "$mode" "$file" "$target.new"
  mv -f "$target.new" "$target"
}

add_user() {
  if ! id -u "$name" >/dev/null 2>&1; then
    useradd --system --user-group --no-create-home --home-dir "$data" --shell /sbin/nologin "$name"
  fi
}

write_unit() {
  cat <<'END OF UNIT'
@UNIT@
END OF UNIT
}

write_socket() {
  cat <<'END OF SOCKET'
@SOCKET@
END OF SOCKET
}

write_hardening() {
  cat <<'END OF HARDENING'
@HARDENING@
END OF HARDENING
}

systemd_version() {
  systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p'
}

wait_until_ready() {
  local end=$((SECONDS + start)) url=http://127.0.0.1:$port/readyz
  until curl --silent --fail --noproxy '*' --max-time 2 --output /dev/null "$url"; do
    if ((SECONDS >= end)); then
      systemctl status --no-pager --lines 20 "$name.service" || true
      fail "$url does not answer $start s after the start; the service's last lines are above"
    fi
    sleep 0.2
  done
}

main() {
  trap 'say "boot failed: line $LINENO: $BASH_COMMAND"' ERR
  # Functions report their failures too.
  set -o errtrace
  umask 022
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT

  say "installing release $release"
  download "$release_key" "$work/$name"
  download "$sample_key" "$work/$sample_key"
  verify "$work/$name" "$release"
  verify "$work/$sample_key" "$sample"

  add_user
  place 755 "$work/$name" "$program"
  place 644 "$work/$sample_key" "$data/$sample_key"
  write_unit >"$work/unit"
  place 644 "$work/unit" "$unit"
  write_socket >"$work/socket"
  place 644 "$work/socket" "$socket"
  version=$(systemd_version)
  if [[ -z $version ]]; then
    fail "systemctl --version names no version"
  fi
  # 219 of Amazon Linux 2 lacks the sets of system calls that the hardening names.
  if ((version >= 235)); then
    write_hardening >"$work/hardening"
    place 644 "$work/hardening" "$hardening"
  fi

  systemctl daemon-reload
  systemctl enable "$name.socket" "$name.service"
  # What runs is replaced. Both stop before either starts: systemd starts no socket while its service
  # runs, and a connection to the socket would bring the service back.
  systemctl stop "$name.socket" "$name.service"
  systemctl start "$name.socket" "$name.service"
  wait_until_ready
  say "ready on port $port after $SECONDS s"
}

console=/dev/console
if ! { : >"$console"; } 2>/dev/null; then
  console=/dev/stdout
fi
main 2>&1 | { tee -a "$log" >"$console" || true; }
