#!/bin/sh
# Puts the OpenID provider of the tests into .venv/oidc; as root on Debian it installs Node first.
set -eu

fail() { printf '%s\n' "$*" >&2; exit 1; }

cd "$(dirname "$0")/.."
place=.venv/oidc
wanted=$(cat tests/fixtures/oidc/* | cksum)
[ -f "$place/stamp" ] && [ "$(cat "$place/stamp")" = "$wanted" ] && exit 0
log=$(mktemp)
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    fail "Node가 없습니다. 'sudo apt-get install nodejs npm'으로 설치하십시오."
  fi
  printf '%s\n' "Node를 설치합니다." >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get install --yes --no-install-recommends nodejs npm; } >"$log" 2>&1 ||
    fail "Node를 설치하지 못했습니다: $(tail -n 1 "$log") (자세한 내용: $log)"
fi
rm -rf "$place"
mkdir -p "$place"
cp tests/fixtures/oidc/package.json tests/fixtures/oidc/provider.mjs "$place"
npm install --prefix "$place" --no-audit --no-fund --no-package-lock >"$log" 2>&1 ||
  fail "시험용 인증 서버를 설치하지 못했습니다: $(tail -n 1 "$log") (자세한 내용: $log)"
rm -f "$log"
printf '%s' "$wanted" >"$place/stamp"
