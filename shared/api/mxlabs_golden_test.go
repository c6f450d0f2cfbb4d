package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
)

// The test numbers by what their devices prove, and a number of a subscriber.
const (
	mxProves, mxAnother, mxNobody = "+990123450001", "+990123450005", "+990123450002"

	mxLine = "+" + line
)

// codedKey is an account whose sessions need the code that a device was given.
const codedKey = strictKey

// mxGoldens are the entries of every case. The name of one that fails begins with its status.
func mxGoldens() []goldenEntry {
	var entries []goldenEntry
	for name, ask := range mxCases() {
		entries = append(entries, goldenEntry{
			wire: "mxlabs", archive: "mxlabs", name: name,
			play: func(t *testing.T, send transport) string {
				w := newPINWorld(t)
				asked := ask(w)
				got := send(t, w.handler, asked)
				wantStatusOf(t, name, got)
				return normal(exchanged(t, asked, got))
			},
		})
	}
	return entries
}

// mxOf makes a case of a session of the account, to which things happen, and then an action.
func mxOf(
	k account.Key, phone, action string, pairs []string, happen ...func(*pinWorld, string),
) v2Case {
	return func(w *pinWorld) call {
		id := w.started(k, phone)
		for _, h := range happen {
			h(w, id)
		}
		return mxCall(k, action, append([]string{"session_id", id}, pairs...)...)
	}
}

// mxNow makes a case of an action alone.
func mxNow(k account.Key, action string, pairs ...string) v2Case {
	return func(*pinWorld) call { return mxCall(k, action, pairs...) }
}

// mxKeyed makes a case of a ping with that X-API-Key.
func mxKeyed(header string) v2Case {
	return func(*pinWorld) call { return mxCall(standardKey, "ping").with("X-Api-Key", header) }
}

// mxBody makes a case of a body as it is.
func mxBody(body string) v2Case {
	return func(*pinWorld) call {
		c := mxCall(standardKey, "ping")
		c.body = body
		return c
	}
}

// mxVisits has the session's device open its address.
func mxVisits(w *pinWorld, id string) { w.do(visiting(id)) }

// mxSends has its SMS sent.
func mxSends(k account.Key) func(*pinWorld, string) {
	return func(w *pinWorld, id string) { w.mxSent(k, id) }
}

// mxGuesses has so many wrong codes tried after its SMS.
func mxGuesses(n int) func(*pinWorld, string) {
	return func(w *pinWorld, id string) {
		code := w.mxSent(standardKey, id)
		for range n {
			w.mx(standardKey, "sms_verify", id, "code", otherCode(code))
		}
	}
}

// mxEntered is a case of the code that was sent, or of what change makes of it.
func mxEntered(change func(code string) string, happen ...func(*pinWorld, string)) v2Case {
	return func(w *pinWorld) call {
		id := w.started(standardKey, mxLine)
		code := w.mxSent(standardKey, id)
		for _, h := range happen {
			h(w, id)
		}
		return mxCall(standardKey, "sms_verify", "session_id", id, "code", change(code))
	}
}

func mxSame(code string) string { return code }

// mxShown is a case of the code that the device of an account's session was given, changed.
func mxShown(change func(string) string, happen ...func(*pinWorld, string)) v2Case {
	return func(w *pinWorld) call {
		id := w.started(codedKey, mxProves)
		code := w.do(visiting(id)).member("code")
		for _, h := range happen {
			h(w, id)
		}
		return mxCall(codedKey, "verify", "session_id", id, "code", change(code))
	}
}

func mxCases() map[string]v2Case {
	cases := map[string]v2Case{}
	for _, some := range []map[string]v2Case{
		mxCallCases(), mxStartCases(), mxVerifyCases(), mxSMSCases(),
	} {
		for name, c := range some {
			cases[name] = c
		}
	}
	return cases
}

