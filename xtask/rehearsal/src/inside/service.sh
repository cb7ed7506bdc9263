#!/bin/sh
# Starts a service's program with what its unit asks for. The socket that it serves, if it has one, is
# standard input. The arguments end with the program and its own.
set -eu
unit=$1 user=$2 group=$3 files=$4 mask=$5 system=$6 private=$7 processes=$8 sockets=$9
shift 9

case $system in
strict) mount -o remount,bind,ro / ;;
full)
  for path in /usr /etc; do
    mount --bind "$path" "$path"
    mount -o remount,bind,ro "$path"
  done
  ;;
esac
if [ "$private" = yes ]; then
  mount -t tmpfs -o mode=1777 tmp /tmp
  mount -t tmpfs -o mode=0,ro none /home
  mount -t tmpfs -o mode=0,ro none /root
fi
if [ "$processes" = pid ]; then
  mount -t proc -o hidepid=invisible,subset=pid proc /proc
fi
# More than this machine allows cannot be had within it.
most=$(prlimit --nofile --output=HARD --noheadings --raw)
if [ "$most" != unlimited ] && [ "$files" -gt "$most" ]; then
  files=$most
fi
umask "$mask"
if [ "$sockets" = yes ]; then
  exec 3<&0 </dev/null
  LISTEN_FDS=1
  export LISTEN_FDS
fi
# shellcheck disable=SC2016
exec prlimit --nofile="$files" --core=0 \
  setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
  sh -c '
    if [ -n "${LISTEN_FDS:-}" ]; then LISTEN_PID=$$; export LISTEN_PID; fi
    exec /usr/local/bin/rehearsal confined "$0" "$@"' "$unit" "$@"
