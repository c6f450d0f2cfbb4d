package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/grant"
)

func TestEachWayOfClientAuthentication(t *testing.T) {
	t.Parallel()
	for _, client := range []string{"camara", "basic", "konera", "vonage", "ec"} {
		w := newWorld(t)
		a := w.exchange(client)
		if a.status != http.StatusOK || a.member("access_token") == "" || a.member("token_type") != "Bearer" {
			t.Errorf("%s: %d %s", client, a.status, a.body)
		}
	}
}

// refusal is a request that fails and leaves the code as it was.
type refusal struct {
	change func(w *world, r *http.Request, values url.Values) (*http.Request, url.Values)
	status int
	code   string
}

// changed changes the form alone.
func changed(status int, code string, pairs ...string) refusal {
	return refusal{func(_ *world, r *http.Request, values url.Values) (*http.Request, url.Values) {
		return r, merged(values, pairs...)
	}, status, code}
}

// asserted changes the claims of the client's assertion.
func asserted(status int, code string, changes jwt.MapClaims) refusal {
	return refusal{func(w *world, r *http.Request, values url.Values) (*http.Request, url.Values) {
		return r, merged(values, "client_assertion", w.assertion("camara", changes))
	}, status, code}
}

// keyed signs the client's assertion with another key, or as another type.
func keyed(key, typ string) refusal {
	return refusal{func(w *world, r *http.Request, values url.Values) (*http.Request, url.Values) {
		claims := w.dated(jwt.MapClaims{"iss": "camara", "sub": "camara", "aud": issuer})
		return r, merged(values, "client_assertion", sign(w.t, keys()[key], typ, claims))
	}, 401, "invalid_client"}
}

func authorizedBy(status int, code, header string, pairs ...string) refusal {
	return refusal{func(_ *world, r *http.Request, values url.Values) (*http.Request, url.Values) {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", header)
		return r, merged(values, pairs...)
	}, status, code}
}

