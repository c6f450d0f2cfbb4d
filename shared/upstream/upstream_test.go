package upstream_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/upstream"
)

var noon = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

// of returns an upstream of a profile that verifies.
func of(name, profile string, change func(*upstream.Upstream)) upstream.Upstream {
	u := upstream.Upstream{
		Name: name, Profile: profile, ClientID: "client-" + name,
		Terms: upstream.Terms{
			Authorization: "https://" + name + ".example/authorize", Token: "https://" + name + ".example/token",
			Verify: "https://" + name + ".example/verify",
		},
	}
	if change != nil {
		change(&u)
	}
	return u
}

func TestChoose(t *testing.T) {
	t.Parallel()
	all := []upstream.Upstream{
		of("sim", "camara", func(u *upstream.Upstream) { u.Networks = []string{"23415"} }),
		of("lan", "camara", func(u *upstream.Upstream) {
			u.Addresses = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
		}),
		of("short", "camara", func(u *upstream.Upstream) { u.Prefixes = []string{"44", "4477"} }),
		of("long", "camara", func(u *upstream.Upstream) { u.Prefixes = []string{"447700"} }),
		of("land", "camara", func(u *upstream.Upstream) { u.Countries = []string{"GB", "FR"} }),
		of("rest", "telefonica", func(u *upstream.Upstream) {
			u.Default, u.Purposes = true, []string{"dpv:FraudPreventionAndDetection"}
		}),
		of("over", "camara", func(u *upstream.Upstream) { u.Networks, u.Until = []string{"99999"}, noon }),
		of("ended", "camara", func(u *upstream.Upstream) { u.Networks, u.Ended = []string{"99998"}, true }),
		of("odd", "unheard-of", func(u *upstream.Upstream) { u.Networks = []string{"99997"} }),
		of("shares", "camara", func(u *upstream.Upstream) {
			u.Verify, u.Share, u.Networks = "", "https://a.example/share", []string{"99996"}
		}),
		of("rehearses", "camara", func(u *upstream.Upstream) { u.Sandbox, u.Default = true, true }),
		of("asks", "vonage-v2", func(u *upstream.Upstream) { u.Default = true }),
	}
	fraud, checkURL := "dpv:FraudPreventionAndDetection", []upstream.Shape{upstream.CheckURL}
	for name, test := range map[string]struct {
		asked upstream.Asked
		want  string
	}{
		"by its own choice":          {upstream.Asked{Wanted: "land", Network: "23415", Verify: true}, "land"},
		"by a choice that is over":   {upstream.Asked{Wanted: "over", Verify: true, Purpose: fraud}, ""},
		"by a choice that is none":   {upstream.Asked{Wanted: "nobody", Network: "23415"}, ""},
		"by the SIM":                 {upstream.Asked{Network: "23415", Number: "447700900000", Verify: true}, "sim"},
		"by the address":             {upstream.Asked{Address: netip.MustParseAddr("198.51.100.7"), Number: "447700900000", Verify: true}, "lan"},
		"by the longest prefix":      {upstream.Asked{Number: "447700900000", Country: "GB", Verify: true}, "long"},
		"by a shorter one":           {upstream.Asked{Number: "447800900000", Country: "GB", Verify: true}, "short"},
		"by the country":             {upstream.Asked{Number: "33612345678", Country: "FR", Verify: true}, "land"},
		"by default":                 {upstream.Asked{Number: "49151", Country: "DE", Purpose: fraud, Verify: true}, "rest"},
		"for another purpose":        {upstream.Asked{Purpose: "dpv:Marketing", Verify: true}, ""},
		"without purpose":            {upstream.Asked{Verify: true}, ""},
		"after its end":              {upstream.Asked{Network: "99999", Purpose: fraud, Verify: true}, "rest"},
		"ended":                      {upstream.Asked{Network: "99998", Verify: true}, ""},
		"of no profile":              {upstream.Asked{Network: "99997", Verify: true}, ""},
		"share by who shares":        {upstream.Asked{Network: "99996", Share: true}, "shares"},
		"verify by who only shares":  {upstream.Asked{Network: "99996", Verify: true}, ""},
		"share by who only verifies": {upstream.Asked{Network: "23415", Share: true}, ""},
		"a sandbox client":           {upstream.Asked{Sandbox: true, Network: "23415", Verify: true}, "rehearses"},
		"with the number first":      {upstream.Asked{Shapes: checkURL, Network: "23415", Verify: true}, "asks"},
		"with the number first too":  {upstream.Asked{Shapes: append(checkURL, upstream.CodeFlow), Network: "23415", Verify: true}, "sim"},
		"with no number first":       {upstream.Asked{Shapes: checkURL, Wanted: "sim", Verify: true}, ""},
	} {
		if test.asked.Shapes == nil {
			test.asked.Shapes = []upstream.Shape{upstream.CodeFlow}
		}
		got, found := upstream.Choose(all, test.asked, noon)
		if got.Name != test.want || found != (test.want != "") {
			t.Errorf("%s: %q, %v, want %q", name, got.Name, found, test.want)
		}
	}
}

