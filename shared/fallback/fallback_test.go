package fallback_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/memory"
	"lineproof/shared/phone"
	"lineproof/shared/pin"
)

const (
	number    = "+990123450001"
	execution = "ace00001-order-1"
)

func ring(t testing.TB, versions ...uint32) fallback.Ring {
	t.Helper()
	var r fallback.Ring
	for _, v := range versions {
		k, err := fallback.NewKey(v, bytes.Repeat([]byte{byte(v)}, 32))
		if err != nil {
			t.Fatal(err)
		}
		r = append(r, k)
	}
	return r
}

func TestSealing(t *testing.T) {
	t.Parallel()
	q := fallback.Request{Number: number, Token: map[string]string{"code": "canary"}, PIN: map[string]string{"brand": "Acme"}}
	sealed, err := ring(t, 1).Seal(q, execution, rand.Reader)
	if err != nil || bytes.Contains(sealed, []byte("canary")) {
		t.Fatalf("sealed %q, %v", sealed, err)
	}
	if got, err := ring(t, 2, 1).Open(sealed, execution); err != nil || got.Token["code"] != "canary" || got.Number != number {
		t.Errorf("opened after a rotation: %v", err)
	}
	altered := append([]byte(nil), sealed...)
	altered[len(altered)-1]++
	for name, open := range map[string]func() (fallback.Request, error){
		"another's":  func() (fallback.Request, error) { return ring(t, 1).Open(sealed, execution+"x") },
		"key gone":   func() (fallback.Request, error) { return ring(t, 2).Open(sealed, execution) },
		"altered":    func() (fallback.Request, error) { return ring(t, 1).Open(altered, execution) },
		"too short":  func() (fallback.Request, error) { return ring(t, 1).Open(sealed[:5], execution) },
		"is nothing": func() (fallback.Request, error) { return ring(t, 1).Open(nil, execution) },
	} {
		if _, err := open(); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "request", q, "key", ring(t, 1)[0])
	if text := fmt.Sprintf("%v %+v %#v %s", q, q, q, log.String()); strings.Contains(text, "canary") || strings.Contains(text, "99012") {
		t.Errorf("printed %s", text)
	}
	if _, err := fallback.NewKey(1, make([]byte, 31)); err == nil {
		t.Error("a short key is taken")
	}
}

func TestIsKey(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"a": true, "order-4711_B": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, "a b": false, "a:b": false, "ä": false, "a/b": false, "a\n": false,
	} {
		if fallback.IsKey(text) != want {
			t.Errorf("%q is %v", text, !want)
		}
	}
}

// world is a fallback over memory stores.
type world struct {
	store     *memory.Fallbacks
	pins      *memory.Pins
	queued    []pin.Message
	completed []fallback.Result
	proved    func() (bool, error)
	now       time.Time
	silent    fallback.SilentStep
	pin       fallback.PINStep
}

func (w *world) Put(_ context.Context, m pin.Message, _ time.Duration) error {
	w.queued = append(w.queued, m)
	return nil
}

func (w *world) Start(context.Context, string) error { return nil }

func (w *world) Succeed(_ context.Context, _ string, r fallback.Result) error {
	w.completed = append(w.completed, r)
	return nil
}