func TestRefusedExchangesBurnNothing(t *testing.T) {
	t.Parallel()
	noAssertion := []string{"client_assertion", "", "client_assertion_type", ""}
	with := func(pairs ...string) []string { return append(append([]string{}, noAssertion...), pairs...) }
	for name, test := range map[string]refusal{
		"no authentication":               changed(401, "invalid_client", noAssertion...),
		"client_id alone":                 changed(401, "invalid_client", with("client_id", "camara")...),
		"another client_id":               changed(401, "invalid_client", "client_id", "other"),
		"an assertion of no type":         changed(401, "invalid_client", "client_assertion_type", ""),
		"an assertion of another type":    changed(401, "invalid_client", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
		"a malformed assertion":           changed(401, "invalid_client", "client_assertion", "x"),
		"a secret, of a client with keys": changed(401, "invalid_client", with("client_id", "camara", "client_secret", secret)...),
		"Basic, of a client with keys":    authorizedBy(401, "invalid_client", basic("camara", secret), noAssertion...),
		"another client's secret":         changed(401, "invalid_client", with("client_id", "konera", "client_secret", "x")...),
		"an unknown client":               changed(401, "invalid_client", with("client_id", "nobody", "client_secret", secret)...),
		"assertion and secret":            changed(400, "invalid_request", "client_id", "camara", "client_secret", secret),
		"assertion and Basic":             authorizedBy(400, "invalid_request", basic("camara", secret)),
		"assertion and Bearer":            authorizedBy(400, "invalid_request", "Bearer x"),
		"another client's code":           asserted(400, "invalid_grant", jwt.MapClaims{"iss": "other", "sub": "other"}),
		"iss is another client":           asserted(401, "invalid_client", jwt.MapClaims{"iss": "other"}),
		"sub is another client":           asserted(401, "invalid_client", jwt.MapClaims{"sub": "other"}),
		"an unknown client's assertion":   asserted(401, "invalid_client", jwt.MapClaims{"iss": "nobody", "sub": "nobody"}),
		"for another audience":            asserted(401, "invalid_client", jwt.MapClaims{"aud": "https://other.example"}),
		"for the authorization endpoint":  asserted(401, "invalid_client", jwt.MapClaims{"aud": issuer + authorizePath}),
		"without audience":                asserted(401, "invalid_client", jwt.MapClaims{"aud": nil}),
		"without jti":                     asserted(401, "invalid_client", jwt.MapClaims{"jti": nil}),
		"without exp":                     asserted(401, "invalid_client", jwt.MapClaims{"exp": nil}),
		"expired":                         asserted(401, "invalid_client", jwt.MapClaims{"iat": noon.Unix() - 301, "exp": noon.Unix() - 31}),
		"of too long a life":              asserted(401, "invalid_client", jwt.MapClaims{"exp": noon.Unix() + 301}),
		"iat in the future":               asserted(401, "invalid_client", jwt.MapClaims{"iat": noon.Unix() + 31, "exp": noon.Unix() + 90}),
		"another key":                     keyed("stranger", "JWT"),
		"an RSA key of another":           keyed("client-rsa", "JWT"),
		"the type of an access token":     keyed("client", "at+jwt"),
		"no code":                         changed(400, "invalid_request", "code", ""),
		"no redirect_uri":                 changed(400, "invalid_request", "redirect_uri", ""),
		"another redirect_uri":            changed(400, "invalid_grant", "redirect_uri", callback+"/"),
		"no grant_type":                   changed(400, "invalid_request", "grant_type", ""),
		"an unknown grant_type":           changed(400, "unsupported_grant_type", "grant_type", "authorization_codex"),
		"a grant_type not allowed":        changed(400, "unauthorized_client", "grant_type", "refresh_token"),
		"CIBA with the code":              changed(400, "invalid_grant", "grant_type", cibaType, "auth_req_id", "code"),
		"no verifier":                     changed(400, "invalid_grant", "code_verifier", ""),
		"another verifier":                changed(400, "invalid_grant", "code_verifier", verifier[1:]+"A"),
		"the challenge as verifier":       changed(400, "invalid_grant", "code_verifier", challenge),
		"a short verifier":                changed(400, "invalid_grant", "code_verifier", verifier[1:]),
		"a long verifier":                 changed(400, "invalid_grant", "code_verifier", strings.Repeat("a", 129)),
		"a verifier of other characters":  changed(400, "invalid_grant", "code_verifier", verifier+"+"),
	} {
		w := newWorld(t)
		code := w.code(authorization("camara"))
		good := w.as("camara", tokenPath, codeForm(code))
		if err := good.ParseForm(); err != nil {
			t.Fatal(err)
		}
		r, values := test.change(w, good, good.PostForm)
		if values.Get("auth_req_id") == "code" {
			values.Set("auth_req_id", code)
		}
		bad := post(tokenPath, values)
		bad.Header = r.Header
		a := w.do(bad)
		if a.status != test.status || a.member("error") != test.code {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if authenticate := a.header.Get("WWW-Authenticate"); (authenticate != "") != (a.status == 401) {
			t.Errorf("%s: %d with WWW-Authenticate %q", name, a.status, authenticate)
		}
		if again := w.do(w.as("camara", tokenPath, codeForm(code))); again.status != http.StatusOK {
			t.Errorf("%s: the code is burnt: %s", name, again.body)
		}
	}
}

func basic(client, secret string) string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(url.QueryEscape(client), url.QueryEscape(secret))
	return r.Header.Get("Authorization")
}

// golang.org/x/oauth2 asks by Basic first and, when that fails, once more by the form.
func TestClientsThatTryBasicFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(authorization("konera"))
	first := post(tokenPath, codeForm(code))
	first.Header.Set("Authorization", basic("konera", secret))
	w.do(first).is(t, 401, "invalid_client")
	if a := w.do(w.as("konera", tokenPath, codeForm(code))); a.status != http.StatusOK {
		t.Errorf("the second try: %s", a.body)
	}
}

