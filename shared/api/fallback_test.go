package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/local/assembly"
	"lineproof/shared/account"
	"lineproof/shared/fallback"
	"lineproof/shared/memory"
	"lineproof/shared/web"
)

// idleMachine starts nothing.
type idleMachine struct{}

func (idleMachine) Start(context.Context, string) error                    { return nil }
func (idleMachine) Succeed(context.Context, string, fallback.Result) error { return nil }

// fallbacks is the fallback's operations over memory stores, whose steps the tests take themselves.
type fallbacks struct {
	*pinWorld
	store stagedFallbacks
	key   fallback.Key
	steps fallback.PINStep
	serve http.Handler
}

// stagedFallbacks is a store that a test can interfere with.
type stagedFallbacks struct {
	*memory.Fallbacks
	stale     *atomic.Pointer[fallback.Fallback] // what is read, once it is set, whatever has become of it
	undecided *atomic.Bool                       // the store takes no decision
}

// told returns the log but for what holds a PIN's digits by chance.
func (f fallbacks) told() string { return chance.ReplaceAllString(f.log.String(), "") }

// Fallback reads a fallback.
func (s stagedFallbacks) Fallback(ctx context.Context, execution string) (fallback.Fallback, error) {
	if old := s.stale.Load(); old != nil {
		return *old, nil
	}
	return s.Fallbacks.Fallback(ctx, execution)
}

// Decide ends a fallback.
func (s stagedFallbacks) Decide(
	ctx context.Context, execution string, r fallback.Result, from ...fallback.State,
) (fallback.Fallback, error) {
	if s.undecided.Load() {
		return fallback.Fallback{}, errAway()
	}
	return s.Fallbacks.Decide(ctx, execution, r, from...)
}

func newFallbacks(t *testing.T) fallbacks {
	t.Helper()
	key, errKey := fallback.NewKey(9, bytes.Repeat([]byte{9}, 32))
	names, errNames := fallback.NewNames(bytes.Repeat([]byte{10}, 32))
	if err := errors.Join(errKey, errNames); err != nil {
		t.Fatal(err)
	}
	f := fallbacks{pinWorld: newPINWorld(t), key: key, store: stagedFallbacks{
		memory.NewFallbacks(), &atomic.Pointer[fallback.Fallback]{}, &atomic.Bool{},
	}}
	log := slog.New(slog.NewJSONHandler(f.log, nil))
	p := f.ports(log)
	p.Settings.Issuer, p.Settings.Random = "https://issuer.example", rand.Reader
	p.Stores.Fallbacks, p.Keys.Fallbacks, p.Names = f.store, fallback.Ring{key}, names
	f.steps, f.dispatcher = assembly.PINStep(p, idleMachine{}), assembly.Dispatcher(p, idleMachine{})
	f.serve = web.Router(log, assembly.Fallback(p, idleMachine{}))
	return f
}

// ask makes a call as an account, under an idempotency key when there is one.
func (f fallbacks) ask(as account.Key, method, target, key, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.SetBasicAuth(as.String(), secretOf(as))
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	answer := httptest.NewRecorder()
	f.serve.ServeHTTP(answer, r)
	return answer
}

// post starts a fallback of the standard account under an idempotency key.
func (f fallbacks) post(key, body string) *httptest.ResponseRecorder {
	return f.ask(standardKey, http.MethodPost, "/fallback", key, body)
}

// member returns a member of an answer that is text.
func member(answer *httptest.ResponseRecorder, name string) string {
	var members map[string]any
	_ = json.Unmarshal(answer.Body.Bytes(), &members)
	text, _ := members[name].(string)
	return text
}

// started starts a fallback and returns its execution.
func (f fallbacks) started(key, body string) string {
	f.t.Helper()
	answer := f.post(key, body)
	if answer.Code != http.StatusOK {
		f.t.Fatalf("%s is answered %d %s", body, answer.Code, answer.Body)
	}
	return member(answer, "execution")
}

// What the members of the body say is what the steps are told: escapes are read, numbers taken as
// they are written, null is none.
func TestFallbackReadsMembers(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	for key, c := range map[string]struct {
		body string
		want map[string]string
	}{
		"escapes": {`{"number":"+447700900001","brand":"Caf\u00e9 \"A\""}`, map[string]string{"brand": `Café "A"`}},
		"pasted":  {`{"number":"\u202d+990123450001\u202c","brand":"Acme"}`, map[string]string{"brand": "Acme"}},
		"numbers": {`{"number":447700900001,"brand":"Acme","pin_expiry":120,"workflow_id":6}`,
			map[string]string{"number": "447700900001", "pin_expiry": "120", "workflow_id": "6"}},
		"address": {`{"number":"+447700900001","brand":"Acme","client_ip":"::ffff:192.0.2.1"}`, map[string]string{"client_ip": "::ffff:192.0.2.1"}},
		"null":    {`{"number":"+447700900001","brand":"Acme","lg":null,"silent":null,"purpose":null}`, map[string]string{"brand": "Acme", "lg": ""}},
	} {
		kept, err := f.store.Fallback(t.Context(), f.started(key, c.body))
		if err != nil {
			t.Fatal(err)
		}
		q, err := fallback.Open(fallback.Ring{f.key}, kept.Sealed, kept.Execution)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range c.want {
			if q.Params[name] != want {
				t.Errorf("%s: %s is told as %q, want %q", key, name, q.Params[name], want)
			}
		}
	}
}

// A member of another type is refused by its own name.
func TestFallbackNamesTheMemberAtFault(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	for body, name := range map[string]string{
		`{"number":"+447700900001","brand":["Acme"]}`:                       "brand",
		`{"number":"+447700900001","brand":"Acme","code_length":true}`:      "code_length",
		`{"number":{},"brand":"Acme"}`:                                      "number",
		`{"number":"+447700900001","brand":"Acme","purpose":["dpv:X"]}`:     "purpose",
		`{"number":"+447700900001","brand":"Acme","silent":{"code":1}}`:     "silent",
		`{"number":"+447700900001","brand":"Acme","client_ip":"example"}`:   "client_ip",
		`{"number":"+447700900001","brand":"Acme","client_ip":"fe80::1%a"}`: "client_ip",
		`{"number":"+447700900001","brand":"Acme","silent":"code"}`:         "silent",
		`{"number":"+447700900001","brand":"Acme","silent":{"code":["x"]}}`: "silent",
	} {
		answer := f.post("order", body)
		if want := "Invalid value for parameter: " + name + `"`; answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), want) {
			t.Errorf("%s is answered %d %s, want %s", body, answer.Code, answer.Body, want)
		}
	}
}

// Step Functions knows the name of an execution for 90 days after its end and starts no other under
// it, so for as long the record tells what became of it.
func TestFallbackIsKeptAsLongAsItsName(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	execution := f.started("order", `{"number":"+447700900001","brand":"Acme"}`)
	for _, c := range []struct {
		later time.Duration
		want  int
	}{{90*24*time.Hour + 9000*time.Second, http.StatusOK}, {24 * time.Hour, http.StatusNotFound}} { // an execution takes 9,000 s at most
		f.move(c.later)
		answer := f.ask(standardKey, http.MethodGet, "/fallback?execution="+execution, "", "")
		if answer.Code != c.want {
			t.Errorf("after another %s the state is answered %d %s, want %d", c.later, answer.Code, answer.Body, c.want)
		}
	}
	if again := f.started("order", `{"number":"+447700900002","brand":"Acme"}`); again != execution {
		t.Errorf("after its time the key names %s, not %s", again, execution)
	}
}
