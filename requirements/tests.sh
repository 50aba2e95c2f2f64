#!/bin/sh
# Runs all tests but the long ones: requirements/tests.sh <processes>
#
# Those that drive a browser wait much of their time, so they run beside the others, in a pytest of
# their own (their loop and that of the asynchronous tests cannot share a process). What they said
# is printed after the rest.
set -eu

cd "$(dirname "$0")/.."
jobs=$1
CHROMIUM=$(requirements/chromium.sh)
export CHROMIUM
said=$(mktemp)
trap 'rm -f "$said"' EXIT

run() { .venv/bin/python -m pytest -n "$jobs" "$@"; }

run --dist loadgroup -m "browser and not soak" >"$said" 2>&1 &
screens=$!
code=0
run --dist loadfile --no-loadscope-reorder -m "not browser and not soak" || code=$?
wait "$screens" || code=$?
cat "$said"
exit "$code"
