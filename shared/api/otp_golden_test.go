package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lineproof/shared/token"
)

// otpCase is one call of a version in a world that it may prepare.
type otpCase func(w *pinWorld, version string) call

// otpGoldens are the entries of each version and operation.
func otpGoldens() []goldenEntry {
	var entries []goldenEntry
	for operation, cases := range map[string]map[string]otpCase{
		"send": sendCases(), "validate": validateCases(),
	} {
		for _, version := range []string{"1", "2"} {
			for name, ask := range cases {
				wire := "otp-" + version
				entries = append(entries, goldenEntry{wire: wire, archive: wire + "-" + operation, name: name,
					play: func(t *testing.T, send transport) string {
						w := newPINWorld(t)
						asked := ask(w, version)
						return normal(exchanged(t, asked, send(t, w.handler, asked)))
					}})
			}
		}
	}
	return entries
}

// sending is a case of the standard account's client with a body.
func sending(body string) otpCase {
	return func(w *pinWorld, version string) call {
		return w.otpCall(version, "send-code", otpClient(standardKey), body)
	}
}

func sendingTo(number string) otpCase {
	return sending(bodyOf("phoneNumber", number, "message", otpMessage))
}

func sendingText(message string) otpCase {
	return sending(bodyOf("phoneNumber", otpNumber, "message", message))
}

// sendingAs is a good case of another client.
func sendingAs(client string) otpCase {
	return func(w *pinWorld, version string) call {
		return w.otpCall(version, "send-code", client, bodyOf("phoneNumber", otpNumber, "message", otpMessage))
	}
}

// before has something happen before a case.
func before(prepare func(w *pinWorld), c otpCase) otpCase {
	return func(w *pinWorld, version string) call {
		prepare(w)
		return c(w, version)
	}
}

// changing changes the call of a case.
func changing(c otpCase, change func(call) call) otpCase {
	return func(w *pinWorld, version string) call { return change(c(w, version)) }
}

// otpAccesses change who calls; all but the last are refused.
func otpAccesses(c otpCase) map[string]otpCase {
	bearing := func(client string, changes ...func(*token.Access)) otpCase {
		return func(w *pinWorld, version string) call {
			return c(w, version).with("Authorization", "Bearer "+w.ownToken(client, changes...))
		}
	}
	own := otpClient(standardKey)
	return map[string]otpCase{
		"token-missing": changing(c, func(c call) call { c.header.Del("Authorization"); return c }),
		"token-basic":   changing(c, func(c call) call { return c.with("Authorization", "Basic YTpi") }),
		"token-invalid": changing(c, func(c call) call { return c.with("Authorization", "Bearer x.y.z") }),
		"token-expired": bearing(own, func(a *token.Access) {
			a.Issued, a.Expires = a.Issued.Add(-time.Hour), a.Issued
		}),
		"token-of-a-subscriber": bearing(own, func(a *token.Access) { a.Subject = "sub" }),
		"token-for-one-call":    bearing(own, func(a *token.Access) { a.Subject, a.SingleUse = "sub", true }),
		"client-unknown":        bearing("nobody"),
		"client-disabled":       bearing("otp-disabled"),
		"scope-other":           bearing(own, func(a *token.Access) { a.Scope = scopeVerify }),
		"scope-near":            bearing(own, func(a *token.Access) { a.Scope = scopeOTP + "x" }),
		"account-none":          bearing("otp-free"),
		"scope-with-purpose":    bearing(own, func(a *token.Access) { a.Scope = purpose + "#" + scopeOTP }),
	}
}

// otpHeaders change the headers of a case.
func otpHeaders(c otpCase) map[string]otpCase {
	set := func(name, value string) otpCase {
		return changing(c, func(c call) call { return c.with(name, value) })
	}
	return map[string]otpCase{
		"correlation":       set("X-Correlator", "b4333c46-49c0-4f62-80d7-f0ef930f1c46"),
		"correlation-all":   set("X-Correlator", "aZ9-_:;./<>{}"),
		"correlation-long":  set("X-Correlator", strings.Repeat("a", 257)),
		"correlation-space": set("X-Correlator", "a b"),
		"type-text":         set("Content-Type", "text/plain"),
		"method":            changing(c, func(c call) call { c.method, c.body = http.MethodGet, ""; return c }),
		"path":              changing(c, func(c call) call { c.target += "/x"; return c }),
	}
}

