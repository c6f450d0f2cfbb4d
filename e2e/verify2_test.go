package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"
)

// freshSilent returns a test number that hardly any other test has, whose last two digits choose
// what a silent step comes to; messages to it arrive.
func freshSilent(ending string) string {
	return fmt.Sprintf("99015%05d00%s", rand.IntN(100_000), ending)
}

// TestVerify2AsSDKsAsk asks as those SDKs do that are not installed here, as they are written:
// Java's before and after its change of the path, .NET's, PHP's and Ruby's.
func TestVerify2AsSDKsAsk(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		v := on.verify2(t, "unlimited")
		always := map[string]any{"locale": "en-us", "channel_timeout": 300, "code_length": 4}
		for name, sdk := range map[string]struct {
			start, next string         // paths
			body        string         // of the next step
			others      map[string]any // of the request
			claims      claims
		}{
			"Java":       {"", "/next_workflow", "", always, claims{"exp": nil}},
			"older Java": {"", "/next-workflow", "", always, claims{"exp": nil}},
			".NET":       {"", "/next_workflow", "", always, nil},
			"PHP":        {"", "/next_workflow", "[]", always, nil},
			"Ruby":       {"/", "/next_workflow", "{}", nil, nil},
		} {
			ask := func(method, path, body string) answer {
				return on.do(t, v.asking(method, verify2Path+path, body, sdk.claims))
			}
			request := workflow(t, freshMobile(), []string{"sms", "voice"}, sdk.others)
			id := ask(http.MethodPost, sdk.start, request).wantStarted(t).RequestID
			first := on.pin(t, id)
			next := ask(http.MethodPost, "/"+id+sdk.next, sdk.body)
			if next.Status != http.StatusOK || len(next.Body) != 0 || next.Header.Get("Content-Type") != "" {
				t.Errorf("%s: next is answered %d %s", name, next.Status, next.Body)
			}
			second := on.pin(t, id)
			if len(first) != 4 || len(second) != 4 {
				t.Errorf("%s: the codes are %d and %d long", name, len(first), len(second))
			}
			wrong := ask(http.MethodPost, "/"+id, members(t, "code", notPIN(second)))
			wrong.wantStatus(t, http.StatusBadRequest)
			right := ask(http.MethodPost, "/"+id, members(t, "code", second))
			wantMembers(t, right.object(t), "request_id", "status")
			ask(http.MethodDelete, "/"+id, "").wantStatus(t, http.StatusNotFound)
		}
	})
}

// TestVerify2BasicAsks asks in an account's own name, by HTTP Basic: it is told by nobody.
func TestVerify2BasicAsks(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		as := on.account(t, "unlimited")
		ask := func(method, path, body string) answer {
			header := basic(as.Key, as.Secret).header
			header.Set("Content-Type", typeJSON)
			return on.do(t, call{Method: method, Path: verify2Path + path, Header: header, Body: body})
		}
		s := ask(http.MethodPost, "", workflow(t, freshMobile(), []string{"sms"}, nil)).wantStarted(t)
		right := members(t, "code", on.pin(t, s.RequestID))
		ask(http.MethodPost, "/"+s.RequestID, right).wantStatus(t, http.StatusOK)
		if all := on.callbacks(t, s.RequestID); len(all) != 0 {
			t.Errorf("%d callbacks came", len(all))
		}
	})
}

// TestVerify2AfterTheClock asks with the JWTs of an SDK, which has real time, after the target's
// clock was moved by more than they live.
func TestVerify2AfterTheClock(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		v := on.verify2(t, "standard")
		on.advance(t, 48*time.Hour)
		id := v.start(t, freshMobile(), "sms").RequestID
		v.check(t, id, on.pin(t, id)).wantStatus(t, http.StatusOK)
		used := v.asking(http.MethodDelete, verify2Path+"/"+id, "")
		on.do(t, used).wantStatus(t, http.StatusNotFound)
		used.Path = verify2Path + "/" + dash(strings.Repeat("0", 32))
		on.do(t, used).wantStatus(t, http.StatusUnauthorized) // it was good for another request
		old := claims{"iat": time.Now().Add(-time.Hour).Unix(), "exp": nil}
		stale := v.asking(http.MethodDelete, verify2Path+"/"+id, "", old)
		on.do(t, stale).wantStatus(t, http.StatusUnauthorized)
	})
}

