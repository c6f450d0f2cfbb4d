package dynamo_test

import (
	"bytes"
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/dynamo/dynamodel"
	"lineproof/shared/phone"
	"lineproof/shared/storetest"
	"lineproof/shared/verification"
)

// fleet is the instances of functions over tables that behave as those of DynamoDB do. Each serves
// one request at a time, and of those that are free the one that was used last goes first.
type fleet struct {
	db    *dynamodel.DB
	names dynamo.Tables
	keys  verification.Ring

	// dies, unless nil, tells of a request whether its instance dies, and after how long.
	dies func() (bool, time.Duration)

	mu   sync.Mutex
	free []*instance
}

// instance is one of a function: its store, and when it dies, zero for never.
type instance struct {
	*dynamo.Verifications
	death time.Time
}

// fault ends the instance at its first call after its death.
func (i *instance) fault(dynamodel.Call) dynamodel.Fault {
	if i.death.IsZero() || time.Now().Before(i.death) {
		return dynamodel.None
	}
	return dynamodel.DieBefore
}

// wealth is the budget of an account, in millionths of a euro.
const wealth = 1e15

// newFleet begins with accounts of the keys 1 to n, which can pay for whatever comes.
func newFleet(tb testing.TB, accounts int) *fleet {
	tb.Helper()
	key, err := verification.NewKey(1, bytes.Repeat([]byte{1}, 32))
	if err != nil {
		tb.Fatal(err)
	}
	names := pinNamed()
	db := dynamodel.New(dynamodel.Realistic(1), names.Schemas()...)
	f := &fleet{db: db, names: names, keys: verification.Ring{key}}
	registry := dynamo.NewAccounts(f.client(), names.Accounts, names.Ledgers)
	for k := range accounts {
		if err := registry.TopUp(tb.Context(), account.Key(k+1), wealth, "p"); err != nil {
			tb.Fatal(err)
		}
	}
	f.db.Reset()
	return f
}

func (f *fleet) client() *dynamodb.Client { return dynamo.NewClient(f.db.Process(nil).Config()) }

// serve has an instance serve a request. One that dies in it, or behind it, serves no other.
func (f *fleet) serve(request func(*dynamo.Verifications) error) error {
	i := f.take()
	if f.dies != nil {
		if dies, after := f.dies(); dies {
			i.death = time.Now().Add(after)
			return request(i.Verifications)
		}
	}
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.free = append(f.free, i)
	}()
	return request(i.Verifications)
}

func (f *fleet) take() *instance {
	f.mu.Lock()
	defer f.mu.Unlock()
	if last := len(f.free) - 1; last >= 0 {
		i := f.free[last]
		f.free = f.free[:last]
		return i
	}
	i := &instance{}
	client := dynamo.NewClient(f.db.Process(i.fault).Config())
	i.Verifications = dynamo.NewVerifications(client, f.names.Pins, f.names.Ledgers, rand.Reader)
	return i
}

// ledger returns the money of an account.
func (f *fleet) ledger(t *testing.T, owner account.Key) account.Ledger {
	t.Helper()
	l, err := dynamo.NewAccounts(f.client(), f.names.Accounts, f.names.Ledgers).Ledger(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// customer is who asks for verifications.
type customer struct {
	accounts int
	terms    account.Terms
	// apart is how far the numbers are from each other; those of one network are the next.
	apart uint64
	// client is the end user's address; empty for an unknown one.
	client string
	// settles has each verification found and charged as soon as it is begun.
	settles bool
}

func (c customer) ref(i int) verification.Ref {
	n, err := phone.FromUint64(447_000_000_000 + uint64(i)*c.apart)
	if err != nil {
		panic(err)
	}
	return verification.Ref{Account: account.Key(i%c.accounts + 1), Number: n, Nonce: uint64(i + 1)}
}

// settlesWithin is how long a customer waits for a settlement.
const settlesWithin = 3 * time.Second

// request is the i-th of the customer, without the time that the outbox takes.
func (c customer) request(ctx context.Context, f *fleet, i int) error {
	ref := c.ref(i)
	return f.serve(func(s *dynamo.Verifications) error {
		r := verification.Requester{Store: s, Outbox: nowhere{}, Keys: f.keys, Routed: routed, Now: time.Now}
		_, err := r.Request(ctx, verification.Caller{Account: ref.Account, Terms: c.terms}, verification.Order{
			Line:  verification.Line{Number: ref.Number, Country: "GB", Type: verification.Mobile},
			Brand: "Acme Incorporated", Locale: "en-gb", Digits: 6, Plan: storetest.Plan(), Client: c.client,
		}, ref.Nonce)
		if err != nil || !c.settles {
			return err
		}
		within, cancel := context.WithTimeout(ctx, settlesWithin)
		defer cancel()
		return settled(within, s, ref)
	})
}

func settled(ctx context.Context, s *dynamo.Verifications, ref verification.Ref) error {
	found, err := s.Find(ctx, []verification.Ref{ref})
	if err != nil {
		return err
	}
	return s.Settle(ctx, found[0], true)
}

// nowhere is an outbox that takes messages at once.
type nowhere struct{}

func (nowhere) Put(context.Context, verification.Job, time.Duration) error { return nil }

// measured is what became of requests.
type measured struct {
	took   []time.Duration // by those that succeeded, in order
	failed int
	slow   int // of all
	dynamodel.Usage
}

func (m measured) percentile(p int) time.Duration {
	if len(m.took) == 0 {
		return 0
	}
	return m.took[min(len(m.took)-1, len(m.took)*p/100)]
}

// each returns what a success took of a number.
func (m measured) each(n float64) float64 { return n / float64(max(1, len(m.took))) }

// slowly is more than a request may take.
const slowly = 500 * time.Millisecond

// sustained tells whether so many requests fared well: 99.9 % succeeded, 99 % within 500 ms.
func (m measured) sustained(requests int) bool {
	return m.failed*1000 <= requests && m.slow*100 <= requests
}

// offer is requests that arrive at random, at a rate; a rate of 0 has all come at once.
type offer struct {
	rate, requests int
	// givesUp ends all of them as soon as it is certain that they are not sustained.
	givesUp bool

	mu sync.Mutex
	measured
}

// send sends them and waits for the last.
func (o *offer) send(ctx context.Context, request func(context.Context, int) error) measured {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	random := mathrand.New(mathrand.NewPCG(2, 0))
	for i := range o.requests {
		if o.rate > 0 {
			time.Sleep(time.Duration(random.ExpFloat64() * float64(time.Second) / float64(o.rate)))
		}
		if ctx.Err() != nil {
			break
		}
		begun := time.Now()
		late := time.AfterFunc(slowly, func() { o.note(cancel, func(m *measured) { m.slow++ }) })
		all.Go(func() {
			err := request(ctx, i)
			late.Stop()
			o.note(cancel, func(m *measured) {
				if err != nil {
					m.failed++
					return
				}
				m.took = append(m.took, time.Since(begun))
			})
		})
	}
	all.Wait()
	slices.Sort(o.took)
	return o.measured
}

func (o *offer) note(cancel func(), what func(*measured)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if what(&o.measured); o.givesUp && !o.sustained(o.requests) {
		cancel()
	}
}

func routed(string, verification.Channel) bool { return true }