func sendCases() map[string]otpCase {
	good := sendingTo(otpNumber)
	cases := map[string]otpCase{
		"sent":               good,
		"sent-sandbox":       sendingTo("+990123450001"),
		"body-missing":       sending(""),
		"body-empty":         sending("{}"),
		"body-array":         sending("[]"),
		"body-cut":           sending(`{"phoneNumber":`),
		"body-too-large":     sending(bodyOf("phoneNumber", otpNumber, "message", strings.Repeat("x", 8192))),
		"number-missing":     sending(bodyOf("message", otpMessage)),
		"number-3301":        sendingTo("3301"),
		"number-no-plus":     sendingTo("447700900123"),
		"number-null":        sending(`{"phoneNumber":null,"message":"{{code}}"}`),
		"number-number":      sending(`{"phoneNumber":447700900123,"message":"{{code}}"}`),
		"number-impossible":  sendingTo("+12345"),
		"number-landline":    sendingTo("+442079460000"),
		"number-no-sms":      sendingTo("+990123452501"),
		"number-unsupported": sendingTo("+990123452401"),
		"number-denied":      sendingTo("+990123452201"),
		"number-blocked":     sendingTo("+990123452301"),
		"number-foreign":     sendingTo("+990123452101"),
		"message-missing":    sending(bodyOf("phoneNumber", otpNumber)),
		"message-null":       sending(`{"phoneNumber":"` + otpNumber + `","message":null}`),
		"message-no-code":    sendingText("Your code"),
		"message-160":        sendingText("{{code}}" + strings.Repeat("é", 152)),
		"message-161":        sendingText("{{code}}" + strings.Repeat("é", 153)),
		"message-two-codes":  sendingText("{{code}}, I repeat {{code}}"),
		"message-line-feed":  sendingText("Shop\n{{code}}"),
		"message-control":    sendingText("Shop\r{{code}}"),
		"message-bidi":       sendingText("\u202e{{code}}"),
		"message-link":       sendingText("{{code}}: https://shop.example"),
		"message-made-link":  sendingText("x{{code}}.example"),
		"message-phone":      sendingText("{{code}}. Call 0800 123 4567"),
		"unknown-property":   sending(bodyOf("phoneNumber", otpNumber, "message", otpMessage, "brand", "x")),
		"account-lost":       sendingAs("otp-lost"),
		"account-barred":     sendingAs(otpClient(barredKey)),
		"account-demo":       sendingAs(otpClient(demoKey)),
		"account-no-credit":  sendingAs(otpClient(noCreditKey)),
		"client-sandbox":     sendingAs("otp-sandbox"),
		"again":              before(func(w *pinWorld) { w.sentCode(otpNumber) }, good),
		"while-verifying":    before(func(w *pinWorld) { w.begun("number", otpNumber) }, good),
		"sixth":              before(func(w *pinWorld) { repeat(5, func() { w.sentCode(otpNumber) }) }, good),
		"too-fast": before(func(w *pinWorld) {
			for i := range 30 {
				w.sendsCode(numbered(i)[1], otpMessage)
				w.sendsCode("+"+numbered(i)[1], otpMessage)
			}
		}, good),
		"store-away":    before(func(w *pinWorld) { w.away.Store(true) }, good),
		"accounts-away": before(func(w *pinWorld) { w.closed.Store(true) }, good),
	}
	for _, more := range []map[string]otpCase{otpAccesses(good), otpHeaders(good)} {
		for name, c := range more {
			cases[name] = c
		}
	}
	return cases
}

func repeat(n int, do func()) {
	for range n {
		do()
	}
}

// validating is a case for a code that was sent, with what is made of it.
func validating(prepare func(w *pinWorld, id, code string) string) otpCase {
	return func(w *pinWorld, version string) call {
		id, code := w.sentCode(otpNumber)
		return w.otpCall(version, "validate-code", otpClient(standardKey), prepare(w, id, code))
	}
}

