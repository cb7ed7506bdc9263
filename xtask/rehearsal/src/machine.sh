#!/bin/sh
set -eu
# Makes the namespaces that this shell was started in a machine of its own: a copy of this one's files
# that nobody else sees and that goes with it, its own processes, and a network in which it is alone.
# What it shares is one folder: its console, its user data, and the socket that leads to the cloud. The
# arguments after these six are variables of its first process.
folder=$1 name=$2 program=$3 tools=$4 drain=$5 cloud=$6
shift 6

root=$folder/root
hostname "$name"
ip link set lo up
mount --make-rprivate /
mount -t tmpfs -o mode=755 disk "$folder/disk"
mkdir "$folder/disk/changes" "$folder/disk/work"
mount -t overlay -o "lowerdir=/,upperdir=$folder/disk/changes,workdir=$folder/disk/work" disk "$root"

mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mount -t tmpfs -o mode=755 dev "$root/dev"
for device in full null random urandom zero; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
: >"$root/dev/console"
mount --bind "$folder/shared/console" "$root/dev/console"
mkdir "$root/run/shared"
mount --bind "$folder/shared" "$root/run/shared"

# The tools may lie on another file system, which is not part of the copy.
mkdir -p "$root$tools"
mount --bind "$tools" "$root$tools"
mkdir -p "$root/usr/local/bin"
: >"$root/usr/local/bin/rehearsal"
mount --bind "$program" "$root/usr/local/bin/rehearsal"
ln -sf "$tools/bin/aws" "$root/usr/local/bin/aws"
printf '#!/bin/sh\nexec /usr/local/bin/rehearsal systemctl "$@"\n' >"$root/usr/local/bin/systemctl"
chmod 755 "$root/usr/local/bin/systemctl"
# Nothing of the service may be there before the boot script has installed it.
rm -rf "$root/usr/local/bin/student-analytics" "$root/var/lib/student-analytics"
rm -rf "$root"/etc/systemd/system/student-analytics.* "$root"/etc/student-analytics*

# The drain, as much shorter as time is faster here; and where S3 is, whose credentials no role gives.
mkdir -p "$root/etc/systemd/system/student-analytics.service.d"
cat >"$root/etc/systemd/system/student-analytics.service.d/rehearsal.conf" <<END
[Service]
Environment=STUDENT_ANALYTICS_DRAIN=$drain
Environment=AWS_ENDPOINT_URL=$cloud
Environment=AWS_ACCESS_KEY_ID=instance AWS_SECRET_ACCESS_KEY=instance
END

exec chroot "$root" env -i "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
  "AWS_ENDPOINT_URL=$cloud" AWS_ACCESS_KEY_ID=instance AWS_SECRET_ACCESS_KEY=instance \
  "$@" /usr/local/bin/rehearsal init
