#!/usr/bin/env bash
# Runs the tests that count something, and prints what they counted: every schedule of a PIN, which the race
# detector's run cuts, the attacks that are played on the clock, and the example numbers of the metadata
# and those at random that are read as libphonenumber reads them.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
counting='^(TestEverySchedule|TestAttackFigures|TestExamplesOfEveryRegionAndType|TestReadsAsLibphonenumber)$'
if ! CGO_ENABLED=0 go test -trimpath -tags lambda.norpc -gcflags=all=-dwarf=false \
    -count=1 -v -run "$counting" ./shared/verification ./shared/numbering/... >"$log"; then
    grep -v '^ *=== ' "$log"
    exit 1
fi
sed -nE 's/^ *[a-z_]+_test\.go:[0-9]+: //p' "$log" | grep -v ' schedules in [0-9]* states, cut: '
