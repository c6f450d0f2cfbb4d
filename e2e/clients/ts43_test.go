package clients_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/token"
)

// front is the product, to which a client brings temporary tokens of a SIM.
type front struct {
	t              *testing.T
	url            string
	client, secret string // that polls
	signer         string // that makes assertions
	key            token.Key
}

// told is a JSON object that was answered.
type told struct {
	status  int
	members map[string]any
}

func (a told) text(name string) string {
	text, _ := a.members[name].(string)
	return text
}

func (f *front) send(method, path string, header http.Header, body string) told {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header = header
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	a := told{status: answer.StatusCode}
	if err := json.NewDecoder(answer.Body).Decode(&a.members); err != nil {
		f.t.Fatalf("%s: %v", path, err)
	}
	return a
}

var jsonBody = http.Header{"Content-Type": {"application/json"}}

// admin carries out a command, and returns its result.
func (f *front) admin(command string) map[string]any {
	f.t.Helper()
	a := f.send(http.MethodPost, "/local/admin", jsonBody, command)
	result, done := a.members["result"].(map[string]any)
	if !done {
		f.t.Fatalf("%s: %v", command, a.members)
	}
	return result
}

func (f *front) post(path string, form url.Values, basic bool) told {
	f.t.Helper()
	r := &http.Request{Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	if basic {
		r.SetBasicAuth(f.client, f.secret)
	}
	return f.send(http.MethodPost, path, r.Header, form.Encode())
}

const (
	carrier   = "00101" // by which the upstream is chosen
	verifying = "openid dpv:FraudPreventionAndDetection number-verification:verify"
)

// assert brings a token in an assertion.
func (f *front) assert(vouch string) told {
	f.t.Helper()
	now := time.Now()
	raw := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": f.signer, "sub": "operatortoken:" + vouch, "aud": f.url + "/oauth2/token", "scope": verifying,
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": "assertion of " + vouch,
	})
	raw.Header["kid"] = f.key.ID
	signed, err := raw.SignedString(f.key.Private())
	if err != nil {
		f.t.Fatal(err)
	}
	return f.post("/oauth2/token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {signed}, "carrier_hint": {carrier},
	}, false)
}

// begin brings a token in a CIBA request, and returns what polls it.
func (f *front) begin(vouch string) func() told {
	f.t.Helper()
	begun := f.post("/oauth2/bc-authorize", url.Values{
		"scope": {verifying}, "login_hint": {"operatortoken:" + vouch}, "carrier_hint": {carrier},
	}, true)
	if begun.status != http.StatusOK {
		f.t.Fatalf("CIBA is answered %v", begun)
	}
	return func() told {
		return f.post("/oauth2/token", url.Values{
			"grant_type": {"urn:openid:params:grant-type:ciba"}, "auth_req_id": {begun.text("auth_req_id")},
		}, true)
	}
}

// verified tells what verify answers for a number, "true", "false" or a status.
func (f *front) verified(given told, number string) string {
	f.t.Helper()
	if given.text("access_token") == "" {
		f.t.Fatalf("there is no token: %v", given)
	}
	a := f.send(http.MethodPost, "/number-verification/v2/verify", http.Header{
		"Content-Type": {"application/json"}, "Authorization": {"Bearer " + given.text("access_token")},
	}, `{"phoneNumber":"`+number+`"}`)
	if a.status != http.StatusOK {
		return fmt.Sprint(a.status)
	}
	return fmt.Sprint(a.members["devicePhoneNumberVerified"])
}

// newFront registers clients, and puts the operator as an upstream, whose secret is a key that is
// made for it and that the operator fetches.
func newFront(t *testing.T, base string) *front {
	t.Helper()
	key, err := token.Generate(token.ES256)
	if err != nil {
		t.Fatal(err)
	}
	f := &front{t: t, url: base, key: key}
	const client = `{"command":"register-client","dialect":"camara-2","redirect_uris":["https://app.example/back"],`
	polls := f.admin(client + `"method":"client_secret_basic"}`)
	f.client, f.secret = polls["client_id"].(string), polls["client_secret"].(string)
	signs := f.admin(client + `"method":"private_key_jwt","jwks":` + string(bytes.TrimSpace(token.Ring{key}.JWKS())) + `}`)
	f.signer = signs["client_id"].(string)
	return f
}

func (f *front) behind(o *operator, way string) {
	f.t.Helper()
	f.send(http.MethodPut, "/local/upstreams/ts43", jsonBody, fmt.Sprintf(`{"profile":"camara","client_id":%q,"amr":"sba",
		"networks":[%q],"operator_tokens":%q,"token_endpoint":"%[4]s/token","backchannel_endpoint":"%[4]s/bc-authorize",
		"verify_url":"%[4]s/verify"}`, o.client, carrier, way, o.URL))
}

// Temporary tokens that a SIM gets of a real entitlement server by EAP-AKA, which are opaque to
// everybody else, verify its line through an operator that takes them by assertions or by CIBA,
// whichever way a client brings them; each does once, on either side.
func TestTemporaryTokensOfASIM(t *testing.T) {
	t.Parallel()
	sims, f := startEntitlement(t), newFront(t, localServer(t))
	o := startOperator(t, sims, "lineproof", f.url+"/oauth2/jwks")
	all := sims.tokens(10)
	next := func() string { one := all[0]; all = all[1:]; return one }
	for calls, way := range map[int]string{2: "jwt-bearer", 3: "ciba"} {
		f.behind(o, way)
		f.admin(`{"command":"set-upstream-secret","name":"ts43"}`)
		for number, want := range map[string]string{sims.msisdn: "true", "+447700900124": "false"} {
			if got := f.verified(f.assert(next()), number); got != want || o.calls() != calls {
				t.Errorf("%s, by an assertion: %s is %s", way, number, got)
			}
			if got := f.verified(f.begin(next())(), number); got != want || o.calls() != calls {
				t.Errorf("%s, by CIBA: %s is %s", way, number, got)
			}
		}
	}
	used := next()
	if _, good := sims.number(used); !good {
		t.Fatal("a fresh token is refused")
	}
	if a := f.assert(used); a.text("error") != "invalid_grant" || o.calls() == 0 {
		t.Errorf("a token that was used elsewhere: %v", a)
	}
	if a := f.assert(used); a.text("error") != "invalid_grant" || o.calls() != 0 {
		t.Errorf("a token that was brought before: %v", a)
	}
	f.behind(o, "ciba")
	poll := f.begin("later." + next())
	if a := poll(); a.text("error") != "authorization_pending" || o.calls() != 2 {
		t.Errorf("a request that waits: %v", a)
	}
	time.Sleep(5 * time.Second) // the interval
	if got := f.verified(poll(), sims.msisdn); got != "true" || o.calls() != 2 {
		t.Errorf("a request that has waited: %s", got)
	}
}
