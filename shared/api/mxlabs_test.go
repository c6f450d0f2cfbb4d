package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
)

// The line of a subscriber's device verifies a session without a code where the account's terms say
// so, and with it where they do not. What others' devices do verifies none.
func TestSessionBySubscribersLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		by             account.Key
		held           string
		status, reason string
	}{
		"codeless":       {standardKey, ownLine, "verified", ""},
		"with the code":  {codedKey, ownLine, "pending", "code_required"},
		"another's line": {standardKey, otherLine, "not_verified", ""},
		"nobody's":       {standardKey, "", "nv_unavailable", "line_unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPINWorld(t)
			id := w.started(test.by, mxLine)
			w.wantMX(test.by, id, "pending", "")
			if test.held != "" {
				w.attach("192.0.2.1", test.held)
			}
			shown := w.do(visiting(id))
			w.wantMX(test.by, id, test.status, test.reason)
			w.advance(time.Minute)
			if n := len(w.inbox.Messages("", msisdn(t, mxLine))); n != 0 {
				t.Errorf("%d messages were sent that nobody wished for", n)
			}
			if code := shown.member("code"); (code != "") != (test.held == ownLine) {
				t.Errorf("the device is answered %s", shown.body)
			}
		})
	}
}

// A device that an upstream of the code flow knows verifies a session as one of our own.
func TestSessionByAnUpstream(t *testing.T) {
	t.Parallel()
	for held, status := range map[string]string{ownLine: "verified", otherLine: "not_verified"} {
		w := newPINWorld(t)
		a, network := w.behindCodes(nil)
		network.attachNumber("192.0.2.1", held)
		id := w.started(standardKey, mxLine)
		network.advance(time.Second)
		w.travel(a, checkURLOf(id))
		w.wantMX(standardKey, id, status, "")
	}
}

// The code of an upstream that begins with the number is asked about there. Where no code comes
// back, no such upstream is asked.
func TestSessionBegunAtAnUpstream(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindSteps(nil)
	network.attach("192.0.2.1", ownLine)
	id := w.started(codedKey, mxLine)
	network.move(time.Second)
	code := w.travel(a, checkURLOf(id)).member("code")
	w.wantMX(codedKey, id, "pending", "")
	if wrong := w.mx(codedKey, "verify", id, "code", otherCode(code)); wrong.status != 400 {
		t.Errorf("a wrong code is answered %d %s", wrong.status, wrong.body)
	}
	if right := w.mx(codedKey, "verify", id, "code", code); right.member("status") != "verified" {
		t.Errorf("the code is answered %d %s", right.status, right.body)
	}
	a.asked()
	other := w.started(standardKey, otherLine)
	if came := w.do(visiting(other)); came.status != http.StatusConflict || a.asked() != 0 {
		t.Errorf("the device is answered %d %s", came.status, came.body)
	}
	w.wantMX(standardKey, other, "nv_unavailable", "line_unknown")
}

// A session whose line nobody covers says so at once, and has its address all the same: SDKs read
// it.
func TestSessionNotCovered(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	w.uncover()
	id := w.started(standardKey, mxLine)
	w.wantMX(standardKey, id, "nv_unavailable", "line_unknown")
	code := w.mxSent(standardKey, id)
	a := w.mx(standardKey, "sms_verify", id, "code", code)
	if a.member("status") != "verified" || a.member("method") != "sms_otp" || a.member("phone") != mxLine {
		t.Errorf("the code is answered %d %s", a.status, a.body)
	}
}

// A success is priced, and a session that comes to nothing is not.
func TestSessionIsPriced(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	before, _ := w.accounts.Ledger(t.Context(), standardKey)
	w.attach("192.0.2.1", ownLine)
	w.do(visiting(w.started(standardKey, mxLine)))
	w.started(standardKey, otherLine)
	w.advance(time.Hour)
	if after, _ := w.accounts.Ledger(t.Context(), standardKey); after.Held != 0 || after.Charged-before.Charged != 100_000 {
		t.Errorf("the ledger is %+v, was %+v", after, before)
	}
}

// A wrong code is a result for the SDK, and a failure for the log, which counts the codes too. It
// has neither numbers nor codes.
func TestSessionInTheLog(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	id := w.started(standardKey, mxLine)
	wantFacts(t, "start", lastLine(t, w.log.String()),
		"operation", "mxlabs-verify", "outcome", "started", "account", standardKey.String())
	code := w.mxSent(standardKey, id)
	w.mx(standardKey, "sms_verify", id, "code", otherCode(code))
	facts := lastLine(t, w.log.String())
	wantFacts(t, "a wrong code", facts, "checked", "code", "status", 200.0)
	if failure, _ := facts["failure"].(map[string]any); failure["kind"] != fault.WrongCode.String() {
		t.Errorf("the log has %v", facts)
	}
	w.mx(standardKey, "sms_verify", id, "code", code)
	wantFacts(t, "the code", lastLine(t, w.log.String()), "checked", "code", "outcome", "verified")
	w.mx(standardKey, "verify", id)
	if facts := lastLine(t, w.log.String()); facts["checked"] != nil {
		t.Errorf("a poll is logged as %v", facts)
	}
	if log := w.log.String(); strings.Contains(log, line) || strings.Contains(log, code) ||
		strings.Contains(log, secretOf(standardKey)) {
		t.Error("the log has a secret")
	}
}

// Local numbers are those of an account's only country.
func TestSessionOfALocalNumber(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	for _, test := range []struct {
		countries []string
		status    int
	}{{[]string{"GB", "ZZ"}, 200}, {[]string{"GB", "FR", "ZZ"}, 400}} {
		a, err := w.accounts.Account(t.Context(), codedKey)
		if err != nil {
			t.Fatal(err)
		}
		a.Terms.Countries = test.countries
		if err := w.accounts.PutAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		got := w.do(mxCall(codedKey, "start", "phone", "07700 900123"))
		if got.status != test.status {
			t.Errorf("%v: start answered %d %s", test.countries, got.status, got.body)
		}
	}
}
