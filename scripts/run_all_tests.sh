#!/usr/bin/env bash
# Unit tests of one build folder (default build/dev), then the tests in Python against the programs
# of another (default the same). Ends with one line "N passed, N failed" for all of them.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0 code=0

# Runs a script, shows what it prints but its last line, and adds that line's counts.
run() {
  local log status counts
  log=$(mktemp)
  "$@" 2>&1 | tee "$log" | sed -u '/^[0-9]* passed, [0-9]* failed$/d'
  status=${PIPESTATUS[0]}
  counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
  rm -f "$log"
  [ "$status" -eq 3 ] && [ -z "$counts" ] && return  # skipped, and said so
  [ "$status" -ne 0 ] && code=1
  if [ -z "$counts" ]; then
    failed=$((failed + 1))
  else
    passed=$((passed + ${counts%% *}))
    counts=${counts#*, }
    failed=$((failed + ${counts%% *}))
  fi
}

run scripts/run_unit_tests.sh "${1:-build/dev}"
run scripts/run_python_tests.sh "${2:-build/dev}"
echo "$passed passed, $failed failed"
[ $code -eq 0 ] && [ $failed -eq 0 ] && [ $passed -gt 0 ]
