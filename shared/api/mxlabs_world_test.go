package api_test

import (
	"net/http"
	"time"

	"lineproof/local/assembly"
	"lineproof/shared/account"
	"lineproof/shared/api/mxlabs"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/sms"
	"lineproof/shared/verification"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// mxPath is where the SDKs of MX Labs ask.
const mxPath = "/mxlabs/number-verify"

// mxLabs is the operation of the SDKs of MX Labs.
func (w *pinWorld) mxLabs(p assembly.Ports) map[wire.Operation]web.Endpoint {
	served := assembly.MXLabs(p)
	if w.uncovered {
		reader := mxlabs.Reader{
			Line: numbering.Parse, Locale: message.LocaleNear,
			Covered: func(string) bool { return false },
		}
		served[wire.MXLabsVerify] = mxlabs.Verify(p, reader, p.Outbox, sms.Anywhere)
	}
	return served
}

// mxCall is a call of an account's, as the SDK makes it: an action and pairs of name and value, of
// which an empty value is left out.
func mxCall(k account.Key, action string, pairs ...string) call {
	body := form(append([]string{"action", action}, pairs...)...).Encode()
	return plain(mxPath, body).with("X-Api-Key", k.String()+":"+secretOf(k))
}

// started begins a session and returns its id.
func (w *pinWorld) started(k account.Key, phone string) string {
	w.t.Helper()
	a := w.do(mxCall(k, "start", "phone", phone))
	if a.status != http.StatusOK || a.member("status") != "started" {
		w.t.Fatalf("start answered %d %s", a.status, a.body)
	}
	return a.member("session_id")
}

// mx makes a call for a session.
func (w *pinWorld) mx(k account.Key, action, id string, pairs ...string) answer {
	w.t.Helper()
	return w.do(mxCall(k, action, append([]string{"session_id", id}, pairs...)...))
}

// wantMX wants a session to be told so.
func (w *pinWorld) wantMX(k account.Key, id, status, reason string) {
	w.t.Helper()
	a := w.mx(k, "verify", id)
	if a.status != http.StatusOK || a.member("status") != status || a.member("reason") != reason {
		w.t.Errorf("verify answered %d %s, want %s %s", a.status, a.body, status, reason)
	}
}

// mxSent has a session's SMS sent and returns its code.
func (w *pinWorld) mxSent(k account.Key, id string) string {
	w.t.Helper()
	if a := w.mx(k, "sms_send", id); a.member("status") != "sms_sent" {
		w.t.Fatalf("sms_send answered %d %s", a.status, a.body)
	}
	w.advance(time.Second)
	own, _ := verification.ParseRequestID(id)
	return w.sentPIN(own)
}
