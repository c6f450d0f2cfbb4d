package upstream

import (
	"net/url"
	"testing"

	"lineproof/shared/grant"
	"lineproof/shared/phone"
)

// Seventh is a provider that only this test has: what one more takes is a literal in a file.
var Seventh = declare(Profile{
	Name: "seventh",
	Terms: Terms{
		Method:      grant.SecretPost,
		ScopeVerify: "check:" + Purpose,
		Can:         Can{PKCE: is(true), Plus: is(true)},
	},
	Names:  map[string]string{"redirect_uri": "return_to", "nonce": ""},
	Hint:   TelHint,
	Errors: map[string]Outcome{"ON_WIFI": OtherNetwork},
})

func TestASeventhProfileIsOneFile(t *testing.T) {
	t.Parallel()
	u := Upstream{Name: "new", Profile: "seventh", ClientID: "ours", Terms: Terms{
		Authorization: "https://a.example/go?v=1", Token: "https://a.example/token",
		Verify: "https://a.example/verify",
	}}
	peer, known := u.Peer()
	if !known || peer.Lacks() != "" || peer.Method != grant.SecretPost {
		t.Fatalf("known %v, lacks %q, by %s", known, peer.Lacks(), peer.Method)
	}
	number, err := phone.Parse("+447700900123")
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(peer.AuthorizeURL(Leg{
		State: "s", Callback: "https://ours.example/cb", Nonce: "n", Verifier: "v", Purpose: "dpv:Fraud",
		Verify: true, Number: number,
	}, func(verifier string) string { return "challenge of " + verifier }))
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"v": {"1"}, "response_type": {"code"}, "client_id": {"ours"}, "state": {"s"},
		"return_to": {"https://ours.example/cb"}, "scope": {"check:dpv:Fraud"},
		"code_challenge": {"challenge of v"}, "code_challenge_method": {"S256"},
		"login_hint": {"tel:+447700900123"},
	}
	if got := to.Query().Encode(); got != want.Encode() || to.Host != "a.example" {
		t.Errorf("devices go to %s", to)
	}
	if outcome, known := peer.Failed("ON_WIFI"); !known || outcome != OtherNetwork {
		t.Errorf("its own error comes to %s, %v", outcome, known)
	}
}
