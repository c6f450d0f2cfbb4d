#!/usr/bin/env bash
# fuzz.sh TIME: runs every fuzz target of the module for TIME (30s, 1000x), one after the other.
set -euo pipefail
cd "$(dirname "$0")/.."

grep -rHoE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' e2e functions local shared infra 2>/dev/null |
  sed -E 's|^(.*)/[^/]*:func (.*)$|\1 \2|' | sort |
  while read -r package target; do
    echo "fuzz $package $target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" "./$package" </dev/null
  done
