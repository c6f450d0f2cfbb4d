package upstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/memory"
	"lineproof/shared/phone"
	"lineproof/shared/upstream"
)

// line is an upstream whose health can be set, asked by a caller whose clock, store and reports are
// at hand.
type line struct {
	upstream.Caller

	store   *memory.Breakers
	answers atomic.Pointer[http.HandlerFunc]
	at      *operator
	peer    upstream.Peer

	mu      sync.Mutex
	now     time.Time
	reports []upstream.Report
	reads   int
	writes  int
	away    error
}

func newLine(t *testing.T) *line {
	t.Helper()
	l := &line{store: memory.NewBreakers(), now: noon}
	l.says(says(200, `{"devicePhoneNumberVerified":true,"devicePhoneNumber":"+447700900000"}`))
	l.at = operate(t, func(w http.ResponseWriter, r *http.Request) { (*l.answers.Load())(w, r) })
	l.peer, l.Caller = l.at.peer(t, "camara", nil), caller()
	l.Breakers, l.Tell = l, l.tell
	l.Caller.Now = func() time.Time { l.mu.Lock(); defer l.mu.Unlock(); return l.now }
	return l
}

func (l *line) says(h http.HandlerFunc) { l.answers.Store(&h) }

func (l *line) advance(d time.Duration) { l.mu.Lock(); defer l.mu.Unlock(); l.now = l.now.Add(d) }

func (l *line) tell(_ context.Context, r upstream.Report) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reports = append(l.reports, r)
}

func (l *line) Breaker(ctx context.Context, c upstream.Circuit) (upstream.Breaker, error) {
	l.mu.Lock()
	l.reads++
	err := l.away
	l.mu.Unlock()
	if err != nil {
		return upstream.Breaker{}, err
	}
	return l.store.Breaker(ctx, c)
}

func (l *line) PutBreaker(ctx context.Context, c upstream.Circuit, b upstream.Breaker) (upstream.Breaker, error) {
	l.mu.Lock()
	l.writes++
	err := l.away
	l.mu.Unlock()
	if err != nil {
		return upstream.Breaker{}, err
	}
	return l.store.PutBreaker(ctx, c, b)
}

func (l *line) verify(t *testing.T) upstream.Outcome {
	t.Helper()
	claim := upstream.Claim{Number: number(t, "+447700900000")}
	return l.Verify(t.Context(), l.peer, upstream.Token{Text: "t"}, claim, nil)
}

// want fails the test unless a verify comes to an outcome by so many calls.
func (l *line) want(t *testing.T, want upstream.Outcome, calls int64) {
	t.Helper()
	before := l.at.calls.Load()
	if got := l.verify(t); got != want || l.at.calls.Load() != before+calls {
		t.Errorf("%s after %d calls, want %s after %d", got, l.at.calls.Load()-before, want, calls)
	}
}

// fail lets the upstream fail until it is asked no more.
func (l *line) fail(t *testing.T) {
	t.Helper()
	l.says(says(500, ``))
	for range 5 {
		l.want(t, upstream.Burned, 1)
	}
}

func (l *line) last() upstream.Report {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reports[len(l.reports)-1]
}

// An upstream that keeps failing is asked no more until it has rested, then once, and, when that
// goes well, as ever.
func TestCaller(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	l.fail(t)
	report := upstream.Report{
		Upstream: "a", Asked: upstream.Verifying, Told: "burned", Breaker: upstream.Opened,
		Correlator: l.at.last.Header.Get("X-Correlator"),
	}
	if l.last() != report {
		t.Errorf("the fifth is told as %+v", l.last())
	}
	l.want(t, upstream.NotCovered, 0)
	report.Told, report.Breaker, report.Correlator = upstream.Resting, "", ""
	if l.last() != report {
		t.Errorf("the sixth is told as %+v", l.last())
	}
	if n, o := l.Share(t.Context(), l.peer, upstream.Token{Text: "t"}); o != upstream.Burned {
		t.Errorf("another operation is %s, %v", o, n)
	}
	l.advance(30 * time.Second)
	l.want(t, upstream.Burned, 1)
	if l.last().Breaker != upstream.Opened {
		t.Errorf("a bad probe is told as %+v", l.last())
	}
	l.advance(30 * time.Second)
	l.want(t, upstream.NotCovered, 0)
	l.advance(30 * time.Second)
	l.says(says(200, `{"devicePhoneNumberVerified":false}`))
	l.want(t, upstream.Mismatch, 1)
	if l.last().Breaker != upstream.Closed {
		t.Errorf("a good probe is told as %+v", l.last())
	}
	l.want(t, upstream.Mismatch, 1)
}

