package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/grant"
	"lineproof/shared/phone"
)

const otpCode = "ONE_TIME_PASSWORD_SMS."

// atOnce asks n times at once and returns the answers.
func atOnce(n int, ask func(i int) answer) []answer {
	answers := make([]answer, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { answers[i] = ask(i) })
	}
	all.Wait()
	return answers
}

// TestSendsAtOnce leaves one code alive of fifty that are sent at once, and accepts none of the
// others. Each message that arrived is counted.
func TestSendsAtOnce(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	as := func(operation, body string) answer {
		return w.do(w.otpCall("2", operation, otpClient(unlimitedKey), body))
	}
	sent := atOnce(50, func(int) answer {
		return as("send-code", bodyOf("phoneNumber", otpNumber, "message", otpMessage))
	})
	w.advance(time.Second)
	var live []string
	for _, a := range sent {
		a.wantCode(t, "send", http.StatusOK, "")
		id := a.member("authenticationId")
		code, cost := "000000", "0.00000000"
		messages := w.inbox.Messages(id, phone.Number{})
		for _, m := range messages {
			code, cost = m.PIN.Reveal(), "0.03330000"
		}
		found := w.do(unlimited("search/json", "request_id", id))
		if got := found.member("estimated_price_messages_sent"); len(messages) > 1 || got != cost {
			t.Errorf("%d messages came of one send, and %s is counted", len(messages), got)
		}
		switch a := as("validate-code", bodyOf("authenticationId", id, "code", code)); a.status {
		case http.StatusNoContent:
			live = append(live, id)
		default:
			a.wantCode(t, "validate", http.StatusBadRequest, otpCode+"VERIFICATION_EXPIRED")
		}
	}
	if len(live) != 1 {
		t.Errorf("%d of 50 codes were alive", len(live))
	}
}

// TestGuessesAtOnce counts three of a hundred guesses.
func TestGuessesAtOnce(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	id, code := w.sentCode(otpNumber)
	counts := map[string]int{}
	for _, a := range atOnce(100, func(int) answer { return w.validates(id, otherCode(code)) }) {
		counts[a.member("code")]++
	}
	if counts[otpCode+"INVALID_OTP"] != 2 || counts[otpCode+"VERIFICATION_FAILED"] != 98 {
		t.Errorf("the answers are %v", counts)
	}
	w.validates(id, code).wantCode(t, "the right one", http.StatusBadRequest, otpCode+"VERIFICATION_FAILED")
}

// TestMalformedValidationsCountNothing leaves all three attempts to well-formed ones.
func TestMalformedValidationsCountNothing(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	id, code := w.sentCode(otpNumber)
	for range 5 {
		for _, body := range []string{
			"", "{", "[]", bodyOf("authenticationId", id), `{"authenticationId":"` + id + `","code":1}`,
			bodyOf("authenticationId", id, "code", strings.Repeat("1", 11)),
			`{"authenticationId":"` + id + `","code":"1","code":"2"}`,
		} {
			w.do(w.otpCall("1", "validate-code", otpClient(standardKey), body)).
				wantCode(t, body, http.StatusBadRequest, "INVALID_ARGUMENT")
		}
		w.do(w.otpCall("2", "validate-code", otpClient(standardKey), bodyOf("authenticationId", id, "code", "1", "x", "y"))).
			wantCode(t, "unknown property", http.StatusBadRequest, "INVALID_ARGUMENT")
	}
	for range 2 {
		w.validates(id, otherCode(code)).wantCode(t, "wrong", http.StatusBadRequest, otpCode+"INVALID_OTP")
	}
	w.validates(id, code).wantCode(t, "right", http.StatusNoContent, "")
}

// TestUnknownAuthenticationIDsAreOne answers all that is not the caller's to the letter alike.
func TestUnknownAuthenticationIDsAreOne(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	id, code := w.sentCode(otpNumber)
	foreign := w.do(w.otpCall("1", "validate-code", otpClient(strangerKey), bodyOf("authenticationId", id, "code", code)))
	foreign.wantCode(t, "foreign", http.StatusNotFound, "NOT_FOUND")
	for _, unknown := range []string{strings.Repeat("0", 32), "x", id[:31], strings.Repeat("z", 36)} {
		if a := w.validates(unknown, code); a.body != foreign.body || a.status != foreign.status {
			t.Errorf("%q is answered %s", unknown, a.body)
		}
	}
	w.validates(id, code).wantCode(t, "its own", http.StatusNoContent, "")
}

