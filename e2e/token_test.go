package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// TestOrderOfChecks makes every mistake at once and mends one after the other: the answer must
// always be about the first that is left. None but the last spends a token.
func TestOrderOfChecks(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			number := on.number(t, "verified")
			bad := naming("nonsense")
			all := w.asking("", bad)
			all.Header.Set(w.correlation, w.correlators.invalid[0])
			w.wantProblem(t, on.do(t, all), badCorrelator)
			w.wantProblem(t, on.do(t, w.asking("", bad)), noToken)
			w.wantProblem(t, on.do(t, w.asking("nonsense", bad)), invalidToken)
			w.wantProblem(t, on.do(t, w.asking(w.access(t, on, "not_network", "openid"), bad)), noScope)
			w.wantProblem(t, on.do(t, w.asking(w.access(t, on, "not_network", w.verifyScope), bad)), notNetwork)
			w.wantProblem(t, on.do(t, w.asking(w.access(t, on, "no_number", w.verifyScope), bad)), noNumber)
			token := w.access(t, on, "verified", w.verifyScope)
			w.wantProblem(t, on.do(t, w.asking(token, bad)), badProperty)
			w.wantVerified(t, on.do(t, w.asking(token, naming(number))), true)
			second := on.do(t, w.asking(token, naming(number)))
			if w.reusable {
				w.wantVerified(t, second, true)
				return
			}
			w.wantProblem(t, second, invalidToken)
			w.wantProblem(t, on.do(t, w.asking(token, bad)), invalidToken)
		})
	})
}

// TestRefusalSpendsNothing refuses a call for each reason that comes before the token is used, and
// uses it then.
func TestRefusalSpendsNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			token := w.access(t, on, "verified", w.verifyScope)
			for _, body := range []string{"", "{}", "[]", "{", `{"foo":1}`, naming("x"), strings.Repeat(" ", 8193), "\xff"} {
				if a := on.do(t, w.asking(token, body)); a.Status < 400 {
					t.Errorf("body %.20q: answered %d %s", body, a.Status, a.Body)
				}
			}
			for header, value := range map[string]string{"Content-Type": "text/plain", w.correlation: w.correlators.invalid[0]} {
				c := w.asking(token, naming(somebodyElse))
				c.Header.Set(header, value)
				if a := on.do(t, c); a.Status < 400 {
					t.Errorf("%s %q: answered %d %s", header, value, a.Status, a.Body)
				}
			}
			c := w.asking(token, naming(somebodyElse))
			c.Method = http.MethodPut
			w.wantProblem(t, on.do(t, c), wrongMethod)
			w.wantVerified(t, on.do(t, w.asking(token, naming(on.number(t, "verified")))), true)
		})
	})
}

// TestSharedUse spends one token on verify or share, not on both.
func TestSharedUse(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			if w.share == "" {
				return
			}
			token := w.access(t, on, "verified", w.verifyScope+strings.TrimPrefix(w.shareScope, "openid"))
			w.wantShared(t, on.do(t, w.sharing(token)), on.number(t, "verified"))
			w.wantProblem(t, on.do(t, w.asking(token, naming(somebodyElse))), invalidToken)
			w.wantProblem(t, on.do(t, w.sharing(token)), invalidToken)
		})
	})
}

// TestWhatIsNoAccessToken presents everything else that is signed, or is not, as an access token.
func TestWhatIsNoAccessToken(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			c := on.client(t, w.dialect)
			granted := w.authorization(t, on, "verified", w.verifyScope).tokens(t, on)
			body := payload(t, granted.AccessToken)
			for name, token := range map[string]string{
				"id_token":         granted.IDToken,
				"client assertion": c.assertion(t, on, nil),
				"operator token":   on.operatorToken(t, somebodyElse, nil),
				"other key":        c.Key.retyped(t, body, "at+jwt"),
				"unsigned":         unsigned(t, body),
				"no signature":     granted.AccessToken[:strings.LastIndexByte(granted.AccessToken, '.')+1],
				"two parts":        granted.AccessToken[:strings.LastIndexByte(granted.AccessToken, '.')],
				"altered":          altered(granted.AccessToken),
				"four parts":       granted.AccessToken + ".e30",
				"padded":           granted.AccessToken + "=",
				"other audience":   c.Key.retyped(t, lasting(on.now(t), body, claims{"aud": "https://elsewhere.example"}), "at+jwt"),
				"long":             strings.Repeat("a", 9000) + ".b.c",
			} {
				a := on.do(t, w.asking(token, naming(on.number(t, "verified"))))
				if a.Status != http.StatusUnauthorized {
					t.Errorf("%s: answered %d %s, want 401", name, a.Status, a.Body)
					continue
				}
				w.wantProblem(t, a, invalidToken)
			}
			w.wantVerified(t, on.do(t, w.asking(granted.AccessToken, naming(on.number(t, "verified")))), true)
		})
	})
}

