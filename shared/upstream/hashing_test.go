package upstream_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/phone"
	"lineproof/shared/upstream"
)

// A claim goes to an upstream as that takes it, or nowhere; and a false that may be one of the
// other form of a hash is none.
func TestClaimsOfEachProfile(t *testing.T) {
	t.Parallel()
	n, yes := number(t, "+447700900000"), true
	upper, err := phone.ParseHash(strings.ToUpper(n.Hash().Hex()))
	if err != nil {
		t.Fatal(err)
	}
	plain := upstream.Claim{Number: n}
	plus := upstream.Claim{Hash: upper, Hashed: upstream.HashPlus}
	either := upstream.Claim{Hash: n.HashDigits(), Hashed: upstream.HashEither}
	asPlain, asPlus, asEither := `{"phoneNumber":"+447700900000"}`,
		`{"hashedPhoneNumber":"`+n.Hash().Hex()+`"}`, `{"hashedPhoneNumber":"`+n.HashDigits().Hex()+`"}`
	hashing := func(h upstream.Hashing) func(*upstream.Upstream) {
		return func(u *upstream.Upstream) { u.Hashed, u.Hashing = &yes, h }
	}
	compare := func(u *upstream.Upstream) { u.Compare = &yes }
	const shared = "a share"
	type asked struct {
		claim upstream.Claim
		body  string           // what verify is sent; shared for a share, empty for no call
		no    upstream.Outcome // what a number that is another comes to
	}
	same, none := upstream.Mismatch, upstream.NotCovered
	all := map[string]struct {
		change func(*upstream.Upstream)
		asked  []asked
	}{
		"camara":     {nil, []asked{{plain, asPlain, same}, {plus, asPlus, same}, {either, asEither, none}}},
		"telefonica": {nil, []asked{{plain, asPlain, same}, {plus, "", none}, {either, "", none}}},
		"orange":     {nil, []asked{{plain, asPlain, same}, {plus, "", none}, {either, "", none}}},
		"konera":     {nil, []asked{{plain, asPlain, same}, {plus, "", none}, {either, "", none}}},
		"infobip":    {nil, []asked{{plain, asPlain, same}, {plus, "", none}, {either, "", none}}},
		"nokia":      {nil, []asked{{plain, asPlain, same}, {plus, "", none}, {either, "", none}}},

		"camara that hashes digits": {hashing(upstream.HashDigits), []asked{{plus, "", none}, {either, asEither, none}}},
		"camara that hashes both":   {hashing(upstream.HashEither), []asked{{plus, asPlus, same}, {either, asEither, same}}},
		"konera that takes hashes":  {hashing(""), []asked{{plus, asPlus, same}, {either, asEither, none}}},
		"telefonica that compares":  {compare, []asked{{plain, asPlain, same}, {plus, shared, same}, {either, shared, same}}},
		"camara that compares":      {compare, []asked{{plain, asPlain, same}, {plus, asPlus, same}, {either, asEither, none}}},
		"camara that compares where it hashes digits": {
			func(u *upstream.Upstream) { hashing(upstream.HashDigits)(u); compare(u) },
			[]asked{{plain, asPlain, same}, {plus, shared, same}, {either, shared, same}},
		},
	}
	for name, test := range all {
		profile, _, _ := strings.Cut(name, " ")
		for i, a := range test.asked {
			for _, its := range []bool{true, false} {
				body, of := `{"devicePhoneNumberVerified":false,"devicePhoneNumber":"+447700900001"}`, a.no
				if its {
					body, of = `{"devicePhoneNumberVerified":true,"devicePhoneNumber":"+447700900000"}`, upstream.Match
				}
				if a.body == "" {
					of = upstream.NotCovered
				}
				o, c := operate(t, says(200, body)), caller()
				var told []string
				c.Tell = func(_ context.Context, r upstream.Report) { told = append(told, string(r.Asked)+" "+r.Told) }
				matches := func(line phone.Number) bool {
					return a.claim.Hash.Equal(line.Hash()) || a.claim.Hash.Equal(line.HashDigits())
				}
				got := c.Verify(t.Context(), o.peer(t, profile, test.change), upstream.Token{Text: "t"}, a.claim, matches)
				calls, sent := int64(1), a.body
				switch a.body {
				case "":
					calls = 0
					if !slices.Equal(told, []string{"verify not-covered"}) {
						t.Errorf("%s, %d: told is %q", name, i, told)
					}
				case shared:
					sent = ""
				}
				if got != of || o.calls.Load() != calls || o.body != sent || len(told) != 1 {
					t.Errorf("%s, %d: %s after %d calls with %s, told %q; want %s after %d with %s",
						name, i, got, o.calls.Load(), o.body, told, of, calls, sent)
				}
			}
		}
	}
	for _, profile := range upstream.ProfileNames() {
		p, _ := upstream.ProfileOf(profile)
		if _, tried := all[profile]; !tried && p.Shape == upstream.CodeFlow && p.Name != upstream.Seventh.Name {
			t.Errorf("claims of %s are not tried", profile)
		}
	}
}

// What share is to compare is asked for with what opens it, and nothing else is.
func TestScopeOfHashes(t *testing.T) {
	t.Parallel()
	yes := true
	for name, test := range map[string]struct {
		profile string
		change  func(*upstream.Upstream)
		want    string
	}{
		"as it is":                 {"telefonica", nil, "dpv:Fraud number-verification:verify"},
		"compared by share":        {"telefonica", func(u *upstream.Upstream) { u.Compare = &yes }, "dpv:Fraud number-verification:verify number-verification:device-phone-number:read"},
		"compared, without share":  {"konera", func(u *upstream.Upstream) { u.Compare, u.Share = &yes, "" }, "openid dpv:Fraud number-verification:verify"},
		"compared where forwarded": {"camara", func(u *upstream.Upstream) { u.Compare = &yes }, "openid dpv:Fraud number-verification:verify"},
		"compared where it hashes otherwise": {"camara", func(u *upstream.Upstream) { u.Compare, u.Hashing = &yes, upstream.HashDigits },
			"openid dpv:Fraud number-verification:verify number-verification:device-phone-number:read"},
	} {
		p, _ := of("a", test.profile, func(u *upstream.Upstream) {
			u.Share = "https://a.example/share"
			if test.change != nil {
				test.change(u)
			}
		}).Peer()
		leg := upstream.Leg{Purpose: "dpv:Fraud", Verify: true}
		if got := scopeOf(t, p.AuthorizeURL(leg, strings.ToLower)); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// scopeOf returns the scope of an authorization request.
func scopeOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("scope")
}