// Of many calls that come when a breaker has rested, one is made.
func TestCallerProbesOnce(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	l.fail(t)
	l.advance(30 * time.Second)
	ended := make(chan struct{})
	l.says(func(w http.ResponseWriter, r *http.Request) {
		<-ended
		says(200, `{"devicePhoneNumberVerified":true}`)(w, r)
	})
	before, outcomes := l.at.calls.Load(), make(chan upstream.Outcome, 50)
	for range 50 {
		go func() { outcomes <- l.verify(t) }()
	}
	for range 49 {
		if o := <-outcomes; o != upstream.NotCovered {
			t.Errorf("beside the probe it is %s", o)
		}
	}
	close(ended)
	if o := <-outcomes; o != upstream.Match || l.at.calls.Load() != before+1 {
		t.Errorf("the probe is %s of %d calls", o, l.at.calls.Load()-before)
	}
}

// Many failures at once open the breaker, and each is counted or found it open.
func TestCallerCountsFailuresAtOnce(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	l.says(says(503, ``))
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { l.verify(t) })
	}
	all.Wait()
	l.want(t, upstream.NotCovered, 0)
	opened := slices.DeleteFunc(slices.Clone(l.reports), func(r upstream.Report) bool { return r.Breaker == "" })
	if len(opened) != 1 {
		t.Errorf("it is told %d times to have opened", len(opened))
	}
}

// A call that goes well costs a read. Only what changes a breaker is written.
func TestCallerCosts(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	well, ill := *l.answers.Load(), says(500, ``)
	for _, step := range []struct {
		answers http.HandlerFunc
		rests   time.Duration
		writes  int
	}{
		{well, 0, 0}, {well, 0, 0}, {ill, 0, 1}, {ill, 0, 1}, {well, 0, 1}, {well, 0, 0},
		{ill, 0, 1}, {ill, 0, 1}, {ill, 0, 1}, {ill, 0, 1}, {ill, 0, 1}, {ill, 0, 0},
		{well, 30 * time.Second, 2}, {well, 0, 0},
	} {
		l.says(step.answers)
		l.advance(step.rests)
		l.reads, l.writes = 0, 0
		l.verify(t)
		if l.reads != 1 || l.writes != step.writes {
			t.Errorf("%+v takes %d reads and %d writes", step, l.reads, l.writes)
		}
	}
}

// A breaker must not break: when its store is away or slow, the call is made.
func TestCallerWithoutItsStore(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	l.fail(t)
	l.away = fault.New(fault.Unavailable)
	for range 7 {
		l.want(t, upstream.Burned, 1)
	}
	l.away = nil
	l.want(t, upstream.NotCovered, 0)
	slow := caller()
	slow.Breakers = hanging{}
	began := time.Now()
	claim := upstream.Claim{Number: number(t, "+447700900000")}
	if got := slow.Verify(t.Context(), l.peer, upstream.Token{Text: "t"}, claim, nil); got != upstream.Burned {
		t.Errorf("%s", got)
	}
	if waited := time.Since(began); waited > 5*time.Second {
		t.Errorf("waits %s for its breaker", waited)
	}
}

// hanging is a store that never answers.
type hanging struct{ upstream.Breakers }

func (hanging) Breaker(ctx context.Context, _ upstream.Circuit) (upstream.Breaker, error) {
	<-ctx.Done()
	return upstream.Breaker{}, ctx.Err()
}

// A caller who goes away says nothing of the upstream.
func TestCallerForgivesCallersWhoLeave(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	for range 7 {
		ctx, cancel := context.WithCancel(t.Context())
		l.says(func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
		claim := upstream.Claim{Number: number(t, "+447700900000")}
		if got := l.Verify(ctx, l.peer, upstream.Token{Text: "t"}, claim, nil); got != upstream.Burned {
			t.Errorf("%s", got)
		}
	}
	if l.writes != 0 {
		t.Errorf("%d writes", l.writes)
	}
}

// What a device brings may be made up, and opens no breaker.
func TestMadeUpCodesOpenNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		rests  bool
	}{
		"a code that is none":       {says(400, `{"error":"invalid_grant"}`), false},
		"a request that is none":    {says(400, `{"error":"invalid_request"}`), false},
		"a firewall's refusal":      {says(403, `<html>`), false},
		"no error of OAuth's":       {says(400, `{"code":"X"}`), false},
		"our credentials, by OAuth": {says(400, `{"error":"invalid_client"}`), true},
		"our credentials":           {says(401, ``), true},
		"our scope":                 {says(400, `{"error":"invalid_scope"}`), true},
		"its own doing":             {says(500, ``), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLine(t)
			l.says(test.answer)
			p := l.at.peer(t, "telefonica", nil)
			for range 7 {
				_, _ = l.Exchange(t.Context(), p, upstream.Secret{Text: "s"}, "made-up", "https://us.example/cb", "v")
			}
			if rests := l.at.calls.Load() < 7; rests != test.rests {
				t.Errorf("it was asked %d times", l.at.calls.Load())
			}
		})
	}
}

