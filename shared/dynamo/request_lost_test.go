package dynamo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/dynamo/dynamodel"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// ailment is what befalls a request: from its nth call on, of the store or of the outbox, so many
// calls suffer the first fault; after one that does not, so many again; and all that follow the last.
type ailment struct {
	from, calls, again int
	first, last        dynamodel.Fault
}

// of returns the fault of the request's nth call.
func (a ailment) of(n int) dynamodel.Fault {
	switch n -= a.from; {
	case n < 0, n == a.calls && a.again > 0:
		return dynamodel.None
	case n < a.calls, n <= a.calls+a.again && a.again > 0:
		return a.first
	default:
		return a.last
	}
}

// Each call is tried so often by the SDK's clients.
const triesOfSDK = 3

// ailments are those that begin at the nth call: one try is lost, a whole call or several, or all
// for good.
func ailments(n int) (all []ailment) {
	const none, down = dynamodel.None, dynamodel.Unavailable
	for _, f := range []dynamodel.Fault{
		dynamodel.LoseRequest, dynamodel.LoseAnswer, dynamodel.Late, down,
	} {
		for _, last := range []dynamodel.Fault{none, down} {
			all = append(all, ailment{n, 1, 0, f, last}, ailment{n, triesOfSDK, 0, f, last},
				ailment{n, triesOfSDK, triesOfSDK, f, last})
		}
		all = append(all, ailment{n, 2 * triesOfSDK, 0, f, none},
			ailment{n, 3 * triesOfSDK, 0, f, none}, ailment{n, 0, 0, f, f})
	}
	for _, f := range deaths {
		all = append(all, ailment{n, 1, 0, f, none})
	}
	return all
}

// rite is a request with what befalls it, and what the caller and the phone get to see.
type rite struct {
	*testing.T
	db     *dynamodel.DB
	names  dynamo.Tables
	keys   verification.Ring
	suffer ailment
	eager  bool // jobs are handled as soon as they are queued

	mu    sync.Mutex
	seed  int
	calls int
	dead  bool // the process of the request
	ready bool // there is a request
	jobs  []verification.Job
	first bool             // a request's first message was queued
	sent  map[string][]int // events, by request_id
}

func newRite(t *testing.T, a ailment, eager bool) *rite {
	t.Helper()
	key, err := verification.NewKey(1, bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	r := &rite{
		T: t, names: pinNamed(), keys: verification.Ring{key}, suffer: a, eager: eager,
		sent: map[string][]int{},
	}
	r.db = dynamodel.New(dynamodel.Options{}, r.names.Schemas()...)
	accounts := dynamo.NewAccounts(
		dynamo.NewClient(r.db.Process(nil).Config()), r.names.Accounts, r.names.Ledgers)
	if err := accounts.TopUp(t.Context(), owner, 3*price, "p"); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rite) store(faults func(dynamodel.Call) dynamodel.Fault) *dynamo.Verifications {
	client := dynamo.NewClient(r.db.Process(faults).Config())
	return dynamo.NewVerifications(client, r.names.Pins, r.names.Ledgers, r.random())
}

// next returns what befalls the next call of the request.
func (r *rite) next() dynamodel.Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ready {
		return dynamodel.None
	}
	if r.dead {
		return dynamodel.DieBefore
	}
	r.calls++
	f := r.suffer.of(r.calls)
	r.dead = slices.Contains(deaths, f)
	return f
}

// Put is the outbox of the request: the client tries as often as that of the store.
func (r *rite) Put(ctx context.Context, m verification.Job, _ time.Duration) error {
	for range triesOfSDK {
		f := r.next()
		switch f {
		case dynamodel.None, dynamodel.LoseAnswer, dynamodel.Late, dynamodel.DieWithin,
			dynamodel.DieAfter:
			r.queue(ctx, m)
		}
		if f == dynamodel.None {
			return nil
		}
	}
	return fault.New(fault.Unavailable)
}

// healthy is the outbox of dispatchers.
type healthy struct{ *rite }

func (h healthy) Put(ctx context.Context, m verification.Job, _ time.Duration) error {
	h.queue(ctx, m)
	return nil
}

func (r *rite) queue(ctx context.Context, m verification.Job) {
	r.mu.Lock()
	r.jobs = append(r.jobs, m)
	r.first = r.first || r.ready && m.Event == 1
	r.mu.Unlock()
	if r.eager {
		r.handle(context.WithoutCancel(ctx), time.Now())
	}
}

// Send notes what is sent.
func (r *rite) Send(_ context.Context, n verification.OutboundMessage) verification.SendResult {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent[n.RequestID] = append(r.sent[n.RequestID], n.Event)
	return verification.SendResult{Outcome: verification.Accepted}
}

// Ended is told of nothing: nobody waits.
func (r *rite) Ended(context.Context, verification.Ending) error {
	return errors.New("nobody waits")
}

// handle handles the jobs that are due, with nothing befalling the dispatcher.
func (r *rite) handle(ctx context.Context, now time.Time) {
	r.mu.Lock()
	var due []verification.Job
	r.jobs = slices.DeleteFunc(r.jobs, func(m verification.Job) bool {
		if m.Due.After(now) {
			return false
		}
		due = append(due, m)
		return true
	})
	r.mu.Unlock()
	d := verification.Dispatcher{
		Store: r.store(nil), Outbox: healthy{r}, Sender: r, Keys: r.keys, Now: time.Now,
		Random: r.random(), Log: slog.New(slog.DiscardHandler), Ended: r,
	}
	for _, m := range due {
		var later verification.RetryAfter
		for received := 1; ; received++ {
			err := d.Deliver(ctx, m, received)
			if !errors.As(err, &later) {
				if err != nil {
					r.Errorf("deliver: %v", err)
				}
				break
			}
			time.Sleep(later.In)
		}
	}
}

