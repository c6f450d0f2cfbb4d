package webhook_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/api/verify2"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
	"lineproof/shared/webhook"
)

const (
	secret      = "canary-signature-secret-of-the-application"
	application = "5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4b5a"
	hooks       = "https://customer.example/hooks?key=canary"
	number      = "447700900123"
)

var begin = time.Date(2030, 1, 2, 3, 4, 5, 678_900_000, time.UTC)

// errKilled is what a process meets at its end.
var errKilled = errors.New("killed")

// post is one that arrived.
type post struct {
	url, authorization string
	body               []byte
	at                 time.Time
}

// rig is a Deliverer over what a test tells its surroundings to do.
type rig struct {
	mu     sync.Mutex
	now    time.Time
	record verification.Verification
	id     string
	keys   verification.IDRing
	to     webhook.Subscriber

	findErr, subscriberErr, postErr, busErr, putErr, deadErr error
	status                                                   int
	finds                                                    int
	posts                                                    []post
	events                                                   []string
	queued, dead                                             []webhook.Job
	delays                                                   []time.Duration
	log                                                      bytes.Buffer

	// calls counts calls outside; the process dies at that one, before its answer arrives.
	calls, dies int
}

func newRig(t *testing.T) *rig {
	t.Helper()
	key, err := verification.NewKey(7, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	to, err := phone.ParseDigits(number)
	if err != nil {
		t.Fatal(err)
	}
	ref := verification.Ref{Account: 0xabcd1234, Number: to, Nonce: 9}
	r := &rig{
		now: begin.Add(time.Minute).Truncate(time.Millisecond), status: 200, keys: verification.IDRing{key.IDKey},
		id: key.RequestID(ref),
		to: webhook.Subscriber{URL: hooks, Secret: secret, APIKey: "abcd1234", Application: application},
	}
	r.record = verification.Verification{
		Ref: ref, Submitted: begin, Expires: begin.Add(time.Hour), Allowed: 15, Event: 1, Settled: true,
		Hash: []byte("hash"), Guess: []byte("hash"), Checked: begin.Add(9 * time.Second),
		Detail: verification.Detail{
			Key: 7, Price: 100_000, Callback: webhook.Prefix + application, Queued: true,
			Plan: verification.Plan{Steps: []verification.Step{
				{Channel: verification.Silent, Wait: time.Minute}, {Channel: verification.SMS, Wait: time.Minute},
			}, Expiry: 5 * time.Minute},
			Events: []verification.Event{{Channel: verification.Silent, At: begin, Outcome: verification.Proved}},
		},
	}
	return r
}

func (r *rig) deliverer() webhook.Deliverer {
	return webhook.Deliverer{
		Store: r, Keys: r.keys, Subscribers: r,
		Body: verify2.Callbacks{Origin: "https://verify.example"}.Body,
		Outlets: webhook.Outlets{
			Client: r, Bus: r, Outbox: box{r, false}, DeadLetters: box{r, true},
			Wall: func() time.Time { return begin },
		},
		Now: r.Now, Random: rand.Reader,
		Log: slog.New(slog.NewJSONHandler(&r.log, nil)),
	}
}

func (r *rig) Now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// outside is a call that the process makes, and dies at if it is to.
func (r *rig) outside(err error) error {
	if r.calls++; r.calls == r.dies {
		panic(errKilled)
	}
	return err
}

// killed hands a job to a worker that dies at the call that it is to die at, after what that does
// was done, and tells whether it came to that.
func (r *rig) killed(t *testing.T, m webhook.Job) (died bool) {
	t.Helper()
	defer func() {
		switch end := recover(); end {
		case nil:
		case errKilled:
			died = true
		default:
			panic(end)
		}
	}()
	if err := r.deliver(t, m, 1); err != nil {
		t.Fatal(err)
	}
	return false
}

func (r *rig) Find(_ context.Context, refs []verification.Ref) ([]verification.Verification, error) {
	r.finds++
	found := make([]verification.Verification, len(refs))
	if refs[0] == r.record.Ref {
		found[0] = r.record
	}
	return found, r.outside(r.findErr)
}

func (r *rig) Subscriber(_ context.Context, owner account.Key, callback string) (webhook.Subscriber, error) {
	if owner != r.record.Account || callback != r.record.Callback {
		return webhook.Subscriber{}, webhook.ErrGone
	}
	return r.to, r.outside(r.subscriberErr)
}

func (r *rig) Post(_ context.Context, url, authorization string, body []byte) (int, error) {
	r.posts = append(r.posts, post{url, authorization, body, r.Now()})
	return r.status, r.outside(r.postErr)
}

func (r *rig) Publish(_ context.Context, name string, body []byte) error {
	if r.busErr == nil {
		r.events = append(r.events, name+" "+string(body))
	}
	return r.outside(r.busErr)
}

// box is the queue of a rig, or that of its dead letters.
type box struct {
	*rig
	dead bool
}

func (b box) Put(_ context.Context, m webhook.Job, delay time.Duration) error {
	// what it takes is a text
	read, err := webhook.Decode(webhook.Encode(m))
	switch {
	case err != nil:
		return err
	case b.dead && b.deadErr == nil:
		b.rig.dead = append(b.rig.dead, read)
	case !b.dead && b.putErr == nil:
		b.queued, b.delays = append(b.queued, read), append(b.delays, delay)
	}
	if b.dead {
		return b.outside(b.deadErr)
	}
	return b.outside(b.putErr)
}

func (r *rig) job(kind webhook.Kind) webhook.Job {
	return webhook.Job{ID: r.id, Key: 7, Kind: kind, Due: r.Now()}
}

// deliver hands a job to a worker.
func (r *rig) deliver(t *testing.T, m webhook.Job, received int) error {
	t.Helper()
	return r.deliverer().Deliver(t.Context(), m, received)
}

var errAway = fault.New(fault.Unavailable)
