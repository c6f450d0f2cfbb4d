package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestMalformedBodies sends each wire what is no body for it. The answer is the wire's own, and the
// token outlives it all.
func TestMalformedBodies(t *testing.T) {
	number := somebodyElse
	bodies := map[string]struct {
		body string
		want mistake
	}{
		"open":                {`{`, badBody},
		"text":                {`phoneNumber=` + number, badBody},
		"an array":            {`[` + naming(number) + `]`, badBody},
		"a string":            {`"` + number + `"`, badBody},
		"a number":            {`7`, badBody},
		"null":                {`null`, badBody},
		"something after":     {naming(number) + `{}`, badBody},
		"a comma":             {`{"phoneNumber":"` + number + `",}`, badBody},
		"a comment":           {`{"phoneNumber":"` + number + `"/**/}`, badBody},
		"single quotes":       {`{'phoneNumber':'` + number + `'}`, badBody},
		"a key twice":         {`{"phoneNumber":"` + number + `","phoneNumber":"` + number + `"}`, badBody},
		"a key twice, hidden": {`{"phoneNumber":"` + number + `","phone\u004eumber":"` + number + `"}`, badBody},
		"a key twice, deep":   {`{"phoneNumber":"` + number + `","x":{"a":1,"a":2}}`, badBody},
		"not UTF-8":           {`{"phoneNumber":"` + number + "\xff" + `"}`, badBody},
		"UTF-16":              {"\xff\xfe{\x00}\x00", badBody},
		"a byte order mark":   {"\ufeff" + naming(number), badBody},
		"a control character": {"{\"phoneNumber\":\"" + number + "\x00\"}", badBody},
		"spaces":              {"   ", badBody},
		"deep":                {`{"phoneNumber":` + strings.Repeat(`[`, 2000) + strings.Repeat(`]`, 2000) + `}`, badBody},
		"deep and open":       {strings.Repeat(`{"a":`, 1500), badBody},
		"null inside":         {`{"phoneNumber":null}`, badProperty},
		"a number inside":     {`{"phoneNumber":34123456789}`, badProperty},
		"an object inside":    {`{"phoneNumber":{}}`, badProperty},
		"an array inside":     {`{"phoneNumber":["` + number + `"]}`, badProperty},
		"a lone surrogate":    {`{"phoneNumber":"\ud800"}`, badProperty},
		"another case":        {`{"PhoneNumber":"` + number + `"}`, missingProperty},
		"8193 bytes":          {naming(number) + strings.Repeat(" ", 8193-len(naming(number))), tooLarge},
		"a megabyte":          {strings.Repeat("x", 1<<20), tooLarge},
	}
	anywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			token := w.access(t, on, "verified", w.verifyScope)
			for name, try := range bodies {
				if name == "null inside" && w.dialect == "vonage" {
					try.want = missingProperty // it takes null as none
				}
				t.Log(name)
				w.wantProblem(t, on.do(t, w.asking(token, try.body)), try.want)
			}
			full := naming(on.number(t, "verified"))
			w.wantVerified(t, on.do(t, w.asking(token, full+strings.Repeat("\n", 8192-len(full)))), true)
		})
	})
}

// TestContentTypes reads JSON as it is declared, or not declared, and nothing else.
func TestContentTypes(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			number := on.number(t, "verified")
			token := w.access(t, on, "verified", w.verifyScope)
			ask := func(token, contentType string) answer {
				c := w.asking(token, naming(number))
				if c.Header.Set("Content-Type", contentType); contentType == "" {
					c.Header.Del("Content-Type")
				}
				return on.do(t, c)
			}
			for _, wrong := range []string{
				"text/plain", "application/xml", typeForm, "application/jsonp", "application", ";", "; charset=utf-8",
			} {
				w.wantProblem(t, ask(token, wrong), wrongType)
			}
			for _, right := range []string{"", "application/json", "application/json; charset=utf8", "Application/JSON;charset=US-ASCII"} {
				w.wantVerified(t, ask(w.access(t, on, "verified", w.verifyScope), right), true)
			}
		})
	})
}

