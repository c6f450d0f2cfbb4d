package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"lineproof/shared/fallback"
)

// fellBack starts a fallback to a PIN that is sent, and returns its execution and the PIN.
func (f fallbacks) fellBack(key, body string) (execution, pin string) {
	f.t.Helper()
	execution = f.started(key, body)
	if err := f.steps.Run(f.t.Context(), execution, "token"); err != nil {
		f.t.Fatal(err)
	}
	f.advance(time.Second)
	kept, err := f.store.Fallback(f.t.Context(), execution)
	if err != nil || kept.RequestID == "" {
		f.t.Fatalf("it stands %+v, %v", kept, err)
	}
	return execution, f.sentPIN(kept.RequestID)
}

// checkCode checks a code of a fallback.
func (f fallbacks) checkCode(execution, code string) (int, string) {
	answer := f.ask(standardKey, http.MethodPost, "/fallback/check", "", fmt.Sprintf(`{"execution":%q,"code":%q}`, execution, code))
	return answer.Code, answer.Body.String()
}

func (f fallbacks) state(execution string) string {
	return f.ask(standardKey, http.MethodGet, "/fallback?execution="+execution, "", "").Body.String()
}

func other(code string) string { return code[:3] + string('0'+(code[3]-'0'+1)%10) }

// The right code is the end, in the answer and in the state at once, and both name the number and
// what silence came to.
func TestFallbackCheck(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	execution, code := f.fellBack("key", plainFallback)
	for left := 2; left > 0; left-- {
		want := fmt.Sprintf(`"title":"Invalid Code","status":400,"detail":"The code is not the one that was sent.","attempts_left":%d}`, left)
		if status, body := f.checkCode(execution, other(code)); status != http.StatusBadRequest || !strings.HasSuffix(body, want) {
			t.Errorf("a wrong code is answered %d %s, want %s", status, body, want)
		}
	}
	kept, _ := f.store.Fallback(t.Context(), execution)
	id := kept.RequestID
	waiting := `{"execution":"` + execution + `","number":"+447700900001","state":"pin","silent":{"outcome":"not_tried"},"request_id":"` + id + `"}`
	if got := f.state(execution); got != waiting {
		t.Errorf("it stands %s, want %s", got, waiting)
	}
	want := `{"execution":"` + execution + `","number":"+447700900001","state":"done","silent":{"outcome":"not_tried"},"request_id":"` + id + `",` +
		`"result":{"verified":true,"method":"sms","request_id":"` + id + `","silent":{"outcome":"not_tried"}}}`
	if status, body := f.checkCode(execution, code); status != http.StatusOK || body != want {
		t.Errorf("the right code is answered %d %s, want %s", status, body, want)
	}
	if got := f.state(execution); got != want {
		t.Errorf("after it the state is %s, want %s", got, want)
	}
	if status, body := f.checkCode(execution, code); status != http.StatusConflict {
		t.Errorf("once more it is answered %d %s", status, body)
	}
	if strings.Contains(f.told(), "447700900001") || strings.Contains(f.told(), code) {
		t.Errorf("the log tells %s", f.log)
	}
}

// The third wrong code is the end as well.
func TestFallbackCheckTooManyCodes(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	execution, code := f.fellBack("key", plainFallback)
	for i, want := range []int{http.StatusBadRequest, http.StatusBadRequest, http.StatusGone, http.StatusConflict} {
		if status, body := f.checkCode(execution, other(code)); status != want {
			t.Errorf("wrong code %d is answered %d %s, want %d", i+1, status, body, want)
		}
	}
	if got := f.state(execution); !strings.Contains(got, `"result":{"verified":false,"method":"sms"`) || !strings.Contains(got, `"reason":"failed"`) {
		t.Errorf("it stands %s", got)
	}
}

