package e2e_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// atOnce makes n calls at once.
func atOnce(n int, ask func(i int) answer) []answer {
	answers, start := make([]answer, n), make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			answers[i] = ask(i)
		})
	}
	close(start)
	all.Wait()
	return answers
}

// TestOTPRaceOfSends sends fifty codes at once to one number: all are answered, one message comes
// of each and is counted once, one code is alive, and every other has expired.
func TestOTPRaceOfSends(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		o, number, as := on.otp(t, "2", "sandbox-otp-unlimited"), freshDelivered(), on.account(t, "unlimited")
		body := members(t, "phoneNumber", number, "message", otpText)
		o.sendTo(t, number) // one whose code is out
		var ids []string
		ask := func(int) answer { return on.attempt(t, o.asking("send-code", uuid, body)) }
		began := time.Now()
		answers := atOnce(racers, ask)
		t.Logf("answered within %v", time.Since(began).Round(time.Millisecond))
		for _, a := range answers {
			if a.Status != http.StatusOK {
				t.Errorf("answered %d %s", a.Status, a.Body)
				continue
			}
			ids = append(ids, a.object(t)["authenticationId"].(string))
		}
		live := 0
		for _, id := range ids {
			sent := on.messages(t, id)
			if len(sent) != 1 {
				t.Fatalf("%d messages came", len(sent))
			}
			found := on.ask(t, "search/json", as.params("request_id", id))
			if got := found.values["estimated_price_messages_sent"]; got != "0.03330000" {
				t.Errorf("its message is counted as %s", got)
			}
			a := o.try(t, id, sent[0].PIN)
			if a.Status == http.StatusNoContent {
				live++
				continue
			}
			a.wantOTP(t, http.StatusBadRequest, otpCodes+"VERIFICATION_EXPIRED")
		}
		if live != 1 {
			t.Errorf("%d of %d codes are alive", live, len(ids))
		}
	})
}

// TestOTPRaceOfCodes guesses a hundred times at once: three are counted.
func TestOTPRaceOfCodes(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		o := on.otp(t, "1", "sandbox-otp-unlimited")
		id := o.sendTo(t, freshDelivered())
		code := on.pin(t, id)
		counts := map[string]int{}
		for _, a := range atOnce(2*racers, func(int) answer { return o.try(t, id, notPIN(code)) }) {
			said, _ := a.object(t)["code"].(string)
			counts[said]++
		}
		if counts[otpCodes+"INVALID_OTP"] != 2 || counts[otpCodes+"VERIFICATION_FAILED"] != 2*racers-2 {
			t.Errorf("the answers are %v", counts)
		}
		o.try(t, id, code).wantOTP(t, http.StatusBadRequest, otpCodes+"VERIFICATION_FAILED")
	})
}

// TestOTPOfOthers takes an authenticationId to another account: it is unknown there as what was
// made up, to the letter.
func TestOTPOfOthers(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachOTP(t, on, func(t *testing.T, o otp) {
			id := o.sendTo(t, freshDelivered())
			other := on.otp(t, o.version, "sandbox-otp-unlimited")
			foreign := other.try(t, id, "123456")
			foreign.wantOTP(t, http.StatusNotFound, "NOT_FOUND")
			for _, unknown := range []string{strings.Repeat("0", 32), "x", id[:31], "ea0840f3-3663-4149-bd10-c7c6b8912105"} {
				if a := other.try(t, unknown, "123456"); string(a.Body) != string(foreign.Body) || a.Status != foreign.Status {
					t.Errorf("%q is answered %d %s", unknown, a.Status, a.Body)
				}
			}
		})
	})
}

// TestOTPAndVerify begins a verification by either API and ends it by the other.
func TestOTPAndVerify(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		onEachOTP(t, on, func(t *testing.T, o otp) {
			as, number := on.account(t, "standard"), freshDelivered()
			began := on.request(t, as, number)
			id := o.sendTo(t, number)
			on.wantState(t, as, began, "CANCELLED")
			if a := on.ask(t, "json", as.params("number", number, "brand", "Acme")); a.values["status"] != "10" || a.values["request_id"] != id {
				t.Errorf("beside a code: %s", a.Body)
			}
			on.check(t, as, id, on.pin(t, id)).want(t, "0")
			o.try(t, id, on.pin(t, id)).wantOTP(t, http.StatusBadRequest, otpCodes+"VERIFICATION_EXPIRED")
		})
	})
}

// TestOTPTexts sends what the caller wrote, with the code in each place for it.
func TestOTPTexts(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		onEachOTP(t, on, func(t *testing.T, o otp) {
			number := freshDelivered()
			a := o.sends(t, members(t, "phoneNumber", number, "message", "Läden:\n{{code}}, {{code}}"))
			id, _ := a.object(t)["authenticationId"].(string)
			code := on.pin(t, id)
			if all := on.messages(t, id); len(all) != 1 || all[0].Text != "Läden:\n"+code+", "+code || len(code) != 6 {
				t.Errorf("%v came", all)
			}
			for _, message := range []string{"{{code}} https://a.example", "x{{code}}.example", "{{code}}\r\n", "\u202e{{code}}"} {
				o.sends(t, members(t, "phoneNumber", number, "message", message)).wantOTP(t, http.StatusBadRequest, "INVALID_ARGUMENT")
			}
		})
	})
}

// TestClientCredentials gives tokens for what has no subscriber alone, and they open nothing else.
func TestClientCredentials(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		for _, c := range on.Sandbox.Clients {
			if c.Dialect != "otp" {
				on.own(t, c).wantOAuth(t, http.StatusBadRequest, "unauthorized_client")
				continue
			}
			got := on.own(t, c).tokens(t)
			if got.RefreshToken != "" || got.IDToken != "" || got.Scope != scopeOTP || got.ExpiresIn != 600 {
				t.Errorf("%s: %+v", c.ID, got)
			}
			for _, w := range wires {
				if a := on.do(t, w.asking(got.AccessToken, naming(somebodyElse))); a.Status != http.StatusForbidden {
					t.Errorf("%s answers %d %s", w.dialect, a.Status, a.Body)
				}
			}
			on.revoke(t, c, got.AccessToken).wantOAuth(t, http.StatusBadRequest, "unsupported_token_type")
			for _, scope := range []string{"", "openid " + scopeOTP, "number-verification:verify", "dpv:FraudPreventionAndDetection"} {
				on.own(t, c, "scope", scope).wantOAuth(t, http.StatusBadRequest, "invalid_scope")
			}
			with := on.own(t, c, "scope", "dpv:FraudPreventionAndDetection "+scopeOTP).tokens(t)
			number := members(t, "phoneNumber", freshDelivered(), "message", otpText)
			otp{on, "2", with.AccessToken}.sends(t, number).wantOTP(t, http.StatusOK, "")
		}
		a := on.get(t, "/.well-known/openid-configuration").object(t)
		for member, want := range map[string]string{"grant_types_supported": grantClient, "scopes_supported": scopeOTP} {
			if all, _ := a[member].([]any); !slices.Contains(all, any(want)) {
				t.Errorf("%s has no %s", member, want)
			}
		}
		bare := on.postForm(t, tokenPath, nil, url.Values{"grant_type": {grantClient}, "scope": {scopeOTP}})
		bare.wantOAuth(t, http.StatusUnauthorized, "invalid_client")
	})
}
