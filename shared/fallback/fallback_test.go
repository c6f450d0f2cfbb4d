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

	"lineproof/shared/account"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/memory"
	"lineproof/shared/phone"
	"lineproof/shared/silent"
	"lineproof/shared/sms"
	"lineproof/shared/storetest"
	"lineproof/shared/verification"
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
	q := fallback.Request{Order: order(t, number), Token: map[string]string{"code": "canary"}}
	sealed, err := ring(t, 1).Active().Seal(q, execution, rand.Reader)
	if err != nil || bytes.Contains(sealed, []byte("canary")) {
		t.Fatalf("sealed %q, %v", sealed, err)
	}
	if got, err := fallback.Open(ring(t, 2, 1), sealed, execution); err != nil || got.Token["code"] != "canary" || got.Order.Line.Number.E164() != number {
		t.Errorf("opened after a rotation: %v", err)
	}
	altered := append([]byte(nil), sealed...)
	altered[len(altered)-1]++
	for name, open := range map[string]func() (fallback.Request, error){
		"another's":  func() (fallback.Request, error) { return fallback.Open(ring(t, 1), sealed, execution+"x") },
		"key gone":   func() (fallback.Request, error) { return fallback.Open(ring(t, 2), sealed, execution) },
		"altered":    func() (fallback.Request, error) { return fallback.Open(ring(t, 1), altered, execution) },
		"too short":  func() (fallback.Request, error) { return fallback.Open(ring(t, 1), sealed[:5], execution) },
		"is nothing": func() (fallback.Request, error) { return fallback.Open(ring(t, 1), nil, execution) },
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

// world is a fallback over memory stores.
type world struct {
	accounts  *memory.Accounts
	store     *memory.Fallbacks
	pins      *memory.Verifications
	queued    []verification.Job
	completed []fallback.Result
	proved    func() (bool, error)
	now       time.Time
	log       bytes.Buffer
	silent    fallback.SilentStep
	pin       fallback.PINStep
}

func (w *world) Put(_ context.Context, m verification.Job, _ time.Duration) error {
	w.queued = append(w.queued, m)
	return nil
}

func (w *world) Prove(context.Context, silent.Claim) (silent.Proof, error) {
	same, err := w.proved()
	if err != nil {
		return silent.Failed(err)
	}
	return silent.Told(same), nil
}

func (w *world) Start(context.Context, string) error { return nil }

func (w *world) Succeed(_ context.Context, _ string, r fallback.Result) error {
	w.completed = append(w.completed, r)
	return nil
}

func newWorld(t *testing.T, q fallback.Request) *world {
	t.Helper()
	accounts := memory.NewAccounts()
	owner := account.Account{Key: 7, Terms: account.Terms{Countries: []string{verification.SandboxCountry}}}
	if err := accounts.PutAccount(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	w := &world{accounts: accounts, store: memory.NewFallbacks(), pins: memory.NewVerifications(accounts), now: time.Unix(1_800_000_000, 0).UTC()}
	w.proved = func() (bool, error) { return true, nil }
	keys := ring(t, 1)
	key, err := verification.NewKey(1, bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return w.now }
	w.silent = fallback.SilentStep{
		Store: w.store, Keys: keys, Log: slog.New(slog.NewTextHandler(&w.log, nil)),
		Prover: w,
	}
	w.pin = fallback.PINStep{
		Store: w.store, Machine: w, Keys: keys, Now: now, Finder: w.pins,
		Log:      slog.New(slog.NewTextHandler(&w.log, nil)),
		Accounts: accounts,
		Peppers:  nil,
		Former: func(map[string]string, account.Terms) (verification.Order, error) {
			return verification.Order{}, errors.New("no former build sealed this")
		},
		Requester: verification.Requester{
			Store: w.pins, Outbox: w, Keys: verification.Ring{key},
			Routed: sms.Anywhere, Now: now,
		},
	}
	sealed, err := keys.Active().Seal(q, execution, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Begin(t.Context(), fallback.Fallback{Execution: execution, Account: 7, State: fallback.Silent, Sealed: sealed, Nonce: 77}, w.now); err != nil {
		t.Fatal(err)
	}
	return w
}

// order returns an order for a test number, by one message.
func order(t testing.TB, number string) verification.Order {
	t.Helper()
	n, err := phone.Parse(number)
	if err != nil {
		t.Fatal(err)
	}
	o := storetest.Order(n, verification.SandboxCountry)
	o.Plan.Steps = o.Plan.Steps[:1]
	return o
}

func asked(t testing.TB) fallback.Request {
	t.Helper()
	return fallback.Request{Order: order(t, number), Token: map[string]string{"code": "c"}}
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
	proved := fallback.SilentResult{Outcome: fallback.Proved}
	unknown := func(r fallback.Reason) fallback.SilentResult {
		return fallback.SilentResult{Outcome: fallback.Unknown, Reason: r}
	}
	for name, tt := range map[string]struct {
		same bool
		err  error
		want fallback.SilentResult
	}{
		"the same number":   {true, nil, proved},
		"another":           {false, nil, fallback.SilentResult{Outcome: fallback.Mismatch}},
		"a used code":       {false, fault.New(fault.InvalidGrant), unknown(fallback.ReasonInvalidGrant)},
		"a wrong secret":    {false, fault.New(fault.InvalidClient), unknown(fallback.ReasonInvalidClient)},
		"a long assertion":  {false, fault.New(fault.LongAssertion), unknown(fallback.ReasonInvalidClient)},
		"a member missing":  {false, fault.In(fault.MissingParam, "code"), unknown(fallback.ReasonInvalidRequest)},
		"a grant revoked":   {false, fault.New(fault.InvalidCredentials), unknown(fallback.ReasonInvalidGrant)},
		"the operator's no": {false, fault.New(fault.AccessDenied), unknown(fallback.ReasonAccessDenied)},
		"another purpose":   {false, fault.New(fault.MissingScope), unknown(fallback.ReasonMissingScope)},
	} {
		w := newWorld(t, asked(t))
		tries := 0
		w.proved = func() (bool, error) { tries++; return tt.same, tt.err }
		want := fallback.Result{Silence: tt.want}
		if tt.same {
			want.Verified, want.Method = true, fallback.BySilent
		}
		for range 2 { // repeated, it says the same: a code is redeemed but once
			if got := w.mustRunSilent(t); got != want {
				t.Errorf("%s: %+v, want %+v", name, got, want)
			}
		}
		f, _ := w.store.Fallback(t.Context(), execution)
		if f.Silence != tt.want || tries != 1 {
			t.Errorf("%s: tried %d times, it stands %+v", name, tries, f.Silence)
		}
		line := `msg="silent verification" execution=` + execution + ` outcome=` + string(tt.want.Outcome)
		if !strings.Contains(w.log.String(), line) {
			t.Errorf("%s: the log is %s", name, w.log.String())
		}
		if text := w.log.String(); strings.Contains(text, "99012") {
			t.Errorf("%s: the log holds the number: %s", name, text)
		}
	}
	w := newWorld(t, fallback.Request{Order: order(t, number)})
	if got := w.mustRunSilent(t); got != (fallback.Result{Silence: fallback.SilentResult{Outcome: fallback.NotTried}}) {
		t.Errorf("without a token request it came to %+v", got)
	}
	for _, kind := range []fault.Kind{fault.Unavailable, fault.Timeout, fault.Internal} {
		w := newWorld(t, asked(t))
		w.proved = func() (bool, error) { return false, fault.New(kind) }
		if _, err := w.silent.Run(t.Context(), execution); err == nil {
			t.Errorf("%v is not told as a failure that a repetition may mend", kind)
		}
	}
}

// A silent success that comes when the PIN step has begun decides nothing.
func TestLateSilentSuccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked(t))
	w.proved = func() (bool, error) {
		w.mustRunPIN(t, "token")
		return true, nil
	}
	if got := w.mustRunSilent(t); got.Verified || got.Silence != lateSilence {
		t.Errorf("the late success gave %+v", got)
	}
	if f, _ := w.store.Fallback(t.Context(), execution); f.State != fallback.PIN || f.RequestID == "" {
		t.Errorf("it stands %+v", f)
	}
}

// lateSilence is what a silent way came to of which nothing was heard in time.
var lateSilence = fallback.SilentResult{Outcome: fallback.Unknown, Reason: fallback.ReasonLate}

// What silence came to stands beside what the PIN decides.
func TestSilenceStandsBesideThePIN(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked(t))
	w.proved = func() (bool, error) { return false, fault.New(fault.InvalidClient) }
	w.mustRunSilent(t)
	w.mustRunPIN(t, "token")
	recorder := fallback.Recorder{Store: w.store}
	for range 2 {
		if err := recorder.Ended(t.Context(), verification.Ending{Callback: execution, RequestID: "id", State: verification.Success, Channel: verification.SMS}); err != nil {
			t.Fatal(err)
		}
	}
	want := fallback.Result{
		Verified: true, Method: string(verification.SMS), RequestID: "id",
		Silence: fallback.SilentResult{Outcome: fallback.Unknown, Reason: fallback.ReasonInvalidClient},
	}
	f, err := w.store.Fallback(t.Context(), execution)
	if err != nil || f.State != fallback.Done || f.Result != want || len(w.completed) != 0 {
		t.Errorf("it stands %+v, %v, completed %+v", f, err, w.completed)
	}
	if err := recorder.Ended(t.Context(), verification.Ending{Callback: "gone"}); err != nil {
		t.Errorf("of a fallback that is gone: %v", err)
	}
}

