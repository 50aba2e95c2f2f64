#!/bin/sh
# Prints the path of an nginx for the test of docs/how-to/run-it-for-real.md, or nothing; as root on
# Debian it installs one first. It is not started: the test runs it with a configuration of its own.
set -eu

found() { PATH=$PATH:/usr/sbin command -v nginx; }

found && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then exit 0; fi
printf '%s\n' "nginx를 설치합니다." >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
made=
end() { rm -f "$log" ${made:+"$policy"}; }
trap end EXIT
trap 'exit 1' HUP INT TERM
if [ ! -e "$policy" ]; then # a package starts its service unless this forbids it
  made=yes
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi
{ apt-get update && apt-get install --yes --no-install-recommends nginx; } >"$log" 2>&1 ||
  printf '%s\n' "nginx를 설치하지 못했습니다: $(tail -n 1 "$log")" >&2
found || exit 0
