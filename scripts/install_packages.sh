#!/usr/bin/env bash
# Installs the Debian 12 packages that the build needs (root, or a user with sudo). Versions are
# those of the stable suite; the compiler's major version is part of the package names.
set -euo pipefail
packages=(
  clang-19 clang-format-19 clang-tidy-19 lld-19 llvm-19 libclang-rt-19-dev
  cmake ninja-build ccache make pkg-config git
  libssl-dev libsimdjson-dev libre2-dev libsqlite3-dev libyaml-cpp-dev libcli11-dev libfmt-dev
  zlib1g-dev libzstd-dev libjemalloc-dev libhowardhinnant-date-dev
  libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev
  python3 python3-venv openssl nginx-light
)
# Any npm will do; the JavaScript that tests run uses a Node of its own.
command -v npm >/dev/null || packages+=(npm)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
sudo=''
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install_packages: run as root, or install sudo" >&2; exit 1; }
  sudo=sudo
fi
echo "Installing: ${missing[*]}"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
