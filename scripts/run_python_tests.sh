#!/usr/bin/env bash
# Runs the tests in Python against the programs of a build folder: SDKs and agents against the
# simulated providers (tests/sdk), and everything end to end through the gateway (tests/e2e). The
# real clients are installed first (scripts/install_test_clients.sh). More arguments go to pytest.
# Programs of a build with sanitizers write what they find beside the reports: each such report is a
# failure too, whatever the test made of the process that found it.
# Ends with one line "N passed, N failed". Exit 3: skipped, because the clients cannot be installed
# here; with CI set that is a failure.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(cd "${1:-$root/build/release}" && pwd) || exit 1
shift || true

clients=$("$root/scripts/install_test_clients.sh")
code=$?
if [ $code -ne 0 ]; then
  if [ $code -ne 3 ] || [ -n "${CI:-}" ]; then
    echo "run_python_tests: the test clients could not be installed" >&2
    echo "0 passed, 1 failed"
    exit 1
  fi
  echo "run_python_tests: skipped, nothing of tests/sdk and tests/e2e ran (see above)" >&2
  exit 3
fi

export SEKISHO=$folder/bin/sekisho SEKISHO_SIM=$folder/bin/sekisho-sim SEKISHO_TEST_SDKS=$clients
export PYTHONDONTWRITEBYTECODE=1
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
for options in ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS; do
  export "$options=${!options:+${!options}:}log_path=$reports/sanitizer"
done
for suite in sdk e2e; do
  "$clients/python/bin/python" -m pytest "$root/tests/$suite" --quiet --no-header \
    -p no:cacheprovider --durations=5 --junitxml="$reports/$suite.xml" "$@" ||
    echo "run_python_tests: tests/$suite ended with $?" >&2
done
"$clients/python/bin/python" - "$reports" <<'COUNT'
import pathlib, sys, xml.etree.ElementTree as xml
passed = failed = skipped = 0
for suite in ("sdk", "e2e"):
    report = pathlib.Path(sys.argv[1]) / f"{suite}.xml"
    if not report.exists():  # pytest died
        failed += 1
        continue
    for counts in xml.parse(report).iter("testsuite"):
        bad = int(counts.get("failures")) + int(counts.get("errors"))
        failed += bad
        skipped += int(counts.get("skipped"))
        passed += int(counts.get("tests")) - bad - int(counts.get("skipped"))
for finding in sorted(pathlib.Path(sys.argv[1]).glob("sanitizer.*")):
    print(finding.read_text(errors="replace")[:20_000])
    failed += 1
if skipped:
    print(f"{skipped} skipped (reasons: pytest -rs)")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
COUNT
