package verification_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// eager is a caller whose numbers need no rest between verifications.
func eager() verification.Caller {
	c := caller()
	c.Terms.NumberPause = 0
	return c
}

// plainOrder is an order as most are.
var plainOrder = verification.Order{
	Line:  verification.Line{Number: subscriber, Country: "GB", Type: verification.Mobile},
	Brand: "Acme", Locale: "en-gb", Digits: 4,
	Plan: verification.Plan{
		Steps:  []verification.Step{{Channel: verification.SMS, Wait: time.Minute}, {Channel: verification.SMS}},
		Expiry: time.Minute,
	},
}

// awaited is one for whose end someone waits, single one with a single message, awaitedSingle both;
// superseding takes the place of a live one.
var (
	awaited       = waitedFor(plainOrder)
	single        = once(plainOrder)
	awaitedSingle = once(awaited)
	superseding   = supersedes(plainOrder)
)

// silentOrder is one of the Verify API (v2) that goes on by an SMS and a call: each step has the
// same time, and a code of its own.
var (
	silentOrder   = stepwise(plainOrder)
	silentAwaited = waitedFor(silentOrder)
)

func stepwise(o verification.Order) verification.Order {
	o.Plan = verification.Plan{Expiry: time.Minute, Steps: []verification.Step{
		{Channel: verification.Silent, Wait: time.Minute},
		{Channel: verification.SMS, Wait: time.Minute},
		{Channel: verification.Voice, Wait: time.Minute},
	}}
	o.Tries, o.Onward = 3, true
	return o
}

func supersedes(o verification.Order) verification.Order { o.Policy = verification.Supersede; return o }

func waitedFor(o verification.Order) verification.Order { o.Callback = "someone"; return o }

func once(o verification.Order) verification.Order {
	o.Plan = verification.Plan{Steps: []verification.Step{{Channel: verification.SMS}}, Expiry: time.Minute}
	return o
}

// A moment is how far the verification under test has come, and how long ago.
type moment struct {
	order  verification.Order
	events int // delivered; -1 when it is not begun
	later  time.Duration
	// throttles is how many messages the provider throttles from here on
	throttles int
}

