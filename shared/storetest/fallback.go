package storetest

import (
	"crypto/rand"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/fallback"
)

// FallbackStore is all that a store of fallbacks does.
type FallbackStore interface {
	fallback.BeginStore
	fallback.SilentStore
	fallback.WaitStore
}

// Fallbacks holds a store to the promises of package fallback.
func Fallbacks(t *testing.T, s FallbackStore) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, FallbackStore){
		"one name, one fallback":        fallbackBegins,
		"a name again after its time":   fallbackBeginsAnew,
		"what silence came to":          fallbackNotes,
		"unknown":                       fallbackUnknown,
		"life":                          fallbackLife,
		"the PIN's id in any result":    fallbackRequestID,
		"silence decides before a PIN":  fallbackSilence,
		"one of many decisions":         fallbackRace,
		"silence against the PIN, once": fallbackSilenceAgainstPIN,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, s) })
	}
}

func newFallback() fallback.Fallback {
	return fallback.Fallback{
		Execution: "ace00001-" + rand.Text(), Account: 0xace00001, State: fallback.Silent, Sealed: []byte{1, 2, 3}, Nonce: 1<<45 - 1,
		Number: alice, Digest: []byte{4, 5}, Expires: time.Unix(1_900_000_000, 7).UTC(),
	}
}

// began is when they begin.
var began = time.Unix(1_890_000_000, 0).UTC()

func startedFallback(t *testing.T, s FallbackStore) fallback.Fallback {
	t.Helper()
	f := newFallback()
	if err := s.Begin(t.Context(), f, began); err != nil {
		t.Fatal(err)
	}
	return f
}

func wantFallback(t *testing.T, s FallbackStore, want fallback.Fallback) {
	t.Helper()
	if got, err := s.Fallback(t.Context(), want.Execution); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("it is %+v, %v; want %+v", got, err, want)
	}
}

func fallbackBegins(t *testing.T, s FallbackStore) {
	f := startedFallback(t, s)
	other := f
	other.Nonce = 5
	if err := s.Begin(t.Context(), other, other.Expires.Add(-1)); !errors.Is(err, fallback.ErrRefused) {
		t.Errorf("a second Begin gave %v", err)
	}
	wantFallback(t, s, f)
}

func fallbackBeginsAnew(t *testing.T, s FallbackStore) {
	f := startedFallback(t, s)
	if _, err := s.Decide(t.Context(), f.Execution, fallback.Result{Verified: true, Method: "sms", RequestID: "id"}, fallback.Silent); err != nil {
		t.Fatal(err)
	}
	now := f.Expires
	f.Nonce, f.Expires = 5, now.Add(time.Hour)
	if err := s.Begin(t.Context(), f, now); err != nil {
		t.Errorf("over the one that expired, Begin returned %v", err)
	}
	wantFallback(t, s, f)
}

func fallbackNotes(t *testing.T, s FallbackStore) {
	f := startedFallback(t, s)
	f.Silence = fallback.SilentResult{Outcome: fallback.Unknown, Reason: fallback.ReasonInvalidClient}
	if got, err := s.Note(t.Context(), f.Execution, f.Silence); err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("Note returned %+v, %v", got, err)
	}
	f.State, f.Token = fallback.PIN, "token"
	if got, err := s.Await(t.Context(), f.Execution, "token"); err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("Await returned %+v, %v", got, err)
	}
	late := fallback.SilentResult{Outcome: fallback.Mismatch}
	if got, err := s.Note(t.Context(), f.Execution, late); !errors.Is(err, fallback.ErrRefused) || !reflect.DeepEqual(got, f) {
		t.Errorf("a late Note returned %+v, %v", got, err)
	}
	r := fallback.Result{Reason: fallback.ReasonBlocked, Network: "99012345"}
	got, err := s.Decide(t.Context(), f.Execution, r, fallback.PIN)
	if r.Silence = f.Silence; err != nil || got.Result != r {
		t.Errorf("Decide returned %+v, %v; want %+v", got.Result, err, r)
	}
	silent := startedFallback(t, s)
	got, err = s.Decide(t.Context(), silent.Execution, fallback.Result{Verified: true, Method: fallback.BySilent}, fallback.Silent)
	if want := (fallback.SilentResult{Outcome: fallback.Proved}); err != nil || got.Silence != want || got.Result.Silence != want {
		t.Errorf("verified silently it is %+v, %v", got, err)
	}
}

