package e2e_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
)

// The paths of OAuth that most wires share.
const (
	authorizePath   = "/oauth2/authorize"
	tokenPath       = "/oauth2/token"
	backchannelPath = "/oauth2/bc-authorize"
)

// Grant types as registered with IANA.
const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantCIBA    = "urn:openid:params:grant-type:ciba"
	grantBearer  = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// tokens is a successful answer of the token endpoint.
type tokens struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
	Scope        string `json:"scope"`
}

// verifier gives a PKCE code_verifier with its S256 challenge (RFC 7636 §4).
func verifier() (secret, challenge string) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	secret = base64.RawURLEncoding.EncodeToString(raw)
	sum := sha256.Sum256([]byte(secret))
	return secret, base64.RawURLEncoding.EncodeToString(sum[:])
}

// visit opens the authorization endpoint as a browser does and gives the query with which it is
// sent back to redirect.
func (on target) visit(tb testing.TB, path string, query url.Values, header http.Header) url.Values {
	tb.Helper()
	a := on.do(tb, call{Method: http.MethodGet, Path: path + "?" + query.Encode(), Header: header})
	return sentBack(tb, a, query.Get("redirect_uri"))
}

// sentBack reads the redirection to a registered redirect_uri.
func sentBack(tb testing.TB, a answer, redirect string) url.Values {
	tb.Helper()
	location, err := url.Parse(a.Header.Get("Location"))
	if err != nil || a.Status != http.StatusFound {
		tb.Fatalf("authorize answered %d %s, want a redirection", a.Status, a.Body)
	}
	query := location.Query()
	location.RawQuery = ""
	if location.String() != redirect {
		tb.Fatalf("sent back to %s, want %s", location, redirect)
	}
	return query
}

// authorization is what a client asks of the authorization endpoint and what it keeps to exchange
// the code.
type authorization struct {
	client      client
	authorize   string
	token       string
	query       url.Values
	verifier    string
	redirectURI string
}

// authorization begins a code flow in which hint names a sandbox number; PKCE is used where the
// client needs it.
func (c client) authorization(hint, scope string) authorization {
	a := authorization{client: c, authorize: authorizePath, token: tokenPath, redirectURI: c.RedirectURIs[0]}
	a.query = url.Values{
		"response_type": {"code"}, "client_id": {c.ID}, "redirect_uri": {a.redirectURI}, "scope": {scope},
		"state": {rand.Text()}, "nonce": {rand.Text()},
	}
	if hint != "" {
		a.query.Set("login_hint", "tel:"+hint)
	}
	if c.RequirePKCE {
		secret, challenge := verifier()
		a.verifier = secret
		a.query.Set("code_challenge", challenge)
		a.query.Set("code_challenge_method", "S256")
	}
	return a
}

// code gets the code, which must come with the client's state and our issuer (RFC 9207).
func (a authorization) code(tb testing.TB, on target) string {
	tb.Helper()
	back := on.visit(tb, a.authorize, a.query, nil)
	if back.Get("code") == "" || back.Get("state") != a.query.Get("state") || back.Get("iss") != on.issuer() {
		tb.Fatalf("sent back with %v, want a code, the state and iss=%s", back, on.issuer())
	}
	return back.Get("code")
}

// exchange gives the form that exchanges the code.
func (a authorization) exchange(code string) url.Values {
	form := url.Values{"grant_type": {grantCode}, "code": {code}, "redirect_uri": {a.redirectURI}}
	if a.verifier != "" {
		form.Set("code_verifier", a.verifier)
	}
	return form
}

// tokens runs the whole code flow.
func (a authorization) tokens(tb testing.TB, on target) tokens {
	tb.Helper()
	form := a.exchange(a.code(tb, on))
	return on.submit(tb, a.token, a.client.credentials(tb, on), form).tokens(tb)
}

// tokens reads the answer of a successful exchange.
func (a answer) tokens(tb testing.TB) tokens {
	tb.Helper()
	var got tokens
	if err := json.Unmarshal(a.Body, &got); err != nil || a.Status != http.StatusOK {
		tb.Fatalf("the token endpoint answered %d %s", a.Status, a.Body)
	}
	if got.AccessToken == "" || got.TokenType != "Bearer" || got.ExpiresIn <= 0 {
		tb.Fatalf("not a token answer (RFC 6749 §5.1): %s", a.Body)
	}
	return got
}

// wantOAuth asserts an error answer of RFC 6749 §5.2.
func (a answer) wantOAuth(tb testing.TB, status int, code string) {
	tb.Helper()
	object := a.object(tb)
	wantMembers(tb, object, "error", "error_description")
	if a.Status != status || object["error"] != code {
		tb.Errorf("answered %d %s, want %d %s", a.Status, a.Body, status, code)
	}
	a.wantType(tb, typeJSON)
	if challenge := a.Header.Get("WWW-Authenticate"); status == http.StatusUnauthorized && challenge == "" {
		tb.Error("a 401 without WWW-Authenticate (RFC 6749 §5.2)")
	}
}
