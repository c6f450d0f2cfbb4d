#!/usr/bin/env bash
# nyaruka/phonenumbers 1.8.1 (Go) says in its sources that it is reconciled against libphonenumber
# 9.0.32, and in its changelog that its metadata were made anew from a snapshot of that release. What it
# answers by is 9.0.31: ranges that 9.0.32 opened to mobiles in Algeria, Japan, Norway (with Svalbard),
# Somalia and Uganda are no numbers there, so whoever pins it for the release that it names refuses new
# subscribers. Expected: it answers as Python's port of 9.0.32 does. Seen: as that of 9.0.31, each time.
set -euo pipefail

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"

# The first of each range, which tells of no subscriber.
numbers=(+213564000000 +816020000000 +4742000000 +252700000000 +256731000000)

for release in 9.0.31 9.0.32; do
  python3 -m venv "$release" >/dev/null
  "$release/bin/pip" install --quiet --disable-pip-version-check "phonenumbers==$release"
  "$release/bin/python" - "${numbers[@]}" >"$release.txt" <<'PYTHON'
import sys
import phonenumbers as p
for text in sys.argv[1:]:
    print(text, str(p.is_valid_number(p.parse(text))).lower())
PYTHON
done

cat >go.mod <<'MOD'
module finding

go 1.26
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"

	p "github.com/nyaruka/phonenumbers"
)

func main() {
	for _, text := range os.Args[1:] {
		number, err := p.Parse(text, "ZZ")
		if err != nil {
			panic(err)
		}
		fmt.Println(text, p.IsValidNumber(number))
	}
}
GO
go get github.com/nyaruka/phonenumbers@v1.8.1 2>/dev/null
go run . "${numbers[@]}" >go.txt
said=$(grep -rhoE 'Last reconciled against: v[0-9.]+' "$(go list -m -f '{{.Dir}}' github.com/nyaruka/phonenumbers)" | sort -u)

echo "its sources say: $said"
paste -d ' ' 9.0.31.txt 9.0.32.txt go.txt | awk '{ print $1 ": 9.0.31 " $2 ", 9.0.32 " $4 ", Go 1.8.1 " $6 }'
[ "$said" = 'Last reconciled against: v9.0.32' ]
! cmp -s 9.0.31.txt 9.0.32.txt
cmp 9.0.31.txt go.txt
