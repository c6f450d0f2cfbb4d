package api_test

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/account"
	"lineproof/shared/fault"
)

// v2Case is one call of the Verify API (v2) in a world that it may prepare.
type v2Case func(w *pinWorld) call

// v2Cases are the cases of each operation.
func v2Cases() map[string]map[string]v2Case {
	return map[string]map[string]v2Case{
		"request": everywhere(askRequest, requestCases2()),
		"check":   everywhere(askCheck, checkCases2()),
		"next":    everywhere(askNext, nextCases()),
		"cancel":  everywhere(askCancel, cancelCases()),
		"silent":  silentCases(),

		"templates": templateCases(),
	}
}

// v2Goldens are the entries of every case. The name of one that fails begins with its status.
func v2Goldens() []goldenEntry {
	var entries []goldenEntry
	for operation, cases := range v2Cases() {
		for name, ask := range cases {
			entries = append(entries, goldenEntry{
				wire: "verify-2", archive: "verify-2-" + operation, name: name,
				play: func(t *testing.T, send transport) string {
					w := newPINWorld(t)
					asked := ask(w)
					got := send(t, w.handler, asked)
					wantStatusOf(t, name, got)
					return normal(exchanged(t, asked, got))
				},
			})
		}
	}
	return entries
}

// wantStatusOf wants the status with which a case's name begins, or else a success.
func wantStatusOf(t *testing.T, name string, got answer) {
	t.Helper()
	status, _, _ := strings.Cut(name, "-")
	want, err := strconv.Atoi(status)
	if err == nil && got.status != want || err != nil && got.status >= http.StatusBadRequest {
		t.Errorf("%s is answered %d %s", name, got.status, got.body)
	}
}

// asStandard makes a case of a call with the standard account's credentials.
func asStandard(c call) v2Case {
	return func(*pinWorld) call { return c.asAccount(standardKey) }
}

// prepared has something happen before a case.
func prepared(prepare func(w *pinWorld), c v2Case) v2Case {
	return func(w *pinWorld) call {
		prepare(w)
		return c(w)
	}
}

// The calls that succeed but for what a case changes: each of a verification of its own.
var (
	askRequest = func(*pinWorld) call { return v2(http.MethodPost, "", asking2(bySMS())) }
	askCheck   = func(w *pinWorld) call {
		id := w.begun2(bySMS())
		return checking(id, w.sentCode2(id))
	}
	askNext = func(w *pinWorld) call {
		return v2(http.MethodPost, "/"+w.begun2(twoSteps())+"/next_workflow", "")
	}
	askCancel = func(w *pinWorld) call { return v2(http.MethodDelete, "/"+w.begun2(bySMS()), "") }
)

// twoSteps are an SMS, then a call.
func twoSteps() []map[string]any { return steps(step("sms", line), step("voice", line)) }

// everywhere adds what every operation with credentials answers alike to its own cases.
func everywhere(good v2Case, own map[string]v2Case) map[string]v2Case {
	signed := func(app string, changes jwt.MapClaims) v2Case {
		return func(w *pinWorld) call {
			return good(w).with("Authorization", "Bearer "+w.appJWT(app, changes))
		}
	}
	authorized := func(header string) v2Case {
		return func(w *pinWorld) call { return good(w).with("Authorization", header) }
	}
	by := func(k account.Key) v2Case {
		return func(w *pinWorld) call { return good(w).asAccount(k) }
	}
	away := func(prepare func(w *pinWorld), send func(w *pinWorld, c call) call) v2Case {
		return func(w *pinWorld) call {
			c := send(w, good(w))
			prepare(w)
			return c
		}
	}
	asApp := func(w *pinWorld, c call) call { return w.asApp(standardApp, c) }
	asOwner := func(_ *pinWorld, c call) call { return c.asAccount(standardKey) }
	cases := map[string]v2Case{
		"by-jwt":             signed(standardApp, nil),
		"by-jwt-without-exp": signed(standardApp, jwt.MapClaims{"exp": nil}),
		"by-basic":           by(standardKey),
		"401-nothing":        good,
		"401-secret":         authorized(basic("abcd0001", "wrong")),
		"401-key":            authorized(basic("abcdffff", "wrong")),
		"401-half":           authorized(basic("abcd0001", "")),
		"401-basic-garbage":  authorized("Basic ."),
		"401-scheme":         authorized("Digest x"),
		"401-garbage":        authorized("Bearer x.y.z"),
		"401-application":    signed("5a4d8a0e-0000-4b0a-9c53-0f1e2d3c4b50", nil),
		"401-disabled":       signed(disabledApp, nil),
		"401-expired": signed(standardApp,
			jwt.MapClaims{"iat": noon.Unix() - 931, "exp": noon.Unix() - 31}),
		"401-expired-no-exp": signed(standardApp, jwt.MapClaims{"iat": noon.Unix() - 931, "exp": nil}),
		"401-early":          signed(standardApp, jwt.MapClaims{"iat": noon.Unix() + 60}),
		"401-jti":            signed(standardApp, jwt.MapClaims{"jti": nil}),
		"401-another-wire":   signed(otpClient(standardKey), nil),
		"413": func(w *pinWorld) call {
			c := good(w).asAccount(standardKey)
			c.body = strings.Repeat(" ", 8193)
			return c
		},
		"405-put": func(w *pinWorld) call {
			c := good(w).asAccount(standardKey)
			c.method = http.MethodPut
			return c
		},
		"405-get": func(w *pinWorld) call {
			c := good(w).asAccount(standardKey)
			c.method, c.body = http.MethodGet, ""
			return c
		},
		"404-path": func(w *pinWorld) call {
			c := good(w).asAccount(standardKey)
			c.target += "/x/y"
			return c
		},
		"503-store":        away(func(w *pinWorld) { w.away.Store(true) }, asOwner),
		"503-accounts":     away(func(w *pinWorld) { w.closed.Store(true) }, asOwner),
		"503-applications": away(func(w *pinWorld) { w.watch.fail(errAway(), "clients.") }, asApp),
		"503-used-jwts":    away(func(w *pinWorld) { w.watch.fail(errAway(), "replays.") }, asApp),
		"500-applications": away(func(w *pinWorld) {
			w.watch.fail(errors.New("broken"),
				"clients.")
		}, asApp),
		"504-applications": away(func(w *pinWorld) {
			w.watch.fail(fault.New(fault.Timeout),
				"clients.")
		}, asApp),
		"another-accept": func(w *pinWorld) call {
			return good(w).asAccount(standardKey).with("Accept", "text/html")
		},
		"another-media-type": func(w *pinWorld) call {
			return good(w).asAccount(standardKey).with("Content-Type", "text/plain")
		},
		"401-jwt-of-another": reusedJWT(good),
		"by-jwt-in-lower-case": func(w *pinWorld) call {
			return good(w).with("Authorization", "bearer "+w.appJWT(standardApp, nil))
		},
	}
	maps.Copy(cases, own)
	return cases
}

