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
readonly data=@DATA@
readonly access=@ACCESS@
readonly port=@PORT@

readonly name=student-analytics
readonly program=/usr/local/bin/$name
readonly home=/var/lib/$name
readonly settings=/etc/$name.conf
readonly secrets=/etc/$name
readonly unit=/etc/systemd/system/$name.service
readonly socket=/etc/systemd/system/$name.socket
readonly hardening=$unit.d/hardening.conf
readonly log=/var/log/$name-bootstrap.log

# Seconds: for one try of a download, for all of them, and for the service to become ready, which it
# is when it has loaded the data.
readonly try=60
readonly patience=180
readonly start=120

say() {
  printf '%s %s: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$name" "$*" >&2
}

fail() {
  say "boot failed: $*"
  exit 1
}

# Writes what a command of the AWS CLI prints into a file. Right after the launch its credentials may
# not be there yet.
fetch() {
  local what=$1 file=$2 pause=1
  shift 2
  until timeout "$try" aws "$@" --region "$region" >"$file"; do
    if ((SECONDS + pause > patience)); then
      fail "$what, after $SECONDS s of tries"
    fi
    say "$what; next try in $pause s"
    sleep "$pause"
    pause=$((pause < 16 ? pause * 2 : pause))
  done
}

# An object of the bucket.
download() {
  local object=s3://$bucket/$1 file=$2
  fetch "$object cannot be downloaded" "$file" s3 cp --only-show-errors "$object" -
}

# A secret of the Parameter Store, which only root and the service may read; it is never printed.
install_secret() {
  local parameter=$access/$1
  fetch "the parameter $parameter cannot be read" "$work/$1" \
    ssm get-parameter --name "$parameter" --with-decryption --query Parameter.Value --output text
  place 640 "$work/$1" "$secrets/$1" "$name"
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
  local mode=$1 file=$2 target=$3 group=${4:-root}
  install -D -o root -g "$group" -m "$mode" "$file" "$target.new"
  mv -f "$target.new" "$target"
}

add_user() {
  if ! id -u "$name" >/dev/null 2>&1; then
    useradd --system --user-group --no-create-home --home-dir "$home" --shell /sbin/nologin "$name"
  fi
}

write_settings() {
  cat <<'END OF SETTINGS'
@SETTINGS@
END OF SETTINGS
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
      fail "$url is not ready $start s after the start: is $data a table? What became of the service is above"
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
  verify "$work/$name" "$release"

  add_user
  place 755 "$work/$name" "$program"
  if [[ -n $access ]]; then
    install_secret password-hash
    install_secret cookie-key
  fi
  write_settings >"$work/settings"
  place 644 "$work/settings" "$settings"
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