func TestAuthorizeURL(t *testing.T) {
	t.Parallel()
	number, err := phone.Parse("+447700900000")
	if err != nil {
		t.Fatal(err)
	}
	leg := upstream.Leg{
		State: "state", Callback: "https://us.example/oauth2/callback/a", Nonce: "nonce", Verifier: "verifier",
		Purpose: "dpv:Fraud", Number: number, Verify: true,
	}
	for profile, want := range map[string]string{
		"camara": "client_id=client-a&code_challenge=S256(verifier)&code_challenge_method=S256&nonce=nonce" +
			"&redirect_uri=https://us.example/oauth2/callback/a&response_type=code" +
			"&scope=openid dpv:Fraud number-verification:verify&state=state",
		"telefonica": "client_id=client-a&nonce=nonce&redirect_uri=https://us.example/oauth2/callback/a" +
			"&response_type=code&scope=dpv:Fraud number-verification:verify&state=state",
		"orange": "client_id=client-a&nonce=nonce&redirect_uri=https://us.example/oauth2/callback/a" +
			"&response_type=code&scope=dpv:Fraud#number-verification:verify&state=state",
		"konera": "client_id=client-a&nonce=nonce&redirect_uri=https://us.example/oauth2/callback/a" +
			"&response_type=code&scope=openid dpv:Fraud number-verification:verify&state=state",
		"infobip": "clientId=client-a&redirectUrl=https://us.example/oauth2/callback/a&state=state",
		"nokia": "client_id=client-a&login_hint=+447700900000&nonce=nonce" +
			"&redirect_uri=https://us.example/oauth2/callback/a&response_type=code" +
			"&scope=number-verification:verify&state=state",
	} {
		p, known := of("a", profile, nil).Peer()
		got := p.AuthorizeURL(leg, func(v string) string { return "S256(" + v + ")" })
		query, err := url.QueryUnescape(strings.ReplaceAll(strings.TrimPrefix(got, "https://a.example/authorize?"), "+", "%20"))
		if !known || err != nil || query != want {
			t.Errorf("%s:\n%s\nwant\n%s", profile, query, want)
		}
	}
}

// Whatever an upstream answers, nothing but a mismatch is told as another number, and what is wrong
// with our own credentials is never told as the client's.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	for o := upstream.Burned; o <= upstream.Over; o++ {
		if o.Told() != (o.Err() == nil) || o.String() == "" {
			t.Errorf("%s is told as %v", o, o.Err())
		}
		if o.Told() {
			continue
		}
		kind := fault.Of(o.Err())
		if o == upstream.Misconfigured && !kind.Ours() {
			t.Errorf("%s is told as %v", o, kind)
		}
		if o.Broken() && !kind.Ours() && kind != fault.TooManyRequests {
			t.Errorf("%s is told as %v", o, kind)
		}
	}
}
