#!/bin/sh
# Runs mypy, import-linter and all tests but the long ones: requirements/tests.sh <processes>
#
# Those that drive a browser wait much of their time, so they run beside the others, in a pytest of
# their own (their loop and that of the asynchronous tests cannot share a process). So does the
# checking of types, which uses one core. What they said is printed after the rest.
set -eu

cd "$(dirname "$0")/.."
jobs=$1
CHROMIUM=$(requirements/chromium.sh)
export CHROMIUM
types=$(mktemp)
screens=$(mktemp)
trap 'rm -f "$types" "$screens"' EXIT

run() { .venv/bin/python -m pytest -n "$jobs" "$@"; }

{ .venv/bin/mypy && .venv/bin/lint-imports; } >"$types" 2>&1 &
checking=$!
run --dist loadgroup -m "browser and not soak" >"$screens" 2>&1 &
looking=$!
code=0
run --dist loadfile --no-loadscope-reorder -m "not browser and not soak" || code=$?
wait "$checking" || code=$?
wait "$looking" || code=$?
cat "$types" "$screens"
exit "$code"