// The meters of a second and of a day were taken when the fallback began: its PIN takes them no
// second time.
func TestPINOfAFallbackIsAdmittedAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked(t))
	terms := account.Terms{Countries: []string{verification.SandboxCountry}, PerDay: 1}
	caller := verification.Caller{Account: 7, Terms: terms}
	w.agree(t, terms)
	n, err := phone.Parse(number)
	if err != nil {
		t.Fatal(err)
	}
	admitter := verification.Admitter{Store: w.pins, Now: func() time.Time { return w.now }}
	if err := admitter.Admit(t.Context(), caller, n); err != nil {
		t.Fatal(err)
	}
	if err := admitter.Admit(t.Context(), caller, n); fault.Of(err) != fault.TooManyRequests {
		t.Errorf("a second one in the day: %v", err)
	}
	w.mustRunPIN(t, "token")
	f, _ := w.store.Fallback(t.Context(), execution)
	if f.State != fallback.PIN || f.RequestID == "" || len(w.queued) != 2 {
		t.Errorf("it stands %+v with %d messages", f, len(w.queued))
	}
}

// agree changes the account's terms.
func (w *world) agree(t *testing.T, terms account.Terms) {
	t.Helper()
	owner, err := w.accounts.Account(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	owner.Terms = terms
	if err := w.accounts.PutAccount(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
}

// Terms that have changed since a fallback began hold for its PIN.
func TestTermsOfThePIN(t *testing.T) {
	t.Parallel()
	zz := []string{verification.SandboxCountry}
	for name, terms := range map[string]account.Terms{
		"strict": {Countries: zz, Strict: true}, "plain brand": {Countries: zz, PlainBrand: true},
	} {
		q := asked(t)
		q.Order.Brand = "evil.example"
		w := newWorld(t, q)
		w.agree(t, terms)
		w.mustRunPIN(t, "token")
		want := fallback.Result{Reason: fallback.ReasonInvalidParams, Silence: lateSilence}
		if len(w.completed) != 1 || w.completed[0] != want {
			t.Errorf("%s: completed with %+v", name, w.completed)
		}
	}
}

// An account that is gone verifies nothing more.
func TestPINOfNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked(t))
	w.pin.Accounts = memory.NewAccounts()
	w.mustRunPIN(t, "token")
	want := fallback.Result{Reason: fallback.ReasonBarred, Silence: lateSilence}
	if len(w.completed) != 1 || w.completed[0] != want {
		t.Errorf("completed with %+v", w.completed)
	}
}

func TestAdmitterRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked(t))
	n, _ := phone.Parse(number)
	admitter := verification.Admitter{Store: w.pins, Now: func() time.Time { return w.now }}
	for kind, caller := range map[fault.Kind]verification.Caller{
		fault.Barred:        {Account: 7, Barred: true},
		fault.NotOnDemoList: {Account: 7, Demo: account.Account{Demo: true}.DemoList(nil)},
	} {
		if err := admitter.Admit(t.Context(), caller, n); fault.Of(err) != kind {
			t.Errorf("it is admitted with %v, want %v", err, kind)
		}
	}
}

// A PIN step that is repeated begins nothing new, whatever has become of the verification. Its
// first message is queued again, for the first step may have died before it was.
func TestPINStepRepeated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked(t))
	w.mustRunPIN(t, "first")
	f, _ := w.store.Fallback(t.Context(), execution)
	w.mustRunPIN(t, "second")
	again, _ := w.store.Fallback(t.Context(), execution)
	if len(w.queued) != 3 || w.queued[2] != w.queued[1] {
		t.Fatalf("queued %+v", w.queued)
	}
	if f.RequestID == "" || again.RequestID != f.RequestID || again.Token != "second" || len(w.completed) != 0 {
		t.Fatalf("%d messages, %+v, %d completions", len(w.queued), again, len(w.completed))
	}
	w.now = w.now.Add(time.Hour) // expired, and nobody was told
	w.mustRunPIN(t, "third")
	want := fallback.Result{RequestID: f.RequestID, Reason: "expired", Silence: lateSilence}
	if len(w.queued) != 3 || len(w.completed) != 1 || w.completed[0] != want {
		t.Errorf("%d messages, completed with %+v", len(w.queued), w.completed)
	}
	w.mustRunPIN(t, "fourth")
	if len(w.completed) != 2 || w.completed[1] != want {
		t.Errorf("completed with %+v", w.completed)
	}
}

