#!/usr/bin/env bash
# Installs the real clients that the tests run, pinned, into build/test-clients: a Python virtual
# environment (python/) and npm packages (node/). Does nothing when what is there is current.
# The JavaScript clients run on the Node 22 that is installed with them; the system's npm only
# fetches. Needs: python3 with venv, npm. Exit 3: a tool is missing (tests then skip).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
target=${SEKISHO_TEST_CLIENTS:-$root/build/test-clients}
pins=$root/tests/clients

for tool in python3 npm sha256sum; do
  command -v "$tool" >/dev/null || { echo "install_test_clients: $tool is not installed" >&2; exit 3; }
done
mkdir -p "$target"
exec 9>"$target/.lock"
flock 9

stamp_of() { cat "$@" | sha256sum | cut -d' ' -f1; }

python_stamp=$(stamp_of "$pins/requirements.txt")
if [ "$(cat "$target/python.stamp" 2>/dev/null)" != "$python_stamp" ]; then
  rm -rf "$target/python" "$target/python.stamp"
  python3 -m venv "$target/python"
  "$target/python/bin/pip" install --quiet --disable-pip-version-check --no-input \
    --require-virtualenv -r "$pins/requirements.txt"
  echo "$python_stamp" >"$target/python.stamp"
fi

node_stamp=$(stamp_of "$pins/package.json" "$pins/package-lock.json")
if [ "$(cat "$target/node.stamp" 2>/dev/null)" != "$node_stamp" ]; then
  rm -rf "$target/node" "$target/node.stamp"
  mkdir -p "$target/node"
  cp "$pins/package.json" "$pins/package-lock.json" "$target/node/"
  # No package of ours needs its install scripts: the agents ship their program as a dependency.
  (cd "$target/node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  echo "$node_stamp" >"$target/node.stamp"
fi
echo "test clients ready in $target"