func newWorld(t *testing.T, q fallback.Request) *world {
	t.Helper()
	accounts := memory.NewAccounts()
	w := &world{store: memory.NewFallbacks(), pins: memory.NewPins(accounts), now: time.Unix(1_800_000_000, 0).UTC()}
	w.proved = func() (bool, error) { return true, nil }
	keys := func() fallback.Ring { return ring(t, 1) }
	key, err := pin.NewKey(1, bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return w.now }
	w.silent = fallback.SilentStep{Store: w.store, Keys: keys, Prove: func(context.Context, fallback.Request, phone.Number) (bool, error) { return w.proved() }}
	w.pin = fallback.PINStep{
		Store: w.store, Machine: w, Keys: keys, Now: now, Finder: w.pins,
		Caller: func(context.Context, uint32) (pin.Caller, error) {
			return pin.Caller{Account: 7, Terms: pin.Terms{Countries: []string{pin.SandboxCountry}}}, nil
		},
		Reader: pin.Reader{
			Line: func(n, _ string) (pin.Line, error) {
				parsed, err := phone.Parse(n)
				return pin.Line{Number: parsed, Country: pin.SandboxCountry, Type: pin.Mobile}, err
			},
			Locale: func(string, phone.Number, bool) (string, bool) { return "en-gb", true },
		},
		Requester: pin.Requester{Store: w.pins, Outbox: w, Keys: func() pin.Ring { return pin.Ring{key} }, Now: now},
	}
	sealed, err := keys().Seal(q, execution, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Begin(t.Context(), fallback.Fallback{Execution: execution, Account: 7, State: fallback.Silent, Sealed: sealed, Nonce: 77}); err != nil {
		t.Fatal(err)
	}
	return w
}

func asked() fallback.Request {
	return fallback.Request{Number: number, Token: map[string]string{"code": "c"}, PIN: map[string]string{"number": number, "brand": "Acme", "workflow_id": "6"}}
}

func (w *world) mustRunSilent(t *testing.T) fallback.Result {
	t.Helper()
	r, err := w.silent.Run(t.Context(), execution)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) mustRunPIN(t *testing.T, token string) {
	t.Helper()
	if err := w.pin.Run(t.Context(), execution, token); err != nil {
		t.Fatal(err)
	}
}

func TestSilentStep(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		same bool
		err  error
		want fallback.Result
	}{
		"the same number": {true, nil, fallback.Result{Verified: true, Method: fallback.BySilence}},
		"another":         {false, nil, fallback.Result{Reason: "mismatch"}},
		"a used code":     {false, fault.New(fault.InvalidGrant), fallback.Result{Reason: strings.ReplaceAll(fault.InvalidGrant.String(), " ", "_")}},
	} {
		w := newWorld(t, asked())
		w.proved = func() (bool, error) { return tt.same, tt.err }
		for range 2 { // repeated, it says the same
			if got := w.mustRunSilent(t); got != tt.want {
				t.Errorf("%s: %+v, want %+v", name, got, tt.want)
			}
		}
	}
	w := newWorld(t, fallback.Request{Number: number})
	if got := w.mustRunSilent(t); got != (fallback.Result{Reason: "not_covered"}) {
		t.Errorf("without a token request it gave %+v", got)
	}
	for _, kind := range []fault.Kind{fault.Unavailable, fault.Timeout, fault.Internal} {
		w := newWorld(t, asked())
		w.proved = func() (bool, error) { return false, fault.New(kind) }
		if _, err := w.silent.Run(t.Context(), execution); err == nil {
			t.Errorf("%v is not told as a failure that a repetition may mend", kind)
		}
	}
}

// A silent success that comes when the PIN step has begun decides nothing.
func TestLateSilentSuccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked())
	w.proved = func() (bool, error) {
		w.mustRunPIN(t, "token")
		return true, nil
	}
	if got := w.mustRunSilent(t); got.Verified || got.Reason != "late" {
		t.Errorf("the late success gave %+v", got)
	}
	if f, _ := w.store.Fallback(t.Context(), execution); f.State != fallback.PIN || f.RequestID == "" {
		t.Errorf("it stands %+v", f)
	}
}

// A PIN step that is repeated begins nothing new, whatever has become of the verification.
func TestPINStepRepeated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked())
	w.mustRunPIN(t, "first")
	f, _ := w.store.Fallback(t.Context(), execution)
	w.mustRunPIN(t, "second")
	again, _ := w.store.Fallback(t.Context(), execution)
	if len(w.queued) != 1 || f.RequestID == "" || again.RequestID != f.RequestID || again.Token != "second" || len(w.completed) != 0 {
		t.Fatalf("%d messages, %+v, %d completions", len(w.queued), again, len(w.completed))
	}
	w.now = w.now.Add(time.Hour) // expired, and nobody was told
	w.mustRunPIN(t, "third")
	want := fallback.Result{RequestID: f.RequestID, Reason: "expired"}
	if len(w.queued) != 1 || len(w.completed) != 1 || w.completed[0] != want {
		t.Errorf("%d messages, completed with %+v", len(w.queued), w.completed)
	}
	w.mustRunPIN(t, "fourth")
	if len(w.completed) != 2 || w.completed[1] != want {
		t.Errorf("completed with %+v", w.completed)
	}
}

// awayAtBegin is a store that carries a beginning out and does not say so, n times.
type awayAtBegin struct {
	*memory.Pins
	times *int
}

func (s awayAtBegin) Begin(ctx context.Context, start pin.Start) error {
	err := s.Pins.Begin(ctx, start)
	if *s.times--; *s.times >= 0 && err == nil {
		return fault.New(fault.Unavailable)
	}
	return err
}

