package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/grant"
)

// stored gives the grant that a code, refresh token or access token names.
func (w *world) stored(id string) grant.Grant {
	w.t.Helper()
	g, err := w.grants.Grant(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

func TestRedirectOnlyToWhatIsRegistered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.attach("192.0.2.1")
	w.change("camara", func(c *grant.Client) { c.RedirectURIs = []string{callback, "http://127.0.0.1/callback"} })
	for name, uri := range map[string]string{
		"a slash at the end":  callback + "/",
		"no path":             "https://client.example",
		"a sub-path":          callback + "/x",
		"another query":       callback + "?a=b",
		"an empty query":      callback + "?",
		"a fragment":          callback + "#x",
		"capitals in host":    "https://CLIENT.example/callback",
		"capitals in path":    "https://client.example/Callback",
		"the default port":    "https://client.example:443/callback",
		"another port":        "https://client.example:8443/callback",
		"userinfo":            "https://client.example@evil.example/callback",
		"a user":              "https://user@client.example/callback",
		"http":                "http://client.example/callback",
		"a dot at the end":    "https://client.example./callback",
		"a sub-domain":        "https://x.client.example/callback",
		"a longer domain":     "https://client.example.evil.example/callback",
		"a dot segment":       "https://client.example/x/../callback",
		"percent encoding":    "https://client.example/%63allback",
		"a backslash":         `https://client.example\callback`,
		"a line feed":         callback + "\nLocation: https://evil.example",
		"a space before":      " " + callback,
		"a space after":       callback + " ",
		"a loopback path":     "http://127.0.0.1:51004/other",
		"localhost":           "http://localhost/callback",
		"nothing":             "",
		"another scheme":      "javascript:alert(1)",
		"two":                 callback + " http://127.0.0.1/callback",
		"another client's":    callback + "?own=1",
		"a scheme in capital": "HTTPS://client.example/callback",
	} {
		for _, failing := range []string{"", "token"} { // with nothing else wrong, and with
			a := w.authorize(merged(authorization("camara"), "redirect_uri", uri, "response_type", failing))
			if a.status != http.StatusBadRequest || a.header.Get("Location") != "" || strings.Contains(a.body, "evil") {
				t.Errorf("%s: %d, Location %q", name, a.status, a.header.Get("Location"))
			}
		}
	}
	for _, client := range []string{"nobody", "", "CAMARA", "camara "} {
		a := w.authorize(merged(authorization("camara"), "client_id", client))
		if a.status != http.StatusBadRequest || a.header.Get("Location") != "" {
			t.Errorf("client %q: %d, Location %q", client, a.status, a.header.Get("Location"))
		}
	}
	if written, _ := w.watch.take(); len(written) != 0 {
		t.Errorf("wrote %v", written)
	}
}

func TestAuthorizeErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		client string
		change []string
		want   string // "" is a code
	}{
		"good":                             {"camara", nil, ""},
		"no response_type":                 {"camara", []string{"response_type", ""}, "invalid_request"},
		"response_type token":              {"camara", []string{"response_type", "token"}, "unsupported_response_type"},
		"response_type id_token":           {"camara", []string{"response_type", "code id_token"}, "unsupported_response_type"},
		"response_mode query":              {"camara", []string{"response_mode", "query"}, ""},
		"response_mode form_post":          {"camara", []string{"response_mode", "form_post"}, "invalid_request"},
		"no scope":                         {"camara", []string{"scope", ""}, "invalid_scope"},
		"unknown scope":                    {"camara", []string{"scope", purpose + " x"}, "invalid_scope"},
		"no purpose":                       {"camara", []string{"scope", "openid " + scopeVerify}, "invalid_scope"},
		"purpose alone":                    {"camara", []string{"scope", purpose}, "invalid_scope"},
		"two purposes":                     {"camara", []string{"scope", purpose + " dpv:Marketing " + scopeVerify}, "invalid_scope"},
		"two purposes, old form":           {"camara", []string{"scope", purpose + "#" + scopeVerify + " dpv:Marketing#" + scopeShare}, "invalid_scope"},
		"purpose, new form":                {"camara", []string{"scope", purpose + " " + scopeVerify}, ""},
		"purpose, old form":                {"camara", []string{"scope", purpose + "#" + scopeVerify}, ""},
		"purpose, old form twice":          {"camara", []string{"scope", purpose + "#" + scopeVerify + " " + purpose + "#" + scopeShare}, ""},
		"openid alone":                     {"camara", []string{"scope", "openid"}, ""},
		"offline_access":                   {"camara", []string{"scope", goodScope + " offline_access"}, "invalid_scope"},
		"no purpose where none is needed":  {"basic", []string{"scope", scopeVerify}, ""},
		"two purposes where none is":       {"basic", []string{"scope", purpose + " dpv:Marketing " + scopeVerify}, "invalid_scope"},
		"no challenge":                     {"camara", []string{"code_challenge", "", "code_challenge_method", ""}, "invalid_request"},
		"method without challenge":         {"camara", []string{"code_challenge", ""}, "invalid_request"},
		"no method, which means plain":     {"camara", []string{"code_challenge_method", ""}, "invalid_request"},
		"plain":                            {"camara", []string{"code_challenge_method", "plain"}, "invalid_request"},
		"s256":                             {"camara", []string{"code_challenge_method", "s256"}, "invalid_request"},
		"a short challenge":                {"camara", []string{"code_challenge", challenge[1:]}, "invalid_request"},
		"a long challenge":                 {"camara", []string{"code_challenge", challenge + "A"}, "invalid_request"},
		"a challenge in plain base64":      {"camara", []string{"code_challenge", strings.ReplaceAll(challenge, "-", "+")}, "invalid_request"},
		"a challenge with a line feed":     {"camara", []string{"code_challenge", challenge + "\n"}, "invalid_request"},
		"no state with a challenge":        {"camara", []string{"state", ""}, ""},
		"no PKCE, state":                   {"basic", []string{"code_challenge", "", "code_challenge_method", ""}, ""},
		"neither PKCE nor state":           {"basic", []string{"code_challenge", "", "code_challenge_method", "", "state", ""}, "invalid_request"},
		"plain where none is needed":       {"basic", []string{"code_challenge_method", "plain"}, "invalid_request"},
		"prompt none":                      {"camara", []string{"prompt", "none"}, ""},
		"prompt login":                     {"camara", []string{"prompt", "login"}, "login_required"},
		"prompt select_account":            {"camara", []string{"prompt", "select_account"}, "login_required"},
		"prompt consent":                   {"camara", []string{"prompt", "consent"}, "consent_required"},
		"prompt none login":                {"camara", []string{"prompt", "none login"}, "invalid_request"},
		"prompt unknown":                   {"camara", []string{"prompt", "create"}, "invalid_request"},
		"request_uri":                      {"camara", []string{"request_uri", "https://client.example/r"}, "request_uri_not_supported"},
		"ignored: acr, display, locales":   {"camara", []string{"acr_values", "9", "display", "x", "ui_locales", "y", "max_age", "0", "unknown", "z"}, ""},
		"a hint that proves nothing":       {"camara", []string{"login_hint", "tel:" + stranger}, ""},
		"a hint that is none":              {"camara", []string{"login_hint", "\x00"}, ""},
		"an operator token proves nothing": {"camara", []string{"login_hint", "operatortoken:x"}, ""},
		"konera_context proves nothing":    {"konera", []string{"konera_context", "ipv4:198.51.100.7"}, ""},
	} {
		w := newWorld(t)
		w.attach("192.0.2.1")
		asked := merged(authorization(test.client), test.change...)
		back := w.authorize(asked).redirected(t)
		if back.Get("error") != test.want || back.Get("state") != asked.Get("state") || back.Get("iss") != issuer {
			t.Errorf("%s: came back with %v", name, back)
		}
		if (back.Get("code") != "") != (test.want == "") || (back.Get("error_description") != "") != (test.want != "") {
			t.Errorf("%s: came back with %v", name, back)
		}
		if written, _ := w.watch.take(); (len(written) == 1) != (test.want == "") {
			t.Errorf("%s: wrote %v", name, written)
		}
		if ticket, ok := grant.ParseTicket(grant.AuthorizationCode, back.Get("code")); ok && w.stored(ticket.ID).Number != msisdn(t, subscriber) {
			t.Errorf("%s: the code is somebody else's", name)
		}
	}
}

