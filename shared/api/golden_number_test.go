package api_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/phone"
	"lineproof/shared/wire"
)

// numberWire is what a client of a wire must know to call it.
type numberWire struct {
	name, verify, share, verifyScope, shareScope, correlation string
}

// numberWires are all that verify numbers. A share path begins with its method.
var numberWires = []numberWire{
	{"camara-0.3.1", "/camara/number-verification/v0/verify", "GET /camara/number-verification/v0/device-phone-number", "number-verification-verify-read", "number-verification-share-read", "X-Correlator"},
	{"camara-1", "/number-verification/v1/verify", "GET /number-verification/v1/device-phone-number", scopeVerify, scopeShare, "X-Correlator"},
	{"camara-2", "/number-verification/v2/verify", "GET /number-verification/v2/device-phone-number", purpose + " " + scopeVerify, purpose + " " + scopeShare, "X-Correlator"},
	{"camara-wip", "/number-verification/vwip/verify", "GET /number-verification/vwip/device-phone-number", purpose + " openid " + scopeVerify, purpose + " openid " + scopeShare, "X-Correlator"},
	{"orange", "/number-verification/v0/verify", "GET /number-verification/v0/device-phone-number", purpose + "#number-verification", purpose + "#" + scopeShare, "X-Correlator"},
	{"telefonica", "/v1/number-verification/verify", "POST /v1/number-verification/share", scopeVerify, "number-verification:read", "X-Correlator"},
	{"vonage", "/camara/number-verification/v031/verify", "", "openid " + purpose + "#number-verification-verify-read", "", "X-Correlator"},
	{"konera", "/camara/api/number-verification/v1/verify", "", "openid " + scopeVerify, "", "X-Correlation-Id"},
}

const (
	hashWithPlus    = "2813ff565487e39b05c7f403c96a7f5b8d9da7ea7dc0039be76a8adf37893201"
	hashWithoutPlus = "be6e929751635e0c38a2ccd47117fdb6450cf99bcdb224bf9ba962416435e0ce"
	hashOfAnother   = "b49f9168e8a886ffd61a090b51a26e117717f5f6fa804af49ea67043a2bfa4f0"
)

const goodBody = `{"phoneNumber":"` + subscriber + `"}`

