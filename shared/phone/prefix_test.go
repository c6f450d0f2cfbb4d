package phone_test

import (
	"errors"
	"testing"

	"lineproof/shared/phone"
)

func TestPrefixes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prefixes phone.Prefixes
		number   string
		covered  bool
	}{
		"the one":           {phone.Prefixes{"4477"}, "+447700900001", true},
		"another":           {phone.Prefixes{"4477"}, "+447800900001", false},
		"one of two":        {phone.Prefixes{"33", "4477"}, "+447700900001", true},
		"in the middle":     {phone.Prefixes{"77"}, "+447700900001", false},
		"the whole number":  {phone.Prefixes{"447700900001"}, "+447700900001", true},
		"longer":            {phone.Prefixes{"4477009000012"}, "+447700900001", false},
		"every number":      {phone.Every, "+447700900001", true},
		"no prefix":         {nil, "+447700900001", false},
		"no number":         {phone.Every, "", false},
		"no number, prefix": {phone.Prefixes{"44"}, "", false},
	} {
		n, _ := phone.Parse(test.number)
		if got := test.prefixes.Cover(n); got != test.covered {
			t.Errorf("%s: covered %v", name, got)
		}
	}
}

func TestParsePrefixes(t *testing.T) {
	t.Parallel()
	if p, err := phone.ParsePrefixes([]string{"1", "4477", "999999999999999"}); err != nil || len(p) != 3 || p[1] != "4477" {
		t.Errorf("read %v, %v", p, err)
	}
	if p, err := phone.ParsePrefixes(nil); err != nil || len(p) != 0 {
		t.Errorf("of none: %v, %v", p, err)
	}
	for _, bad := range []string{"", "0", "044", "+44", "44 ", "4a", "9999999999999999", "٤٤"} {
		if p, err := phone.ParsePrefixes([]string{"44", bad}); !errors.Is(err, phone.ErrPrefix) || p != nil {
			t.Errorf("%q: %v, %v", bad, p, err)
		}
	}
}
