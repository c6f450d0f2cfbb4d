#!/usr/bin/env bash
# fuzz.sh LIMIT: runs every fuzz target of the module up to LIMIT, a time (30s) or a number of inputs (1000x), one after the
# other, and stops at the first that fails. What fuzzing finds interesting is kept where `go test -fuzz` keeps it.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$(mktemp)
trap 'rm -f "$program"' EXIT
kept=$(go env GOCACHE)/fuzz

# ran_out OUTPUT: tells whether nothing but the end of the time failed, which Go now and then reports as a failure. An input that
# fails is always written down, and said so.
ran_out() {
  grep -q '^ *context deadline exceeded$' <<<"$1" && ! grep -q 'Failing input' <<<"$1"
}

# fuzz PACKAGE TARGET LIMIT: runs one target of the package that $program is built of.
fuzz() {
  (cd "$1" && "$program" -test.run '^$' -test.fuzz "^$2\$" -test.fuzztime "$3" \
    -test.fuzzcachedir "$kept/lineproof/$1" </dev/null 2>&1)
}

grep -rHoE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' --exclude-dir='.?*' . |
  sed -E 's|^\./(.*)/[^/]*:func (.*)$|\1 \2|' | sort |
  while read -r package target; do
    echo "fuzz $package $target"
    if [ "$package" != "${built:-}" ]; then # one link for all targets of a package
      CGO_ENABLED=0 go test -trimpath -tags lambda.norpc -gcflags=all=-dwarf=false -c -fuzz . \
        -o "$program" "./$package" </dev/null
      built=$package
    fi
    output=$(fuzz "$package" "$target" "$1") || ran_out "$output" || {
      echo "$output" >&2
      exit 1
    }
    case $output in
    *'not built with coverage'*) echo "$output" >&2 && exit 1 ;;
    esac
  done