// bodiesOfVerify are asked with a good token.
var bodiesOfVerify = map[string]string{
	"match":               goodBody,
	"no-match":            `{"phoneNumber":"` + stranger + `"}`,
	"match-in-space":      " {\n \"phoneNumber\" : \"" + subscriber + "\"\n} ",
	"no-plus":             `{"phoneNumber":"34123456789"}`,
	"hash":                `{"hashedPhoneNumber":"` + hashWithPlus + `"}`,
	"hash-upper-case":     `{"hashedPhoneNumber":"` + strings.ToUpper(hashWithPlus) + `"}`,
	"hash-no-match":       `{"hashedPhoneNumber":"` + hashOfAnother + `"}`,
	"hash-without-plus":   `{"hashedPhoneNumber":"` + hashWithoutPlus + `"}`,
	"hash-short":          `{"hashedPhoneNumber":"` + hashWithPlus[1:] + `"}`,
	"hash-no-hex":         `{"hashedPhoneNumber":"g` + hashWithPlus[1:] + `"}`,
	"hash-number":         `{"hashedPhoneNumber":1}`,
	"both":                `{"phoneNumber":"` + subscriber + `","hashedPhoneNumber":"` + hashWithPlus + `"}`,
	"both-one-empty":      `{"phoneNumber":"` + subscriber + `","hashedPhoneNumber":""}`,
	"both-one-null":       `{"phoneNumber":null,"hashedPhoneNumber":"` + hashWithPlus + `"}`,
	"both-empty":          `{"phoneNumber":"","hashedPhoneNumber":""}`,
	"unknown-beside":      `{"phoneNumber":"` + subscriber + `","foo":1}`,
	"unknown-only":        `{"foo":1}`,
	"no-member":           `{}`,
	"other-case":          `{"PhoneNumber":"` + subscriber + `"}`,
	"body-missing":        ``,
	"body-null":           `null`,
	"body-array":          `[` + goodBody + `]`,
	"body-text":           `phoneNumber=` + subscriber,
	"body-cut":            goodBody[:20],
	"body-twice":          goodBody + goodBody,
	"body-not-utf8":       "{\"phoneNumber\":\"\xff\"}",
	"body-deep":           `{"phoneNumber":"` + subscriber + `","foo":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}`,
	"body-too-large":      `{"phoneNumber":"` + subscriber + `","foo":"` + strings.Repeat("x", 8192) + `"}`,
	"key-twice":           `{"phoneNumber":"` + stranger + `","phoneNumber":"` + subscriber + `"}`,
	"number-null":         `{"phoneNumber":null}`,
	"number-number":       `{"phoneNumber":34123456789}`,
	"number-huge":         `{"phoneNumber":1e999}`,
	"number-empty":        `{"phoneNumber":""}`,
	"number-short":        `{"phoneNumber":"+3412"}`,
	"number-long":         `{"phoneNumber":"+3412345678901234"}`,
	"number-zero":         `{"phoneNumber":"+034123456789"}`,
	"number-space":        `{"phoneNumber":"+34 123456789"}`,
	"number-line-feed":    `{"phoneNumber":"` + subscriber + `\n"}`,
	"number-arabic":       `{"phoneNumber":"+٣٤١٢٣٤٥٦٧٨٩"}`,
	"device":              `{"phoneNumber":"` + subscriber + `","device":{"phoneNumber":"` + stranger + `","ipv4Address":{"publicAddress":"192.0.2.1","publicPort":59765},"ipv6Address":"2001:db8::1","networkAccessIdentifier":"a@example"}}`,
	"device-empty":        `{"phoneNumber":"` + subscriber + `","device":{}}`,
	"device-null":         `{"phoneNumber":"` + subscriber + `","device":null}`,
	"device-bad-number":   `{"phoneNumber":"` + subscriber + `","device":{"phoneNumber":"34123456789"}}`,
	"device-bad-ipv4":     `{"phoneNumber":"` + subscriber + `","device":{"ipv4Address":{"publicAddress":"2001:db8::1"}}}`,
	"device-bad-port":     `{"phoneNumber":"` + subscriber + `","device":{"ipv4Address":{"publicAddress":"192.0.2.1","publicPort":65536}}}`,
	"device-bad-ipv6":     `{"phoneNumber":"` + subscriber + `","device":{"ipv6Address":"192.0.2.1"}}`,
	"device-bad-nai":      `{"phoneNumber":"` + subscriber + `","device":{"networkAccessIdentifier":""}}`,
	"device-without-ipv4": `{"phoneNumber":"` + subscriber + `","device":{"ipv4Address":{"publicPort":1}}}`,
}

// sharesOfTelefonica are the bodies that its share may have.
var sharesOfTelefonica = map[string]string{
	"body":             `{}`,
	"body-null":        `null`,
	"body-text":        `x`,
	"body-too-large":   `{"foo":"` + strings.Repeat("x", 8192) + `"}`,
	"device":           `{"device":{"phoneNumber":"` + stranger + `"}}`,
	"device-malformed": `{"device":"192.0.2.1"}`,
	"device-empty":     `{"device":{}}`,
	"unknown":          `{"foo":1}`,
}

// access makes an Authorization header for a scope.
type access func(w *world, scope string) string