func (m moment) world(t testing.TB) *world {
	w := newWorld(t)
	if m.events < 0 {
		return w
	}
	w.do(func(o *operation) {
		id, err := o.requester().Request(context.Background(), eager(), m.order, o.nonce())
		if err != nil {
			t.Fatal(err)
		}
		w.id = id
	})
	for range m.events {
		p := w.take()
		w.now = maxTime(w.now, p.due)
		w.do(func(o *operation) { o.handle(p) })
	}
	w.now, w.throttles = w.now.Add(m.later), m.throttles
	return w
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// take takes the message that is due first out of the outbox, or none.
func (w *world) take() pending {
	if len(w.queue) == 0 {
		return pending{}
	}
	slices.SortStableFunc(w.queue, func(a, b pending) int { return a.due.Compare(b.due) })
	p := w.queue[0]
	w.queue = w.queue[1:]
	return p
}

// The operations, by what the sets call them. Those with an argument have it after a colon.
var operations = map[string]func(arg string) func(*operation){
	"right":  func(string) func(*operation) { return func(o *operation) { o.check(o.w.code) } },
	"wrong":  func(string) func(*operation) { return func(o *operation) { o.check(wrong(o.w.code)) } },
	"cancel": func(string) func(*operation) { return (*operation).cancel },
	"trigger": func(string) func(*operation) {
		return func(o *operation) {
			_ = o.controller().TriggerNextEvent(context.Background(), owner, o.w.id)
		}
	},
	"next": func(by string) func(*operation) {
		return func(o *operation) {
			_, _ = o.controller().NextStep(context.Background(), owner, o.w.id, []byte(by))
		}
	},
	"begin": func(string) func(*operation) {
		return func(o *operation) { o.request(o, o, plainOrder) }
	},
	"lost": func(string) func(*operation) {
		return func(o *operation) { o.request(unknownEnd{o}, o, plainOrder) }
	},
	"unqueued": func(arg string) func(*operation) {
		return func(o *operation) { o.request(o, unknownPut{o, arg == "kept"}, superseding) }
	},
	"supersede": func(string) func(*operation) {
		return func(o *operation) { o.request(o, o, superseding) }
	},
	"pending": func(string) func(*operation) {
		return func(o *operation) {
			if p := o.w.take(); p.message.ID != "" {
				o.handle(p)
			}
		}
	},
	"deliver": func(arg string) func(*operation) {
		return func(o *operation) { o.redeliver(int(arg[0] - '0')) }
	},
	"tick": func(arg string) func(*operation) {
		d, err := time.ParseDuration(arg)
		if err != nil {
			panic(err)
		}
		return func(o *operation) { o.w.now = o.w.now.Add(d) }
	},
	"withdraw": func(string) func(*operation) { return (*operation).withdraw },
	"shown": func(string) func(*operation) {
		return func(o *operation) { o.check(o.w.codes[1]) }
	},
	"device": func(string) func(*operation) {
		return func(o *operation) { o.prove(holds(subscriber.Uint64())) }
	},
	"stranger": func(string) func(*operation) {
		return func(o *operation) { o.prove(holds(1)) }
	},
}

func (o *operation) ref() verification.Ref { return o.w.refs[0] }

func (o *operation) check(code string) {
	if o.w.id == "" {
		return
	}
	_, err := o.checker().Check(context.Background(), owner, o.w.id, verification.NewPIN(code), netip.Addr{})
	switch {
	case err == nil:
		o.w.charged++
		o.w.counts(code)
		o.w.tell(o.ref(), verification.Success)
	case fault.Of(err) == fault.TooManyCodes:
		o.w.tell(o.ref(), verification.Failed)
	}
}

func (o *operation) cancel() {
	if o.controller().Cancel(context.Background(), owner, o.w.id) == nil {
		o.w.tell(o.ref(), verification.Cancelled)
	}
}

func (o *operation) withdraw() {
	if o.controller().End(context.Background(), owner, o.w.id) == nil {
		o.w.tell(o.ref(), verification.Cancelled)
	}
}

// prove has a device fetch the address of the silent step.
func (o *operation) prove(device verification.Device) {
	prover := verification.DeviceProver{Store: o, Outbox: o, Keys: o.w.ring, Now: o.Now}
	shown, err := prover.Prove(context.Background(), o.w.id, device)
	if err == nil && shown.Outcome == verification.Proved {
		o.w.gives(1, shown.Code.Reveal())
	}
}

func (o *operation) request(
	store verification.BeginStore, outbox verification.Outbox, order verification.Order,
) {
	q, nonce := o.requester(), o.nonce()
	q.Store, q.Outbox = store, outbox
	_, err := q.Request(context.Background(), eager(), order, nonce)
	ref := verification.Ref{Account: owner, Number: order.Line.Number, Nonce: nonce}
	o.w.answers[o.w.ring[0].RequestID(ref)] = err == nil
}

// redeliver hands out the message of an event once more.
func (o *operation) redeliver(event int) {
	m := verification.Job{ID: o.w.id, Key: 1, Event: event, Due: o.w.now.Add(-2 * time.Second)}
	o.handle(pending{message: m, due: o.w.now})
}

// sets are what is run in every order, each from a moment.
var sets = []set{
	// codes
	{moment{plainOrder, 1, 10 * time.Second, 0}, "right right wrong"},
	{moment{plainOrder, 1, 10 * time.Second, 0}, "wrong wrong wrong right"},
	{moment{awaited, 1, 10 * time.Second, 0}, "right right wrong pending"},
	{moment{awaited, 1, 59 * time.Second, 0}, "wrong wrong wrong right tick:2s"},
	// codes, the owner's commands and clocks
	{moment{plainOrder, 1, 35 * time.Second, 0}, "right cancel trigger"},
	{moment{plainOrder, 1, 29 * time.Second, 0}, "right cancel trigger tick:2s"},
	{moment{awaited, 1, 35 * time.Second, 0}, "right cancel trigger pending"},
	{moment{plainOrder, 1, 35 * time.Second, 0}, "trigger trigger pending"},
	{moment{plainOrder, 1, 35 * time.Second, 0}, "trigger cancel pending pending"},
	// deliveries
	{moment{plainOrder, 1, time.Minute, 0}, "deliver:2 deliver:2 right"},
	{moment{plainOrder, 1, 59 * time.Second, 0}, "deliver:2 deliver:2 right tick:2s"},
	{moment{awaited, 1, 59 * time.Second, 0}, "deliver:2 right pending tick:2s"},
	{moment{plainOrder, 1, time.Minute, 0}, "deliver:2 deliver:2 trigger"},
	{moment{plainOrder, 1, time.Minute, 0}, "deliver:2 deliver:2 trigger tick:31s"},
	{moment{plainOrder, 1, time.Minute, 0}, "deliver:2 deliver:2 tick:31s tick:31s"},
	{moment{plainOrder, 0, 0, 0}, "deliver:1 deliver:2 trigger"},
	{moment{plainOrder, 0, 0, 0}, "deliver:1 deliver:2 trigger tick:31s"},
	{moment{plainOrder, 0, 35 * time.Second, 0}, "deliver:1 cancel trigger"},
	{moment{awaited, 0, 35 * time.Second, 0}, "deliver:1 cancel pending pending"},
	{moment{awaited, 0, 35 * time.Second, 0}, "deliver:1 deliver:1 cancel tick:31s"},
	{moment{plainOrder, 0, 0, 1}, "deliver:1 deliver:1 trigger"},
	{moment{awaited, 1, time.Minute, 1}, "deliver:2 right pending tick:2s"},
	{moment{plainOrder, 0, 35 * time.Second, 4}, "deliver:1 cancel trigger"},
	// the end
	{moment{single, 1, 59 * time.Second, 0}, "right pending tick:2s"},
	{moment{plainOrder, 2, 59 * time.Second, 0}, "right pending tick:2s"},
	{moment{awaited, 2, 59 * time.Second, 0}, "right pending tick:2s"},
	{moment{plainOrder, 2, 59 * time.Second, 0}, "right pending tick:2s tick:5s"},
	{moment{awaited, 2, 59 * time.Second, 0}, "right pending tick:7s pending"},
	{moment{single, 1, 59 * time.Second, 0}, "cancel pending tick:2s"},
	{moment{awaitedSingle, 1, 59 * time.Second, 0}, "cancel pending tick:7s pending"},
	{moment{awaitedSingle, 1, 59 * time.Second, 0}, "cancel right pending tick:7s"},
	{moment{plainOrder, 1, 59 * time.Second, 0}, "trigger pending tick:90s"},
	// the next verification of the number
	{moment{plainOrder, -1, 0, 0}, "begin begin pending"},
	{moment{plainOrder, -1, 0, 0}, "lost pending pending"},
	{moment{plainOrder, -1, 0, 0}, "lost begin pending"},
	{moment{plainOrder, 2, time.Minute, 0}, "begin pending"},
	{moment{awaited, 2, 59 * time.Second, 0}, "begin pending tick:2s"},
	{moment{awaited, 2, 59 * time.Second, 0}, "begin pending tick:7s right"},
	{moment{plainOrder, 2, 59 * time.Second, 0}, "right begin tick:2s"},
	{moment{plainOrder, 1, 35 * time.Second, 0}, "right begin pending"},
	{moment{awaited, 1, 35 * time.Second, 0}, "cancel begin pending"},
	{moment{awaited, 0, 35 * time.Second, 0}, "cancel begin deliver:1"},
	// one that takes the place of a live one
	{moment{plainOrder, 1, 35 * time.Second, 0}, "right supersede pending"},
	{moment{awaited, 1, 35 * time.Second, 0}, "right supersede pending pending"},
	{moment{awaited, 1, 59 * time.Second, 0}, "cancel supersede pending tick:2s"},
	{moment{plainOrder, 0, 0, 0}, "deliver:1 supersede supersede"},
	{moment{awaited, 0, 0, 0}, "deliver:1 supersede pending"},
	{moment{plainOrder, 0, 0, 1}, "deliver:1 supersede tick:31s"},
	{moment{plainOrder, -1, 0, 0}, "begin supersede pending"},
	{moment{plainOrder, -1, 0, 0}, "lost supersede pending"},
	{moment{plainOrder, -1, 0, 0}, "supersede supersede pending"},
	{moment{awaited, 0, 0, 0}, "supersede pending pending"},
	// one whose message may be queued
	{moment{plainOrder, -1, 0, 0}, "unqueued:kept pending pending"},
	{moment{plainOrder, -1, 0, 0}, "unqueued:lost pending pending"},
	{moment{plainOrder, -1, 0, 1}, "unqueued:kept pending pending tick:31s"},
	{moment{plainOrder, -1, 0, 0}, "unqueued:kept supersede pending"},
	{moment{plainOrder, -1, 0, 0}, "unqueued:lost supersede pending"},
	{moment{plainOrder, 0, 0, 0}, "unqueued:kept pending pending"},
	// a silent step that waits for its device
	{moment{silentOrder, 0, 10 * time.Second, 0}, "device device right"},
	{moment{silentOrder, 0, 10 * time.Second, 0}, "device right withdraw next:a"},
	{moment{silentOrder, 0, 59 * time.Second, 0}, "device right pending tick:2s"},
	{moment{silentOrder, 0, 10 * time.Second, 0}, "device stranger next:a"},
	{moment{silentOrder, 0, 10 * time.Second, 0}, "device stranger pending"},
	{moment{silentOrder, 0, 10 * time.Second, 0}, "stranger stranger pending"},
	{moment{silentOrder, 0, 10 * time.Second, 0}, "stranger next:a pending"},
	{moment{silentOrder, 0, 10 * time.Second, 0}, "next:a next:b device pending"},
	{moment{silentOrder, 0, 59 * time.Second, 0}, "stranger pending next:a tick:2s"},
	{moment{silentOrder, 0, 59 * time.Second, 0}, "device next:a pending tick:2s"},
	{moment{silentAwaited, 0, 10 * time.Second, 0}, "stranger pending withdraw"},
	{moment{silentAwaited, 0, 59 * time.Second, 0}, "device right pending tick:2s"},
	{moment{silentOrder, 0, 10 * time.Second, 1}, "stranger! pending right next:a"},
	{moment{silentOrder, 0, 10 * time.Second, 0}, "next:a next:a pending pending"},
	{moment{silentOrder, 1, 10 * time.Second, 0}, "next:a next:a pending pending"},
	{moment{silentOrder, 0, 10 * time.Second, 0}, "next:a next:b stranger pending"},
	// one whose device has proved its line
	{moment{silentOrder, 0, 10 * time.Second, 0}, "device! shown shown wrong"},
	{moment{silentOrder, 0, 10 * time.Second, 0}, "device! shown next:a withdraw"},
	{moment{silentOrder, 0, 10 * time.Second, 0}, "device! next:a! shown pending right"},
	{moment{silentOrder, 0, 59 * time.Second, 0}, "device! shown next:a pending tick:2s"},
	{moment{silentAwaited, 0, 59 * time.Second, 0}, "device! shown withdraw pending tick:2s"},
	{moment{silentOrder, 0, 59 * time.Second, 0}, "device! stranger shown pending tick:2s"},
	// the steps after it
	{moment{silentOrder, 1, 10 * time.Second, 0}, "right next:a pending device"},
	{moment{silentOrder, 1, 59 * time.Second, 0}, "right next:a pending tick:2s"},
	{moment{silentAwaited, 1, 59 * time.Second, 0}, "right withdraw pending tick:2s"},
	{moment{silentOrder, 1, 10 * time.Second, 0}, "next:a! right pending withdraw"},
	{moment{silentOrder, 2, 59 * time.Second, 0}, "right withdraw pending tick:7s"},
}

// TestEverySchedule runs the sets in every order of their calls, with all clocks alike and with
// each one's a second ahead and behind. With the race detector, which finds nothing in operations
// that take turns, the larger sets are cut and the log says where.
func TestEverySchedule(t *testing.T) {
	t.Parallel()
	var schedules, states, cut atomic.Uint64
	t.Cleanup(func() {
		t.Logf("%d schedules of %d sets in %d states, %d explorations cut at %d states",
			schedules.Load(), len(sets), states.Load(), cut.Load(), mostStates)
	})
	for _, set := range sets {
		t.Run(fmt.Sprintf("%s after %d", set.ops, set.moment.events), func(t *testing.T) {
			t.Parallel()
			names := strings.Fields(set.ops)
			for _, s := range skews(names) {
				e := explorer{seen: map[[32]byte]tally{}, build: func() *world { return set.world(t, names, s) }}
				sum := e.all()
				t.Logf("%d schedules in %d states, cut: %v, %v", sum.all, e.nodes, e.cut, s)
				if sum.failed > 0 {
					t.Errorf("%d of %d schedules fail, %v, as %s", sum.failed, sum.all, s, e.first)
				}
				if sum.all < 2 {
					t.Errorf("%d schedules: nothing takes turns, %v", sum.all, s)
				}
				schedules.Add(sum.all)
				states.Add(uint64(e.nodes))
				if e.cut {
					cut.Add(1)
					return // it would be with other clocks
				}
			}
		})
	}
}

// set is a set of operations and the moment from which they run. One with ! is done before the
// others begin.
type set struct {
	moment moment
	ops    string
}

// skew has the clock of one operation run ahead.
type skew struct {
	of int
	by time.Duration
}

// skews gives one for each operation that has a clock and is not the same as another, both ways,
// after one without effect.
func skews(names []string) []skew {
	all := []skew{{}}
	for i, name := range names {
		timeless := strings.HasPrefix(name, "tick") || strings.HasSuffix(name, "!")
		if !timeless && slices.Index(names, name) == i {
			all = append(all, skew{i, time.Second}, skew{i, -time.Second})
		}
	}
	return all
}

// world gives the world in which the operations are about to begin.
func (s set) world(t testing.TB, names []string, k skew) *world {
	w := s.moment.world(t)
	for i, name := range names {
		kind, arg, _ := strings.Cut(strings.TrimSuffix(name, "!"), ":")
		if strings.HasSuffix(name, "!") {
			w.do(operations[kind](arg))
			continue
		}
		ahead := time.Duration(0)
		if i == k.of {
			ahead = k.by
		}
		w.spawn(name, ahead, operations[kind](arg))
	}
	return w
}
