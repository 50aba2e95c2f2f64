#!/bin/sh
# Prints the path of a Chromium for the browser tests; as root on Debian it installs one first.
#
#   CHROMIUM=/path/to/chromium   use this one
set -eu

fail() { printf '%s\n' "$*" >&2; exit 1; }

found() {
  for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return 0
  done
  return 1
}

if [ -n "${CHROMIUM:-}" ]; then
  [ -x "$CHROMIUM" ] || fail "CHROMIUM=$CHROMIUM 은(는) 실행할 수 없습니다. 경로를 고치거나 변수를 비우십시오."
  printf '%s\n' "$CHROMIUM"
  exit 0
fi
command -v chromium-headless-shell && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  found && exit 0
  fail "Chromium이 없습니다. 'sudo apt-get install chromium-headless-shell'로 설치하거나 CHROMIUM=으로 경로를 정하십시오."
fi
printf '%s\n' "Chromium을 설치합니다." >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
{ apt-get update && apt-get install --yes --no-install-recommends chromium-headless-shell; } >"$log" 2>&1 ||
  found ||
  fail "Chromium을 설치하지 못했습니다: $(tail -n 1 "$log") (자세한 내용: $log)"
rm -f "$log"
found || fail "Chromium을 설치했지만 찾을 수 없습니다. CHROMIUM=으로 경로를 정하십시오."
