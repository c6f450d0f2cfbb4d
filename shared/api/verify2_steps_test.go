package api_test

import (
	"net/http"
	"strings"
	"time"
)

// ofBegun is a case for a verification of these steps of the standard account's application, after
// all that happens to it. The call is the application's own.
func ofBegun(
	workflow []map[string]any, ask func(w *pinWorld, id string) call,
	happen ...func(w *pinWorld, id string),
) v2Case {
	return func(w *pinWorld) call {
		id := w.begun2(workflow)
		for _, h := range happen {
			h(w, id)
		}
		return w.asApp(standardApp, ask(w, id))
	}
}

// wrongly2, rightly2 and others are what can happen to a verification.
func wrongly2(w *pinWorld, id string) { w.check2(id, otherCode(w.sentCode2(id))) }
func rightly2(w *pinWorld, id string) { w.check2(id, w.sentCode2(id)) }

func moved(w *pinWorld, id string) {
	w.do(w.asApp(standardApp, v2(http.MethodPost, "/"+id+"/next_workflow", "")))
	w.advance(time.Second)
}

func dropped(w *pinWorld, id string) {
	w.do(w.asApp(standardApp, v2(http.MethodDelete, "/"+id, "")))
}

func waited(d time.Duration) func(*pinWorld, string) {
	return func(w *pinWorld, _ string) { w.advance(d) }
}

// by has the device of who has the number fetch the check_url.
func by(held string) func(*pinWorld, string) {
	return func(w *pinWorld, id string) { w.visited(id, held) }
}

// visited fetches the check_url by the line of who has the number, and returns the code.
func (w *pinWorld) visited(id, held string) string {
	w.t.Helper()
	w.attach("192.0.2.1", held) // from which httptest's requests come
	return w.do(visiting(id)).member("code")
}

func checkSent(w *pinWorld, id string) call  { return checking(id, w.sentCode2(id)) }
func checkOther(w *pinWorld, id string) call { return checking(id, otherCode(w.sentCode2(id))) }

// checkingText is a case of a body that is none of a check.
func checkingText(body string) v2Case {
	return ofBegun(bySMS(), func(_ *pinWorld, id string) call {
		return v2(http.MethodPost, "/"+id, body)
	})
}

// named is a case of the standard account for an id that names nothing of its own.
func named(method, id, below, body string) v2Case {
	return asStandard(v2(method, "/"+id+below, body))
}

func checkCases2() map[string]v2Case {
	const dashed = "01234567-89ab-cdef-0123-456789abcdef"
	silentCode := func(w *pinWorld, id string) call { return checking(id, w.visited(id, "+"+line)) }
	anyCode := func(_ *pinWorld, id string) call { return checking(id, "1234") }
	return map[string]v2Case{
		"completed":       ofBegun(bySMS(), checkSent),
		"completed-third": ofBegun(bySMS(), checkSent, wrongly2, wrongly2),
		"completed-by-v1-id": ofBegun(bySMS(), func(w *pinWorld, id string) call {
			return checking(strings.ToUpper(strings.ReplaceAll(id, "-", "")), w.sentCode2(id))
		}),
		"completed-slash": ofBegun(bySMS(), func(w *pinWorld, id string) call {
			return v2(http.MethodPost, "/"+id+"/", bodyOf("code", w.sentCode2(id)))
		}),
		"completed-more": ofBegun(bySMS(), func(w *pinWorld, id string) call {
			return v2(http.MethodPost, "/"+id, bodyOf("code", w.sentCode2(id), "colour", "red"))
		}),
		"completed-silently":  ofBegun(silently(), silentCode),
		"completed-next-step": ofBegun(twoSteps(), checkSent, moved),
		"completed-own-code": func(w *pinWorld) call {
			id := w.begun2(bySMS(), "code", "aB3d5")
			return w.asApp(standardApp, checking(id, "aB3d5"))
		},
		"400-case-of-own-code": func(w *pinWorld) call {
			id := w.begun2(bySMS(), "code", "aB3d5")
			return w.asApp(standardApp, checking(id, "AB3D5"))
		},
		"400":       ofBegun(bySMS(), checkOther),
		"400-again": ofBegun(bySMS(), checkOther, wrongly2),
		"400-silent": ofBegun(silently(), func(w *pinWorld, id string) call {
			w.visited(id, "+"+line)
			return checking(id, "1234")
		}),
		"400-silent-after-the-move": ofBegun(silently(), func(w *pinWorld, id string) call {
			code := w.visited(id, "+"+line)
			moved(w, id)
			return checking(id, code)
		}),
		"400-former-step": ofBegun(twoSteps(), func(w *pinWorld, id string) call {
			code := w.sentCode2(id)
			moved(w, id)
			return checking(id, code)
		}),
		"404":           named(http.MethodPost, dashed, "", `{"code":"1234"}`),
		"404-malformed": named(http.MethodPost, "no-id", "", `{"code":"1234"}`),
		"404-foreign": func(w *pinWorld) call {
			id := w.begun2(bySMS())
			return w.asApp(appOf(strangerKey), checking(id, w.sentCode2(id)))
		},
		"404-completed": ofBegun(bySMS(), checkSent, rightly2),
		"jwt-again":     repeatedJWT(askCheck),
		"404-expired":   ofBegun(bySMS(), checkSent, waited(time.Hour)),
		"404-cancelled": ofBegun(bySMS(), checkSent, dropped),
		"409-silent":    ofBegun(silently(), anyCode),
		"409-unproved": ofBegun(silently(), anyCode,
			func(w *pinWorld, id string) { w.do(visiting(id)) }),
		"410":            ofBegun(bySMS(), checkOther, wrongly2, wrongly2),
		"410-after":      ofBegun(bySMS(), checkSent, wrongly2, wrongly2, wrongly2),
		"410-over-steps": ofBegun(twoSteps(), checkOther, wrongly2, moved, wrongly2),
		"422-no-body":    checkingText(""),
		"422-empty":      checkingText("{}"),
		"422-array":      checkingText("[]"),
		"422-cut":        checkingText(`{"code":"12`),
		"422-null":       checkingText(`{"code":null}`),
		"422-number":     checkingText(`{"code":1234}`),
		"422-blank":      checkingText(`{"code":""}`),
		"422-long":       checkingText(bodyOf("code", strings.Repeat("1", 65))),
		"400-odd":        checkingText(bodyOf("code", "ß ☃")),
		"400-longest":    checkingText(bodyOf("code", strings.Repeat("1", 64))),
		"another-app": func(w *pinWorld) call {
			id := w.begun2(bySMS())
			return w.asApp(vonageApp, checking(id, w.sentCode2(id)))
		},
		"v1-verification": func(w *pinWorld) call {
			id := w.begun()
			return checking(id, w.sentPIN(id)).asAccount(standardKey)
		},
	}
}