// Every operation has a breaker of its own, by whose name its calls are told.
func TestEachOperationHasABreaker(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	l.says(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500); _, _ = io.WriteString(w, "x") })
	p, remote := l.at.peer(t, "telefonica", nil), l.at.peer(t, "vonage-v2", nil)
	n, ctx, secret := number(t, "+447700900000"), t.Context(), signing(t)
	yes := true
	sharing := l.at.peer(t, "telefonica", func(u *upstream.Upstream) { u.Verify, u.Compare = "", &yes })
	for operation, ask := range map[upstream.Operation]func() upstream.Outcome{
		upstream.Exchanging: func() upstream.Outcome { _, o := l.Exchange(ctx, p, upstream.Secret{}, "c", "cb", "v"); return o },
		upstream.Verifying: func() upstream.Outcome {
			return l.Verify(ctx, p, upstream.Token{Text: "t"}, upstream.Claim{Number: n}, nil)
		},
		upstream.Sharing: func() upstream.Outcome {
			return l.Verify(ctx, sharing, upstream.Token{Text: "t"}, upstream.Claim{Number: n}, phone.Number{}.Equal)
		},
		upstream.Beginning: func() upstream.Outcome { _, o := l.Begin(ctx, remote, secret, n); return o },
		upstream.Checking:  func() upstream.Outcome { return l.Check(ctx, remote, secret, "id", "1234") },
	} {
		for range 5 {
			o := ask()
			if r := l.last(); o != upstream.Burned || r.Asked != operation || r.Told != "burned" || r.Upstream != "a" {
				t.Errorf("%s is %s, told as %+v", operation, o, r)
			}
		}
		if o := ask(); o != upstream.NotCovered || l.last().Told != upstream.Resting {
			t.Errorf("%s after five failures is %s", operation, o)
		}
	}
}

// gate is one over the line's store.
func (l *line) gate() upstream.Gate {
	return upstream.Gate{Store: l.store, Tell: l.tell, Now: l.Caller.Now}
}

// Nobody is sent to an upstream of which an operation rests that is needed then.
func TestGateRests(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	l.fail(t)
	for _, test := range []struct {
		then []upstream.Operation
		lets bool
	}{
		{[]upstream.Operation{upstream.Exchanging, upstream.Verifying}, false},
		{[]upstream.Operation{upstream.Exchanging, upstream.Sharing}, true},
	} {
		lets, err := l.gate().Lets(t.Context(), l.peer, upstream.Sending, test.then...)
		if lets != test.lets || err != nil {
			t.Errorf("before %v it lets %v, %v", test.then, lets, err)
		}
	}
	l.advance(30 * time.Second)
	if lets, err := l.gate().Lets(t.Context(), l.peer, upstream.Sending, upstream.Verifying); !lets || err != nil {
		t.Errorf("rested: %v, %v", lets, err)
	}
}

// gone is a store that is away.
type gone struct{}

var errGone = fault.New(fault.Unavailable)

func (gone) Breakers(context.Context, string) (map[upstream.Operation]upstream.Breaker, error) {
	return nil, errGone
}
func (gone) Count(context.Context, upstream.Day, int64) error { return errGone }

// When the store is away nothing rests, and no limit is gone beyond.
func TestGateWithoutItsStore(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	g := l.gate()
	g.Store = gone{}
	if lets, err := g.Lets(t.Context(), l.peer, upstream.Sending, upstream.Verifying); !lets || err != nil {
		t.Errorf("without a limit: %v, %v", lets, err)
	}
	l.peer.DailyLimit = 10
	if lets, err := g.Lets(t.Context(), l.peer, upstream.Sending, upstream.Verifying); lets || !errors.Is(err, errGone) {
		t.Errorf("with a limit: %v, %v", lets, err)
	}
}

// A limit counts what is let through, of many at once as many as it is, and begins anew each day.
func TestGateLimit(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	l.peer.DailyLimit = 10
	var passed atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			lets, err := l.gate().Lets(t.Context(), l.peer, upstream.Sending, upstream.Verifying)
			if err != nil {
				t.Error(err)
			}
			if lets {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	if passed.Load() != 10 || l.last().Told != upstream.Spent {
		t.Errorf("%d of 50 pass, the last told as %+v", passed.Load(), l.last())
	}
	l.advance(12*time.Hour - time.Nanosecond)
	if lets, _ := l.gate().Lets(t.Context(), l.peer, upstream.Sending); lets {
		t.Error("one passes before the day is over")
	}
	l.advance(time.Nanosecond)
	if lets, _ := l.gate().Lets(t.Context(), l.peer, upstream.Sending); !lets {
		t.Error("the next day nobody passes")
	}
}
