package api_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// marker stands in whatever a client can write freely.
const marker = "canary7f3a"

// marked are what no log and no error may hold, in every request that has them.
var marked = []string{
	strings.TrimPrefix(subscriber, "+"), strings.TrimPrefix(stranger, "+"), hashWithPlus, strings.ToUpper(hashWithPlus), hashWithoutPlus,
	secret, url.QueryEscape(secret), verifier, "a nonce", marker,
}

// inner are causes, which a log may hold and an answer may not.
var inner = []string{"an inner cause", "dynamo: throttled", "goroutine", "memory:", "token:", "network:", "phone:", "web:"}

// tokenLike finds JWTs, codes, auth_req_ids and refresh tokens.
var tokenLike = regexp.MustCompile(`[\w-]{10,}\.[\w-]{10,}\.[\w-]*|[\w-]{64,}`)

// markedCases put the marker where goldens have none.
func markedCases() []goldenCase {
	good := func(w *world) call { return numberWires[4].verifyCall(bearer(w, scopeVerify), goodBody) }
	token := func(w *world, pairs ...string) call { return w.exchanged("camara", pairs...) }
	return asks{
		"path":           func(*world) call { return get("/" + marker) },
		"path of a wire": func(*world) call { return get("/number-verification/v0/" + marker) },
		"path of OAuth":  func(*world) call { return get("/oauth2/" + marker + "?" + marker) },
		"method":         func(*world) call { return call{method: "CANARY", target: "/oauth2/" + marker} },
		"query":          func(w *world) call { c := good(w); c.target += "?" + marker + "=" + marker; return c },
		"header":         func(w *world) call { return good(w).with("X-Other", marker) },
		"accept":         func(w *world) call { return good(w).with("Accept", marker) },
		"content type":   func(w *world) call { return good(w).with("Content-Type", marker) },
		"media type":     func(w *world) call { return good(w).with("Content-Type", "text/"+marker) },
		"correlator":     func(w *world) call { return good(w).with("X-Correlator", marker) },
		"bad correlator": func(w *world) call { return good(w).with("X-Correlator", marker+"\x7f") },
		"user agent":     func(w *world) call { return good(w).with("User-Agent", marker) },
		"bearer":         func(w *world) call { return good(w).with("Authorization", "Bearer "+marker) },
		"scheme":         func(w *world) call { return good(w).with("Authorization", marker) },
		"body":           func(w *world) call { c := good(w); c.body = marker; return c },
		"member":         func(w *world) call { c := good(w); c.body = `{"` + marker + `":1}`; return c },
		"value":          func(w *world) call { c := good(w); c.body = `{"phoneNumber":"` + marker + `"}`; return c },
		"hash":           func(w *world) call { c := good(w); c.body = `{"hashedPhoneNumber":"` + marker + `"}`; return c },
		"basic":          func(w *world) call { return token(w).with("Authorization", basic(marker, marker)) },
		"grant type":     func(w *world) call { return token(w, "grant_type", marker) },
		"client":         func(w *world) call { return token(w, "client_id", marker) },
		"assertion":      func(w *world) call { return token(w, "client_assertion", marker) },
		"code":           func(w *world) call { return token(w, "code", marker) },
		"code verifier":  func(w *world) call { return token(w, "code_verifier", strings.Repeat(marker, 5)) },
		"redirect":       func(w *world) call { return token(w, "redirect_uri", "https://"+marker) },
		"form":           func(*world) call { return plain(tokenPath, marker+"=%zz"+marker) },
		"hint": func(w *world) call {
			return w.posted("camara", backchannelPath, "scope", goodScope, "login_hint", marker)
		},
		"number hint": func(w *world) call {
			return w.posted("camara", backchannelPath, "scope", goodScope, "login_hint", "tel:"+marker)
		},
		"token hint": func(w *world) call {
			return w.posted("camara", backchannelPath, "scope", goodScope, "login_hint", "operatortoken:"+marker)
		},
		"scope": func(w *world) call {
			return w.posted("camara", backchannelPath, "scope", marker, "login_hint", "tel:"+subscriber)
		},
		"authorize client": func(*world) call { return get(authorizePath + "?client_id=" + marker + "&redirect_uri=" + marker) },
		"authorize": func(*world) call {
			return get(authorizePath + "?" + merged(authorization("camara"), "scope", marker, "login_hint", marker).Encode())
		},
		"authorize object": func(*world) call {
			return get(authorizePath + "?" + merged(authorization("camara"), "request", marker).Encode())
		},
		"authorize prompt": func(w *world) call {
			w.attach("192.0.2.1")
			return get(authorizePath + "?" + merged(authorization("camara"), "prompt", marker).Encode())
		},
	}.of("marked")
}