func nextCases() map[string]v2Case {
	next := func(_ *pinWorld, id string) call {
		return v2(http.MethodPost, "/"+id+"/next_workflow", "")
	}
	body := func(text string) v2Case {
		return ofBegun(twoSteps(), func(_ *pinWorld, id string) call {
			return v2(http.MethodPost, "/"+id+"/next_workflow", text)
		})
	}
	at := func(path string) v2Case {
		return ofBegun(twoSteps(), func(_ *pinWorld, id string) call {
			return v2(http.MethodPost, "/"+id+path, "")
		})
	}
	return map[string]v2Case{
		"moved":         ofBegun(twoSteps(), next),
		"moved-silent":  ofBegun(silently(), next),
		"moved-hyphen":  at("/next-workflow"),
		"moved-slash":   at("/next_workflow/"),
		"moved-both":    at("/next-workflow/"),
		"body-array":    body("[]"),
		"body-object":   body("{}"),
		"body-no-json":  body("x"),
		"409-last":      ofBegun(bySMS(), next),
		"jwt-again":     repeatedJWT(askNext),
		"409-moved":     ofBegun(twoSteps(), next, moved),
		"404":           named(http.MethodPost, unknownID, "/next_workflow", ""),
		"404-malformed": named(http.MethodPost, "no-id", "/next_workflow", ""),
		"404-completed": ofBegun(twoSteps(), next, rightly2),
		"404-expired":   ofBegun(twoSteps(), next, waited(time.Hour)),
		"404-cancelled": ofBegun(twoSteps(), next, dropped),
		"404-failed":    ofBegun(twoSteps(), next, wrongly2, wrongly2, wrongly2),
		"404-foreign": func(w *pinWorld) call {
			return w.asApp(appOf(strangerKey), next(w, w.begun2(twoSteps())))
		},
		"403-barred": func(w *pinWorld) call { return next(w, unknownID).asAccount(barredKey) },
		"403-barred-jwt": func(w *pinWorld) call {
			return w.asApp(appOf(barredKey), next(w, unknownID))
		},
		"403-account-lost": func(w *pinWorld) call { return w.asApp(lostApp, next(w, unknownID)) },
		"503-outbox":       ofBegun(twoSteps(), next, func(w *pinWorld, _ string) { w.mute.Store(true) }),
	}
}

