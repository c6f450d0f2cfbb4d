#!/usr/bin/env bash
# Puts the Python programs that check and serve the bundle into .tools/NAME, each in an environment of its own, for they need
# different versions of the same libraries: sam (with cfn-lint), moto, schemathesis; and numbering, libphonenumber's plans.
# One is set up again when its list in e2e/setup/python changes.
set -euo pipefail
cd "$(dirname "$0")/../.."

# program NAME: installs what e2e/setup/python/NAME.txt lists.
program() {
  local list=e2e/setup/python/$1.txt target=.tools/$1 stamp
  stamp=$target/.$(cksum <"$list" | tr ' ' -)
  [ -e "$stamp" ] && return
  e2e/setup/require.sh python3
  python3 -c 'import ensurepip' 2>/dev/null || e2e/setup/require.sh python3-venv # Debian splits it off
  echo "setting up $1 in $target"
  rm -rf "$target"
  python3 -m venv "$target"
  "$target/bin/pip" install --quiet --disable-pip-version-check -r "$list" </dev/null
  touch "$stamp"
}

for list in e2e/setup/python/*.txt; do
  program "$(basename "$list" .txt)"
done
