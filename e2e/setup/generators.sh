#!/usr/bin/env bash
# Sets up what makes clients of the OpenAPI documents: for TypeScript in .tools/generators, again when its
# manifest changes; for Go where Go keeps modules.
set -euo pipefail
cd "$(dirname "$0")/../.."

source=e2e/generators
target=.tools/generators
stamp=$target/.$(cksum <"$source/typescript/package-lock.json" | tr ' ' -)

if [ ! -e "$stamp" ]; then
  e2e/setup/require.sh node npm
  echo "setting up client generators in $target"
  rm -rf "$target"
  mkdir -p "$target"
  cp "$source"/typescript/package.json "$source"/typescript/package-lock.json "$target/"
  (cd "$target" && npm ci --silent --ignore-scripts --no-audit --no-fund </dev/null)
  touch "$stamp"
fi

(cd "$source/go" && go mod download)