func TestUnauthorizedClientAtAuthorize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.attach("192.0.2.1")
	w.change("camara", func(c *grant.Client) { c.Types = []grant.Type{grant.CIBA} })
	if back := w.authorize(authorization("camara")).redirected(t); back.Get("error") != "unauthorized_client" {
		t.Errorf("came back with %v", back)
	}
}

func TestNobodyIsIdentified(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.attach("192.0.2.2")
	for prompt, want := range map[string]string{"": "access_denied", "none": "login_required"} {
		if back := w.authorize(merged(authorization("camara"), "prompt", prompt)).redirected(t); back.Get("error") != want {
			t.Errorf("prompt %q: came back with %v", prompt, back)
		}
	}
}

func TestWhatAGrantHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(merged(authorization("camara"), "scope", "  openid   "+purpose+" "+scopeVerify+" "))
	ticket, ok := grant.ParseTicket(grant.AuthorizationCode, code)
	if !ok {
		t.Fatalf("code %q", code)
	}
	g := w.stored(ticket.ID)
	if g.State != grant.Authorized || g.Client != "camara" || g.AMR != grant.NetworkBased || g.Nonce != "a nonce" || g.Challenge != challenge ||
		g.RedirectURI != callback || g.Scope != "openid "+purpose+" "+scopeVerify || !g.Expires.Equal(noon.Add(time.Minute)) || !g.AuthTime.Equal(noon) {
		t.Errorf("the grant is %+v", g)
	}
}