func TestNothingSecretShows(t *testing.T) {
	t.Parallel()
	all := slices.Concat(verifyCases(), shareCases(), tokenCases(), backchannelCases(), authorizeCases(), discoveryCases(), unmatchedCases(), markedCases())
	for _, c := range all {
		w := newWorld(t)
		asked := c.ask(w)
		a := w.called(asked, "")
		sent := slices.Concat(marked, secretsIn(asked.target), secretsIn(asked.body), secretsIn(asked.header.Get("Authorization")))
		name := c.wire + "/" + c.name
		leaks(t, name+", log", w.log.String(), slices.Concat(sent, secretsIn(a.body), secretsIn(a.header.Get("Location"))))
		location := a.header.Get("Location")
		if a.status >= 400 || strings.Contains(location, "error=") {
			leaks(t, name+", answer", a.body+strings.Split(location, "&state=")[0]+a.header.Get("WWW-Authenticate"), slices.Concat(sent, inner))
		}
		if !strings.Contains(w.log.String(), `"msg":"request"`) {
			t.Errorf("%s: nothing is logged", name)
		}
	}
}

// secretsIn gives what looks like a token in a text, also when the text is form-encoded.
func secretsIn(text string) []string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		plain = text
	}
	return slices.Concat(tokenLike.FindAllString(text, -1), tokenLike.FindAllString(plain, -1))
}

func leaks(t testing.TB, where, text string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if secret != "" && strings.Contains(text, secret) {
			t.Errorf("%s: %q shows in %s", where, secret, text)
		}
	}
}

// A whole life of each flow in one log: from the first request to the last use and its replay.
func TestNothingSecretShowsInWholeFlows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sent := slices.Clone(marked)
	keepSecrets := func(a answer) answer {
		sent = slices.Concat(sent, secretsIn(a.body), secretsIn(a.header.Get("Location")))
		return a
	}
	for _, client := range []string{"camara", "basic", "konera", "vonage"} {
		code := w.code(authorization(client))
		first := keepSecrets(w.do(w.as(client, tokenPath, codeForm(code))))
		keepSecrets(w.verify(first.member("access_token"), subscriber))
		keepSecrets(w.do(w.as(client, tokenPath, codeForm(code))))
		keepSecrets(w.verify(first.member("access_token"), subscriber))
		sent = append(sent, code)
	}
	refresh := w.exchange("konera").member("refresh_token")
	for range 3 {
		keepSecrets(w.refreshed(refresh, ""))
	}
	operatorToken := w.operatorToken()
	sent = append(sent, refresh, operatorToken)
	for range 2 {
		started := keepSecrets(w.start("login_hint", "operatortoken:"+operatorToken))
		keepSecrets(w.poll("camara", started.member("auth_req_id")))
	}
	assertion := w.bearerAssertion("camara", "tel:"+subscriber)
	sent = append(sent, assertion)
	for range 2 {
		if a := keepSecrets(w.do(post(tokenPath, bearerForm(assertion)))); a.status == http.StatusOK {
			keepSecrets(w.verify(a.member("access_token"), subscriber))
		}
	}
	if len(sent) < 30 {
		t.Fatalf("only %d secrets went through", len(sent))
	}
	leaks(t, "log", w.log.String(), sent)
}