// TestRefusedSendsLeaveNothing leaves no debit, no message and no code, and the code that was sent
// before as it was, after every case that is not answered 200. A 5xx is no exception, whose write
// may have been carried out.
func TestRefusedSendsLeaveNothing(t *testing.T) {
	t.Parallel()
	cases := sendCases()
	cases["answer-lost"] = before(func(w *pinWorld) { w.lost.Store(true) }, sendingTo(otpNumber))
	refused := map[int]int{}
	for name, ask := range cases {
		// What a case has had sent before it, comes in both worlds.
		with, without := newPINWorld(t), newPINWorld(t)
		ask(without, "2")
		a := with.do(ask(with, "2"))
		if a.status == http.StatusOK {
			continue
		}
		refused[a.status]++
		for _, w := range []*pinWorld{with, without} {
			w.away.Store(false)
			w.lost.Store(false)
			w.closed.Store(false)
			w.advance(time.Hour)
		}
		came := len(with.inbox.Messages("", phone.Number{})) - len(without.inbox.Messages("", phone.Number{}))
		if came != 0 {
			t.Errorf("%s: answered %d, and %d messages came", name, a.status, came)
		}
		if got, want := with.ledgers(), without.ledgers(); got != want {
			t.Errorf("%s: the ledgers stand\n%s, not\n%s", name, got, want)
		}
	}
	for status, least := range map[int]int{400: 15, 401: 5, 403: 10, 404: 1, 429: 2, 503: 3} {
		if refused[status] < least {
			t.Errorf("%d cases are answered %d, want %d or more", refused[status], status, least)
		}
	}
}

// ledgers writes what every account has.
func (w *pinWorld) ledgers() string {
	w.t.Helper()
	var all strings.Builder
	for k := standardKey; k <= unlimitedKey; k++ {
		l, err := w.accounts.Ledger(w.t.Context(), k)
		if err != nil {
			w.t.Fatal(err)
		}
		fmt.Fprintf(&all, "%s %+v\n", k, l)
	}
	return all.String()
}

// TestARefusedSendEndsNothing lets the code that was sent before live on.
func TestARefusedSendEndsNothing(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	id, code := w.sentCode(otpNumber)
	w.sendsCode(otpNumber, "https://a.example {{code}}").wantCode(t, "a link", 400, "INVALID_ARGUMENT")
	w.away.Store(true)
	w.sendsCode(otpNumber, otpMessage).wantCode(t, "away", 503, "UNAVAILABLE")
	w.away.Store(false)
	w.advance(time.Second)
	w.validates(id, code).wantCode(t, "the code before", http.StatusNoContent, "")
	w.advance(time.Hour)
	ledger, err := w.accounts.Ledger(t.Context(), standardKey)
	if err != nil || ledger != (account.Ledger{Free: budget - 100_000, Charged: 100_000}) {
		t.Errorf("the ledger stands %+v, %v", ledger, err)
	}
}

// TestOnlyValidatedCodesCost charges one of four codes: the one that was validated, with an SMS
// more for each further segment.
func TestOnlyValidatedCodesCost(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	w.sentCode(otpNumber)        // superseded
	_, _ = w.sentCode(otpNumber) // superseded, too
	w.sentCode("+447700900124")  // expires
	long := "{{code}}" + strings.Repeat("é", 140) + strings.Repeat("ж", 12)
	a := w.sendsCode(otpNumber, long) // 158 characters of UCS-2 are three messages
	w.advance(time.Second)
	id := a.member("authenticationId")
	w.validates(id, w.sentPIN(id)).wantCode(t, "validate", http.StatusNoContent, "")
	w.advance(time.Hour)
	const price, sms = 100_000, 33_300
	ledger, err := w.accounts.Ledger(t.Context(), standardKey)
	if err != nil || ledger != (account.Ledger{Free: budget - price - 2*sms, Charged: price + 2*sms}) {
		t.Errorf("the ledger stands %+v, %v", ledger, err)
	}
	found := w.do(verifying("search/json", "request_id", id))
	if found.member("estimated_price_messages_sent") != "0.09990000" || found.member("price") != "0.16660000" {
		t.Errorf("search tells %s", found.body)
	}
}

// TestTextsArriveAsWritten fills the PIN into every place for it and changes nothing else.
func TestTextsArriveAsWritten(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a := w.sendsCode(otpNumber, "Läden:\n<{{code}}> & {{code}} \"$PIN\" {code}")
	w.advance(time.Second)
	code := w.sentPIN(a.member("authenticationId"))
	want := "Läden:\n<" + code + "> & " + code + " \"$PIN\" {code}"
	if got := w.arrived(otpNumber); !slices.Equal(got, []string{want}) || len(code) != 6 {
		t.Errorf("it says %q, want %q", got, want)
	}
}