// A native client's port is its own to choose; its code is bound to the whole redirect_uri that was
// sent.
func TestLoopbackRedirectsTakeAnyPort(t *testing.T) {
	t.Parallel()
	const sent = "http://127.0.0.1:51004/callback"
	w := newWorld(t)
	w.attach("192.0.2.1")
	w.change("camara", func(c *grant.Client) { c.RedirectURIs = []string{"http://127.0.0.1:3000/callback"} })
	a := w.authorize(merged(authorization("camara"), "redirect_uri", sent))
	back, err := url.Parse(a.header.Get("Location"))
	if err != nil || !strings.HasPrefix(back.String(), sent+"?") || back.Query().Get("code") == "" {
		t.Fatalf("%d, Location %q", a.status, back)
	}
	exchange := func(uri string) answer {
		return w.do(w.as("camara", tokenPath, merged(codeForm(back.Query().Get("code")), "redirect_uri", uri)))
	}
	exchange("http://127.0.0.1:3000/callback").is(t, 400, "invalid_grant")
	exchange(sent).is(t, 200, "")
}

func TestSandboxNumbersGoBeforeTheNetwork(t *testing.T) {
	t.Parallel()
	for hint, want := range map[string]struct {
		hasNumber bool
		amr       grant.AMR
	}{
		"tel:+990123450001": {true, "nba"}, "+990123450001": {true, "nba"}, "tel:+990123450002": {true, ""}, "tel:+990123450003": {false, "nba"},
	} {
		w := newWorld(t)
		w.attach("192.0.2.1")
		back := w.authorize(merged(authorization("sandbox"), "login_hint", hint)).redirected(t)
		ticket, _ := grant.ParseTicket(grant.AuthorizationCode, back.Get("code"))
		g := w.stored(ticket.ID)
		if g.AMR != want.amr || g.Number.IsZero() == want.hasNumber || want.hasNumber && !g.Number.IsSandbox() {
			t.Errorf("%s: %+v, number %v", hint, g, g.Number.IsZero())
		}
	}
	w := newWorld(t)
	w.attach("192.0.2.1")
	if back := w.authorize(merged(authorization("sandbox"), "login_hint", "tel:+990123450004")).redirected(t); back.Get("error") != "access_denied" {
		t.Errorf("unresolved: %v", back)
	}
	back := w.authorize(merged(authorization("camara"), "login_hint", "tel:+990123450002")).redirected(t)
	if ticket, _ := grant.ParseTicket(grant.AuthorizationCode, back.Get("code")); w.stored(ticket.ID).Number != msisdn(t, subscriber) {
		t.Error("a test number worked for a client that is not for tests")
	}
}