func mxCallCases() map[string]v2Case {
	ping := mxNow(standardKey, "ping")
	return map[string]v2Case{
		"ping":                ping,
		"ping-another-key":    mxNow(codedKey, "ping"),
		"ping-no-type":        func(w *pinWorld) call { return ping(w).with("Content-Type", "text/plain") },
		"ping-unknown-fields": mxBody("action=ping&x=1&x=%ff"),
		"401-nothing": func(*pinWorld) call {
			return plain(mxPath, "action=ping")
		},
		"401-key-alone":       mxKeyed(standardKey.String()),
		"401-no-secret":       mxKeyed(standardKey.String() + ":"),
		"401-no-key":          mxKeyed(":" + secretOf(standardKey)),
		"401-wrong":           mxKeyed(standardKey.String() + ":wrong"),
		"401-unknown":         mxKeyed("abcdffff:" + secretOf(standardKey)),
		"401-before-the-form": func(*pinWorld) call { return plain(mxPath, "action=%ff") },
		"400-no-action":       mxBody(""),
		"400-blank-action":    mxBody("action=+"),
		"400-two-actions":     mxBody("action=ping&action=ping"),
		"400-another-action":  mxBody("action=drop"),
		"400-no-utf-8":        mxBody("action=%ff"),
		"413":                 mxBody("action=" + strings.Repeat("x", 8192)),
		"405": func(w *pinWorld) call {
			c := ping(w)
			c.method, c.body = http.MethodGet, ""
			return c
		},
		"404-path": func(w *pinWorld) call {
			c := ping(w)
			c.target += "/x"
			return c
		},
		"503-accounts": func(w *pinWorld) call {
			w.closed.Store(true)
			return ping(w)
		},
	}
}

func mxStartCases() map[string]v2Case {
	start := func(k account.Key, phone string) v2Case { return mxNow(k, "start", "phone", phone) }
	return map[string]v2Case{
		"start":               start(standardKey, mxLine),
		"start-digits":        start(standardKey, line),
		"start-test-number":   start(standardKey, mxProves),
		"start-needs-code":    start(codedKey, mxLine),
		"start-again":         mxOf(standardKey, mxLine, "start", []string{"phone", mxLine}),
		"400-start-no-phone":  mxNow(standardKey, "start"),
		"400-start-phone":     start(standardKey, "nope"),
		"402-start":           start(noCreditKey, mxLine),
		"403-start-no-brand":  start(unlimitedKey, mxLine),
		"403-start-barred":    start(barredKey, mxLine),
		"422-start-demo":      start(demoKey, mxLine),
		"422-start-premium":   start(standardKey, "+449098790000"),
		"start-not-covered":   prepared((*pinWorld).uncover, start(standardKey, mxLine)),
		"503-start":           prepared(func(w *pinWorld) { w.away.Store(true) }, start(standardKey, mxLine)),
		"429-start-too-often": prepared(mxOften, start(standardKey, mxLine)),
	}
}

// mxOften begins as many sessions of a number as it may have.
func mxOften(w *pinWorld) {
	for range 5 {
		w.started(standardKey, mxLine)
	}
}

func mxVerifyCases() map[string]v2Case {
	verify := func(phone string, happen ...func(*pinWorld, string)) v2Case {
		return mxOf(standardKey, phone, "verify", nil, happen...)
	}
	return map[string]v2Case{
		"verify-pending":            verify(mxProves),
		"verify-verified":           verify(mxProves, mxVisits),
		"verify-verified-4-minutes": verify(mxProves, mxVisits, waited(299*time.Second)),
		"404-verify-long-ago":       verify(mxProves, mxVisits, waited(300*time.Second)),
		"verify-another-line":       verify(mxAnother, mxVisits),
		"verify-nobody":             verify(mxNobody, mxVisits),
		"verify-too-late":           verify(mxProves, waited(61*time.Second), mxVisits),
		"verify-sms-sent":           verify(mxProves, mxSends(standardKey), mxVisits),
		"404-verify-in-the-end":     verify(mxProves, waited(361*time.Second)),
		"404-verify-too-many-codes": verify(mxProves, mxGuesses(3)),
		"404-verify-replaced": verify(mxProves, func(w *pinWorld, _ string) {
			w.started(standardKey, mxProves)
		}),
		"verify-verified-by-sms": verify(mxLine, func(w *pinWorld, id string) {
			w.mx(standardKey, "sms_verify", id, "code", w.mxSent(standardKey, id))
		}),
		"verify-code-required":    mxOf(codedKey, mxProves, "verify", nil, mxVisits),
		"verify-code":             mxShown(mxSame),
		"verify-code-again":       mxShown(mxSame, mxVisits),
		"400-verify-code-wrong":   mxShown(otherCode),
		"verify-code-too-early":   mxOf(codedKey, mxProves, "verify", []string{"code", "123456"}),
		"verify-code-needless":    mxOf(standardKey, mxProves, "verify", []string{"code", "1"}, mxVisits),
		"verify-code-too-late":    mxShown(mxSame, waited(61*time.Second)),
		"400-verify-code-long":    mxShown(func(string) string { return strings.Repeat("1", 65) }),
		"410-verify-code-3-wrong": mxShown(otherCode, mxWrongCode, mxWrongCode),
		"404-verify":              mxNow(standardKey, "verify", "session_id", unknownID),
		"404-verify-malformed":    mxNow(standardKey, "verify", "session_id", "abc"),
		"400-verify-no-session":   mxNow(standardKey, "verify"),
		"404-verify-of-another": func(w *pinWorld) call {
			return mxCall(codedKey, "verify", "session_id", w.started(standardKey, mxProves))
		},
		"503-verify": prepared(func(w *pinWorld) { w.away.Store(true) },
			mxNow(standardKey, "verify", "session_id", unknownID)),
	}
}