// TestCorrelators echoes what is valid in every answer, sends nothing where nothing came, and
// refuses the rest.
func TestCorrelators(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			token := w.access(t, on, "verified", w.verifyScope)
			with := func(token, correlator string) answer {
				c := w.asking(token, naming("nonsense"))
				c.Header[http.CanonicalHeaderKey(w.correlation)] = []string{correlator}
				return on.do(t, c)
			}
			for _, valid := range w.correlators.valid {
				w.wantEcho(t, with(token, valid), valid)
				w.wantEcho(t, with("", valid), valid)
			}
			for _, invalid := range w.correlators.invalid {
				a := with(token, invalid)
				w.wantProblem(t, a, badCorrelator)
				w.wantEcho(t, a, "")
			}
			c := w.asking(token, naming("nonsense"))
			c.Header.Del(w.correlation)
			a := on.do(t, c)
			w.wantProblem(t, a, badProperty)
			w.wantEcho(t, a, "")
			if w.share != "" {
				c := w.sharing(w.access(t, on, "verified", w.shareScope))
				c.Header.Set(w.correlation, w.correlators.invalid[0])
				w.wantProblem(t, on.do(t, c), badCorrelator)
			}
		})
	})
}

// TestPathsAndMethods answers unknown paths and methods in the wire that they are nearest to.
func TestPathsAndMethods(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			base := strings.TrimSuffix(w.verify, "/verify")
			for _, path := range []string{base, base + "/", base + "/nothing", w.verify + "/", w.verify + "/more", base + "/Verify", base + "//verify"} {
				for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
					a := on.do(t, call{Method: method, Path: path, Header: w.header("")})
					w.wantProblem(t, a, wrongPath)
					w.wantEcho(t, a, uuid)
				}
			}
			for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "NONSENSE"} {
				w.wantMethod(t, on, method, w.verify, http.MethodPost)
				if w.share != "" && method != w.shareMethod {
					w.wantMethod(t, on, method, w.share, w.shareMethod)
				}
			}
		})
	})
}

// wantMethod asserts that a path refuses the method and names its own in Allow.
func (w wire) wantMethod(tb testing.TB, on target, method, path, allowed string) {
	tb.Helper()
	a := on.do(tb, call{Method: method, Path: path, Header: w.header("")})
	w.wantProblem(tb, a, wrongMethod)
	if got := a.Header.Get("Allow"); got != allowed {
		tb.Errorf("%s %s: Allow is %q, want %q", method, path, got, allowed)
	}
}

// TestKoneraHasTwoPaths serves one resource under both.
func TestKoneraHasTwoPaths(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		w := speaking(t, "konera")
		token := w.access(t, on, "verified", w.verifyScope)
		for _, path := range []string{"/camara/api/number-verification/v1/verify", "/api/number-verification/v1/verify"} {
			w.verify = path
			w.wantVerified(t, on.do(t, w.asking(token, naming(on.number(t, "verified")))), true)
			w.wantProblem(t, on.do(t, w.asking("", "")), noToken)
		}
	})
}

// TestAccept answers 406 in the one wire that documents it, and ignores the header in the others.
func TestAccept(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			_, heeds := w.problems[notAcceptable]
			for accept, fits := range map[string]bool{
				"text/html": false, "application/xml, text/*;q=0.5": false, "application/json;q=0": false,
				"application/json": true, "application/*": true, "text/html, */*;q=0.1": true, "APPLICATION/JSON": true,
			} {
				c := w.asking(w.access(t, on, "verified", w.verifyScope), naming(on.number(t, "verified")))
				c.Header.Set("Accept", accept)
				a := on.do(t, c)
				if heeds && !fits {
					w.wantProblem(t, a, notAcceptable)
					continue
				}
				w.wantVerified(t, a, true)
			}
		})
	})
}