func TestAudiencesOfAssertions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, aud := range []any{issuer, issuer + tokenPath, issuer + backchannelPath, []string{"https://other.example", issuer + tokenPath}} {
		r := w.as("camara", backchannelPath, form("scope", goodScope, "login_hint", "tel:"+subscriber, "client_assertion", w.assertion("camara", jwt.MapClaims{"aud": aud})))
		if a := w.do(r); a.status != http.StatusOK {
			t.Errorf("aud %v: %s", aud, a.body)
		}
	}
	r := w.as("camara", tokenPath, form("grant_type", cibaType, "auth_req_id", "x", "client_assertion", w.assertion("camara", jwt.MapClaims{"aud": issuer + backchannelPath})))
	w.do(r).is(t, 401, "invalid_client")
}

func TestAssertionsWorkOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	assertion := w.assertion("camara")
	ask := func() answer {
		return w.do(w.as("camara", backchannelPath, form("scope", goodScope, "login_hint", "tel:"+subscriber, "client_assertion", assertion)))
	}
	ask().is(t, 200, "")
	ask().is(t, 401, "invalid_client")
	w.advance(80 * time.Second)
	ask().is(t, 401, "invalid_client")
	w.advance(time.Hour)
	ask().is(t, 401, "invalid_client")
}

func TestApplicationJWTs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		raw  func(w *world) string
		want int
	}{
		"good":        {func(w *world) string { return w.applicationJWT() }, 200},
		"without exp": {func(w *world) string { return w.applicationJWT(jwt.MapClaims{"exp": nil}) }, 200},
		"expired": {func(w *world) string {
			return w.applicationJWT(jwt.MapClaims{"iat": noon.Unix() - 3600, "exp": noon.Unix() - 31})
		}, 401},
		"of another":    {func(w *world) string { return w.applicationJWT(jwt.MapClaims{"application_id": "camara"}) }, 401},
		"of an unknown": {func(w *world) string { return w.applicationJWT(jwt.MapClaims{"application_id": "x"}) }, 401},
		"of another key": {func(w *world) string {
			return sign(w.t, keys()["client"], "JWT", w.dated(jwt.MapClaims{"application_id": "vonage"}))
		}, 401},
		"malformed":          {func(*world) string { return "x" }, 401},
		"a client assertion": {func(w *world) string { return w.assertion("vonage") }, 401},
	} {
		w := newWorld(t)
		code := w.code(authorization("vonage"))
		r := post(tokenPath, codeForm(code))
		r.Header.Set("Authorization", "Bearer "+test.raw(w))
		if a := w.do(r); a.status != test.want {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// A client without PKCE may not send a verifier: its code was not bound to one (RFC 9700 §4.8.2).
func TestVerifierWithoutChallenge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(merged(authorization("basic"), "code_challenge", "", "code_challenge_method", ""))
	w.do(w.as("basic", tokenPath, codeForm(code))).is(t, 400, "invalid_grant")
	w.do(w.as("basic", tokenPath, merged(codeForm(code), "code_verifier", ""))).is(t, 200, "")
}

func TestCodesEndAfterAMinute(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]int{59 * time.Second: 200, 60 * time.Second: 400, 48 * time.Hour: 400} {
		w := newWorld(t)
		code := w.code(authorization("camara"))
		w.advance(wait)
		if a := w.do(w.as("camara", tokenPath, codeForm(code))); a.status != want {
			t.Errorf("after %v: %d %s", wait, a.status, a.body)
		}
	}
}

func TestReuseOfACodeRevokesWhatItIssued(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]func(w *world, access string){
		"unused": func(*world, string) {},
		"late":   func(w *world, _ string) { w.advance(2 * time.Minute) },
	} {
		w := newWorld(t)
		code := w.code(authorization("camara"))
		first := w.do(w.as("camara", tokenPath, codeForm(code)))
		between(w, first.member("access_token"))
		w.do(w.as("camara", tokenPath, codeForm(code))).is(t, 400, "invalid_grant")
		if a := w.verify(first.member("access_token"), subscriber); a.status != 401 {
			t.Errorf("%s: what the code issued still opens: %s", name, a.body)
		}
	}
}

