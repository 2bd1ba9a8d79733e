#!/usr/bin/env bash
# Runs every test executable of a build folder and ends with one line "N passed, N failed".
set -uo pipefail
folder=${1:-build/dev}
passed=0 failed=0
shopt -s nullglob
for program in "$folder"/bin/*_test; do
  log=$(mktemp)
  timeout $((600 * ${SEKISHO_TEST_PATIENCE:-1})) "$program" --gtest_brief=0 >"$log" 2>&1
  code=$?
  good=$(grep -c '^\[       OK \]' "$log")
  bad=$(grep -E '^\[  FAILED  \] .*\(' "$log" | grep -vc 'listed below')
  # A program that died counts as one failure even if no test said so.
  [ $code -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
  passed=$((passed + good)) failed=$((failed + bad))
  if [ $code -ne 0 ]; then
    echo "== $program (exit $code)"
    tail -n 60 "$log"
  else
    echo "$(basename "$program"): $good passed"
  fi
  rm -f "$log"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
