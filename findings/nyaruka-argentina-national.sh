#!/usr/bin/env bash
# nyaruka/phonenumbers 1.8.1 (Go, of libphonenumber 9.0.32) writes Argentina's mobile numbers in
# national format so that they lead elsewhere. libphonenumber takes the 9 after +54 away, puts 15 behind the
# area code and 0 before all: 011 15-2345-6789. The Go port takes the area code's digits for the 9: it
# writes 09 15-2345-6789 and reads that back as another subscriber. Python's port of it is
# right. Expected: writing a number and reading it again gives the number.
set -euo pipefail

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"

python3 -m venv python >/dev/null
python/bin/pip install --quiet --disable-pip-version-check phonenumbers==9.0.32
python/bin/python - >python.txt <<'PYTHON'
import phonenumbers as p
number = p.example_number_for_type("AR", p.PhoneNumberType.MOBILE)
national = p.format_number(number, p.PhoneNumberFormat.NATIONAL)
print(p.format_number(number, p.PhoneNumberFormat.E164), national, "->",
      p.format_number(p.parse(national, "AR"), p.PhoneNumberFormat.E164))
PYTHON

cat >go.mod <<'MOD'
module finding

go 1.26
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"

	p "github.com/nyaruka/phonenumbers"
)

func main() {
	number := p.GetExampleNumberForType("AR", p.MOBILE)
	national := p.Format(number, p.NATIONAL)
	again, err := p.Parse(national, "AR")
	if err != nil {
		panic(err)
	}
	fmt.Println(p.Format(number, p.E164), national, "->", p.Format(again, p.E164))
}
GO
go get github.com/nyaruka/phonenumbers@v1.8.1 2>/dev/null
go run . >go.txt

echo "Python 9.0.32: $(cat python.txt)"
echo "Go 1.8.1:      $(cat go.txt)"
[ "$(cat python.txt)" = '+5491123456789 011 15-2345-6789 -> +5491123456789' ]
[ "$(cat go.txt)" = '+5491123456789 09 15-2345-6789 -> +5491523456789' ]