// A code that only looks like one that was exchanged revokes nothing.
func TestAForgedCodeRevokesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(authorization("camara"))
	first := w.do(w.as("camara", tokenPath, codeForm(code)))
	forged := code[:30] + strings.Repeat("A", 34)
	w.do(w.as("camara", tokenPath, codeForm(forged))).is(t, 400, "invalid_grant")
	w.verify(first.member("access_token"), subscriber).is(t, 200, "")
}

// parallel asks n times at once and counts the answers by status.
func parallel(n int, ask func() answer) map[int]int {
	var mu sync.Mutex
	var all sync.WaitGroup
	start := make(chan struct{})
	counted := map[int]int{}
	for range n {
		all.Go(func() {
			<-start
			a := ask()
			mu.Lock()
			defer mu.Unlock()
			counted[a.status]++
		})
	}
	close(start)
	all.Wait()
	return counted
}

func TestFiftyExchangesOfOneCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(authorization("konera"))
	var mu sync.Mutex
	issued := ""
	counted := parallel(50, func() answer {
		a := w.do(w.as("konera", tokenPath, codeForm(code)))
		if a.status == 200 {
			mu.Lock()
			defer mu.Unlock()
			issued = a.member("access_token")
		}
		return a
	})
	if counted[200] != 1 || counted[400] != 49 {
		t.Fatalf("answers: %v", counted)
	}
	if a := w.konera(issued); a.status != 401 {
		t.Errorf("what the code issued still opens: %s", a.body)
	}
}

// refreshed sends a refresh token of konera's.
func (w *world) refreshed(raw, scope string) answer {
	return w.do(w.as("konera", tokenPath, form("grant_type", "refresh_token", "refresh_token", raw, "scope", scope)))
}

func TestKoneraPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.exchange("konera")
	if a.member("expires_in") != "3600" || a.member("refresh_token") == "" || a.member("id_token") == "" || a.member("scope") != "openid offline_access "+scopeVerify {
		t.Errorf("answered %s", a.body)
	}
	for range 3 {
		w.konera(a.member("access_token")).is(t, 200, "")
	}
	w.advance(3600 * time.Second)
	w.konera(a.member("access_token")).is(t, 401, "UNAUTHENTICATED")
	w.konera(w.refreshed(a.member("refresh_token"), "").member("access_token")).is(t, 200, "")

	w = newWorld(t)
	code := w.code(merged(authorization("konera"), "scope", "openid "+scopeVerify))
	without := w.do(w.as("konera", tokenPath, codeForm(code)))
	if without.status != 200 || without.member("refresh_token") != "" || without.member("expires_in") != "3600" {
		t.Errorf("without offline_access: %s", without.body)
	}
}

func TestStandardPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.exchange("camara")
	if a.member("expires_in") != "300" || a.member("refresh_token") != "" {
		t.Errorf("answered %s", a.body)
	}
	w.verify(a.member("access_token"), stranger).is(t, 200, "")
	w.verify(a.member("access_token"), subscriber).is(t, 401, "UNAUTHENTICATED")

	w = newWorld(t)
	late := w.exchange("camara").member("access_token")
	w.advance(299 * time.Second)
	w.verify(late, subscriber).is(t, 200, "")
}

// A policy without refresh tokens gives none, whatever the client is registered for and was
// granted.
func TestNoRefreshTokenUnderAPolicyWithout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("konera", func(c *grant.Client) { c.Policy = grant.StandardPolicy })
	if a := w.exchange("konera"); a.status != 200 || a.member("refresh_token") != "" {
		t.Errorf("answered %s", a.body)
	}
	w.change("konera", func(c *grant.Client) { c.Policy, c.Types = grant.KoneraPolicy, []grant.Type{grant.AuthorizationCode} })
	if a := w.exchange("konera"); a.status != 200 || a.member("refresh_token") != "" {
		t.Errorf("a client that may not refresh: %s", a.body)
	}
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.exchange("konera")
	second := w.refreshed(first.member("refresh_token"), "")
	if second.status != 200 || second.member("refresh_token") == first.member("refresh_token") || second.member("id_token") != "" {
		t.Fatalf("answered %s", second.body)
	}
	third := w.refreshed(second.member("refresh_token"), "")
	third.is(t, 200, "")
	w.refreshed(first.member("refresh_token"), "").is(t, 400, "invalid_grant")
	w.refreshed(third.member("refresh_token"), "").is(t, 400, "invalid_grant")
	for _, a := range []answer{first, second, third} {
		if got := w.konera(a.member("access_token")); got.status != 401 {
			t.Errorf("a token of the ended family opens: %s", got.body)
		}
	}
}

