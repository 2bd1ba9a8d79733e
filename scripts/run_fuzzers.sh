#!/usr/bin/env bash
# Builds the fuzzers (preset "asan") and runs them on their kept seeds (fuzz/corpus/NAME).
#
#   scripts/run_fuzzers.sh [SECONDS] [NAME...]   each for SECONDS (300), JOBS at a time; what is new
#                                                goes on in build/asan/fuzz/corpus/NAME from run to
#                                                run
#   scripts/run_fuzzers.sh --smoke [NAME...]     every seed once and then the same few thousand
#                                                changes each time, some seconds in all
#
# An input that breaks a law is kept in build/asan/fuzz/crashes and makes the exit status 1.
set -uo pipefail
cd "$(dirname "$0")/.."
build=build/asan
kept=$build/fuzz
seconds=300 smoke=''
case ${1:-} in
  --smoke) smoke=1; shift ;;
  [0-9]*) seconds=$1; shift ;;
esac

log=$(mktemp)
if ! { cmake --preset asan && ninja -C $build -j"${JOBS:-$(nproc)}" fuzzers; } >"$log" 2>&1; then
  tail -n 40 "$log"
  echo "run_fuzzers: the build failed" >&2
  exit 1
fi
rm -f "$log"

names=("$@")
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(cd $build/bin && printf '%s\n' fuzz-* | cut -c6-)
mkdir -p $kept/crashes

run() {  # NAME: what is to be told on standard output; 1 if a law is broken
  local name=$1 seeds=fuzz/corpus/$1 found runs status=0
  local options=(-timeout=10 -rss_limit_mb=2048 -print_final_stats=1
                 "-artifact_prefix=$kept/crashes/$name-")
  [ -f "fuzz/$name.dict" ] && options+=("-dict=fuzz/$name.dict")
  if [ -n "$smoke" ]; then
    found=$(mktemp -d)
    options+=(-seed=1 -runs=5000 "$found")
  else
    found=$kept/corpus/$name
    mkdir -p "$found"
    options+=("-max_total_time=$seconds" "$found")
  fi
  [ -d "$seeds" ] && options+=("$seeds")
  if "$build/bin/fuzz-$name" "${options[@]}" >"$kept/$name.log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$kept/$name.log")
    printf 'ok      %-16s %10s inputs\n' "$name" "$runs"
  else
    status=1
    printf 'FAILED  %s\n%s\n' "$name" "$(tail -n 40 "$kept/$name.log")"
  fi
  [ -n "$smoke" ] && rm -rf "$found"
  return $status
}

failed=0 running=0
for name in "${names[@]}"; do
  if [ $running -ge "${JOBS:-$(nproc)}" ]; then
    wait -n || failed=$((failed + 1))
    running=$((running - 1))
  fi
  run "$name" &
  running=$((running + 1))
done
for ((; running > 0; running--)); do
  wait -n || failed=$((failed + 1))
done
echo "$((${#names[@]} - failed)) fuzzers passed, $failed failed"
[ $failed -eq 0 ]
