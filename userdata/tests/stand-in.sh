#!/bin/bash
# Stands in the place of each program through which the boot script changes or asks the machine: writes
# the call down, fails if it begins with $FAILS, and else answers as the program would.
set -euo pipefail

call="${0##*/} $*"
printf '%s\n' "$call" >>"$CALLS"
if [[ -n ${FAILS:-} && $call == "$FAILS"* ]]; then
  printf '%s: refused\n' "${0##*/}" >&2
  exit 1
fi
case $call in
  "aws s3 "*) printf '%s' "$OBJECT" ;;
  "aws ssm "*) printf '%s\n' "$SECRET" ;;
  "timeout "*) exec "${@:2}" ;;
  "systemctl --version") printf 'systemd %s\n+PAM +AUDIT\n' "$SYSTEMD" ;;
  "systemctl status "*) printf 'it said this last\n' ;;
esac