// random differs at each call.
func (r *rite) random() io.Reader {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seed++
	return mathrand.NewChaCha8([32]byte{byte(r.seed), byte(r.seed >> 8)})
}

// settle handles all that is queued, each job when it is due, and lets an hour pass.
func (r *rite) settle() {
	for end := time.Now().Add(time.Hour); time.Now().Before(end); {
		next := end
		for _, m := range r.jobs {
			if m.Due.Before(next) {
				next = m.Due
			}
		}
		time.Sleep(time.Until(next))
		r.handle(r.Context(), time.Now())
	}
}

// before is what a request meets in its number's place.
type before struct {
	name string
	do   func(*rite)
}

var befores = []before{
	{"none", func(*rite) {}},
	{"one that has ended", func(r *rite) {
		r.request(verification.Refuse, 90)
		r.settle()
	}},
	{"one whose code is out", func(r *rite) {
		r.request(verification.Refuse, 91)
		r.handle(r.Context(), time.Now())
	}},
	{"one whose message waits", func(r *rite) { r.request(verification.Refuse, 92) }},
}

// request makes one, and returns its request_id; the error is the caller's.
func (r *rite) request(p verification.Policy, nonce uint64) (id string, err error) {
	n, err := phone.ParseDigits("447700900000")
	if err != nil {
		r.Fatal(err)
	}
	o := verification.Order{
		Line:  verification.Line{Number: n, Country: "GB", Type: verification.Mobile},
		Brand: "Acme", Locale: "en-gb", Digits: 6, Policy: p,
		Plan: verification.Plan{
			Steps: []verification.Step{{Channel: verification.SMS}}, Expiry: 5 * time.Minute,
		},
	}
	c := verification.Caller{Account: owner, Terms: account.StandardTerms("GB")}
	c.Terms.PerSecond = 0
	q := verification.Requester{
		Store:  r.store(func(dynamodel.Call) dynamodel.Fault { return r.next() }),
		Outbox: r, Keys: r.keys, Now: time.Now,
		Routed: func(string, verification.Channel) bool { return true },
	}
	_, err = q.Request(r.Context(), c, o, nonce)
	return r.keys[0].RequestID(verification.Ref{Account: owner, Number: n, Nonce: nonce}), err
}

// TestNoMessageFollowsAFailure has requests suffer in each way at each of their calls, of the store
// and of the outbox. Who is told of a failure is sent nothing; who is not is sent one message. Only
// a process that dies between its last call and its answer leaves its caller to suppose a failure,
// and only where neither queue nor store ever answers again is there none for a request_id.
func TestNoMessageFollowsAFailure(t *testing.T) {
	t.Parallel()
	for _, p := range []verification.Policy{verification.Refuse, verification.Supersede} {
		for _, b := range befores {
			for _, eager := range []bool{false, true} {
				t.Run(fmt.Sprintf("policy %d, %s, eager %v", p, b.name, eager), func(t *testing.T) {
					t.Parallel()
					suffers(t, p, b, eager)
				})
			}
		}
	}
}

func suffers(t *testing.T, p verification.Policy, b before, eager bool) {
	t.Helper()
	played, silent := 0, 0
	for from, more := 1, true; more; from++ {
		more = false
		for _, a := range ailments(from) {
			synctest.Test(t, func(t *testing.T) {
				r := newRite(t, a, eager)
				b.do(r)
				r.ready = true
				id, err := r.request(p, 1)
				r.ready = false
				more = more || r.calls >= from
				r.settle()
				played++
				silent += r.judge(id, err)
				if t.Failed() {
					t.Logf("%+v: %v", a, err)
				}
			})
			if t.Failed() {
				return
			}
		}
	}
	t.Logf("%d requests, %d of them silent", played, silent)
	if least := 5; played < least*len(ailments(1)) {
		t.Errorf("only %d requests", played)
	}
}

// judge holds a request to what it told, and returns 1 for one that was answered and sent nothing.
func (r *rite) judge(id string, err error) (silent int) {
	sent, lasting := len(r.sent[id]), r.suffer.last != dynamodel.None
	if r.dead { // nobody is told anything
		err = dynamodel.ErrDied
	}
	switch {
	case sent > 1:
		r.Errorf("sent %v", r.sent[id])
	case err != nil && sent > 0 && !(r.dead && r.first):
		r.Errorf("a message came, but the answer was %v", err)
	case err == nil && sent == 0 && !lasting:
		r.Error("no message came")
	case err == nil && sent == 0:
		silent = 1
	}
	s := r.store(nil)
	for _, nonce := range []uint64{1, 90, 91, 92} {
		ref := verification.Ref{Account: owner, Number: r.line(), Nonce: nonce}
		if v := standing(r.T, s, ref); v.Ref == ref && !v.Settled {
			r.Errorf("%d is not settled: %+v", nonce, v)
		}
	}
	if _, err := r.request(verification.Refuse, 2); err != nil {
		r.Errorf("an hour later: %v", err)
	}
	return silent
}

func (r *rite) line() phone.Number {
	n, err := phone.ParseDigits("447700900000")
	if err != nil {
		r.Fatal(err)
	}
	return n
}
