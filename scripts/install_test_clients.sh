#!/usr/bin/env bash
# Installs real clients that tests run, pinned, and prints the folder that holds them. Two sets:
#   sdks (default)  what `make test` runs: SDKs, Cline, Claude Code; pins in tests/clients
#   agents          the agents that only `make test-clients` runs; pins in tests/clients/agents
# A set lies in build/test-clients/SET-STAMP (python/ a virtual environment, node/ npm packages),
# where STAMP tells the pins: branches whose pins differ share that folder without disturbing each
# other, and a set that is there is not installed again. build/test-clients/SET is the newest one.
# The JavaScript clients run on the Node 22 that is installed with them; the system's npm only
# fetches. Needs: python3 with venv, npm. Exit 3: a tool is missing (tests then skip).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
target=${SEKISHO_TEST_CLIENTS:-$root/build/test-clients}
set=${1:-sdks}
case $set in
  sdks) pins=$root/tests/clients ;;
  agents) pins=$root/tests/clients/agents ;;
  *) echo "usage: install_test_clients.sh [sdks|agents]" >&2; exit 2 ;;
esac

for tool in python3 npm sha256sum; do
  command -v "$tool" >/dev/null || { echo "install_test_clients: $tool is not installed" >&2; exit 3; }
done
mkdir -p "$target"
exec 9>"$target/.lock"
flock 9

files=("$pins/package.json" "$pins/package-lock.json")
[ -e "$pins/requirements.txt" ] && files+=("$pins/requirements.txt")
folder=$target/$set-$(cat "${files[@]}" | sha256sum | cut -c1-12)
if [ ! -e "$folder/.complete" ]; then
  rm -rf "$folder"
  mkdir -p "$folder/node"
  if [ -e "$pins/requirements.txt" ]; then
    python3 -m venv "$folder/python"
    "$folder/python/bin/pip" install --quiet --disable-pip-version-check --no-input \
      --require-virtualenv -r "$pins/requirements.txt" >&2
  fi
  cp "$pins/package.json" "$pins/package-lock.json" "$folder/node/"
  # No package of ours needs its install scripts: the agents ship their program as a dependency. What
  # packages call optional (clipboards, terminals, audio) is of no use without a person in front.
  # `install`, not `ci`: ci refuses a lock that lacks optional packages of other platforms.
  (cd "$folder/node" && npm install --no-save --omit=optional --ignore-scripts --no-audit --no-fund \
    --loglevel=error >&2)
  cmp -s "$pins/package-lock.json" "$folder/node/package-lock.json" || {
    echo "install_test_clients: $pins/package-lock.json does not fit package.json" >&2; exit 1; }
  touch "$folder/.complete"
fi
ln -sfn "$(basename "$folder")" "$target/$set"
echo "$folder"
