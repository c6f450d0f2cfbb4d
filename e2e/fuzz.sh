#!/usr/bin/env bash
# fuzz.sh TIME: runs every fuzz target of the module for TIME (30s, 1000x), one after the other, and stops at the first
# that fails.
set -euo pipefail
cd "$(dirname "$0")/.."

grep -rHoE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' --exclude-dir='.?*' . |
  sed -E 's|^(.*)/[^/]*:func (.*)$|\1 \2|' | sort |
  while read -r package target; do
    echo "fuzz $package $target"
    output=$(go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" "$package" </dev/null 2>&1) || {
      echo "$output" >&2
      exit 1
    }
  done