// repeatedJWT has a call come twice, as an HTTP library repeats it whose connection broke.
func repeatedJWT(good v2Case) v2Case {
	return func(w *pinWorld) call {
		c := w.asApp(standardApp, good(w))
		w.do(c)
		return c
	}
}

// reusedJWT has the JWT of one call come with another.
func reusedJWT(good v2Case) v2Case {
	return func(w *pinWorld) call {
		c := good(w)
		used := w.asApp(standardApp, v2(http.MethodPost, "/"+unknownID, `{"code":"1"}`))
		w.do(used)
		return c.with("Authorization", used.header.Get("Authorization"))
	}
}

// requesting is a case of a request of the standard account itself.
func requesting(workflow []map[string]any, pairs ...any) v2Case {
	return asStandard(v2(http.MethodPost, "", asking2(workflow, pairs...)))
}

// requestingAs is one of an application.
func requestingAs(app string, workflow []map[string]any, pairs ...any) v2Case {
	return func(w *pinWorld) call {
		return w.asApp(app, v2(http.MethodPost, "", asking2(workflow, pairs...)))
	}
}

func saying(body string) v2Case { return asStandard(v2(http.MethodPost, "", body)) }

func requestCases2() map[string]v2Case {
	silent := func(to string, more ...any) []map[string]any {
		return steps(step("silent_auth", to, more...))
	}
	many := func(w *pinWorld) {
		for i := range 30 {
			w.do(v2(http.MethodPost, "", asking2(steps(step("sms", numbered(i)[1])))).
				asAccount(standardKey))
		}
	}
	cases := map[string]v2Case{
		"sms":             requesting(bySMS()),
		"voice":           requesting(steps(step("voice", line))),
		"silent":          requestingAs(standardApp, silent(line)),
		"silent-basic":    requesting(silent(line)),
		"silent-then-sms": requestingAs(standardApp, silently()),
		"silent-redirect": requestingAs(standardApp, silent(line, "redirect_url", landing)),
		"three-steps":     requestingAs(standardApp, append(silently(), step("voice", line))),
		"three-alike":     requesting(steps(step("sms", line), step("sms", line), step("sms", line))),
		"everything": requestingAs(standardApp, steps(
			step("sms", "+"+line, "from", "ACME", "app_hash", "ABC123defg+", "entity_id",
				"1101456324675322134", "content_id", "1107457532145798767"),
			step("voice", "33612345678")),
			"locale", "fr-fr", "channel_timeout", 15, "client_ref", "order-4711",
			"code_length", 10, "fraud_check", false),
		"own-code": requesting(bySMS(), "code", "aB3d5"),
		"unknown-members": requesting(steps(step("sms", line, "colour", "red", "reuse_code", true)),
			"colour", "red", "workflow_id", 1),
		"nulls": saying(`{"brand":"Acme","locale":null,"client_ref":null,"code":null,` +
			`"workflow":[{"channel":"sms","to":"447700900123","from":null}]}`),
		"slash": func(w *pinWorld) call {
			c := requesting(bySMS())(w)
			c.target += "/"
			return c
		},
		"test-number": requestingAs(standardApp,
			append(silent("990123450001"), step("sms", "990123450001"))),
		"test-alone":     requestingAs(vonageApp, silent("990123450001")),
		"silent-no-hook": requestingAs(quietApp, silently()),
		"uncovered":      prepared((*pinWorld).uncover, requestingAs(standardApp, silently())),
		"uncovered-alone-unasked": prepared((*pinWorld).uncover,
			requestingAs(standardApp, silent(line, "coverage_check", false))),
		"422-uncovered-alone": prepared((*pinWorld).uncover, requestingAs(standardApp, silent(line))),
		"422-no-body":         saying(""),
		"422-empty":           saying("{}"),
		"422-array":           saying("[]"),
		"422-cut":             saying(`{"brand":`),
		"422-twice":           saying(`{"brand":"a","brand":"b"}`),
		"422-types": saying(`{"brand":1,"workflow":{},"locale":[],"channel_timeout":"60",` +
			`"client_ref":2,"code_length":4.5,"code":1234,"fraud_check":"no"}`),
		"422-steps-types": saying(`{"brand":"Acme","workflow":["sms",{"channel":1,"to":447700900123},` +
			`{"channel":"sms","to":"447700900123","from":1}]}`),
		"422-no-step": requesting([]map[string]any{}),
		"422-four-steps": requesting(steps(step("sms", line), step("sms", line), step("sms", line),
			step("sms", line))),
		"422-channel":        requesting(steps(step("pigeon", line))),
		"422-whatsapp":       requesting(steps(step("sms", line), step("whatsapp", line, "from", line))),
		"422-email":          requesting(steps(step("email", "a@b.example"))),
		"422-silent-second":  requesting(steps(step("sms", line), step("silent_auth", line))),
		"422-sandbox":        requesting(silent(line, "sandbox", true)),
		"422-redirect":       requestingAs(standardApp, silent(line, "redirect_url", landing+"/")),
		"422-redirect-basic": requesting(silent(line, "redirect_url", landing)),
		"422-brand":          requesting(bySMS(), "brand", "a/b"),
		"422-link":           requesting(bySMS(), "brand", "evil.exam"),
		"422-all": requesting(steps(step("sms", "x"), step("fax", "")), "brand", nil,
			"locale", "x", "channel_timeout", 14, "code", "?", "code_length", 3),
		"422-number":      requesting(steps(step("sms", "447700"))),
		"landline":        requesting(steps(step("sms", "442079460000"))),
		"422-unroutable":  requesting(steps(step("sms", "990123452101"))),
		"422-denied":      requesting(steps(step("sms", "990123452201"))),
		"422-unsupported": requesting(steps(step("sms", line), step("voice", "990123450001"))),
		"422-demo": func(*pinWorld) call {
			return v2(http.MethodPost, "", asking2(bySMS())).asAccount(demoKey)
		},
		"422-strict": func(*pinWorld) call {
			return v2(http.MethodPost, "",
				asking2(bySMS(), "code_length", 4, "channel_timeout", 601)).asAccount(strictKey)
		},
		"strict": func(*pinWorld) call {
			return v2(http.MethodPost, "", asking2(bySMS())).asAccount(strictKey)
		},
		"network-blocked": requesting(steps(step("sms", "990123452301"))),
		"402": func(*pinWorld) call {
			return v2(http.MethodPost, "", asking2(bySMS())).asAccount(noCreditKey)
		},
		"402-by-jwt": requestingAs(appOf(noCreditKey), bySMS()),
		"403-barred": func(*pinWorld) call {
			return v2(http.MethodPost, "", asking2(bySMS())).asAccount(barredKey)
		},
		"403-barred-by-jwt": requestingAs(appOf(barredKey), bySMS()),
		"403-account-lost":  requestingAs(lostApp, bySMS()),
		"409-jwt-again":     repeatedJWT(askRequest),
		"409-live": prepared(func(w *pinWorld) { w.begun2(bySMS()) },
			requesting(silently(), "brand", "Other")),
		"409-live-of-v1": prepared(func(w *pinWorld) { w.begun() }, requesting(bySMS())),
		"another-number": prepared(func(w *pinWorld) { w.begun2(bySMS()) },
			requesting(steps(step("sms", "447700900124")))),
		"another-account": prepared(func(w *pinWorld) { w.begun2(bySMS()) },
			requestingAs(appOf(strangerKey), bySMS())),
		"after-cancel": prepared(func(w *pinWorld) {
			w.do(w.asApp(standardApp, v2(http.MethodDelete, "/"+w.begun2(bySMS()), "")))
			w.advance(time.Minute)
		}, requesting(bySMS())),
		"429-rate": prepared(many, requesting(bySMS())),
		"429-number": prepared(func(w *pinWorld) {
			for range 5 {
				id := w.begun2(bySMS())
				w.check2(id, w.sentCode2(id))
			}
		}, requesting(bySMS())),
		"503-outbox": prepared(func(w *pinWorld) { w.mute.Store(true) }, requesting(bySMS())),
	}
	return cases
}