// accesses are asked with a good body; what they give is refused, but for the last.
var accesses = map[string]access{
	"token-missing":   func(*world, string) string { return "" },
	"token-basic":     func(*world, string) string { return "Basic YTpi" },
	"token-empty":     func(*world, string) string { return "Bearer" },
	"token-malformed": func(*world, string) string { return "Bearer x" },
	"token-alg-none": func(w *world, scope string) string {
		made := jwt.NewWithClaims(jwt.SigningMethodNone, w.accessClaims(scope))
		made.Header["typ"] = "at+jwt"
		text, _ := made.SignedString(jwt.UnsafeAllowNoneSignatureType)
		return "Bearer " + text
	},
	"token-unsigned": func(w *world, scope string) string {
		raw := w.accessToken(scope)
		return "Bearer " + raw[:strings.LastIndexByte(raw, '.')+1]
	},
	"token-of-another-key": func(w *world, scope string) string {
		key := keys()["stranger"]
		key.ID = keys()["ours"].ID
		return "Bearer " + sign(w.t, key, "at+jwt", w.accessClaims(scope))
	},
	"token-of-an-unknown-key": func(w *world, scope string) string {
		return "Bearer " + sign(w.t, keys()["stranger"], "at+jwt", w.accessClaims(scope))
	},
	"token-of-another-issuer": func(w *world, scope string) string {
		claims := w.accessClaims(scope)
		claims["iss"] = "https://other.example"
		return "Bearer " + sign(w.t, keys()["ours"], "at+jwt", claims)
	},
	"token-for-another-audience": func(w *world, scope string) string {
		claims := w.accessClaims(scope)
		claims["aud"] = "https://other.example"
		return "Bearer " + sign(w.t, keys()["ours"], "at+jwt", claims)
	},
	"token-of-another-type": func(w *world, scope string) string {
		return "Bearer " + sign(w.t, keys()["ours"], "JWT", w.accessClaims(scope))
	},
	"token-expired": func(w *world, scope string) string {
		raw := w.accessToken(scope)
		w.advance(301 * time.Second)
		return "Bearer " + raw
	},
	"token-long-expired": func(w *world, scope string) string {
		raw := w.accessToken(scope)
		w.advance(time.Hour)
		return "Bearer " + raw
	},
	"token-used-up": func(w *world, scope string) string {
		return "Bearer " + w.accessToken(scope, func(g *grant.Grant) { g.State = grant.Used })
	},
	"token-revoked": func(w *world, scope string) string {
		return "Bearer " + w.accessToken(scope, func(g *grant.Grant) { g.State = grant.Revoked })
	},
	"token-without-grant": func(w *world, scope string) string {
		return "Bearer " + sign(w.t, keys()["ours"], "at+jwt", w.accessClaims(scope))
	},
	"scope-openid":  func(w *world, _ string) string { return "Bearer " + w.accessToken("openid") },
	"scope-purpose": func(w *world, _ string) string { return "Bearer " + w.accessToken(purpose) },
	"scope-near":    func(w *world, scope string) string { return "Bearer " + w.accessToken(scope+"x") },
	"not-network": func(w *world, scope string) string {
		return "Bearer " + w.accessToken(scope, func(g *grant.Grant) { g.AMR = "" })
	},
	"by-password": func(w *world, scope string) string {
		return "Bearer " + w.accessToken(scope, func(g *grant.Grant) { g.AMR = "pwd" })
	},
	"no-number": func(w *world, scope string) string {
		return "Bearer " + w.accessToken(scope, func(g *grant.Grant) { g.Number = phone.Number{} })
	},
	"by-sim": func(w *world, scope string) string {
		return "Bearer " + w.accessToken(scope, func(g *grant.Grant) { g.AMR = grant.SIMBased })
	},
	"store-away": func(w *world, scope string) string {
		w.watch.fail(fault.Wrap(fault.Unavailable, errors.New("dynamo: throttled")), "")
		return "Bearer " + w.accessToken(scope)
	},
	"store-slow": func(w *world, scope string) string {
		w.watch.fail(fault.New(fault.Timeout), "")
		return "Bearer " + w.accessToken(scope)
	},
	"store-broken": func(w *world, scope string) string {
		w.watch.fail(errors.New("an inner cause"), "")
		return "Bearer " + w.accessToken(scope)
	},
}

// accessClaims are those of a good access token whose grant does not exist.
func (w *world) accessClaims(scope string) jwt.MapClaims {
	return w.dated(jwt.MapClaims{"iss": issuer, "aud": issuer, "sub": "subject", "client_id": "camara", "scope": scope, "single_use": true})
}

func (n numberWire) verifyCall(authorization, body string) call {
	return numberCall(http.MethodPost, n.verify, authorization, body)
}

func (n numberWire) shareCall(authorization, body string) call {
	method, path, _ := strings.Cut(n.share, " ")
	return numberCall(method, path, authorization, body)
}

func numberCall(method, path, authorization, body string) call {
	c := call{method: method, target: path, body: body, header: http.Header{}}
	if authorization != "" {
		c = c.with("Authorization", authorization)
	}
	if body != "" {
		c = c.with("Content-Type", "application/json")
	}
	return c
}

