#!/usr/bin/env bash
# govulncheck.sh PROGRAM PACKAGES...: fails on a known vulnerability. Its database lives on the network (or where GOVULNDB
# says); when that can't be reached, nothing is known for or against the code, which is said aloud and is no failure.
set -uo pipefail

output=$("$@" 2>&1)
status=$?
if [ $status -ne 0 ] && grep -q 'fetching vulnerabilities' <<<"$output"; then
  echo "NOT CHECKED for known vulnerabilities: $output" >&2
  exit 0
fi
[ $status -eq 0 ] || echo "$output" >&2
exit $status