// TestVerify2BesideVerify has both versions of the API know one verification: its number is taken
// in both, and each reads the other's request_id and writes its own.
func TestVerify2BesideVerify(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		v, as := on.verify2(t, "unlimited"), on.account(t, "unlimited")
		number := freshMobile()
		first := on.request(t, as, number)
		conflict := v.ask(t, http.MethodPost, verify2Path, workflow(t, number, []string{"sms"}, nil))
		conflict.wantStatus(t, http.StatusConflict)
		if got := conflict.object(t)["request_id"]; got != dash(first) {
			t.Errorf("the live one is %v, want %s", got, dash(first))
		}
		code := on.pin(t, first)
		v.check(t, dash(first), notPIN(code)).wantStatus(t, http.StatusBadRequest)
		v.next(t, dash(first)).wantStatus(t, http.StatusOK)
		right := v.check(t, first, on.pin(t, first))
		right.wantStatus(t, http.StatusOK)
		if got := right.object(t)["request_id"]; got != dash(first) {
			t.Errorf("v2 answers with the id %v", got)
		}
		on.wantState(t, as, first, "SUCCESS")
		cancelled := on.request(t, as, freshMobile())
		v.cancel(t, dash(cancelled)).wantStatus(t, http.StatusNoContent)
		on.wantState(t, as, cancelled, "CANCELLED")

		number = freshMobile()
		second := v.start(t, number, "sms", "voice").RequestID
		on.pin(t, second)
		again := on.ask(t, "json", as.params("number", number, "brand", "Acme"))
		if again.values["status"] != "10" || again.values["request_id"] != undash(second) {
			t.Errorf("v1 answers %s", again.Body)
		}
		found := on.wantState(t, as, second, "IN PROGRESS")
		if found.values["request_id"] != undash(second) {
			t.Errorf("search answers %s", found.Body)
		}
		on.control(t, as, second, "trigger_next_event").want(t, "0")
		checked := on.check(t, as, second, on.pin(t, second))
		if checked.want(t, "0").values["request_id"] != undash(second) {
			t.Errorf("v1 answers %s", checked.Body)
		}
		on.wantCallbacks(t, second, []string{"completed"}, "cancelled", "completed")
	})
}

// TestVerify2StoreAway throttles everything that the store is asked: each operation answers that it
// may succeed later, and when the store is back it goes on where it was.
func TestVerify2StoreAway(t *testing.T) {
	t.Parallel()
	on, store := startFlaky(t)
	on.needLocal(t) // elsewhere the listing is not this server's
	v := on.verify2(t, "unlimited")
	id := v.start(t, freshMobile(), "sms", "voice").RequestID
	code := on.pin(t, id)
	waiting := v.start(t, freshSilent("01"), "silent_auth", "sms")
	store.away.Store(true)
	for _, c := range []call{
		v.asking(http.MethodPost, verify2Path, workflow(t, freshMobile(), []string{"sms"}, nil)),
		v.asking(http.MethodPost, verify2Path+"/"+id, members(t, "code", code)),
		v.asking(http.MethodPost, verify2Path+"/"+id+"/next_workflow", ""),
		v.asking(http.MethodDelete, verify2Path+"/"+id, ""),
		{Method: http.MethodGet, Path: verify2Path + "/" + waiting.RequestID + "/silent-auth/redirect"},
	} {
		a := on.attempt(t, c)
		a.wantStatus(t, http.StatusServiceUnavailable)
		if a.Header.Get("Retry-After") == "" || strings.Contains(string(a.Body), "canary") {
			t.Errorf("%s %s is answered %v %s", c.Method, c.Path, a.Header, a.Body)
		}
	}
	store.away.Store(false)
	v.check(t, waiting.RequestID, v.device(t, waiting).shown(t)).wantStatus(t, http.StatusOK)
	v.check(t, id, code).wantStatus(t, http.StatusOK)
	on.advance(t, time.Hour)
	if sent := on.messages(t, id); len(sent) != 1 {
		t.Errorf("%d messages were sent", len(sent))
	}
	on.wantCallbacks(t, id, []string{"completed"}, "completed", "unused")
}