// A verification that was abandoned, because nobody knew whether the store had it, is begun again: nothing was sent for it.
func TestPINStepAbandoned(t *testing.T) {
	t.Parallel()
	for times, want := range map[int]string{1: "", 2: "", 3: "cancelled"} {
		w := newWorld(t, asked())
		left := times
		w.pin.Requester.Store = awayAtBegin{w.pins, &left}
		for range times {
			if err := w.pin.Run(t.Context(), execution, "token"); fault.Of(err) != fault.Unavailable {
				t.Fatalf("away, it gave %v", err)
			}
		}
		w.mustRunPIN(t, "token")
		f, _ := w.store.Fallback(t.Context(), execution)
		if f.Result.Reason != want || f.RequestID == "" || want == "" && f.State != fallback.PIN {
			t.Errorf("after %d times it stands %+v", times, f)
		}
	}
}

func TestRefusedPIN(t *testing.T) {
	t.Parallel()
	q := asked()
	q.PIN["number"] = "+990123452201" // on the deny list
	w := newWorld(t, q)
	w.mustRunPIN(t, "token")
	if len(w.completed) != 1 || w.completed[0].Verified || w.completed[0].Reason == "" || len(w.queued) != 0 {
		t.Errorf("completed with %+v, %d messages", w.completed, len(w.queued))
	}
}

func TestConclude(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked())
	for range 2 {
		if r, err := w.pin.Conclude(t.Context(), execution); err != nil || r != (fallback.Result{Reason: "unavailable"}) {
			t.Errorf("concluded with %+v, %v", r, err)
		}
	}
	decided := newWorld(t, asked())
	want := decided.mustRunSilent(t)
	if r, err := decided.pin.Conclude(t.Context(), execution); err != nil || r != want || !r.Verified {
		t.Errorf("concluded with %+v, %v", r, err)
	}
	decided.mustRunPIN(t, "token")
	if len(decided.completed) != 1 || decided.completed[0] != want || len(decided.queued) != 0 {
		t.Errorf("the PIN step after a silent success completed with %+v and queued %d", decided.completed, len(decided.queued))
	}
}

func TestEnded(t *testing.T) {
	t.Parallel()
	for state, want := range map[pin.State]fallback.Result{
		pin.Success:   {Verified: true, Method: string(pin.SMS), RequestID: "id"},
		pin.Failed:    {Method: string(pin.SMS), RequestID: "id", Reason: "failed"},
		pin.Expired:   {Method: string(pin.SMS), RequestID: "id", Reason: "expired"},
		pin.Cancelled: {Method: string(pin.SMS), RequestID: "id", Reason: "cancelled"},
	} {
		w := newWorld(t, asked())
		w.mustRunPIN(t, "token")
		finisher := fallback.Finisher{Store: w.store, Machine: w}
		for range 2 {
			if err := finisher.Ended(t.Context(), pin.Ending{Callback: execution, RequestID: "id", State: state, Channel: pin.SMS}); err != nil {
				t.Fatal(err)
			}
		}
		if len(w.completed) != 2 || w.completed[0] != want || w.completed[1] != want {
			t.Errorf("%s: completed with %+v", state, w.completed)
		}
	}
	w := newWorld(t, asked())
	if err := (fallback.Finisher{Store: w.store, Machine: w}).Ended(t.Context(), pin.Ending{Callback: "gone"}); err != nil || len(w.completed) != 0 {
		t.Errorf("of a fallback that is gone: %v, %v", err, w.completed)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked())
	payload, _ := json.Marshal(fallback.Event{Execution: execution})
	if got, err := w.silent.Answer(t.Context(), payload); err != nil || string(got) != `{"verified":true,"method":"silent"}` {
		t.Errorf("answered %s, %v", got, err)
	}
	if got, err := w.pin.Answer(t.Context(), payload); err != nil || string(got) != `{"verified":true,"method":"silent"}` {
		t.Errorf("concluded with %s, %v", got, err)
	}
	for _, bad := range []string{"", "{}", "[]", `{"execution":1}`, `{"execution":""}`} {
		_, silent := w.silent.Answer(t.Context(), []byte(bad))
		_, waiting := w.pin.Answer(t.Context(), []byte(bad))
		if silent == nil || waiting == nil {
			t.Errorf("%s is an event", bad)
		}
	}
	if _, err := w.silent.Run(t.Context(), "unknown"); !errors.Is(err, fallback.ErrNotFound) {
		t.Errorf("an unknown execution gave %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	// Fuzzing runs in many processes, which must all know the one text that was sealed.
	sealed, err := ring(f, 1).Seal(asked(), execution, strings.NewReader("the same nonce in every process"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		if q, err := ring(t, 1).Open(text, execution); err == nil && !bytes.Equal(text, sealed) {
			t.Errorf("opened what nobody sealed: %v", q)
		}
	})
}
