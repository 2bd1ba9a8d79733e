#!/usr/bin/env bash
# Runs the client matrix against the programs of a build folder: every agent that is listed in
# tests/matrix/clients.py against every provider listed for it, and every feature of every dialect
# with the vendor's SDK. What ran is written to build/compatibility.json, and docs/compatibility.md
# (and docs/ja/…) must say the same: --write brings them up to date. More arguments go to pytest; with
# some, only a part runs and the pages are not compared.
# Ends with one line "N passed, N failed". Exit 3: skipped, because the clients cannot be installed
# here; with CI set that is a failure.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(cd "${1:-$root/build/dev}" && pwd) || exit 1
shift || true
write=
[ "${1:-}" = --write ] && { write=--write; shift; }

code=0
sdks=$("$root/scripts/install_test_clients.sh" sdks) || code=$?
[ $code -ne 0 ] || agents=$("$root/scripts/install_test_clients.sh" agents) || code=$?
if [ $code -ne 0 ]; then
  if [ $code -ne 3 ] || [ -n "${CI:-}" ]; then
    echo "run_client_matrix: the clients could not be installed" >&2
    echo "0 passed, 1 failed"
    exit 1
  fi
  echo "run_client_matrix: skipped, no client ran (see above)" >&2
  exit 3
fi

export SEKISHO=$folder/bin/sekisho SEKISHO_SIM=$folder/bin/sekisho-sim PYTHONDONTWRITEBYTECODE=1
export SEKISHO_TEST_SDKS=$sdks SEKISHO_TEST_AGENTS=$agents
export SEKISHO_COMPATIBILITY=$root/build/compatibility.json
report=$(mktemp)
trap 'rm -f "$report"' EXIT
"$sdks/python/bin/python" -m pytest "$root/tests/matrix" --quiet --no-header -p no:cacheprovider \
  --durations=5 --junitxml="$report" "$@"
code=$?
pages=0
if [ $code -eq 0 ] && [ $# -eq 0 ]; then
  python3 "$root/scripts/compatibility.py" $write || pages=1
fi
python3 - "$report" $pages <<'COUNT'
import sys, xml.etree.ElementTree as xml
passed = failed = 0
try:
    for suite in xml.parse(sys.argv[1]).iter("testsuite"):
        bad = int(suite.get("failures")) + int(suite.get("errors"))
        failed += bad
        passed += int(suite.get("tests")) - bad - int(suite.get("skipped"))
except xml.ParseError:  # pytest died
    failed += 1
failed += int(sys.argv[2])
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
COUNT
