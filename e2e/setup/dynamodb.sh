#!/usr/bin/env bash
# Puts DynamoDB Local and its loopback launcher into .tools/dynamodb. Does nothing when that is done already.
set -euo pipefail
cd "$(dirname "$0")/../.."

source=e2e/setup/dynamodb
target=.tools/dynamodb
stamp=$target/.$(cat "$source/pom.xml" "$source/Loopback.java" | cksum | tr ' ' -)

[ -e "$stamp" ] && exit 0
e2e/setup/require.sh javac mvn

echo "setting up DynamoDB Local in $target"
rm -rf "$target"
mkdir -p "$target"
mvn -q -B -Dstyle.color=never -f "$source/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$PWD/$target"
javac -cp "$target/*" -d "$target" "$source/Loopback.java"
touch "$stamp"