// object gives a request whose parameters are in a request object, with only those repeated that
// must be.
func (w *world) object(client string, changes jwt.MapClaims) url.Values {
	claims := jwt.MapClaims{}
	for name, values := range authorization(client) {
		claims[name] = values[0]
	}
	for name, value := range changes {
		claims[name] = value
	}
	full := authorization(client)
	return form("response_type", "code", "client_id", client, "redirect_uri", callback, "scope", full.Get("scope"), "request", w.requestObject(client, claims))
}

func TestRequestObjects(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		inside jwt.MapClaims
		beside []string
		want   string
	}{
		"good":                         {nil, nil, ""},
		"other nonce beside":           {nil, []string{"nonce", "other"}, ""},
		"plain challenge beside":       {nil, []string{"code_challenge_method", "plain"}, ""},
		"prompt=login beside":          {nil, []string{"prompt", "login"}, ""},
		"challenge only beside":        {jwt.MapClaims{"code_challenge": nil}, []string{"code_challenge", challenge}, "invalid_request"},
		"other scope beside":           {nil, []string{"scope", "openid"}, "invalid_request_object"},
		"no scope beside":              {nil, []string{"scope", ""}, "invalid_request_object"},
		"no response_type beside":      {nil, []string{"response_type", ""}, "invalid_request_object"},
		"no scope inside":              {jwt.MapClaims{"scope": nil}, nil, "invalid_request_object"},
		"no client_id inside":          {jwt.MapClaims{"client_id": nil}, nil, "invalid_request_object"},
		"other client_id inside":       {jwt.MapClaims{"client_id": "other"}, nil, "invalid_request_object"},
		"other redirect_uri inside":    {jwt.MapClaims{"redirect_uri": callback + "?own=1"}, nil, "invalid_request_object"},
		"other response_type inside":   {jwt.MapClaims{"response_type": "token"}, nil, "invalid_request_object"},
		"prompt=login inside":          {jwt.MapClaims{"prompt": "login"}, nil, "login_required"},
		"of another client":            {jwt.MapClaims{"iss": "other"}, nil, "invalid_request_object"},
		"for another audience":         {jwt.MapClaims{"aud": "https://other.example"}, nil, "invalid_request_object"},
		"for the endpoint":             {jwt.MapClaims{"aud": issuer + authorizePath}, nil, ""},
		"for several":                  {jwt.MapClaims{"aud": []string{"https://other.example", issuer}}, nil, ""},
		"expired":                      {jwt.MapClaims{"iat": noon.Unix() - 91, "exp": noon.Unix() - 31}, nil, "invalid_request_object"},
		"just expired":                 {jwt.MapClaims{"iat": noon.Unix() - 90, "exp": noon.Unix() - 30}, nil, ""},
		"of too long a life":           {jwt.MapClaims{"exp": noon.Unix() + 301}, nil, "invalid_request_object"},
		"without jti":                  {jwt.MapClaims{"jti": nil}, nil, "invalid_request_object"},
		"without exp":                  {jwt.MapClaims{"exp": nil}, nil, "invalid_request_object"},
		"without iat":                  {jwt.MapClaims{"iat": nil}, nil, "invalid_request_object"},
		"with sub, as assertions have": {jwt.MapClaims{"sub": "camara"}, nil, "invalid_request_object"},
		"with another within":          {jwt.MapClaims{"request": "x"}, nil, "invalid_request_object"},
		"with request_uri beside":      {nil, []string{"request_uri", "https://client.example/r"}, "request_uri_not_supported"},
		"malformed":                    {nil, []string{"request", "x.y.z"}, "invalid_request_object"},
		"a client assertion":           {nil, []string{"request", "assertion"}, "invalid_request_object"},
	} {
		w := newWorld(t)
		w.attach("192.0.2.1")
		asked := merged(w.object("camara", test.inside), test.beside...)
		if asked.Get("request") == "assertion" {
			asked.Set("request", w.assertion("camara"))
		}
		back := w.authorize(asked).redirected(t)
		if back.Get("error") != test.want {
			t.Errorf("%s: came back with %v", name, back)
			continue
		}
		if test.want == "" && back.Get("state") != "a state" {
			t.Errorf("%s: the object's state is lost: %v", name, back)
		}
		if ticket, ok := grant.ParseTicket(grant.AuthorizationCode, back.Get("code")); ok && w.stored(ticket.ID).Nonce != "a nonce" {
			t.Errorf("%s: the nonce beside the object counted", name)
		}
	}
}

func TestRequestObjectsWorkOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.attach("192.0.2.1")
	asked := w.object("camara", nil)
	if back := w.authorize(asked).redirected(t); back.Get("code") == "" {
		t.Fatalf("came back with %v", back)
	}
	if back := w.authorize(asked).redirected(t); back.Get("error") != "invalid_request_object" {
		t.Errorf("a replay came back with %v", back)
	}
}

// Only the object's parameters count, so its state goes back with an error too.
func TestStateOfARequestObjectComesBackWithErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	back := w.authorize(merged(w.object("camara", nil), "state", "another state")).redirected(t)
	if back.Get("error") != "access_denied" || back.Get("state") != "a state" {
		t.Errorf("came back with %v", back)
	}
}

func TestAuthorizeByPOST(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.attach("192.0.2.1")
	r := post(authorizePath+"?client_id=nobody&redirect_uri=https://evil.example", authorization("camara"))
	r.RemoteAddr = "192.0.2.1:40000"
	if back := w.do(r).redirected(t); back.Get("code") == "" {
		t.Errorf("came back with %v", back)
	}
	r = httptest.NewRequest(http.MethodPost, authorizePath+"?"+authorization("camara").Encode(), nil)
	if a := w.do(r); a.status != http.StatusBadRequest {
		t.Errorf("a POST with its parameters in the URL: %d", a.status)
	}
}

func FuzzAuthorize(f *testing.F) {
	f.Add(authorization("camara").Encode())
	f.Add("client_id=camara&redirect_uri=" + url.QueryEscape(callback) + "&request=a.b.c&prompt=none")
	f.Fuzz(func(t *testing.T, query string) {
		w := newWorld(t)
		w.attach("192.0.2.1")
		r := httptest.NewRequest(http.MethodGet, authorizePath, nil)
		r.URL.RawQuery, r.RemoteAddr = query, "192.0.2.1:40000"
		a := w.do(r)
		location := a.header.Get("Location")
		if a.status >= 500 || (a.status == http.StatusFound) != (location != "") {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if location != "" && !strings.HasPrefix(location, callback+"?") {
			t.Errorf("redirected to %q", location)
		}
		if strings.Contains(location, "error=server_error") {
			t.Errorf("redirected to %q", location)
		}
	})
}