// TestAuthorizationHeaders refuses what is not one bearer token, and takes the scheme in any case
// (RFC 9110 §11.1).
func TestAuthorizationHeaders(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			token := w.access(t, on, "verified", w.verifyScope)
			ask := func(values ...string) answer {
				c := w.asking("", naming(on.number(t, "verified")))
				c.Header["Authorization"] = values
				return on.do(t, c)
			}
			for _, values := range [][]string{
				{"Basic " + token}, {token}, {"Bearer"}, {"Bearer "}, {"Bearer a b"}, {"Bearer " + token, "Bearer " + token}, {"Bearer\t" + token},
			} {
				w.wantProblem(t, ask(values...), invalidToken)
			}
			inQuery := w.asking("", naming(somebodyElse))
			inQuery.Path += "?access_token=" + token
			w.wantProblem(t, on.do(t, inQuery), noToken)
			w.wantVerified(t, ask("bEARER "+token), true)
		})
	})
}

// TestTokenSaysNothing looks into access tokens and id_tokens: an RFC 9068 token without a number
// and without amr, a pairwise sub.
func TestTokenSaysNothing(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		number := strings.TrimPrefix(on.number(t, "verified"), "+")
		subjects := map[string]string{}
		for _, w := range wires {
			granted := w.authorization(t, on, "verified", w.verifyScope).tokens(t, on)
			access, id := payload(t, granted.AccessToken), payload(t, granted.IDToken)
			if typ := protected(t, granted.AccessToken)["typ"]; typ != "at+jwt" {
				t.Errorf("%s: typ is %v, want at+jwt (RFC 9068 §2.1)", w.dialect, typ)
			}
			if access["amr"] != nil || access["iss"] != on.issuer() || access["jti"] == nil || access["client_id"] != on.client(t, w.dialect).ID {
				t.Errorf("%s: the access token says %v", w.dialect, access)
			}
			for _, claims := range []claims{access, id} {
				if text := spell(t, claims); strings.Contains(text, number) {
					t.Errorf("%s: a token holds the number", w.dialect)
				}
			}
			sub, _ := id["sub"].(string)
			if other, taken := subjects[sub]; taken || sub == "" || sub != access["sub"] {
				t.Errorf("%s: sub %q is not pairwise; %s has it too", w.dialect, sub, other)
			}
			subjects[sub] = w.dialect
			again := w.authorization(t, on, "verified", w.verifyScope).tokens(t, on)
			if payload(t, again.IDToken)["sub"] != sub {
				t.Errorf("%s: the same subscriber has two subs", w.dialect)
			}
		}
	})
}

// operatorToken gives a TS.43 operator token for a number.
func (on target) operatorToken(tb testing.TB, number string, others claims) string {
	tb.Helper()
	if len(on.Sandbox.Operators) == 0 {
		tb.Fatal("the sandbox has no operator")
	}
	o := on.Sandbox.Operators[0]
	return o.Key.sign(tb, lasting(on.now(tb), claims{"iss": o.Issuer, "sub": "tel:" + number, "aud": on.issuer()}, others))
}

// retyped signs claims with the key under a typ.
func (k jwk) retyped(tb testing.TB, c claims, typ string) string {
	tb.Helper()
	t := jwt.NewWithClaims(jwt.GetSigningMethod(k.Alg), c)
	t.Header["kid"], t.Header["typ"] = k.ID, typ
	text, err := t.SignedString(k.private(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// unsigned gives claims as a JWT with the algorithm none.
func unsigned(tb testing.TB, c claims) string {
	tb.Helper()
	t := jwt.NewWithClaims(jwt.SigningMethodNone, c)
	t.Header["typ"] = "at+jwt"
	text, err := t.SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// payload reads a JWT's claims, unverified.
func payload(tb testing.TB, token string) claims { return part(tb, token, 1) }

// protected reads a JWT's header.
func protected(tb testing.TB, token string) claims { return part(tb, token, 0) }

func part(tb testing.TB, token string, at int) claims {
	tb.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		tb.Fatalf("%q is no JWT", token)
	}
	return answer{Body: unbase64(tb, parts[at])}.object(tb)
}

// seconds gives a time that many seconds after another as a NumericDate (RFC 7519 §2).
func seconds(from time.Time, after int) int64 { return from.Unix() + int64(after) }