// TestCapsAreOneForAllProducts counts codes and verifications of a number together, and has either
// end or meet the other.
func TestCapsAreOneForAllProducts(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	id, code := w.sentCode(otpNumber)
	if a := w.do(verifying("json", good...)); a.member("status") != "10" || a.member("request_id") != id {
		t.Errorf("beside a code: %s", a.body)
	}
	w.validates(id, code).wantCode(t, "validate", http.StatusNoContent, "")
	began := w.begun()
	second, _ := w.sentCode(otpNumber)
	if a := w.do(verifying("search/json", "request_id", began)); a.member("status") != "CANCELLED" {
		t.Errorf("the verification that the code ended: %s", a.body)
	}
	w.validates(began, "123456").wantCode(t, "ended", 400, otpCode+"VERIFICATION_EXPIRED")
	if a := w.check(second, w.sentPIN(second)); a.member("status") != "0" {
		t.Errorf("a code checked: %s", a.body)
	}
	w.begun()
	w.sentCode(otpNumber)
	w.sendsCode(otpNumber, otpMessage).wantCode(t, "the sixth", 403, otpCode+"MAX_OTP_CODES_EXCEEDED")
	w.advance(5 * time.Minute)
	if a := w.do(verifying("json", good...)); a.member("status") != "1" {
		t.Errorf("the sixth: %s", a.body)
	}
}

// TestNothingSecretShowsInOTP goes through every case of the goldens, and through a whole life. A
// message's text is its caller's, and a secret as well.
func TestNothingSecretShowsInOTP(t *testing.T) {
	t.Parallel()
	for _, cases := range []map[string]otpCase{sendCases(), validateCases()} {
		for name, ask := range cases {
			w := newPINWorld(t)
			asked := ask(w, "1")
			a := w.do(asked)
			w.advance(time.Hour)
			secrets := append(w.secrets(), "Canary Shop")
			var body struct{ Code, Message string }
			if json.Unmarshal([]byte(asked.body), &body) == nil {
				secrets = append(secrets, body.Message)
				if len(body.Code) > 3 {
					secrets = append(secrets, body.Code)
				}
			}
			secrets = slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
			w.wantSilence(t, name, secrets)
			leaks(t, name+", answer", chance.ReplaceAllString(a.body, ""), secrets)
		}
	}
}

// TestLogOfOTP tells whose calls they were and how they ended.
func TestLogOfOTP(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	id, code := w.sentCode(otpNumber)
	w.validates(id, otherCode(code))
	w.validates(id, code)
	var told []string
	for line := range strings.Lines(w.log.String()) {
		var l map[string]any
		if json.Unmarshal([]byte(line), &l) == nil && l["msg"] == "request" {
			told = append(told, fmt.Sprint(l["operation"], l["wire"], l["client"], l["account"], l["request_id"] == id, l["outcome"]))
		}
	}
	who := otpClient(standardKey) + standardKey.String()
	want := []string{
		"otp-sendotp-1" + who + "true" + "sent", "otp-validateotp-1" + who + "true" + otpCode + "INVALID_OTP",
		"otp-validateotp-1" + who + "true" + "verified",
	}
	if len(told) != 3 || strings.ReplaceAll(strings.Join(told, " "), " ", "") != strings.Join(want, "") {
		t.Errorf("the log tells %q, want %q", told, want)
	}
}

// TestOwnTokensOpenNoNumber takes a client's own token to every wire of number verification, even
// with the scope that opens it.
func TestOwnTokensOpenNoNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("camara", func(c *grant.Client) { c.Types = append(c.Types, grant.ClientCredentials) })
	claims := w.accessClaims("")
	claims["sub"], claims["single_use"] = "camara", nil
	for _, n := range numberWires {
		claims["scope"] = n.verifyScope
		raw := sign(t, keys()["ours"], "at+jwt", claims)
		if a := w.called(n.verifyCall("Bearer "+raw, goodBody), ""); a.status != 403 {
			t.Errorf("%s: verify answers %d %s", n.name, a.status, a.body)
		}
		if n.share == "" {
			continue
		}
		claims["scope"] = n.shareScope
		raw = sign(t, keys()["ours"], "at+jwt", claims)
		if a := w.called(n.shareCall("Bearer "+raw, ""), ""); a.status != 403 {
			t.Errorf("%s: share answers %d %s", n.name, a.status, a.body)
		}
	}
}