// mxWrongCode has a code tried that is not the device's.
func mxWrongCode(w *pinWorld, id string) { w.mx(codedKey, "verify", id, "code", "wrong") }

func mxSMSCases() map[string]v2Case {
	send := func(phone string, happen ...func(*pinWorld, string)) v2Case {
		return mxOf(standardKey, phone, "sms_send", nil, happen...)
	}
	calm := waited(11 * time.Second)
	sent := mxSends(standardKey)
	return map[string]v2Case{
		"sms_send":                 send(mxLine),
		"sms_send-test-number":     send(mxNobody, mxVisits),
		"sms_send-after-a-line":    send(mxAnother, mxVisits),
		"sms_send-too-late":        send(mxProves, waited(61*time.Second)),
		"sms_send-second-click":    send(mxLine, sent),
		"sms_send-again":           send(mxLine, sent, calm),
		"409-sms_send-third":       send(mxLine, sent, calm, sent, calm),
		"404-sms_send-verified":    send(mxProves, mxVisits),
		"404-sms_send-in-the-end":  send(mxLine, waited(361*time.Second)),
		"404-sms_send":             mxNow(standardKey, "sms_send", "session_id", unknownID),
		"400-sms_send-no-session":  mxNow(standardKey, "sms_send"),
		"403-sms_send-barred":      mxNow(barredKey, "sms_send", "session_id", unknownID),
		"sms_verify":               mxEntered(mxSame),
		"sms_verify-twice":         mxEntered(mxSame, mxRight),
		"sms_verify-wrong":         mxEntered(otherCode),
		"sms_verify-third-wrong":   mxEntered(otherCode, mxWrong, mxWrong),
		"sms_verify-after-third":   mxEntered(mxSame, mxWrong, mxWrong, mxWrong),
		"sms_verify-too-late":      mxEntered(mxSame, waited(301*time.Second)),
		"409-sms_verify-none":      mxOf(standardKey, mxLine, "sms_verify", []string{"code", "123456"}),
		"404-sms_verify":           mxNow(standardKey, "sms_verify", "session_id", unknownID, "code", "123456"),
		"400-sms_verify-no-code":   mxNow(standardKey, "sms_verify", "session_id", unknownID),
		"400-sms_verify-long-code": mxNow(standardKey, "sms_verify", "session_id", unknownID, "code", strings.Repeat("1", 65)),
		"404-sms_verify-replaced": mxEntered(mxSame, func(w *pinWorld, _ string) {
			w.started(standardKey, mxLine)
		}),
		"503-sms_send": prepared(func(w *pinWorld) { w.away.Store(true) },
			mxNow(standardKey, "sms_send", "session_id", unknownID)),
	}
}

// mxRight enters the code that was sent, and mxWrong another.
func mxRight(w *pinWorld, id string) { w.mx(standardKey, "sms_verify", id, "code", w.sentCode2(id)) }

func mxWrong(w *pinWorld, id string) {
	w.mx(standardKey, "sms_verify", id, "code", otherCode(w.sentCode2(id)))
}
