package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestNeverRedirects answers a bad client or redirect_uri with a page that leads nowhere (RFC 6749
// §4.1.2.1).
func TestNeverRedirects(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		c := on.client(t, "camara-2")
		page := func(why string, change func(url.Values)) {
			t.Helper()
			for _, path := range []string{authorizePath, "/oauth2/auth", "/camara/api/auth/v1/authorize"} {
				query := wires[0].begin(t, on, c).query
				change(query)
				a := on.get(t, path+"?"+query.Encode())
				if a.Status != http.StatusBadRequest || a.Header.Get("Location") != "" {
					t.Errorf("%s: answered %d to %q, want a page", why, a.Status, a.Header.Get("Location"))
				}
				a.wantType(t, "text/html; charset=utf-8")
				if strings.Contains(string(a.Body), "script") {
					t.Errorf("%s: the page holds what was sent: %s", why, a.Body)
				}
			}
		}
		set := func(name string, values ...string) func(url.Values) { return func(q url.Values) { q[name] = values } }
		page("no client_id", set("client_id"))
		page("an unknown client", set("client_id", "<script>"))
		page("two clients", set("client_id", c.ID, c.ID))
		page("no redirect_uri", set("redirect_uri"))
		page("two redirect_uris", set("redirect_uri", c.RedirectURIs[0], c.RedirectURIs[0]))
		for _, near := range nearly(c.RedirectURIs[0]) {
			page(near, set("redirect_uri", near))
		}
		page("script", set("redirect_uri", "javascript:alert(1)"))
	})
}

// nearly gives URIs that lax comparisons take for the same.
func nearly(uri string) []string {
	u, err := url.Parse(uri)
	if err != nil {
		panic(err) // a registered redirect_uri
	}
	host, rest := u.Host, strings.TrimPrefix(uri, "https://")
	return []string{
		uri + "/", uri + "/more", uri + "?", uri + "?a=b", uri + "#", uri + "#fragment", uri + "%20", uri + " ", " " + uri, uri + "\n", uri + "\x00",
		strings.TrimSuffix(uri, u.Path), "http://" + rest, "HTTPS://" + rest, "https://" + strings.ToUpper(host) + u.Path,
		"https://" + host + ":443" + u.Path, "https://" + host + "." + u.Path, "https://user@" + rest, "https://" + host + ".evil.example" + u.Path,
		"https://evil.example/" + rest, "https://evil.example#" + rest, "https://" + host + "@evil.example" + u.Path, "//" + rest,
		"https://" + host + "/." + u.Path, "https://" + host + "/x/.." + u.Path, "https://" + host + strings.ToUpper(u.Path),
		"https://" + host + "/%63allback", "https:/" + rest, "https:\\\\" + rest, "https://www." + rest, uri[:len(uri)-1],
	}
}

// TestAuthorizationErrors sends every later mistake back to the client, with its state and our
// issuer.
func TestAuthorizationErrors(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		pkce, plain := on.client(t, "camara-2"), on.withSecret(t)
		for _, try := range []struct {
			client client
			change url.Values
			want   string
		}{
			{pkce, url.Values{"response_type": nil}, "invalid_request"},
			{pkce, url.Values{"response_type": {"token"}}, "unsupported_response_type"},
			{pkce, url.Values{"response_type": {"code id_token"}}, "unsupported_response_type"},
			{pkce, url.Values{"response_mode": {"fragment"}}, "invalid_request"},
			{pkce, url.Values{"scope": nil}, "invalid_scope"},
			{pkce, url.Values{"scope": {"everything"}}, "invalid_scope"},
			{pkce, url.Values{"scope": {wires[0].verifyScope, wires[0].verifyScope}}, "invalid_request"},
			{pkce, url.Values{"code_challenge": nil}, "invalid_request"},
			{pkce, url.Values{"code_challenge": nil, "code_challenge_method": nil}, "invalid_request"},
			{pkce, url.Values{"code_challenge_method": {"plain"}}, "invalid_request"},
			{pkce, url.Values{"code_challenge_method": nil}, "invalid_request"},
			{pkce, url.Values{"code_challenge": {"short"}}, "invalid_request"},
			{plain, url.Values{"state": nil}, "invalid_request"},
			{pkce, url.Values{"prompt": {"login"}}, "login_required"},
			{pkce, url.Values{"prompt": {"select_account"}}, "login_required"},
			{pkce, url.Values{"prompt": {"consent"}}, "consent_required"},
			{pkce, url.Values{"prompt": {"none login"}}, "invalid_request"},
			{pkce, url.Values{"prompt": {"dance"}}, "invalid_request"},
			{pkce, url.Values{"nonce": {"a", "b"}}, "invalid_request"},
			{pkce, url.Values{"request_uri": {"https://client.example/r"}}, "request_uri_not_supported"},
			{pkce, url.Values{"request": {"nonsense"}}, "invalid_request_object"},
		} {
			query := wires[0].begin(t, on, try.client).query
			for name, values := range try.change {
				query[name] = values
			}
			back := on.visit(t, authorizePath, query, nil)
			if back.Get("error") != try.want || back.Get("state") != query.Get("state") || back.Get("iss") != on.issuer() || back.Has("code") {
				t.Errorf("%v: sent back with %v, want %s", try.change, back, try.want)
			}
		}
		for _, fine := range []url.Values{
			{"prompt": {"none"}}, {"acr_values": {"2"}}, {"ui_locales": {"de"}}, {"state": nil}, {"nonce": nil}, {"response_mode": {"query"}}, {"max_age": {"0"}},
		} {
			query := wires[0].begin(t, on, pkce).query
			for name, values := range fine {
				query[name] = values
			}
			if back := on.visit(t, authorizePath, query, nil); back.Get("code") == "" {
				t.Errorf("%v: sent back with %v, want a code", fine, back)
			}
		}
	})
}

// TestVerifierWithoutChallenge refuses a code_verifier for a code that had no challenge (RFC 9700
// §4.8.2).
func TestVerifierWithoutChallenge(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		a := wires[0].begin(t, on, on.withSecret(t))
		code := a.code(t, on)
		form := a.exchange(code)
		secret, _ := verifier()
		form.Set("code_verifier", secret)
		on.submit(t, a.token, a.client.credentials(t, on), form).wantOAuth(t, 400, "invalid_grant")
		on.submit(t, a.token, a.client.credentials(t, on), a.exchange(code)).tokens(t)
	})
}

// TestSandboxOutcomes sends back what each test number stands for, and knows no other number by its
// hint.
func TestSandboxOutcomes(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, w wire) {
			for outcome, want := range map[string]string{"verified": "", "not_network": "", "no_number": "", "unresolved": "access_denied"} {
				for _, prompt := range []string{"", "none"} {
					if want != "" && prompt != "" {
						want = "login_required"
					}
					a := c.authorization(on.number(t, outcome), w.verifyScope)
					a.query.Set("prompt", prompt)
					if back := on.visit(t, w.authorize, a.query, nil); back.Get("error") != want || back.Has("code") == (want != "") {
						t.Errorf("%s, prompt=%s: sent back with %v, want %q", outcome, prompt, back, want)
					}
				}
			}
		})
	})
}