// What cannot be checked is told apart.
func TestFallbackCheckRefusals(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	silent := f.started("silent", plainFallback)
	execution, code := f.fellBack("key", `{"number":"+447700900002","brand":"Acme","workflow_id":"6","pin_expiry":"60"}`)
	for body, want := range map[string]int{
		`{"execution":"` + silent + `","code":"1234"}`:    http.StatusConflict,
		`{"execution":"` + silent + `0","code":"1234"}`:   http.StatusNotFound,
		`{"execution":"` + execution + `","code":"12"}`:   http.StatusUnprocessableEntity,
		`{"execution":"` + execution + `","code":"12a4"}`: http.StatusUnprocessableEntity,
		`{"execution":"` + execution + `"}`:               http.StatusUnprocessableEntity,
		`{"execution":"` + silent + `","code":"12"}`:      http.StatusUnprocessableEntity,
		`{"code":"1234"}`: http.StatusUnprocessableEntity,
		`{"execution":"` + execution + `","code":"1","pin":"x"}`: http.StatusUnprocessableEntity,
		`{"execution":"` + execution + `","code":{"a":"1234"}}`:  http.StatusUnprocessableEntity,
		`{"execution":" ","code":"1234"}`:                        http.StatusUnprocessableEntity,
		`[]`:                                                     http.StatusBadRequest,
	} {
		if answer := f.ask(standardKey, http.MethodPost, "/fallback/check", "", body); answer.Code != want {
			t.Errorf("%s is answered %d %s, want %d", body, answer.Code, answer.Body, want)
		}
	}
	blank := f.ask(standardKey, http.MethodPost, "/fallback/check", "", `{"execution":"`+execution+`","code":"\u200b"}`)
	if !strings.Contains(blank.Body.String(), "Missing parameter: code") {
		t.Errorf("a blank code is not missing: %s", blank.Body)
	}
	if answer := f.ask(strangerKey, http.MethodPost, "/fallback/check", "", `{"execution":"`+execution+`","code":"`+code+`"}`); answer.Code != http.StatusNotFound {
		t.Errorf("another account's execution is answered %d %s", answer.Code, answer.Body)
	}
	f.move(time.Hour) // nobody has told of the end yet
	if status, body := f.checkCode(execution, code); status != http.StatusGone {
		t.Errorf("a code that has expired is answered %d %s", status, body)
	}
}

// A fallback that was decided while its code was checked stays as it is.
func TestFallbackCheckAfterItWasGivenUp(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	execution, code := f.fellBack("key", plainFallback)
	kept, _ := f.store.Fallback(t.Context(), execution)
	if _, err := f.steps.Conclude(t.Context(), execution); err != nil {
		t.Fatal(err)
	}
	f.store.stale.Store(&kept)
	if status, body := f.checkCode(execution, code); status != http.StatusConflict {
		t.Errorf("the code is answered %d %s", status, body)
	}
}

// When the store cannot take the decision, the right code is right all the same: a dispatcher
// brings the decision later.
func TestFallbackCheckWithoutDecision(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	execution, code := f.fellBack("key", plainFallback)
	f.store.undecided.Store(true)
	if status, body := f.checkCode(execution, code); status != http.StatusOK || !strings.Contains(body, `"state":"done"`) || !strings.Contains(body, `"verified":true`) {
		t.Errorf("the code is answered %d %s", status, body)
	}
	if kept, _ := f.store.Fallback(t.Context(), execution); kept.State != fallback.PIN {
		t.Errorf("it stands %+v", kept)
	}
}

// While it runs, a state tells when to ask again.
func TestFallbackStateTellsWhenToAskAgain(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	after := func(execution string) string {
		return f.ask(standardKey, http.MethodGet, "/fallback?execution="+execution, "", "").Header().Get("Retry-After")
	}
	silent := f.started("silent", plainFallback)
	execution, code := f.fellBack("key", `{"number":"+447700900002","brand":"Acme"}`)
	if a, b := after(silent), after(execution); a != "1" || b != "5" {
		t.Errorf("to be asked after %q and %q seconds", a, b)
	}
	f.checkCode(execution, code)
	if a := after(execution); a != "" {
		t.Errorf("once it is done, to be asked after %q seconds", a)
	}
}

// A blocked network has a member of its own; request_id is a request_id or not there.
func TestFallbackOfABlockedNetwork(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	execution := f.started("key", `{"number":"+990123452301","brand":"Acme"}`)
	if err := f.steps.Run(t.Context(), execution, "token"); err != nil {
		t.Fatal(err)
	}
	want := `{"execution":"` + execution + `","number":"+990123452301","state":"done","silent":{"outcome":"not_tried"},` +
		`"result":{"verified":false,"reason":"blocked","silent":{"outcome":"not_tried"},"network":"99012345"}}`
	if got := f.state(execution); got != want {
		t.Errorf("it stands %s, want %s", got, want)
	}
}
