#!/usr/bin/env bash
# Puts the client libraries that e2e/clients runs into .tools/clients, each pinned by its own manifest. A library is set up
# again when its manifest changes. Those for Go go where Go keeps modules.
set -euo pipefail
cd "$(dirname "$0")/../.."

source=e2e/clients
target=$PWD/.tools/clients

# once NAME MANIFEST FUNCTION: calls the function unless it has succeeded for this very manifest.
once() {
  local stamp
  stamp=$target/$1/.$(cksum <"$2" | tr ' ' -)
  [ -e "$stamp" ] && return
  echo "setting up the $1 clients in .tools/clients/$1"
  rm -rf "${target:?}/$1"
  mkdir -p "$target/$1"
  "$3"
  touch "$stamp"
}

javascript() { packages js; }

legacy() { packages js-legacy; }

# A browser comes as a package, for Linux on x64. It is unpacked here, with the libraries that a bare
# machine lacks.
browser() {
  packages browser
  mkdir "$target/browser/unpacked"
  [ "$(uname -sm)" = 'Linux x86_64' ] || return 0
  local unpack="import chromium from '@sparticuz/chromium'; await chromium.executablePath()"
  (cd "$target/browser" && TMPDIR=$PWD/unpacked AWS_LAMBDA_JS_RUNTIME=nodejs20.x \
    node --input-type=module -e "$unpack")
}

# packages NAME: what the manifest in that directory says.
packages() {
  e2e/setup/require.sh node npm
  cp "$source/$1"/package.json "$source/$1"/package-lock.json "$target/$1/"
  (cd "$target/$1" && npm ci --silent --ignore-scripts --no-audit --no-fund </dev/null)
}

python() { environment python; }

old_python() { environment python-legacy; } # beside the other, for both bring the package vonage

# environment NAME: what the requirements in that directory say.
environment() {
  e2e/setup/require.sh python3
  python3 -c 'import ensurepip' 2>/dev/null || e2e/setup/require.sh python3-venv # Debian splits it off
  python3 -m venv "$target/$1"
  "$target/$1/bin/pip" install --quiet --disable-pip-version-check \
    -r "$source/$1/requirements.txt" </dev/null
}

entitlement() { environment python-ts43; } # a server of its own, with its own versions

java() { libraries java; }

spring() { libraries java-spring; } # beside the others, for both bring versions of Nimbus' libraries

# libraries NAME: what the pom in that directory says.
libraries() {
  e2e/setup/require.sh javac mvn
  mvn -q -B -Dstyle.color=never -f "$source/$1/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$target/$1"
}

once js "$source/js/package-lock.json" javascript
once js-legacy "$source/js-legacy/package-lock.json" legacy
once browser "$source/browser/package-lock.json" browser
once python "$source/python/requirements.txt" python
once python-legacy "$source/python-legacy/requirements.txt" old_python
once python-ts43 "$source/python-ts43/requirements.txt" entitlement
once java "$source/java/pom.xml" java
once java-spring "$source/java-spring/pom.xml" spring

# Node looks for packages beside the program only.
for name in js js-legacy browser; do
  ln -sfn "../../../.tools/clients/$name/node_modules" "$source/$name/node_modules"
done

(cd "$source/vonage-go" && go mod download)
