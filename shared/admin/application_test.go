package admin_test

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/account"
	"lineproof/shared/admin"
	"lineproof/shared/grant"
	"lineproof/shared/memory"
	"lineproof/shared/oauth"
	"lineproof/shared/token"
)

const applicationID = "0b6f4a1e-2f0a-4d4e-9a76-8f1f8b0c9a55"

// application gives a command about the application, with more fields.
func application(command, fields string) string {
	if fields != "" {
		fields = ", " + fields
	}
	return `{"command": "` + command + `", "application_id": "` + applicationID + `"` + fields + `}`
}

// newApplication opens an account and gives it the application, with more fields.
func newApplication(t *testing.T, fields string) (*world, map[string]any) {
	t.Helper()
	w := newWorld(t)
	w.done(t, create)
	if fields != "" {
		fields = ", " + fields
	}
	return w, w.done(t, application("create-application", `"account": "0000cafe"`+fields))
}

// privateKey reads the private_key of an answer as its owner does.
func privateKey(t *testing.T, made map[string]any) *rsa.PrivateKey {
	t.Helper()
	text, _ := made["private_key"].(string)
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "PRIVATE KEY" || len(rest) > 0 {
		t.Fatalf("made %v", made)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

// calls tells whether the application of that ID calls with the key, and for which account.
func (w *world) calls(t *testing.T, id string, key *rsa.PrivateKey) (accountKey string) {
	t.Helper()
	claims := jwt.MapClaims{"application_id": id, "iat": w.now.Unix(), "jti": "jti"}
	raw, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := oauth.Applications{Clients: w.clients, Replays: memory.NewReplays(), Now: w.Now}.
		Authenticate(context.Background(), raw, nil)
	if err != nil {
		return ""
	}
	return signed.Application.Account
}

// secret returns the signature secret that is kept of the application.
func (w *world) secret(t *testing.T, id string) string {
	t.Helper()
	text, _ := account.OpenSignature(w.AccountPeppers, id, w.client(t, id).Signature)
	return text
}

func publicPEM(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// quoted writes a text as JSON.
func quoted(text string) string { return string(must(json.Marshal(text))) }

func TestCreateApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, create)
	made := w.done(t, `{"command": "create-application", "account": "0000CAFE"}`)
	id, _ := made["application_id"].(string)
	if !regexp.MustCompile(`\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z`).MatchString(id) {
		t.Errorf("the application_id is %q", id)
	}
	if key := privateKey(t, made); key.N.BitLen() != 2048 || w.calls(t, id, key) != "0000cafe" {
		t.Errorf("its key is not the application's: %v", made)
	}
	if text := made["signature_secret"].(string); len(text) < 32 || w.secret(t, id) != text {
		t.Errorf("its signature_secret is %q, and %q is kept", text, w.secret(t, id))
	}
	if text, ok := account.OpenSignature(w.AccountPeppers, "0000cafe", w.client(t, id).Signature); ok {
		t.Errorf("the secret is another's too: %q", text)
	}
	want, _ := admin.Preset("vonage")
	c := w.client(t, id)
	want.ID, want.Account, want.Revision = id, "0000cafe", 1
	want.JWKS, want.Signature = c.JWKS, c.Signature
	if !reflect.DeepEqual(c, want) {
		t.Errorf("registered as\n%+v, want\n%+v", c, want)
	}
	another := w.done(t, `{"command": "create-application", "account": "0000cafe"}`)
	for _, field := range []string{"application_id", "private_key", "signature_secret"} {
		if another[field] == made[field] {
			t.Errorf("two applications have the same %s", field)
		}
	}
	shown := w.done(t, `{"command": "show-application", "application_id": "`+id+`"}`)
	if shown["private_key"] != nil || shown["signature_secret"] != nil || shown["outcomes"] != "own" {
		t.Errorf("shown as %v", shown)
	}
}

// TestCreateApplicationWithEverything gives it what a customer brings, his own key among it.
func TestCreateApplicationWithEverything(t *testing.T) {
	t.Parallel()
	key, err := token.Generate(token.RS256)
	if err != nil {
		t.Fatal(err)
	}
	for name, keys := range map[string]string{
		"PEM": `"public_key": ` + quoted(publicPEM(t, key.Public)), "JWKS": `"jwks": ` + string(token.Ring{key}.JWKS()),
	} {
		w, made := newApplication(t, keys+`, "status_url": "https://a.example/status?x=y",
			"redirect_urls": ["https://a.example/back", "http://127.0.0.1:3000/"], "outcomes": "vonage", "sandbox": true`)
		if made["private_key"] != nil || w.calls(t, applicationID, key.Private().(*rsa.PrivateKey)) == "" {
			t.Errorf("%s: the customer's key does not count: %v", name, made)
		}
		c := w.client(t, applicationID)
		if c.StatusURL != "https://a.example/status?x=y" || len(c.RedirectURIs) != 2 || c.Outcomes != grant.VonageOutcomes || !c.Sandbox {
			t.Errorf("%s: registered as %+v", name, c)
		}
		shown := w.done(t, application("show-application", ""))
		for field, want := range map[string]any{
			"application_id": applicationID, "account": "0000cafe", "status_url": c.StatusURL, "outcomes": "vonage", "sandbox": true, "disabled": false,
		} {
			if shown[field] != want || made[field] != want {
				t.Errorf("%s: %s is %v, then %v, want %v", name, field, made[field], shown[field], want)
			}
		}
		w.refused(t, application("create-application", `"account": "0000cafe"`), "invalid field", "application_id")
	}
}

func TestApplicationsAreValidated(t *testing.T) {
	t.Parallel()
	w, made := newApplication(t, "")
	key, err := token.Generate(token.ES256)
	if err != nil {
		t.Fatal(err)
	}
	ec := publicPEM(t, key.Public)
	two := strings.Replace(keySets[token.RS256], `[`, `[{"kty": "oct"},`, 1)
	whole := `{"command": "create-application", "account": "0000cafe", `
	for command, want := range map[string][2]string{
		`{"command": "create-application"}`:                                                 {"missing field", "account"},
		`{"command": "create-application", "account": "x"}`:                                 {"invalid field", "account"},
		`{"command": "create-application", "account": "0000beef"}`:                          {"not found", "account"},
		whole + `"application_id": "shop"}`:                                                 {"invalid field", "application_id"},
		whole + `"application_id": "` + strings.ToUpper(applicationID) + `"}`:               {"invalid field", "application_id"},
		whole + `"outcomes": "nexmo"}`:                                                      {"invalid field", "outcomes"},
		whole + `"status_url": "http://a.example/"}`:                                        {"invalid field", "status_url"},
		whole + `"status_url": "https://100.64.0.1/"}`:                                      {"invalid field", "status_url"},
		whole + `"status_url": "https://[64:ff9b::7f00:1]/"}`:                               {"invalid field", "status_url"},
		whole + `"redirect_urls": ["https://a.example:0/"]}`:                                {"invalid field", "redirect_urls"},
		whole + `"redirect_urls": ["https://a.example:99999/"]}`:                            {"invalid field", "redirect_urls"},
		whole + `"redirect_urls": ["https://a.example/` + strings.Repeat("a", 2048) + `"]}`: {"invalid field", "redirect_urls"},
		whole + `"redirect_urls": ["http://a.example/"]}`:                                   {"invalid field", "redirect_urls"},
		whole + `"redirect_urls": ["myapp://back"]}`:                                        {"invalid field", "redirect_urls"},
		whole + `"redirect_urls": ["https://a.example", "https://a.example"]}`:              {"invalid field", "redirect_urls"},
		whole + `"public_key": "x"}`:                                                        {"invalid field", "public_key"},
		whole + `"public_key": ` + quoted(ec) + `}`:                                         {"invalid field", "public_key"},
		whole + `"public_key": ` + quoted(made["private_key"].(string)) + `}`:               {"invalid field", "public_key"},
		whole + `"jwks": ` + keySets["private "+token.RS256] + `}`:                          {"invalid field", "jwks"},
		whole + `"jwks": ` + keySets[token.ES256] + `}`:                                     {"invalid field", "jwks"},
		whole + `"jwks": {"keys": []}}`:                                                     {"invalid field", "jwks"},
		whole + `"jwks": ` + two + `}`:                                                      {"invalid field", "jwks"},
		whole + `"jwks": ` + keySets[token.RS256] + `, "public_key": "x"}`:                  {"invalid field", "jwks"},
		application("change-application", `"status_url": ""`):                               {"invalid field", "status_url"},
	} {
		w.refused(t, command, want[0], want[1])
		if r := w.ask(t, command); strings.Contains(r.Error.Message, "PRIVATE KEY-") {
			t.Errorf("%s is answered with a key", command)
		}
	}
	w.done(t, register(`"client_id": "shop", "dialect": "konera"`))
	for _, command := range []string{
		"show-application", "change-application", "rotate-application-key", "drop-application-key", "rotate-application-secret", "remove-application",
	} {
		for _, id := range []string{"shop", "nobody", "00000000-0000-4000-8000-000000000000"} {
			w.refused(t, `{"command": "`+command+`", "application_id": "`+id+`"}`, "not found", "application_id")
		}
	}
}

// TestStatusURLs takes addresses that anybody can have reports sent to, and no others.
func TestStatusURLs(t *testing.T) {
	t.Parallel()
	w, _ := newApplication(t, "")
	long := "https://a.example/" + strings.Repeat("a", 2048-len("https://a.example/"))
	for text, good := range map[string]bool{
		"https://a.example": true, "https://a.example/status?key=a&b=%20": true, "https://A.Example:8443/": true, "https://a.example./": true,
		"https://8.8.8.8/": true, "https://[2606:4700::1111]/": true, "https://xn--bcher-kva.example/": true, long: true, long + "a": false,
		"http://a.example/": false, "ftp://a.example/": false, "a.example": false, "//a.example": false, "https:a.example": false, "https:///a": false,
		"https://u@a.example/": false, "https://u:p@a.example/": false, "https://a.example/#f": false, "https://a.example/#": false,
		"https://a.example/a b": false, "https://a.example/\u00e9": false, "https://a.example/\n": false, `https://a.example\@b.example/`: false,
		"https://a.example:0/": false, "https://a.example:65536/": false, "https://a.example:x/": false, "https://*.example/": false,
		"https://localhost/": false, "https://a.localhost/": false, "https://LOCALHOST./": false, "https://intranet/": false,
		"https://127.0.0.1/": false, "https://127.1/": false, "https://0x7f.1/": false, "https://2130706433/": false, "https://1.2.3.0x4/": false, "https://0.0.0.0/": false,
		"https://10.0.0.1/": false, "https://172.16.0.1/": false, "https://192.168.0.1/": false, "https://169.254.169.254/": false, "https://224.0.0.1/": false, "https://255.255.255.255/": false,
		"https://[::1]/": false, "https://[::]/": false, "https://[fd00:ec2::254]/": false, "https://[fe80::1]/": false, "https://[fe80::1%25eth0]/": false, "https://[::ffff:127.0.0.1]/": false, "https://[::ffff:10.0.0.1]/": false,
		"http://127.0.0.1:9000/": false, "http://[::1]:9000/": false,
	} {
		w.reports(t, text, good)
	}
	w.Loopback = true
	for text, good := range map[string]bool{
		"http://127.0.0.1:9000/status": true, "https://127.0.0.1/": true, "http://[::1]:9000/": true, "https://a.example": true,
		"http://localhost:9000/": false, "http://a.example/": false, "http://10.0.0.1/": false, "ftp://127.0.0.1/": false, "http://u@127.0.0.1/": false,
	} {
		w.reports(t, text, good)
	}
	w.done(t, application("change-application", `"status_url": "none"`))
	w.done(t, `{"command": "set-status-url", "api_key": "0000cafe", "status_url": "none"}`)
	if c := w.client(t, applicationID); c.StatusURL != "" {
		t.Errorf("the application's reports still go to %s", c.StatusURL)
	}
	if a, err := w.accounts.Account(t.Context(), 0xcafe); err != nil || a.StatusURL != "" {
		t.Errorf("the account's reports still go to %s, %v", a.StatusURL, err)
	}
}

// reports has the account's and the application's verifications reported to the address, which both
// take or neither.
func (w *world) reports(t *testing.T, text string, good bool) {
	t.Helper()
	ofAccount := `{"command": "set-status-url", "api_key": "0000cafe", "status_url": ` + quoted(text) + `}`
	for _, command := range []string{ofAccount, application("change-application", `"status_url": `+quoted(text))} {
		if !good {
			w.refused(t, command, "invalid field", "status_url")
		} else if shown := w.done(t, command); shown["status_url"] != text {
			t.Errorf("%s is shown as %v", command, shown)
		}
	}
	a, err := w.accounts.Account(t.Context(), 0xcafe)
	if c := w.client(t, applicationID); err != nil || (a.StatusURL == text) != good || (c.StatusURL == text) != good {
		t.Errorf("%s: the account has %q, %v, the application %q", text, a.StatusURL, err, c.StatusURL)
	}
}

func TestChangeApplication(t *testing.T) {
	t.Parallel()
	w, _ := newApplication(t, `"status_url": "https://a.example/", "redirect_urls": ["https://a.example/back"]`)
	before := w.client(t, applicationID)
	for _, step := range []struct {
		fields string
		change func(*grant.Client)
	}{
		{"", func(*grant.Client) {}},
		{`"outcomes": "vonage"`, func(c *grant.Client) { c.Outcomes = grant.VonageOutcomes }},
		{`"status_url": "https://b.example/"`, func(c *grant.Client) { c.StatusURL = "https://b.example/" }},
		{`"redirect_urls": ["https://b.example/back"]`, func(c *grant.Client) { c.RedirectURIs = []string{"https://b.example/back"} }},
		{`"sandbox": true`, func(c *grant.Client) { c.Sandbox = true }},
		{`"outcomes": "own", "sandbox": false`, func(c *grant.Client) { c.Outcomes, c.Sandbox = "", false }},
		{`"status_url": "none", "redirect_urls": []`, func(c *grant.Client) { c.StatusURL, c.RedirectURIs = "", []string{} }},
	} {
		w.done(t, application("change-application", step.fields))
		before.Revision++
		step.change(&before)
		if c := w.client(t, applicationID); !reflect.DeepEqual(c, before) {
			t.Errorf("%s: stands\n%+v, want\n%+v", step.fields, c, before)
		}
	}
	w.refused(t, `{"command": "replace-client", "client_id": "`+applicationID+`", "dialect": "konera", "redirect_uris": ["https://a.example/"]}`, "invalid field", "client_id")
	w.refused(t, `{"command": "rotate-client-secret", "client_id": "`+applicationID+`"}`, "invalid field", "client_id")
	if listed := w.done(t, `{"command": "check-clients"}`)["clients"].([]any); len(listed) > 0 {
		t.Errorf("an application is listed as wrong: %v", listed)
	}
	if shown := w.done(t, `{"command": "show-client", "client_id": "`+applicationID+`"}`); shown["account"] != "0000cafe" {
		t.Errorf("shown as a client as %v", shown)
	}
}

// TestRotateApplicationKey has two keys good at a time, and one after the older was dropped.
func TestRotateApplicationKey(t *testing.T) {
	t.Parallel()
	w, made := newApplication(t, "")
	wantGood := func(step string, keys map[*rsa.PrivateKey]bool) {
		t.Helper()
		for key, good := range keys {
			if (w.calls(t, applicationID, key) != "") != good {
				t.Errorf("%s: a key is good: %t", step, !good)
			}
		}
	}
	secret, first := w.secret(t, applicationID), privateKey(t, made)
	second := privateKey(t, w.done(t, application("rotate-application-key", "")))
	wantGood("rotated", map[*rsa.PrivateKey]bool{first: true, second: true})
	own, err := token.Generate(token.RS256)
	if err != nil {
		t.Fatal(err)
	}
	third := own.Private().(*rsa.PrivateKey)
	for _, source := range []string{`"public_key": ` + quoted(publicPEM(t, own.Public)), `"jwks": ` + string(token.Ring{own}.JWKS())} {
		if shown := w.done(t, application("rotate-application-key", source)); shown["private_key"] != nil {
			t.Errorf("%s: a private key is made up: %v", source, shown)
		}
		wantGood("a customer's", map[*rsa.PrivateKey]bool{first: false, second: true, third: true})
		w.refused(t, application("rotate-application-key", source), "invalid field", source[1:strings.Index(source[1:], `"`)+1])
		w.done(t, application("drop-application-key", ""))
		wantGood("dropped", map[*rsa.PrivateKey]bool{second: false, third: true})
		second = privateKey(t, w.done(t, application("rotate-application-key", "")))
		w.done(t, application("drop-application-key", ""))
		w.done(t, application("drop-application-key", ""))
		wantGood("the newest alone", map[*rsa.PrivateKey]bool{second: true, third: false})
	}
	if w.secret(t, applicationID) != secret {
		t.Error("the signature_secret has changed")
	}
	next := w.done(t, application("rotate-application-secret", ""))["signature_secret"].(string)
	if len(next) < 32 || next == secret || w.secret(t, applicationID) != next {
		t.Errorf("the next signature_secret is %q, and %q is kept", next, w.secret(t, applicationID))
	}
	wantGood("with another secret", map[*rsa.PrivateKey]bool{second: true})
}

// TestRemoveApplication leaves of an application whose it was, so that nobody else has it again.
func TestRemoveApplication(t *testing.T) {
	t.Parallel()
	w, made := newApplication(t, `"status_url": "https://a.example/", "redirect_urls": ["https://a.example/"], "outcomes": "vonage"`)
	key := privateKey(t, made)
	w.done(t, `{"command": "disable-client", "client_id": "`+applicationID+`"}`)
	if w.calls(t, applicationID, key) != "" {
		t.Error("a disabled application calls")
	}
	w.done(t, `{"command": "enable-client", "client_id": "`+applicationID+`"}`)
	if w.calls(t, applicationID, key) == "" {
		t.Error("an enabled application does not call")
	}
	removed := w.done(t, application("remove-application", ""))
	if w.calls(t, applicationID, key) != "" || removed["disabled"] != true {
		t.Errorf("a removed application calls: %v", removed)
	}
	want := grant.Client{ID: applicationID, Wire: "vonage", Method: grant.ApplicationJWT, Account: "0000cafe", Disabled: true, Revision: 4}
	if c := w.client(t, applicationID); !reflect.DeepEqual(c, want) {
		t.Errorf("there stands %+v, want %+v", c, want)
	}
	for _, command := range []string{
		"show-application", "change-application", "rotate-application-key", "drop-application-key", "rotate-application-secret", "remove-application",
	} {
		w.refused(t, application(command, ""), "not found", "application_id")
	}
	client := `"client_id": "` + applicationID + `"`
	for command, field := range map[string]string{
		`{"command": "enable-client", ` + client + `}`:                                                                "client_id",
		register(client + `, "dialect": "konera"`):                                                                    "client_id",
		application("create-application", `"account": "0000cafe"`):                                                    "application_id",
		`{"command": "replace-client", "dialect": "konera", "redirect_uris": ["https://a.example/"], ` + client + `}`: "client_id",
	} {
		w.refused(t, command, "invalid field", field)
	}
	if listed := w.done(t, `{"command": "check-clients"}`)["clients"].([]any); len(listed) > 0 {
		t.Errorf("it is listed as wrong: %v", listed)
	}
}

func TestApplicationsWithoutRandomness(t *testing.T) {
	t.Parallel()
	for _, broken := range []io.Reader{iotest.ErrReader(io.ErrClosedPipe), strings.NewReader("1234567812345678"), strings.NewReader(strings.Repeat("x", 40))} {
		w, _ := newApplication(t, "")
		w.Random = broken
		for _, command := range []string{
			`{"command": "create-application", "account": "0000cafe"}`, application("rotate-application-secret", ""),
		} {
			if r := w.ask(t, command); r.Error == nil || r.Error.Kind != "internal" {
				t.Errorf("%s without randomness is answered with %+v", command, r)
			}
		}
	}
}

func TestLogHoldsNoSecretOfApplications(t *testing.T) {
	t.Parallel()
	w, made := newApplication(t, `"status_url": "https://a.example/?canary"`)
	rotated := w.done(t, application("rotate-application-key", ""))
	w.ask(t, application("change-application", `"status_url": "http://a.example/?canary"`))
	w.ask(t, `{"command": "create-application", "account": "0000cafe", "public_key": `+quoted(made["private_key"].(string))+`}`)
	for _, leak := range []string{made["signature_secret"].(string), "PRIVATE", "canary", rotated["private_key"].(string)[60:90]} {
		if strings.Contains(w.log.String(), leak) {
			t.Errorf("the log holds %s", leak)
		}
	}
	if !strings.Contains(w.log.String(), `"command":"rotate-application-key","subject":"`+applicationID+`","outcome":"done"`) {
		t.Errorf("the log lacks what was done: %s", w.log.String())
	}
}
