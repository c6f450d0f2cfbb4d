package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/webhook"
)

// TestAwayBeginsNothing has what a request needs be away: it is told to come again, and then
// nothing of it is left, be the verification written or not.
func TestAwayBeginsNothing(t *testing.T) {
	t.Parallel()
	for name, switched := range map[string]func(w *pinWorld, away bool){
		"the store":     func(w *pinWorld, away bool) { w.away.Store(away) },
		"its answer":    func(w *pinWorld, away bool) { w.lost.Store(away) },
		"the outbox":    func(w *pinWorld, away bool) { w.mute.Store(away) },
		"the callbacks": func(w *pinWorld, away bool) { w.told.away.Store(away) },
		"the accounts":  func(w *pinWorld, away bool) { w.closed.Store(away) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPINWorld(t)
			ask := func() answer {
				return w.do(w.asApp(standardApp,
					v2(http.MethodPost, "", asking2(silently()))))
			}
			switched(w, true)
			a := ask()
			switched(w, false)
			if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") != "1" {
				t.Fatalf("answered %d %s", a.status, a.body)
			}
			w.advance(time.Hour)
			w.wantUntouched()
			if again := ask(); again.status != http.StatusAccepted {
				t.Errorf("the next is answered %d %s", again.status, again.body)
			}
		})
	}
}

// wantUntouched wants nothing to have been sent, told but of what waits, held or charged.
func (w *pinWorld) wantUntouched() {
	w.t.Helper()
	if sent := w.inbox.Messages("", phone.Number{}); len(sent) > 0 {
		w.t.Errorf("sent were %v", sent)
	}
	if kinds := w.told.kinds(); slices.Contains(kinds, webhook.Summary) {
		w.t.Errorf("told were %v", kinds)
	}
	ledger, err := w.accounts.Ledger(w.t.Context(), standardKey)
	if err != nil || ledger.Free != budget || ledger.Held != 0 || ledger.Charged != 0 {
		w.t.Errorf("the ledger is %+v, %v", ledger, err)
	}
}

// What cannot be checked, moved or cancelled now stays as it was.
func TestAwayChangesNothing(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	id := w.begun2(twoSteps())
	code := w.sentCode2(id)
	for _, c := range []call{
		checking(id, otherCode(code)), checking(id, code), v2(http.MethodPost, "/"+id+"/next_workflow",
			""),
		v2(http.MethodDelete, "/"+id, ""),
	} {
		w.away.Store(true)
		a := w.do(w.asApp(standardApp, c))
		w.away.Store(false)
		if a.status != http.StatusServiceUnavailable {
			t.Errorf("%s %s is answered %d %s", c.method, c.target, a.status, a.body)
		}
	}
	w.mute.Store(true)
	next := w.do(w.asApp(standardApp, v2(http.MethodPost, "/"+id+"/next_workflow", "")))
	w.mute.Store(false)
	if next.status != http.StatusServiceUnavailable {
		t.Errorf("without an outbox the move is answered %d", next.status)
	}
	w.advance(time.Minute)
	if n := len(w.inbox.Messages("", phone.Number{})); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
	for range 2 { // each is counted, and no earlier one was
		if a := w.check2(id, otherCode(code)); a.status != http.StatusBadRequest {
			t.Errorf("a wrong code is answered %d %s", a.status, a.body)
		}
	}
	if a := w.check2(id, code); a.status != http.StatusOK {
		t.Errorf("the right code is answered %d %s", a.status, a.body)
	}
	w.advance(time.Hour)
	ledger, err := w.accounts.Ledger(t.Context(), standardKey)
	if err != nil || ledger.Held != 0 || ledger.Free+ledger.Charged != budget || ledger.Charged == 0 {
		t.Errorf("the ledger is %+v, %v", ledger, err)
	}
}

// A request that is repeated because its answer got lost sends nothing twice.
func TestRepeatedRequestsSendOnce(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	first := w.asApp(standardApp, v2(http.MethodPost, "", asking2(bySMS())))
	begun := w.do(first)
	for range 3 {
		a := w.do(first)
		if a.status != http.StatusConflict || a.member("request_id") != begun.member("request_id") {
			t.Errorf("answered %d %s", a.status, a.body)
		}
	}
	w.advance(time.Minute)
	if n := len(w.inbox.Messages("", phone.Number{})); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
}

// TestNothingSecretShowsInVerify2 goes through every case of the goldens.
func TestNothingSecretShowsInVerify2(t *testing.T) {
	t.Parallel()
	for operation, cases := range v2Cases() {
		for name, ask := range cases {
			w := newPINWorld(t)
			c := ask(w)
			a := w.do(c)
			w.advance(time.Hour)
			name := operation + " " + name
			secrets := append(w.secrets(), strings.TrimPrefix(c.header.Get("Authorization"), "Bearer "))
			if operation == "silent" && a.status < http.StatusBadRequest {
				secrets = append(secrets, a.member("code"))
			}
			w.wantSilence(t, name, secrets)
			if a.status >= http.StatusBadRequest {
				leaks(t, name+", answer", chance.ReplaceAllString(a.body, ""),
					slices.Concat(w.secrets(), inner))
			}
		}
	}
}

// A line tells whose a request was, which verification it was about, and what came of it.
func TestLogOfVerify2(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	facts := func(name string, want ...any) {
		t.Helper()
		wantFacts(t, name, lastLine(t, w.log.String()), want...)
	}
	id := w.begun2(silently())
	own := strings.ReplaceAll(id, "-", "")
	facts("a request", "operation", "verify2-request", "path", "/v2/verify", "status", 202.0,
		"client", standardApp, "account", standardKey.String(), "request_id", own, "outcome", "started")
	w.do(visiting(id))
	facts("a device", "operation", "silent-auth", "path", "/v2/verify/{id}/silent-auth/redirect",
		"status", 409.0, "request_id", own, "outcome", "verify-v2#failed", "client", nil)
	w.advance(11 * time.Second)
	wrongly2(w, id)
	facts("a wrong code", "operation", "verify2-check", "path", "/v2/verify/{id}", "status", 400.0,
		"request_id", own, "outcome", "verify#invalid-code")
	moved(w, id)
	facts("no step more", "operation", "verify2-next", "status", 409.0, "outcome",
		"verify-v2#no-events")
	rightly2(w, id)
	facts("the right code", "status", 200.0, "request_id", own, "outcome", "completed")
	dropped(w, id)
	facts("nothing to cancel", "operation", "verify2-cancel", "status", 404.0, "outcome", "#not-found")
	w.do(v2(http.MethodPost, "", asking2(bySMS())).asAccount(standardKey))
	facts("an account", "client", nil, "account", standardKey.String(), "outcome", "started")
}
