package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/api"
	"lineproof/shared/dialect"
	"lineproof/shared/fallback"
	"lineproof/shared/memory"
	"lineproof/shared/numbering"
	"lineproof/shared/web"
)

// idleMachine starts nothing.
type idleMachine struct{}

func (idleMachine) Start(context.Context, string) error                    { return nil }
func (idleMachine) Succeed(context.Context, string, fallback.Result) error { return nil }

// fallbackStart is POST and GET /fallback for the standard account, and what is sealed.
type fallbackStart struct {
	start, state http.Handler
	move         func(time.Duration)
	store        *memory.Fallbacks
	key          fallback.Key
}

func newFallbackStart(t *testing.T) fallbackStart {
	t.Helper()
	w := newPINWorld(t)
	pepper, err := account.NewPepper(8, bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	key, err := fallback.NewKey(9, bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	f := fallbackStart{move: w.move, store: memory.NewFallbacks(), key: key}
	accounts := api.Accounts{Authenticator: account.Authenticator{
		Accounts: w.accounts, Peppers: func() account.Ring { return account.Ring{pepper} }, Now: w.Now,
	}}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	f.state = web.Mount(log, api.FallbackState(accounts, f.store, w.Now), dialect.Routes(dialect.FallbackState))
	f.start = web.Mount(log, api.FallbackStart(api.Fallbacks{
		Accounts: accounts, Reader: numbering.Reader(), Store: f.store, Machine: idleMachine{},
		Keys:   func() fallback.Ring { return fallback.Ring{key} },
		Issuer: "https://issuer.example", Locate: api.Locate(nil), Now: w.Now, Random: rand.Reader,
	}), dialect.Routes(dialect.FallbackStart))
	return f
}

// post starts a fallback under an idempotency key.
func (f fallbackStart) post(t *testing.T, key, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/fallback", strings.NewReader(body))
	r.SetBasicAuth(standardKey.String(), secretOf(standardKey))
	r.Header.Set("Idempotency-Key", key)
	answer := httptest.NewRecorder()
	f.start.ServeHTTP(answer, r)
	return answer
}

// What the members of the body say is what the steps are told: escapes are read, numbers taken as they are written, null is none.
func TestFallbackReadsMembers(t *testing.T) {
	t.Parallel()
	f := newFallbackStart(t)
	for key, c := range map[string]struct {
		body string
		want map[string]string
	}{
		"escapes": {`{"number":"+447700900001","brand":"Caf\u00e9 \"A\""}`, map[string]string{"brand": `Café "A"`}},
		"numbers": {`{"number":447700900001,"brand":"Acme","pin_expiry":120,"workflow_id":6}`,
			map[string]string{"number": "447700900001", "pin_expiry": "120", "workflow_id": "6"}},
		"null": {`{"number":"+447700900001","brand":"Acme","lg":null,"silent":null,"purpose":null}`, map[string]string{"brand": "Acme", "lg": ""}},
	} {
		if answer := f.post(t, key, c.body); answer.Code != http.StatusOK {
			t.Errorf("%s is answered %d %s", c.body, answer.Code, answer.Body)
			continue
		}
		kept, err := f.store.Fallback(t.Context(), standardKey.String()+"-"+key)
		if err != nil {
			t.Fatal(err)
		}
		q, err := fallback.Ring{f.key}.Open(kept.Sealed, kept.Execution)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range c.want {
			if q.PIN[name] != want {
				t.Errorf("%s: %s is told as %q, want %q", key, name, q.PIN[name], want)
			}
		}
	}
}

// A member of another type is refused by its own name.
func TestFallbackNamesTheMemberAtFault(t *testing.T) {
	t.Parallel()
	f := newFallbackStart(t)
	for body, name := range map[string]string{
		`{"number":"+447700900001","brand":["Acme"]}`:                       "brand",
		`{"number":"+447700900001","brand":"Acme","code_length":true}`:      "code_length",
		`{"number":{},"brand":"Acme"}`:                                      "number",
		`{"number":"+447700900001","brand":"Acme","purpose":["dpv:X"]}`:     "purpose",
		`{"number":"+447700900001","brand":"Acme","silent":{"code":1}}`:     "silent",
		`{"number":"+447700900001","brand":"Acme","silent":"code"}`:         "silent",
		`{"number":"+447700900001","brand":"Acme","silent":{"code":["x"]}}`: "silent",
	} {
		answer := f.post(t, "order", body)
		if want := "Invalid value for parameter: " + name + `"`; answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), want) {
			t.Errorf("%s is answered %d %s, want %s", body, answer.Code, answer.Body, want)
		}
	}
}

// Step Functions knows the name of an execution for 90 days after its end and starts no other under it, so for as long the record
// tells what became of it.
func TestFallbackIsKeptAsLongAsItsName(t *testing.T) {
	t.Parallel()
	f := newFallbackStart(t)
	if answer := f.post(t, "order", `{"number":"+447700900001","brand":"Acme"}`); answer.Code != http.StatusOK {
		t.Fatalf("answered %d %s", answer.Code, answer.Body)
	}
	for _, c := range []struct {
		later time.Duration
		want  int
	}{{90*24*time.Hour + 9000*time.Second, http.StatusOK}, {24 * time.Hour, http.StatusNotFound}} { // an execution takes 9,000 s at most
		f.move(c.later)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/fallback?execution="+standardKey.String()+"-order", nil)
		r.SetBasicAuth(standardKey.String(), secretOf(standardKey))
		answer := httptest.NewRecorder()
		f.state.ServeHTTP(answer, r)
		if answer.Code != c.want {
			t.Errorf("after another %s the state is answered %d %s, want %d", c.later, answer.Code, answer.Body, c.want)
		}
	}
}
