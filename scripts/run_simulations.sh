#!/usr/bin/env bash
# Seeded schedules through a whole simulated gateway (app/gateway_simulation_test.cpp), the seeds
# shared out among JOBS processes.
#
#   scripts/run_simulations.sh BUILD [SCHEDULES]    10000 of them, seeds from 1 on
#
# A seed that fails is named; SEKISHO_SEED=N BUILD/bin/app_test runs it alone.
set -uo pipefail
cd "$(dirname "$0")/.."
test=$1/bin/app_test schedules=${2:-10000} jobs=${JOBS:-$(nproc)}
each=$(((schedules + jobs - 1) / jobs))

failed=0 running=0
for ((first = 1; first <= schedules; first += each)); do
  count=$((first + each > schedules + 1 ? schedules + 1 - first : each))
  SEKISHO_SEED=$first SEKISHO_SCHEDULES=$count "$test" --gtest_brief=1 \
    --gtest_filter=GatewaySimulation.TheMoneyLawHoldsForEverySeed &
  running=$((running + 1))
done
for ((; running > 0; running--)); do
  wait -n || failed=$((failed + 1))
done
[ $failed -eq 0 ]