func cancelCases() map[string]v2Case {
	cancel := func(_ *pinWorld, id string) call { return v2(http.MethodDelete, "/"+id, "") }
	return map[string]v2Case{
		"cancelled":        ofBegun(bySMS(), cancel),
		"cancelled-silent": ofBegun(silently(), cancel),
		"cancelled-last":   ofBegun(twoSteps(), cancel, moved),
		"cancelled-late":   ofBegun(twoSteps(), cancel, waited(200*time.Second)),
		"cancelled-slash": ofBegun(bySMS(), func(_ *pinWorld, id string) call {
			return v2(http.MethodDelete, "/"+id+"/", "")
		}),
		"body": ofBegun(bySMS(), func(_ *pinWorld, id string) call {
			return v2(http.MethodDelete, "/"+id, "{}")
		}),
		"404":           named(http.MethodDelete, unknownID, "", ""),
		"404-malformed": named(http.MethodDelete, "no-id", "", ""),
		"404-again":     ofBegun(bySMS(), cancel, dropped),
		"jwt-again":     repeatedJWT(askCancel),
		"404-completed": ofBegun(bySMS(), cancel, rightly2),
		"404-failed":    ofBegun(bySMS(), cancel, wrongly2, wrongly2, wrongly2),
		"404-expired":   ofBegun(bySMS(), cancel, waited(time.Hour)),
		"404-foreign": func(w *pinWorld) call {
			return w.asApp(appOf(strangerKey), cancel(w, w.begun2(bySMS())))
		},
		"404-barred": func(w *pinWorld) call { return cancel(w, unknownID).asAccount(barredKey) },
	}
}

// device is a case of the device of who has the number, on the way of these steps.
func device(held string, workflow []map[string]any, happen ...func(*pinWorld, string)) v2Case {
	return func(w *pinWorld) call {
		id := w.begun2(workflow)
		for _, h := range happen {
			h(w, id)
		}
		if held != "" {
			w.attach("127.0.0.1", held)
		}
		return visiting(id)
	}
}

// rehearsedBy is a case of a test number's device, for an application.
func rehearsedBy(app, number string) v2Case {
	return func(w *pinWorld) call {
		begun := w.do(w.asApp(app, v2(http.MethodPost, "", asking2(steps(step("silent_auth", number))))))
		return visiting(begun.member("request_id"))
	}
}

func silentCases() map[string]v2Case {
	const own, other = "+" + line, "+447700900124"
	alone := steps(step("silent_auth", line))
	redirecting := steps(step("silent_auth", line, "redirect_url", landing))
	good := device(own, silently())
	changed := func(change func(call) call) v2Case {
		return func(w *pinWorld) call { return change(good(w)) }
	}
	return map[string]v2Case{
		"code":       good,
		"code-alone": device(own, alone),
		"code-again": device(own, silently(), by(own)),
		"code-sdk": changed(func(c call) call {
			return c.with("X-Silentauth-Sdk-Request", "android")
		}),
		"code-v1-id": changed(func(c call) call {
			c.target = strings.Replace(c.target, "-", "", 4)
			return c
		}),
		"redirect":         device(own, redirecting),
		"403-another-line": device(other, silently()),
		"403-alone":        device(other, alone),
		"403-redirect":     device(other, redirecting),
		"409-nobody":       device("", silently()),
		"409-alone":        device("", alone),
		"404-after-403":    device(own, silently(), by(other)),
		"404-moved":        device(own, silently(), moved),
		"404-in-its-time":  device(own, silently(), waited(61*time.Second)),
		"404-checked": device(own, silently(),
			func(w *pinWorld, id string) { w.check2(id, w.visited(id, own)) }),
		"404-cancelled":       device(own, silently(), dropped),
		"404-of-sms":          device(own, bySMS()),
		"404":                 func(*pinWorld) call { return visiting(unknownID) },
		"404-malformed":       func(*pinWorld) call { return visiting("no-id") },
		"test-99":             rehearsedBy(standardApp, "990123450099"),
		"test-01":             rehearsedBy(standardApp, "990123450001"),
		"403-test-05":         rehearsedBy(standardApp, "990123450005"),
		"test-vonage-even":    rehearsedBy(vonageApp, "990123450002"),
		"403-test-vonage-odd": rehearsedBy(vonageApp, "990123450001"),
		"409-test-vonage-99":  rehearsedBy(vonageApp, "990123450099"),
		"405-post":            changed(func(c call) call { c.method = http.MethodPost; return c }),
		"404-slash":           changed(func(c call) call { c.target += "/"; return c }),
		"503-store": device(own, silently(),
			func(w *pinWorld, _ string) { w.away.Store(true) }),
		"with-credentials": func(w *pinWorld) call { return w.asApp(standardApp, good(w)) },
		"409-by-its-word": func(w *pinWorld) call {
			return device("", silently())(w).with("X-Msisdn", line)
		},
	}
}
