#!/usr/bin/env bash
# fuzz.sh LIMIT: runs every fuzz target of the module up to LIMIT, a time (30s) or a number of inputs (1000x), one after the
# other, and stops at the first that fails.
set -euo pipefail
cd "$(dirname "$0")/.."

# ran_out OUTPUT: tells whether nothing but the end of the time failed, which Go now and then reports as a failure. An input that
# fails is always written down, and said so.
ran_out() {
  grep -q '^ *context deadline exceeded$' <<<"$1" && ! grep -q 'Failing input' <<<"$1"
}

grep -rHoE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' --exclude-dir='.?*' . |
  sed -E 's|^(.*)/[^/]*:func (.*)$|\1 \2|' | sort |
  while read -r package target; do
    echo "fuzz $package $target"
    output=$(go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" "$package" </dev/null 2>&1) || ran_out "$output" || {
      echo "$output" >&2
      exit 1
    }
  done
