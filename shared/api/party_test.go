package api_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/grant"
	"lineproof/shared/token"
)

const (
	callback = "https://client.example/callback"
	// secret is that of every client that has one, with characters that Basic and forms encode.
	secret = "s3cret: +/%&="
	// verifier is RFC 7636's own example (appendix B), and challenge its S256.
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// register makes the clients: one for each way of authentication and policy.
func (w *world) register() {
	w.t.Helper()
	scopes := []string{"openid", purpose, scopeVerify, scopeShare}
	all := []grant.Type{grant.AuthorizationCode, grant.CIBA, grant.JWTBearer}
	standard := grant.Client{
		Method: grant.PrivateKeyJWT, JWKS: token.Ring{keys()["client"]}.JWKS(), RedirectURIs: []string{callback, callback + "?own=1"},
		Scopes: scopes, Types: all, RequirePKCE: true, RequirePurpose: true, Policy: grant.StandardPolicy,
	}
	made := func(id string, change func(*grant.Client)) {
		c := standard
		c.ID = id
		c.SecretHash = grant.HashSecret(w.peppers, id, secret)
		change(&c)
		w.put(c)
	}
	made("camara", func(c *grant.Client) { c.AddressLookups = 1000 })
	made("sandbox", func(c *grant.Client) { c.Sandbox, c.AddressLookups = true, 1000 })
	made("other", func(*grant.Client) {})
	made("basic", func(c *grant.Client) {
		c.Method, c.RequirePKCE, c.RequirePurpose, c.JWKS = grant.SecretBasic, false, false, nil
	})
	made("konera", func(c *grant.Client) {
		c.Method, c.RequirePKCE, c.RequirePurpose, c.JWKS = grant.SecretPost, false, false, nil
		c.Scopes, c.Policy = append(scopes, "offline_access"), grant.KoneraPolicy
		c.Types = []grant.Type{grant.AuthorizationCode, grant.RefreshToken}
	})
	made("vonage", func(c *grant.Client) {
		c.Method, c.RequirePKCE, c.RequirePurpose = grant.ApplicationJWT, false, false
		c.Scopes = []string{"openid", purpose, "number-verification-verify-read"}
		c.JWKS = token.Ring{keys()["client-rsa"]}.JWKS()
	})
	made("own", func(c *grant.Client) {
		c.Scopes, c.Types, c.Policy = []string{purpose, scopeOTP}, []grant.Type{grant.ClientCredentials}, grant.OwnPolicy
		c.RequirePurpose, c.Account = false, standardKey.String()
	})
	made("ec", func(c *grant.Client) { c.IDTokenAlg, c.Sector = token.ES256, "sector.example" })
	made("sector", func(c *grant.Client) { c.Sector = "sector.example" })
}

func (w *world) put(c grant.Client) {
	w.t.Helper()
	if err := w.clients.Put(context.Background(), c); err != nil {
		w.t.Fatal(err)
	}
}

// change registers a client anew.
func (w *world) change(id string, change func(*grant.Client)) {
	w.t.Helper()
	c, err := w.clients.Client(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	change(&c)
	w.put(c)
}

// sign makes a JWT by the key with these claims; a nil claim is left out.
func sign(t testing.TB, key token.Key, typ string, claims jwt.MapClaims) string {
	t.Helper()
	claims = maps.Clone(claims)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	made := jwt.NewWithClaims(jwt.GetSigningMethod(key.Alg), claims)
	made.Header["kid"] = key.ID
	if made.Header["typ"] = typ; typ == "" {
		delete(made.Header, "typ")
	}
	text, err := made.SignedString(key.Private())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// nextID gives a jti that was not given before.
func (w *world) nextID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.jti++
	return fmt.Sprintf("jti-%d", w.jti)
}

// dated gives claims of now with a new jti, for 60 s, and the changes.
func (w *world) dated(base jwt.MapClaims, changes ...jwt.MapClaims) jwt.MapClaims {
	now := w.Now()
	claims := jwt.MapClaims{"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": w.nextID()}
	maps.Copy(claims, base)
	for _, change := range changes {
		maps.Copy(claims, change)
	}
	return claims
}

// assertion makes a private_key_jwt of the client.
func (w *world) assertion(client string, changes ...jwt.MapClaims) string {
	return sign(w.t, keys()["client"], "JWT", w.dated(jwt.MapClaims{"iss": client, "sub": client, "aud": issuer}, changes...))
}

// bearerAssertion makes a JWT-bearer assertion of the client about subject.
func (w *world) bearerAssertion(client, subject string, changes ...jwt.MapClaims) string {
	base := jwt.MapClaims{"iss": client, "sub": subject, "aud": issuer, "scope": purpose + " " + scopeVerify}
	return sign(w.t, keys()["client"], "JWT", w.dated(base, changes...))
}

// operatorToken makes an operator's token for the subscriber's SIM.
func (w *world) operatorToken(changes ...jwt.MapClaims) string {
	return sign(w.t, keys()["operator"], "JWT", w.dated(jwt.MapClaims{"iss": operator, "sub": "tel:" + subscriber, "aud": issuer}, changes...))
}

// requestObject makes the client's signed request object.
func (w *world) requestObject(client string, parameters jwt.MapClaims) string {
	return sign(w.t, keys()["client"], "oauth-authz-req+jwt", w.dated(jwt.MapClaims{"iss": client, "aud": issuer}, parameters))
}

// applicationJWT makes Vonage's.
func (w *world) applicationJWT(changes ...jwt.MapClaims) string {
	return sign(w.t, keys()["client-rsa"], "JWT", w.dated(jwt.MapClaims{"application_id": "vonage"}, changes...))
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request and gives its answer.
func (w *world) do(r *http.Request) answer {
	w.t.Helper()
	rw := httptest.NewRecorder()
	w.handler.ServeHTTP(rw, r)
	return answer{rw.Code, rw.Result().Header, rw.Body.String()}
}

// member gives a member of a JSON answer as text, or "".
func (a answer) member(name string) string {
	var object map[string]any
	if json.Unmarshal([]byte(a.body), &object) != nil || object[name] == nil {
		return ""
	}
	return fmt.Sprint(object[name])
}

// is checks status and error code, whichever way the wire spells it.
func (a answer) is(t testing.TB, status int, code string) {
	t.Helper()
	got := a.member("error") + a.member("code")
	if a.status != status || got != code {
		t.Errorf("answered %d %s, want %d %s", a.status, a.body, status, code)
	}
}

// form makes values of name, value, name, value…; a value of "" is left out.
func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	return values
}

// merged gives the base with changes of name, value…; a value of "" takes the name away.
func merged(base url.Values, pairs ...string) url.Values {
	values := maps.Clone(base)
	for i := 0; i < len(pairs); i += 2 {
		if values.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			values.Del(pairs[i])
		}
	}
	return values
}

func post(path string, values url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

const tokenPath, backchannelPath, authorizePath, revokePath = "/oauth2/token", "/oauth2/bc-authorize", "/oauth2/authorize", "/oauth2/revoke"

// as makes a form request with the client's credentials, in the way that it is registered for. What
// values say of them wins.
func (w *world) as(client, path string, values url.Values) *http.Request {
	switch client {
	case "basic":
		r := post(path, values)
		r.SetBasicAuth(url.QueryEscape(client), url.QueryEscape(secret))
		return r
	case "konera":
		return post(path, over(form("client_id", client, "client_secret", secret), values))
	case "vonage":
		r := post(path, values)
		r.Header.Set("Authorization", "Bearer "+w.applicationJWT())
		return r
	default:
		return post(path, over(form("client_assertion_type", assertionType, "client_assertion", w.assertion(client)), values))
	}
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// over gives base with the values, which win.
func over(base, values url.Values) url.Values {
	maps.Copy(base, values)
	return base
}

// authorization is a good authorization request of a client.
func authorization(client string) url.Values {
	scope := purpose + " openid " + scopeVerify
	switch client {
	case "konera":
		scope = "openid offline_access " + scopeVerify
	case "vonage":
		scope = "openid " + purpose + "#number-verification-verify-read"
	}
	return form("response_type", "code", "client_id", client, "redirect_uri", callback, "scope", scope,
		"state", "a state", "nonce", "a nonce", "code_challenge", challenge, "code_challenge_method", "S256")
}

// authorize sends an authorization request from the subscriber's phone.
func (w *world) authorize(values url.Values) answer {
	r := httptest.NewRequest(http.MethodGet, authorizePath+"?"+values.Encode(), nil)
	r.RemoteAddr = "192.0.2.1:40000"
	return w.do(r)
}

// redirected gives the parameters that came back to the callback.
func (a answer) redirected(t testing.TB) url.Values {
	t.Helper()
	location, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusFound || !strings.HasPrefix(location.String(), callback+"?") {
		t.Fatalf("no redirect to the client: %d %q %s", a.status, location, a.body)
	}
	return location.Query()
}

// code gives a new code of the client, for which the subscriber was identified.
func (w *world) code(values url.Values) string {
	w.t.Helper()
	w.attach("192.0.2.1")
	code := w.authorize(values).redirected(w.t).Get("code")
	if code == "" {
		w.t.Fatal("no code")
	}
	return code
}

// codeForm is the good exchange of a code.
func codeForm(code string) url.Values {
	return form("grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", verifier)
}

// exchange gives the answer to the exchange of a new code of the client.
func (w *world) exchange(client string) answer {
	w.t.Helper()
	return w.do(w.as(client, tokenPath, codeForm(w.code(authorization(client)))))
}

// accessToken puts an issued grant with this scope and signs its access token.
func (w *world) accessToken(scope string, changes ...func(*grant.Grant)) string {
	w.t.Helper()
	id, err := grant.NewID(w.random)
	if err != nil {
		w.t.Fatal(err)
	}
	g := grant.Grant{
		ID: id, Client: "camara", State: grant.Issued, Type: grant.AuthorizationCode, Scope: scope, Number: msisdn(w.t, subscriber),
		AMR: grant.NetworkBased, Policy: grant.StandardPolicy, AuthTime: w.Now(), Expires: w.Now().Add(grant.StandardPolicy.Lifetime),
	}
	for _, change := range changes {
		change(&g)
	}
	if err := w.grants.Put(context.Background(), g); err != nil {
		w.t.Fatal(err)
	}
	raw, err := w.ports().Signer().Access(token.Access{
		ID: g.ID, Client: g.Client, Subject: "subject", Scope: g.Scope, Issued: w.Now(), Expires: w.Now().Add(g.Policy.Lifetime), SingleUse: g.Policy.SingleUse,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return raw
}

// verify calls CAMARA 2's verify with the token about the number.
func (w *world) verify(raw, claimed string) answer {
	return w.do(verifyRequest(raw, `{"phoneNumber":"`+claimed+`"}`))
}

func verifyRequest(raw, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/number-verification/v2/verify", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+raw)
	return r
}

// claimsOf reads a JWT without verifying it.
func claimsOf(t testing.TB, raw string) map[string]any {
	t.Helper()
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		t.Fatalf("no JWT: %q", raw)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims map[string]any
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		t.Fatalf("no JWT: %q", raw)
	}
	return claims
}
