#!/usr/bin/env bash
# require.sh COMMAND...: makes sure that these commands exist. As root on a Debian-like system it installs what is
# missing; elsewhere it stops and says what to install. Tests that need a tool never skip for want of it.
set -euo pipefail

package() {
  case $1 in
    javac) echo default-jdk-headless ;;
    mvn) echo maven ;;
    node) echo nodejs ;;
    gcc) echo gcc libc6-dev ;;
    python3) echo python3 python3-venv ;;
    *) echo "$1" ;;
  esac
}

missing=()
for command in "$@"; do
  command -v "$command" >/dev/null || missing+=("$command")
done
[ ${#missing[@]} -eq 0 ] && exit 0

packages=()
for command in "${missing[@]}"; do
  read -ra names <<<"$(package "$command")"
  packages+=("${names[@]}")
done

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing: ${missing[*]}. Install them first (on Debian: apt-get install ${packages[*]})." >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq </dev/null
apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null >/dev/null