// awayAtBegin is a store that carries a beginning out and does not say so, n times.
type awayAtBegin struct {
	*memory.Verifications
	times *int
}

func (s awayAtBegin) Begin(ctx context.Context, start verification.Admission) (verification.Verification, error) {
	displaced, err := s.Verifications.Begin(ctx, start)
	if *s.times--; *s.times >= 0 && err == nil {
		return verification.Verification{}, fault.New(fault.Unavailable)
	}
	return displaced, err
}

// A verification that was withdrawn, because nobody knew whether the store had it, is begun again:
// nothing was sent for it.
func TestPINStepWithdrawn(t *testing.T) {
	t.Parallel()
	for times, want := range map[int]fallback.Reason{1: "", 2: "", 3: "cancelled"} {
		w := newWorld(t, asked(t))
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
	for to, want := range map[string]fallback.Result{
		"+990123452101": {Reason: fallback.ReasonUnroutable},
		"+990123452201": {Reason: fallback.ReasonDenied},
		"+990123452301": {Reason: fallback.ReasonBlocked, Network: "99012345"},
		"+990123452401": {Reason: fallback.ReasonUnsupportedNetwork},
	} {
		q := asked(t)
		q.Order = order(t, to)
		w := newWorld(t, q)
		w.mustRunPIN(t, "token")
		want.Silence = lateSilence
		if len(w.completed) != 1 || w.completed[0] != want || len(w.queued) != 0 {
			t.Errorf("completed with %+v, want %+v; %d messages", w.completed, want, len(w.queued))
		}
		if output, _ := json.Marshal(w.completed[0]); strings.Contains(string(output), "99012") {
			t.Errorf("the execution is told a part of the number: %s", output)
		}
		told := w.log.String()
		if !strings.Contains(told, `outcome=refused failure.kind=`) || strings.Contains(told, to[1:]) {
			t.Errorf("logged %s", told)
		}
	}
}

// A second fallback of a number names the verification that is in its way, whose PIN can still be
// entered.
func TestConcurrentPIN(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked(t))
	w.mustRunPIN(t, "token")
	first, _ := w.store.Fallback(t.Context(), execution)
	second := first
	second.Execution, second.State, second.Nonce, second.RequestID = execution+"2", fallback.Silent, 1<<40, ""
	var err error
	if second.Sealed, err = ring(t, 1).Active().Seal(asked(t), second.Execution, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if err := w.store.Begin(t.Context(), second, w.now); err != nil {
		t.Fatal(err)
	}
	if err := w.pin.Run(t.Context(), second.Execution, "other"); err != nil {
		t.Fatal(err)
	}
	want := fallback.Result{Reason: fallback.ReasonConcurrent, RequestID: first.RequestID, Silence: lateSilence}
	if len(w.completed) != 1 || w.completed[0] != want {
		t.Errorf("completed with %+v, want %+v", w.completed, want)
	}
}

func TestConclude(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked(t))
	for range 2 {
		if r, err := w.pin.Conclude(t.Context(), execution); err != nil || r != (fallback.Result{Reason: fallback.ReasonUnavailable, Silence: lateSilence}) {
			t.Errorf("concluded with %+v, %v", r, err)
		}
	}
	decided := newWorld(t, asked(t))
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
	for state, want := range map[verification.State]fallback.Result{
		verification.Success:   {Verified: true, Method: string(verification.SMS), RequestID: "id", Silence: lateSilence},
		verification.Failed:    {Method: string(verification.SMS), RequestID: "id", Reason: "failed", Silence: lateSilence},
		verification.Expired:   {Method: string(verification.SMS), RequestID: "id", Reason: "expired", Silence: lateSilence},
		verification.Cancelled: {Method: string(verification.SMS), RequestID: "id", Reason: "cancelled", Silence: lateSilence},
	} {
		w := newWorld(t, asked(t))
		w.mustRunPIN(t, "token")
		finisher := fallback.Finisher{Store: w.store, Machine: w}
		for range 2 {
			if err := finisher.Ended(t.Context(), verification.Ending{Callback: execution, RequestID: "id", State: state, Channel: verification.SMS}); err != nil {
				t.Fatal(err)
			}
		}
		if len(w.completed) != 2 || w.completed[0] != want || w.completed[1] != want {
			t.Errorf("%s: completed with %+v", state, w.completed)
		}
	}
	w := newWorld(t, asked(t))
	if err := (fallback.Finisher{Store: w.store, Machine: w}).Ended(t.Context(), verification.Ending{Callback: "gone"}); err != nil || len(w.completed) != 0 {
		t.Errorf("of a fallback that is gone: %v, %v", err, w.completed)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asked(t))
	payload, _ := json.Marshal(fallback.Event{Execution: execution})
	if got, err := w.silent.Answer(t.Context(), payload); err != nil || string(got) != `{"verified":true,"method":"silent","silent":{"outcome":"verified"}}` {
		t.Errorf("answered %s, %v", got, err)
	}
	if got, err := w.pin.Answer(t.Context(), payload); err != nil || string(got) != `{"verified":true,"method":"silent","silent":{"outcome":"verified"}}` {
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
	sealed, err := ring(f, 1).Active().Seal(asked(f), execution, strings.NewReader("the same nonce in every process"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		if q, err := fallback.Open(ring(t, 1), text, execution); err == nil && !bytes.Equal(text, sealed) {
			t.Errorf("opened what nobody sealed: %v", q)
		}
	})
}