func TestRefreshScopes(t *testing.T) {
	t.Parallel()
	original := "openid offline_access " + scopeVerify
	for scope, want := range map[string]struct {
		code, granted string
	}{
		"":                                     {"", original},
		"  ":                                   {"", original},
		original:                               {"", original},
		scopeVerify + " offline_access openid": {"", scopeVerify + " offline_access openid"},
		"offline_access " + scopeVerify:        {"", "offline_access " + scopeVerify},
		scopeVerify:                            {"", scopeVerify},
		original + " " + scopeShare:            {"invalid_scope", ""},
		purpose + "#" + scopeVerify:            {"invalid_scope", ""},
		"unknown":                              {"invalid_scope", ""},
	} {
		w := newWorld(t)
		first := w.exchange("konera").member("refresh_token")
		a := w.refreshed(first, scope)
		if a.member("error") != want.code || a.member("scope") != want.granted {
			t.Errorf("scope %q: %s", scope, a.body)
		}
		next := first // a refused scope burns nothing
		if want.code == "" {
			next = a.member("refresh_token")
		}
		if again := w.refreshed(next, ""); again.status != 200 || again.member("scope") != original {
			t.Errorf("scope %q: the next refresh gives %s", scope, again.body)
		}
	}
}

func TestRefreshRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := w.exchange("konera").member("refresh_token")
	w.put(grant.Client{ID: "konera-2", Method: grant.SecretPost, SecretHash: grant.HashSecret(w.peppers, "konera-2", secret),
		Types: []grant.Type{grant.RefreshToken}, Policy: grant.KoneraPolicy})
	for name, values := range map[string]url.Values{
		"none":              form("grant_type", "refresh_token"),
		"malformed":         form("grant_type", "refresh_token", "refresh_token", "x"),
		"forged":            form("grant_type", "refresh_token", "refresh_token", good[:len(good)-4]+"AAAA"),
		"another client's":  form("grant_type", "refresh_token", "refresh_token", good, "client_id", "konera-2"),
		"without a secret":  form("grant_type", "refresh_token", "refresh_token", good, "client_secret", "x"),
		"an access token":   form("grant_type", "refresh_token", "refresh_token", w.accessToken(scopeVerify)),
		"a code in its way": form("grant_type", "authorization_code", "code", good, "redirect_uri", callback),
	} {
		if a := w.do(w.as("konera", tokenPath, values)); a.status != 400 && a.status != 401 || a.member("error") == "" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	w.refreshed(good, "").is(t, 200, "")
}

// Refresh tokens end at a time that no refresh moves.
func TestRefreshTokensEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := w.exchange("konera").member("refresh_token")
	w.advance(29 * 24 * time.Hour)
	a := w.refreshed(raw, "")
	a.is(t, 200, "")
	w.advance(24*time.Hour - 30*time.Minute)
	last := w.refreshed(a.member("refresh_token"), "")
	if last.status != 200 || last.member("expires_in") != "1800" {
		t.Errorf("half an hour before the end: %s", last.body)
	}
	w.advance(30 * time.Minute)
	w.refreshed(last.member("refresh_token"), "").is(t, 400, "invalid_grant")
}

func TestFiftyRefreshesOfOneToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := w.exchange("konera").member("refresh_token")
	counted := parallel(50, func() answer { return w.refreshed(raw, "") })
	if counted[200] != 1 || counted[400] != 49 {
		t.Errorf("answers: %v", counted)
	}
}