// headers change a good call.
func (n numberWire) headers() map[string]func(call) call {
	set := func(name, value string) func(call) call {
		return func(c call) call { return c.with(name, value) }
	}
	return map[string]func(call) call{
		"correlation":          set(n.correlation, "b4333c46-49c0-4f62-80d7-f0ef930f1c46"),
		"correlation-comma":    set(n.correlation, "a, b"),
		"correlation-long":     set(n.correlation, strings.Repeat("a", 257)),
		"correlation-56":       set(n.correlation, strings.Repeat("a", 56)),
		"correlation-other":    set("X-Request-Id", "a b"),
		"content-type-charset": set("Content-Type", "application/json; charset=utf-8"),
		"content-type-latin1":  set("Content-Type", "application/json; charset=iso-8859-1"),
		"content-type-text":    set("Content-Type", "text/plain"),
		"content-type-form":    set("Content-Type", "application/x-www-form-urlencoded"),
		"accept-json":          set("Accept", "application/json"),
		"accept-html-and-any":  set("Accept", "text/html, */*;q=0.1"),
		"accept-html":          set("Accept", "text/html"),
		"method-get":           func(c call) call { c.method, c.body = http.MethodGet, ""; return c },
		"method-put":           func(c call) call { c.method = http.MethodPut; return c },
		"method-options":       func(c call) call { c.method = http.MethodOptions; return c },
		"path-slash":           func(c call) call { c.target += "/"; return c },
		"path-unknown":         func(c call) call { c.target = strings.Replace(c.target, "/verify", "/prove", 1); return c },
		"query-ignored":        func(c call) call { c.target += "?phoneNumber=x"; return c },
	}
}

// bearer gives the header of a good token.
func bearer(w *world, scope string) string { return "Bearer " + w.accessToken(scope) }

func verifyCases() []goldenCase {
	var cases []goldenCase
	for _, n := range numberWires {
		for name, body := range bodiesOfVerify {
			cases = append(cases, goldenCase{n.name, "verify-" + name, func(w *world) call { return n.verifyCall(bearer(w, n.verifyScope), body) }})
		}
		for name, make := range accesses {
			cases = append(cases, goldenCase{n.name, "verify-" + name, func(w *world) call { return n.verifyCall(make(w, n.verifyScope), goodBody) }})
		}
		for name, change := range n.headers() {
			cases = append(cases, goldenCase{n.name, "verify-" + name, func(w *world) call { return change(n.verifyCall(bearer(w, n.verifyScope), goodBody)) }})
		}
	}
	cases = append(cases, goldenCase{"konera", "verify-other-path", func(w *world) call {
		c := numberWires[7].verifyCall(bearer(w, scopeVerify), goodBody)
		c.target = "/api/number-verification/v1/verify"
		return c
	}})
	return cases
}

// Each wire has goldens of verify and of share, if it serves that.
func TestEachWireHasGoldens(t *testing.T) {
	t.Parallel()
	entries := allGoldens()
	for _, operation := range []wire.Operation{
		wire.Verify, wire.Share, wire.OTPSend, wire.OTPValidate,
	} {
		for _, r := range wire.Routes(operation) {
			if !slices.ContainsFunc(entries, func(e goldenEntry) bool {
				name := strings.TrimPrefix(string(operation), "otp-")
				return e.wire == r.Wire.Name && strings.HasSuffix(e.archive, "-"+name)
			}) {
				t.Errorf("%s has no goldens of %s", r.Wire.Name, operation)
			}
		}
	}
}

func shareCases() []goldenCase {
	var cases []goldenCase
	for _, n := range numberWires {
		if n.share == "" {
			continue
		}
		add := func(name string, ask func(*world) call) {
			cases = append(cases, goldenCase{n.name, "share-" + name, ask})
		}
		add("shared", func(w *world) call { return n.shareCall(bearer(w, n.shareScope), "") })
		add("scope-verify", func(w *world) call { return n.shareCall(bearer(w, scopeVerify+" number-verification-verify-read"), "") })
		for name, make := range accesses {
			add(name, func(w *world) call { return n.shareCall(make(w, n.shareScope), "") })
		}
		for _, name := range []string{"correlation", "correlation-long", "accept-html", "method-put", "path-slash", "query-ignored"} {
			add(name, func(w *world) call { return n.headers()[name](n.shareCall(bearer(w, n.shareScope), "")) })
		}
		if n.name == "telefonica" {
			for name, body := range sharesOfTelefonica {
				add(name, func(w *world) call { return n.shareCall(bearer(w, n.shareScope), body) })
			}
		}
	}
	return cases
}