func right(_ *pinWorld, id, code string) string {
	return bodyOf("authenticationId", id, "code", code)
}

func wrongly(_ *pinWorld, id, code string) string {
	return bodyOf("authenticationId", id, "code", otherCode(code))
}

// naming is a case for an authenticationId that was not given.
func naming(id string) otpCase {
	return validating(func(*pinWorld, string, string) string {
		return bodyOf("authenticationId", id, "code", "123456")
	})
}

// after has something happen to what was sent before it is validated.
func after(happen func(w *pinWorld, id, code string), body func(*pinWorld, string, string) string) otpCase {
	return validating(func(w *pinWorld, id, code string) string {
		happen(w, id, code)
		return body(w, id, code)
	})
}

func validateCases() map[string]otpCase {
	const doc = "ea0840f3-3663-4149-bd10-c7c6b8912105"
	failed := func(w *pinWorld, id, code string) { repeat(3, func() { w.validates(id, otherCode(code)) }) }
	with := func(code string) otpCase {
		return validating(func(_ *pinWorld, id, _ string) string { return bodyOf("authenticationId", id, "code", code) })
	}
	good := validating(right)
	cases := map[string]otpCase{
		"validated":    good,
		"body-missing": validating(func(*pinWorld, string, string) string { return "" }),
		"body-empty":   validating(func(*pinWorld, string, string) string { return "{}" }),
		"id-missing":   validating(func(_ *pinWorld, _, code string) string { return bodyOf("code", code) }),
		"code-missing": validating(func(_ *pinWorld, id, _ string) string { return bodyOf("authenticationId", id) }),
		"code-null":    validating(func(_ *pinWorld, id, _ string) string { return `{"authenticationId":"` + id + `","code":null}` }),
		"code-number": validating(func(_ *pinWorld, id, code string) string {
			return `{"authenticationId":"` + id + `","code":` + code + `}`
		}),
		"code-too-long":      with("thisCodeExceedsTenCharacters"),
		"code-wrong":         validating(wrongly),
		"code-of-letters":    with("AJY3"),
		"code-empty":         with(""),
		"id-of-the-document": naming(doc),
		"id-unknown":         naming(strings.Repeat("0", 32)),
		"id-too-long":        naming(strings.Repeat("0", 37)),
		"id-empty":           naming(""),
		"id-spelt-otherwise": naming("not_an_id"),
		"id-foreign": func(w *pinWorld, version string) call {
			id, code := w.sentCode(otpNumber)
			return w.otpCall(version, "validate-code", otpClient(strangerKey), right(w, id, code))
		},
		"unknown-property": validating(func(_ *pinWorld, id, code string) string {
			return bodyOf("authenticationId", id, "code", code, "phoneNumber", otpNumber)
		}),
		"third-wrong":      after(func(w *pinWorld, id, code string) { repeat(2, func() { w.validates(id, otherCode(code)) }) }, wrongly),
		"after-three":      after(failed, right),
		"again":            after(func(w *pinWorld, id, code string) { w.validates(id, code) }, right),
		"too-late":         after(func(w *pinWorld, _, _ string) { w.advance(300 * time.Second) }, right),
		"superseded":       after(func(w *pinWorld, _, _ string) { w.sentCode(otpNumber) }, right),
		"superseded-wrong": after(func(w *pinWorld, _, _ string) { w.sentCode(otpNumber) }, wrongly),
		"failed-displaced": after(func(w *pinWorld, id, code string) { failed(w, id, code); w.sentCode(otpNumber) }, right),
		"cancelled": after(func(w *pinWorld, id, _ string) {
			w.advance(time.Minute)
			w.do(verifying("control/json", "request_id", id, "cmd", "cancel"))
		}, right),
		"store-away": after(func(w *pinWorld, _, _ string) { w.away.Store(true) }, right),
	}
	for _, more := range []map[string]otpCase{otpAccesses(good), otpHeaders(good)} {
		for name, c := range more {
			cases[name] = c
		}
	}
	return cases
}
