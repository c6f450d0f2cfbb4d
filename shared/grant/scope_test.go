package grant_test

import (
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

const (
	purpose = "dpv:FraudPreventionAndDetection"
	verify  = "number-verification:verify"
	share   = "number-verification:device-phone-number:read"
)

func TestParseScope(t *testing.T) {
	t.Parallel()
	for parameter, want := range map[string][2]string{
		"":                                    {"", ""},
		"  ":                                  {"", ""},
		verify:                                {verify, ""},
		"openid " + verify:                    {"openid " + verify, ""},
		" openid \t openid\n":                 {"openid", ""},
		purpose + " " + verify:                {verify, purpose},
		purpose + "#" + verify:                {verify, purpose},
		purpose + "#a " + purpose + "#b":      {"a b", purpose},
		purpose + "#a " + purpose + " b":      {"a b", purpose},
		purpose + "#a dpv:Marketing#a":        {"a", purpose + " dpv:Marketing"},
		purpose:                               {"", purpose},
		purpose + "#":                         {"", purpose},
		"dpv:#a":                              {"a", "dpv:"},
		"a#b":                                 {"a#b", ""},
		"DPV:X#a":                             {"DPV:X#a", ""},
		purpose + "#a#b":                      {"a#b", purpose},
		"openid " + purpose + "#x-y-z openid": {"openid x-y-z", purpose},
	} {
		s := grant.ParseScope(parameter)
		if got := strings.Join(s.Names, " "); got != want[0] {
			t.Errorf("%q: names %q, want %q", parameter, got, want[0])
		}
		if got := strings.Join(s.Purposes, " "); got != want[1] {
			t.Errorf("%q: purposes %q, want %q", parameter, got, want[1])
		}
	}
}

func TestOpens(t *testing.T) {
	t.Parallel()
	for parameter, want := range map[string]bool{
		verify:                                true,
		purpose + "#" + verify:                true,
		"openid " + purpose + " " + verify:    true,
		"number-verification":                 true, // the umbrella
		purpose + "#number-verification":      true,
		share:                                 false,
		"openid":                              false,
		"":                                    false,
		verify + "x":                          false,
		"number-verification:Verify":          false,
		"x#" + verify:                         false,
		purpose + "#" + share + " " + purpose: false,
	} {
		if got := grant.ParseScope(parameter).Opens([]string{verify, "number-verification"}); got != want {
			t.Errorf("%q opens: %v", parameter, got)
		}
	}
	if grant.ParseScope(verify).Opens(nil) {
		t.Error("an operation without scopes opens")
	}
}

func TestWithin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		asked, granted string
		want           bool
	}{
		{"", "", true},
		{"", "a", true},
		{"a", "a b", true},
		{"b a", "a b", true},
		{"a b", "a", false},
		{purpose + "#a", purpose + " a", true},
		{purpose + " a", purpose + "#a", true},
		{"a", purpose + "#a", true},
		{purpose + "#a", "a", false},
		{"dpv:Marketing#a", purpose + "#a", false},
	} {
		if got := grant.ParseScope(test.asked).Within(grant.ParseScope(test.granted)); got != test.want {
			t.Errorf("%q within %q: %v", test.asked, test.granted, got)
		}
	}
}

func TestClientScope(t *testing.T) {
	t.Parallel()
	scopes := []string{"openid", "offline_access", verify, share, purpose, "dpv:Marketing"}
	for parameter, want := range map[string][2]bool{ // allowed where a purpose is required, where it is not
		purpose + " " + verify:                 {true, true},
		purpose + "#" + verify:                 {true, true},
		"openid " + purpose + "#" + verify:     {true, true},
		purpose + "#" + verify + " " + purpose: {true, true},
		purpose + "#" + verify + " " + verify:  {true, true},
		verify:                                 {false, true},
		"openid " + verify + " " + share:       {false, true},
		"openid":                               {true, true},
		"openid offline_access":                {true, true},
		purpose + " openid":                    {true, true},
		"":                                     {false, false},
		purpose:                                {false, false},
		purpose + " dpv:Marketing " + verify:   {false, false},
		purpose + "#" + verify + " dpv:Marketing#" + share: {false, false},
		"dpv:Unknown#" + verify:                            {false, false},
		purpose + " unknown":                               {false, false},
		purpose + "#" + verify + " unknown":                {false, false},
		purpose + " " + strings.ToUpper(verify):            {false, false},
	} {
		for i, required := range []bool{true, false} {
			client := grant.Client{Scopes: scopes, RequirePurpose: required}
			_, err := client.Scope(parameter)
			if (err == nil) != want[i] || err != nil && fault.Of(err) != fault.InvalidScope {
				t.Errorf("%q, purpose required %v: %v", parameter, required, err)
			}
		}
	}
	if _, err := (grant.Client{}).Scope("openid"); err == nil {
		t.Error("a client without scopes got one")
	}
}

func FuzzParseScope(f *testing.F) {
	f.Add("openid dpv:FraudPreventionAndDetection#number-verification:verify")
	f.Add("dpv: # dpv:#")
	f.Fuzz(func(t *testing.T, parameter string) {
		s := grant.ParseScope(parameter)
		for i, name := range s.Names {
			if name == "" || strings.HasPrefix(name, "dpv:") && !strings.Contains(parameter, "#") || !strings.Contains(parameter, name) {
				t.Errorf("%q has the name %q", parameter, name)
			}
			if !s.Has(name) || !s.Opens(s.Names[i:]) {
				t.Errorf("%q does not hold its %q", parameter, name)
			}
		}
		if !s.Within(s) {
			t.Errorf("%q is not within itself", parameter)
		}
	})
}
