#!/bin/sh
# Makes .venv on a bare machine and keeps it right: requirements/install.sh base|dev
#
# It looks for a Python itself, because the one called python3 is often too old and a version
# manager's python3.13 may refuse to run. A second run that finds nothing to do costs milliseconds.
#
#   PYTHON=/path/to/python   use this one and no other
#   PYTHON_PLACES="/opt"     where to look beside PATH and pyenv
set -eu
unset PYTHONHOME PYTHONPATH

here=$(dirname "$0")
cd "$here/.."
root=$(pwd -P)
kind=${1:-base}
log=.venv/install.log
# The version that the tests run on comes first.
minors='3.13 3.14 3.12'

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

case $kind in
  base | dev) ;;
  *) fail "사용법: requirements/install.sh base|dev" ;;
esac

# Names this place and everything that decides what gets installed.
checksum() {
  { pwd -P; cat requirements/install.sh requirements/build.txt "requirements/$1.txt" pyproject.toml
    for project in plugins/*/pyproject.toml; do
      if [ -f "$project" ]; then printf '%s\n' "$project"; cat "$project"; fi
    done; } | cksum
}

stamped() { [ -f ".venv/stamp-$1" ] && [ "$(cat ".venv/stamp-$1")" = "$(checksum "$1")" ]; }

fit='import sys; sys.exit(sys.version_info < (3, 12) or sys.implementation.name != "cpython")'
runs() { "$1" -I -c "$fit" >/dev/null 2>&1; }

# Its scripts hold the path where it was made, so a moved one is as broken as one without pip.
venv_is_whole() {
  runs .venv/bin/python && grep -qF "$root/.venv" .venv/bin/activate 2>/dev/null &&
    .venv/bin/python -I -m pip --version >/dev/null 2>&1
}

# A Python without ensurepip (Debian splits it off) runs well and yet makes no environment.
try() {
  [ -n "$1" ] && runs "$1" || return 1
  rm -rf .venv
  "$1" -I -m venv .venv >/dev/null 2>&1 && venv_is_whole || return 1
  say "가상 환경: $("$1" -I -c 'import platform; print("Python", platform.python_version())') ($1)"
}

try_path() {
  for minor in $minors; do
    try "$(command -v "python$minor" || true)" && return 0
  done
  try "$(command -v python3 || true)" || try "$(command -v python || true)"
}

try_places() {
  for minor in $minors; do
    for place in "${PYENV_ROOT:-/nowhere}" "${HOME:-/nowhere}/.pyenv"; do
      for found in "$place"/versions/"$minor".*/bin/"python$minor"; do
        try "$found" && return 0
      done
    done
    for place in ${PYTHON_PLACES-/usr/local /opt}; do
      for found in "$place/bin/python$minor" "$place"/*/bin/"python$minor"; do
        try "$found" && return 0
      done
    done
  done
  return 1
}

try_uv() {
  command -v uv >/dev/null 2>&1 || return 1
  say "uv로 Python 3.13을 준비합니다."
  rm -rf .venv
  uv venv --quiet --python 3.13 --seed .venv >/dev/null 2>&1 && venv_is_whole
}

make_venv() {
  if [ -n "${PYTHON:-}" ]; then
    try "$PYTHON" && return 0
    fail "PYTHON=$PYTHON 은(는) venv를 갖춘 Python 3.12 이상이 아닙니다. 다른 것을 정하거나 변수를 비우십시오."
  fi
  try_path || try_places || try_uv ||
    fail "venv를 갖춘 Python 3.12 이상이 없습니다. python3(3.12 이상)와 python3-venv 또는 uv를 설치하거나 PYTHON=으로 정하십시오."
}

# One line of reason on the screen, the rest in the log.
pip() {
  .venv/bin/python -I -m pip --disable-pip-version-check --no-input "$@" >"$log" 2>&1 && return 0
  reason=$(grep -i -e 'no space left' -e '^ERROR' "$log" | grep -m 1 -v '^ERROR: Exception:$') ||
    reason=$(grep . "$log" | tail -n 1)
  fail "설치하지 못했습니다: $reason (자세한 내용: $log)"
}

install_requirements() {
  say "라이브러리를 설치합니다(requirements/$kind.txt)."
  pip install --quiet --require-hashes -r requirements/build.txt -r "requirements/$kind.txt"
}

install_projects() {
  set -- -e .
  for project in plugins/*/pyproject.toml; do
    if [ -f "$project" ]; then set -- "$@" -e "$(dirname "$project")"; fi
  done
  say "신문고를 설치합니다."
  pip install --quiet --no-deps --no-build-isolation "$@"
}

if runs .venv/bin/python && { stamped "$kind" || { [ "$kind" = base ] && stamped dev; }; }; then
  exit 0
fi
venv_is_whole || make_venv
rm -f .venv/stamp-*
install_requirements
install_projects
checksum "$kind" >".venv/stamp-$kind"