func fallbackUnknown(t *testing.T, s FallbackStore) {
	for _, name := range []string{"ace00001-" + rand.Text(), ""} {
		_, read := s.Fallback(t.Context(), name)
		_, awaited := s.Await(t.Context(), name, "token")
		_, decided := s.Decide(t.Context(), name, fallback.Result{}, fallback.Silent)
		_, noted := s.Note(t.Context(), name, fallback.SilentResult{Outcome: fallback.Mismatch})
		for i, err := range []error{read, awaited, decided, noted} {
			if !errors.Is(err, fallback.ErrNotFound) {
				t.Errorf("%q, call %d: %v", name, i, err)
			}
		}
		if err := s.Request(t.Context(), name, "id"); err == nil {
			t.Error("a request_id was recorded for nothing")
		}
	}
}

func fallbackLife(t *testing.T, s FallbackStore) {
	f := startedFallback(t, s)
	for _, token := range []string{"first", "second"} { // a repeated step brings a new token
		f.State, f.Token = fallback.PIN, token
		if got, err := s.Await(t.Context(), f.Execution, token); err != nil || !reflect.DeepEqual(got, f) {
			t.Errorf("Await gave %+v, %v", got, err)
		}
	}
	if err := s.Request(t.Context(), f.Execution, "id"); err != nil {
		t.Error(err)
	}
	f.RequestID = "id"
	wantFallback(t, s, f)
	r := fallback.Result{
		Verified: true, Method: "sms", RequestID: "id", Reason: "none",
		Silence: fallback.SilentResult{Outcome: fallback.Unknown, Reason: fallback.ReasonLate},
	}
	f.State, f.Result, f.Sealed = fallback.Done, r, nil
	if got, err := s.Decide(t.Context(), f.Execution, r, fallback.PIN); err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("Decide gave %+v, %v", got, err)
	}
	for _, from := range []fallback.State{fallback.Silent, fallback.PIN} {
		if got, err := s.Decide(t.Context(), f.Execution, fallback.Result{}, from); !errors.Is(err, fallback.ErrRefused) || !reflect.DeepEqual(got, f) {
			t.Errorf("a second Decide gave %+v, %v", got, err)
		}
	}
	if got, err := s.Await(t.Context(), f.Execution, "late"); !errors.Is(err, fallback.ErrRefused) || !reflect.DeepEqual(got, f) {
		t.Errorf("a late Await gave %+v, %v", got, err)
	}
	wantFallback(t, s, f)
}

func fallbackRequestID(t *testing.T, s FallbackStore) {
	f := startedFallback(t, s)
	if err := s.Request(t.Context(), f.Execution, "id"); err != nil {
		t.Fatal(err)
	}
	got, err := s.Decide(t.Context(), f.Execution, fallback.Result{Reason: "unavailable"}, fallback.Silent)
	want := fallback.Result{
		Reason: "unavailable", RequestID: "id", Silence: fallback.SilentResult{Outcome: fallback.Unknown, Reason: fallback.ReasonLate},
	}
	if err != nil || got.Result != want || got.RequestID != "id" {
		t.Errorf("Decide gave %+v, %v; want the result %+v", got, err, want)
	}
}

func fallbackSilence(t *testing.T, s FallbackStore) {
	f := startedFallback(t, s)
	if _, err := s.Await(t.Context(), f.Execution, "token"); err != nil {
		t.Fatal(err)
	}
	got, err := s.Decide(t.Context(), f.Execution, fallback.Result{Verified: true}, fallback.Silent)
	if !errors.Is(err, fallback.ErrRefused) || got.State != fallback.PIN {
		t.Errorf("silence decided after the PIN step began: %+v, %v", got, err)
	}
}

func fallbackRace(t *testing.T, s FallbackStore) {
	f := startedFallback(t, s)
	var won atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := s.Decide(t.Context(), f.Execution, fallback.Result{}, fallback.Silent, fallback.PIN); err == nil {
				won.Add(1)
			} else if !errors.Is(err, fallback.ErrRefused) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d decisions were made", won.Load())
	}
}

func fallbackSilenceAgainstPIN(t *testing.T, s FallbackStore) {
	for range 20 {
		f := startedFallback(t, s)
		var decided, awaited error
		var both sync.WaitGroup
		both.Go(func() {
			_, decided = s.Decide(t.Context(), f.Execution, fallback.Result{Verified: true}, fallback.Silent)
		})
		both.Go(func() { _, awaited = s.Await(t.Context(), f.Execution, "token") })
		both.Wait()
		if (decided == nil) == (awaited == nil) {
			t.Errorf("both or neither won: %v, %v", decided, awaited)
		}
	}
}
