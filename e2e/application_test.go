package e2e_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"regexp"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// application is an application of the sandbox, or one that an administrator created.
type application struct {
	ID              string   `json:"application_id"`
	PrivateKey      string   `json:"private_key"`
	Account         string   `json:"account"`
	SignatureSecret string   `json:"signature_secret"`
	StatusURL       string   `json:"status_url"`
	RedirectURLs    []string `json:"redirect_urls"`
	Outcomes        string   `json:"outcomes"`
}

// key reads the private key, as Vonage's SDKs do: PKCS #8 in PEM.
func (a application) key(tb testing.TB) *rsa.PrivateKey {
	tb.Helper()
	block, rest := pem.Decode([]byte(a.PrivateKey))
	if block == nil || block.Type != "PRIVATE KEY" || len(rest) > 0 {
		tb.Fatalf("%s has no private key in PEM", a.ID)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		tb.Fatal(err)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		tb.Fatalf("%s has a key of type %T", a.ID, key)
	}
	return private
}

// credentials makes a JWT as Vonage's SDKs do, without a kid, with which the application calls.
func (a application) credentials(tb testing.TB, on target, others claims) credentials {
	tb.Helper()
	all := lasting(on.now(tb), claims{"application_id": a.ID}, others)
	raw, err := jwt.NewWithClaims(jwt.SigningMethodRS256, all).SignedString(a.key(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return bearing(raw)
}

// public writes the public key in PEM.
func (a application) public(tb testing.TB) string {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(a.key(tb).Public())
	if err != nil {
		tb.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// TestSandboxApplications has an application of the standard and of the unlimited account, and one
// with the outcomes of Vonage's virtual operator, each with a key of its own.
func TestSandboxApplications(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		all := on.Sandbox.Applications
		if len(all) != 3 || all[0].Account != on.account(t, "standard").Key ||
			all[1].Account != on.account(t, "unlimited").Key {
			t.Fatalf("the applications are %d", len(all))
		}
		if all[0].Outcomes+all[1].Outcomes != "" || all[2].Outcomes != "vonage" {
			t.Error("the last alone has the outcomes of Vonage's virtual operator")
		}
		if own := on.client(t, "vonage"); own.ID != all[0].ID {
			t.Errorf("the client of vonage, %s, is not the first application", own.ID)
		}
		uuid := regexp.MustCompile(`\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z`)
		for i, a := range all {
			if !uuid.MatchString(a.ID) || len(a.SignatureSecret) < 32 || len(a.RedirectURLs) == 0 ||
				a.StatusURL != on.BaseURL+"/local/callbacks" {
				t.Errorf("application %d is %s, reported to %s", i, a.ID, a.StatusURL)
			}
			other := all[(i+1)%len(all)]
			if !on.authenticates(t, a.credentials(t, on, nil)) {
				t.Errorf("%s does not authenticate", a.ID)
			}
			if on.authenticates(t, a.credentials(t, on, claims{"application_id": other.ID})) {
				t.Errorf("%s authenticates as %s", a.ID, other.ID)
			}
		}
	})
}

// TestOwnApplication gives an account an application by the command line. It signs in by its JWTs
// at once, with the old key and the new one while its key is replaced, until it is removed.
func TestOwnApplication(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		const redirect = "http://127.0.0.1:4711/signed-in"
		account := on.administered(t, "create-account").text("api_key")
		made := on.administered(t, "create-application", "-account", account, "-sandbox", "yes",
			"-status_url", "http://127.0.0.1:4712/status", "-redirect_urls", redirect)
		first := application{ID: made.text("application_id"), PrivateKey: made.text("private_key")}
		if made.text("account") != account || len(made.text("signature_secret")) < 32 ||
			made.text("status_url") != "http://127.0.0.1:4712/status" {
			t.Errorf("made %+v", made.Result)
		}
		w := speaking(t, "vonage")
		own := client{ID: first.ID, RedirectURIs: []string{redirect}}
		number := on.number(t, "verified")
		flow := own.authorization(number, w.verifyScope)
		code := flow.code(t, on)
		form := flow.exchange(code)
		form.Del("client_id")
		tokens := on.submit(t, tokenPath, first.credentials(t, on, nil), form).object(t)
		access, _ := tokens["access_token"].(string)
		w.wantVerified(t, on.do(t, w.asking(access, naming(number))), true)

		second := first
		second.PrivateKey = on.administered(t, "rotate-application-key", "-application_id", first.ID).text("private_key")
		wantKeys := func(step string, keys map[string]bool) {
			t.Helper()
			for key, good := range keys {
				a := application{ID: first.ID, PrivateKey: key}
				if on.authenticates(t, a.credentials(t, on, nil)) != good {
					t.Errorf("%s: a key authenticates: %t", step, !good)
				}
			}
		}
		wantKeys("rotated", map[string]bool{first.PrivateKey: true, second.PrivateKey: true})
		on.administered(t, "drop-application-key", "-application_id", first.ID)
		wantKeys("dropped", map[string]bool{first.PrivateKey: false, second.PrivateKey: true})
		back := on.administered(t, "rotate-application-key", "-application_id", first.ID, "-public_key", first.public(t))
		if back.text("private_key") != "" {
			t.Error("a private key is made up for a customer's public one")
		}
		wantKeys("with his own", map[string]bool{first.PrivateKey: true, second.PrivateKey: true})
		next := on.administered(t, "rotate-application-secret", "-application_id", first.ID).text("signature_secret")
		if len(next) < 32 || next == made.text("signature_secret") {
			t.Error("the signature_secret is the same")
		}
		shown := on.administered(t, "change-application", "-application_id", first.ID, "-status_url", "none", "-outcomes", "vonage")
		if shown.text("status_url") != "" || shown.text("outcomes") != "vonage" || shown.text("signature_secret") != "" {
			t.Errorf("changed to %+v", shown.Result)
		}
		on.administered(t, "remove-application", "-application_id", first.ID)
		wantKeys("removed", map[string]bool{first.PrivateKey: false, second.PrivateKey: false})
		bad, exit, _ := on.administer(t, "show-application", "-application_id", first.ID)
		if exit != 1 || !strings.Contains(bad.Error.Message, "removed") {
			t.Errorf("a removed application is shown: %d %+v", exit, bad)
		}
	})
}

// TestStatusURL has the sandbox's verifications reported where STATUS_URL says.
func TestStatusURL(t *testing.T) {
	t.Parallel()
	const status = "http://127.0.0.1:4711/status?a=b&c"
	on := connect(t, runLocal(t, "127.0.0.1:0", "STATUS_URL="+status).url)
	for _, a := range on.Sandbox.Applications {
		if a.StatusURL != status {
			t.Errorf("%s is reported to %s", a.ID, a.StatusURL)
		}
	}
}
