#!/usr/bin/env bash
# Puts asl-validator, which checks state machines, into .tools/asl. It is set up again when its manifest changes.
set -euo pipefail
cd "$(dirname "$0")/../.."

source=e2e/setup/asl
target=.tools/asl
stamp=$target/.$(cksum <"$source/package-lock.json" | tr ' ' -)

[ -e "$stamp" ] && exit 0
e2e/setup/require.sh node npm

echo "setting up asl-validator in $target"
rm -rf "$target"
mkdir -p "$target"
cp "$source"/package.json "$source"/package-lock.json "$target/"
(cd "$target" && npm ci --silent --ignore-scripts --no-audit --no-fund </dev/null)
touch "$stamp"