// TestMalformedOAuth sends the OAuth endpoints what they cannot read.
func TestMalformedOAuth(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		form := http.Header{"Content-Type": {typeForm}}
		for _, path := range []string{tokenPath, "/camara/api/auth/v1/token", backchannelPath} {
			for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodOptions} {
				a := on.do(t, call{Method: method, Path: path})
				a.wantOAuth(t, 405, "invalid_request")
				if a.Header.Get("Allow") != http.MethodPost {
					t.Errorf("%s %s: Allow is %q", method, path, a.Header.Get("Allow"))
				}
			}
			send := func(header http.Header, body string) answer {
				return on.do(t, call{Method: http.MethodPost, Path: path, Header: header, Body: body})
			}
			if a := send(http.Header{"Content-Type": {typeJSON}}, `{"grant_type":"authorization_code"}`); a.Status != 400 && a.Status != 401 {
				t.Errorf("%s: JSON got %d %s", path, a.Status, a.Body)
			}
			send(form, strings.Repeat("x", 8193)).wantOAuth(t, 413, "invalid_request")
			send(form, "grant_type=%ff").wantOAuth(t, 400, "invalid_request")
			send(form, "grant_type=a&grant_type=b").wantOAuth(t, 400, "invalid_request")
		}
		if a := on.post(t, authorizePath, "{}"); a.Status != http.StatusUnsupportedMediaType {
			t.Errorf("POST %s with JSON answered %d, want 415", authorizePath, a.Status)
		}
		on.do(t, call{Method: http.MethodPost, Path: tokenPath + "?grant_type=authorization_code&client_id=x&client_secret=y", Header: form}).
			wantOAuth(t, 400, "invalid_request")
		for _, path := range []string{"/oauth2", "/oauth2/nothing", "/.well-known/nothing", "/camara/api/auth/v1/nothing", tokenPath + "/"} {
			on.get(t, path).wantOAuth(t, 404, "invalid_request")
		}
		for _, path := range []string{"/oauth2/jwks", "/.well-known/openid-configuration"} {
			a := on.post(t, path, "{}")
			a.wantOAuth(t, 405, "invalid_request")
			if a.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("POST %s: Allow is %q", path, a.Header.Get("Allow"))
			}
		}
		for _, path := range []string{"/oauth2/jwks", "/.well-known/openid-configuration"} {
			of, head := on.get(t, path), on.do(t, call{Method: http.MethodHead, Path: path})
			if head.Status != 200 || len(head.Body) > 0 || head.Header.Get("Content-Type") != of.Header.Get("Content-Type") {
				t.Errorf("HEAD %s: %d %q %v", path, head.Status, head.Body, head.Header)
			}
		}
		a := on.do(t, call{Method: http.MethodDelete, Path: authorizePath})
		if allowed := strings.Split(a.Header.Get("Allow"), ", "); a.Status != 405 || !slices.Equal(allowed, []string{"GET", "POST"}) {
			t.Errorf("DELETE %s answered %d, Allow %v", authorizePath, a.Status, allowed)
		}
	})
}

// TestFormsByAnotherName reads forms whatever their label: Vonage's Python SDK calls them JSON.
func TestFormsByAnotherName(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		for _, contentType := range []string{typeJSON, "text/plain", ""} {
			w := speaking(t, "vonage")
			a := w.begin(t, on, on.client(t, "vonage"))
			as := a.client.credentials(t, on)
			as.header["Content-Type"] = []string{contentType}
			on.submit(t, a.token, as, a.exchange(a.code(t, on))).tokens(t)
		}
	})
}

// TestNowhere answers paths under no wire's base as CAMARA's common errors have it.
func TestNowhere(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		for _, path := range []string{"/nothing", "/number-verification", "/number-verification/v9/verify", "/camara", "/v1", "/v1/number-verificationverify", "/%00", "/..%2f..%2fetc/passwd", "/favicon.ico"} {
			a := on.get(t, path)
			object := a.object(t)
			wantMembers(t, object, errorInfo...)
			if a.Status != http.StatusNotFound || object["code"] != "NOT_FOUND" || object["status"] != 404.0 {
				t.Errorf("%s: answered %d %s", path, a.Status, a.Body)
			}
		}
	})
}
