package main

import (
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// planned returns the plan of a country whose mobile and fixed lines are like these patterns.
func planned(t *testing.T, id, mobile, fixed string) *phonenumbers.PhoneMetadata {
	t.Helper()
	escaped := strings.NewReplacer(`\`, `\\`).Replace
	text := `{"release": "1", "plans": [{"id": "` + id + `", "country_code": 44,
		"general_desc": {"national_number_pattern": "[0-9]{4,9}", "possible_length": [4, 5]}, "pager": null,
		"mobile": {"national_number_pattern": "` + escaped(mobile) + `", "possible_length": [4, 5]},
		"fixed_line": {"national_number_pattern": "` + escaped(fixed) + `", "possible_length": [4, 5]}}]}`
	r, err := readRelease(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return r.Plans[0]
}

// compared is what is printed, and how many plans differ.
func compared(t *testing.T, ours, theirs []*phonenumbers.PhoneMetadata) (string, int) {
	t.Helper()
	var text strings.Builder
	differ, err := compare(&text, ours, theirs)
	if err != nil {
		t.Fatal(err)
	}
	return text.String(), differ
}

func TestCompare(t *testing.T) {
	t.Parallel()
	const mobile, fixed = `7\d{3}`, `2\d{3}`
	for name, test := range map[string]struct{ mobile, fixed, want string }{
		"the same":               {mobile, fixed, ""},
		"the same, written else": {`7[0-5]\d\d|7[6-9]\d\d`, fixed, ""},
		"a new range": {`7\d{3}|8[1-35]\d\d`, fixed,
			"GB +44\n  nobody's -> mobile: 400 numbers, as 81xx 82xx 83xx\n"},
		"a number alone": {mobile, `2\d{3}|3123`, "GB +44\n  nobody's -> fixed line: 1 numbers, as 3123\n"},
		"one that is either": {`7\d{3}|25\d\d`, fixed,
			"GB +44\n  fixed line -> fixed line or mobile: 100 numbers, as 25xx\n"},
		"one that moved": {`7\d{3}|2\d{3}`, `9\d{3}`,
			"GB +44\n  nobody's -> fixed line: 1000 numbers, as 9xxx\n  fixed line -> mobile: 1000 numbers, as 2xxx\n"},
		"longer ones too": {`7\d{3,4}`, fixed, "GB +44\n  nobody's -> mobile: 10000 numbers, as 7xxxx\n"},
		"shorter ones gone, longer ones new": {`7\d{4}`, fixed,
			"GB +44\n  nobody's -> mobile: 10000 numbers, as 7xxxx\n  mobile -> nobody's: 1000 numbers, as 7xxx\n"},
		"two lengths of some": {`7\d{3}|8[1-3]\d\d|8[12]\d{3}`, fixed,
			"GB +44\n  nobody's -> mobile: 2300 numbers, as 81xx 81xxx 82xx\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ours := []*phonenumbers.PhoneMetadata{planned(t, "GB", mobile, fixed)}
			got, differ := compared(t, ours, []*phonenumbers.PhoneMetadata{planned(t, "GB", test.mobile, test.fixed)})
			if got != test.want || (differ == 1) != (test.want != "") {
				t.Errorf("printed\n%swant\n%s%d differ", got, test.want, differ)
			}
		})
	}
}

// A country that one release lacks is told of.
func TestCompareCountries(t *testing.T) {
	t.Parallel()
	here, there := planned(t, "GB", `7\d{3}`, `2\d{3}`), planned(t, "JE", `7\d{3}`, `2\d{3}`)
	got, differ := compared(t, []*phonenumbers.PhoneMetadata{here}, []*phonenumbers.PhoneMetadata{there})
	want := "GB +44\n  fixed line -> nobody's: 1000 numbers, as 2xxx\n  mobile -> nobody's: 1000 numbers, as 7xxx\nJE +44 is new\n"
	if got != want || differ != 2 {
		t.Errorf("printed\n%swant\n%s%d differ", got, want, differ)
	}
}

// The metadata that the tables are made of are the same as themselves, all of them.
func TestCompareWithItself(t *testing.T) {
	t.Parallel()
	all, err := territories()
	if err != nil {
		t.Fatal(err)
	}
	if got, differ := compared(t, all, all); got != "" || differ != 0 || len(all) < 200 {
		t.Errorf("%d of %d differ:\n%s", differ, len(all), got)
	}
}

func TestReleaseOfNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{}", `{"release": "9", "plans": []}`, "[]"} {
		if _, err := readRelease(strings.NewReader(text)); err == nil {
			t.Errorf("%q is a release", text)
		}
	}
}
