package verification_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/memory"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// world is PIN verification over memory in which every operation stops before each of its calls of
// the store, the outbox and the sender, so that whoever holds the world says whose call comes next.
type world struct {
	now       time.Time
	ring      verification.Ring
	accounts  *memory.Accounts
	pins      *memory.Verifications
	queue     []pending
	refs      []verification.Ref // of all verifications begun or tried
	id, code  string             // of the verification under test
	codes     map[int]string     // that its events gave
	sends     []string
	throttles int // sends that the provider has yet to throttle
	told      []verdict
	charged   int             // successes answered
	answers   map[string]bool // of requests, by request_id: whether it was returned
	faults    []string
	ops       []*operation
	tallied   int64  // messages counted
	died      bool   // a dispatcher did, perhaps before it sent what it had claimed
	directs   uint64 // operations done at once
	repeats   bool   // what is done has been done before: nobody has to note what it saw
	digests   map[version][sha256.Size]byte
}

// version tells apart the verifications that stand in a world and stood there.
type version struct {
	nonce    uint64
	revision int64
}

// digest gives what stands for all that v holds.
func (w *world) digest(v verification.Verification) [sha256.Size]byte {
	of := version{v.Nonce, v.Revision}
	sum, known := w.digests[of]
	if !known {
		text, _ := json.Marshal(v)
		sum = sha256.Sum256(text)
		w.digests[of] = sum
	}
	return sum
}

// pending is a message in the outbox.
type pending struct {
	message  verification.Job
	due      time.Time
	received int
}

// verdict is a final state that a caller or whoever waits for the end was told.
type verdict struct {
	ref   verification.Ref
	state verification.State
}

// operation is one that runs between its calls, like a process of its own.
type operation struct {
	name   string
	skew   time.Duration // how far its clock is ahead
	w      *world
	seed   byte
	drawn  uint64
	seen   [sha256.Size]byte // what it has seen: with its code, that is where it stands
	yield  func(struct{}) bool
	next   func() (struct{}, bool)
	stop   func()
	begun  bool
	ended  bool
	direct bool      // its calls do not stop
	until  time.Time // when its process dies; zero for never
}

// aborted unwinds an operation whose schedule is not followed to its end.
type aborted struct{}

var oneKey = sync.OnceValue(func() verification.Ring {
	k, err := verification.NewKey(1, bytes.Repeat([]byte{1}, 32))
	if err != nil {
		panic(err)
	}
	return verification.Ring{k}
})

func newWorld(t testing.TB) *world {
	t.Helper()
	accounts := memory.NewAccounts()
	if err := accounts.TopUp(t.Context(), owner, 10*price, "first"); err != nil {
		t.Fatal(err)
	}
	return &world{
		now: begin, ring: oneKey(), accounts: accounts, pins: memory.NewVerifications(accounts),
		codes: map[int]string{}, digests: map[version][sha256.Size]byte{}, answers: map[string]bool{},
	}
}

// spawn adds an operation that has not begun.
func (w *world) spawn(name string, skew time.Duration, run func(*operation)) {
	o := &operation{name: name, skew: skew, w: w, seed: byte(len(w.ops) + 1)}
	o.next, o.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			if dead := recover(); dead != nil && dead != (aborted{}) {
				panic(dead)
			}
		}()
		o.yield = yield
		run(o)
	})
	w.ops = append(w.ops, o)
}

// do runs an operation at once.
func (w *world) do(run func(*operation)) {
	w.directs++
	run(&operation{w: w, direct: true, seed: byte(len(w.ops)), drawn: w.directs << 32})
}

// step lets an operation make its next call, and go on to the one after.
func (w *world) step(o *operation) {
	o.begun = true
	_, more := o.next()
	if o.ended = !more; o.ended {
		o.seen = [sha256.Size]byte{} // it cannot tell any more
	}
	w.watch(o.name)
}

// halt stops before a call.
func (o *operation) halt() {
	if o.direct {
		return
	}
	if !o.yield(struct{}{}) {
		panic(aborted{})
	}
	if !o.until.IsZero() && o.w.now.After(o.until) {
		panic(killed{})
	}
}

// saw adds to what the operation has seen.
func (o *operation) saw(what string, found ...verification.Verification) {
	if o.w.repeats || o.direct {
		return
	}
	seen := append(o.seen[:], what...)
	for _, v := range found {
		sum := o.w.digest(v)
		seen = append(seen, sum[:]...)
	}
	o.seen = sha256.Sum256(seen)
}

// Now gives the time by its own clock.
func (o *operation) Now() time.Time {
	now := o.w.now.Add(o.skew)
	o.saw(now.Format(time.StampNano))
	return now
}

// Read draws what no other operation draws, and the same in each run.
func (o *operation) Read(b []byte) (int, error) {
	for i := 0; i < len(b); i += sha256.Size {
		o.drawn++
		sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte{o.seed}, o.drawn))
		copy(b[i:], sum[:])
	}
	return len(b), nil
}

var _ io.Reader = (*operation)(nil)

// stands gives the verification of a Ref.
func (w *world) stands(ref verification.Ref) verification.Verification {
	found, _ := w.pins.Find(context.Background(), []verification.Ref{ref})
	return found[0]
}

func (w *world) ledger() account.Ledger {
	l, _ := w.accounts.Ledger(context.Background(), owner)
	return l
}

// key tells apart all that may come of the world from here on.
func (w *world) key() [sha256.Size]byte {
	h := sha256.New()
	e := json.NewEncoder(h)
	for _, ref := range w.refs {
		sum := w.digest(w.stands(ref))
		h.Write(sum[:])
	}
	_ = e.Encode([]any{
		w.now, w.ledger(), w.waiting(), w.sends, w.verdicts(), w.charged, w.faults, len(w.refs), w.code,
		w.codes, w.throttles, w.tallied, w.answers, w.died,
	})
	for _, o := range w.ops {
		h.Write(o.seen[:])
		_ = e.Encode([]bool{o.begun, o.ended})
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// waiting gives the outbox without the order of arrival, which means nothing.
func (w *world) waiting() []string {
	var all []string
	for _, p := range w.queue {
		m := p.message
		all = append(all, fmt.Sprint(m.ID, m.Event, m.Due.UnixNano(), p.due.UnixNano(), p.received))
	}
	slices.Sort(all)
	return all
}

func (w *world) verdicts() []string {
	var all []string
	for _, v := range w.told {
		all = append(all, fmt.Sprint(v.ref.Nonce, v.state))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// gives notes the code that an event has given, which is the last.
func (w *world) gives(event int, code string) { w.code, w.codes[event] = code, code }

// counts wants a code that was taken for right to be of the event that stands.
func (w *world) counts(code string) {
	v := w.stands(w.refs[0])
	own, given := w.codes[v.Event]
	silent := v.Plan.Steps[0].Channel == verification.Silent
	if given && own != code || silent && v.Event > 1 && code == w.codes[1] {
		w.fail("a code counts in event %d that is of another", v.Event)
	}
}

func (w *world) fail(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// tell notes that someone was told the final state of a verification.
func (w *world) tell(ref verification.Ref, s verification.State) {
	w.told = append(w.told, verdict{ref, s})
}

// watch wants every verification to stand as anyone was told that it ended.
func (w *world) watch(after string) {
	for _, v := range w.told {
		if s := w.stands(v.ref).State(w.now); s != v.state {
			w.fail("%s: told %s, stands %s", after, v.state, s)
		}
	}
}

// drain lets all that waits in the outbox come to its end, each message when it is due.
func (w *world) drain() {
	for range 1000 {
		if len(w.queue) == 0 {
			return
		}
		slices.SortStableFunc(w.queue, func(a, b pending) int { return a.due.Compare(b.due) })
		p := w.queue[0]
		w.queue = w.queue[1:]
		if p.due.After(w.now) {
			w.now = p.due
		}
		w.do(func(o *operation) { o.handle(p) })
		w.watch("drain")
	}
	w.fail("the outbox never empties")
}

// judge holds the world, once nothing happens any more, to what must be true of it.
func (w *world) judge() {
	w.drain()
	slices.Sort(w.sends)
	if len(slices.Compact(slices.Clone(w.sends))) != len(w.sends) {
		w.fail("sent twice: %v", w.sends)
	}
	successes := 0
	for _, ref := range w.refs {
		v := w.stands(ref)
		if v.Nonce == 0 {
			continue
		}
		if v.State(w.now) == verification.Success {
			successes++
		}
		if !v.Settled || v.State(w.now) == verification.InProgress || v.State(w.now) != v.State(begin) {
			w.fail("stands %s, settled %v", v.State(w.now), v.Settled)
		}
	}
	for id, returned := range w.answers {
		if sent := slices.Contains(w.sends, id+" 1"); sent != returned && !(returned && w.died) {
			w.fail("its request_id was returned: %v, its message sent: %v", returned, sent)
		}
	}
	l := w.ledger()
	charged := int64(successes) * price
	if w.charged != successes || l != (account.Ledger{Free: 10*price - charged, Charged: charged}) {
		w.fail("%d successes were answered, %d stand, %+v", w.charged, successes, l)
	}
	w.now = w.now.Add(2 * time.Second) // no clock that was read lies ahead
	w.do(func(o *operation) {
		if _, err := o.requester().Request(context.Background(), eager(), plainOrder, o.nonce()); err != nil {
			w.fail("the number is not free: %v", err)
		}
	})
}

// The stores, the outbox and the sender of an operation: each call stops first.

func (o *operation) Begin(ctx context.Context, s verification.Admission) (verification.Verification, error) {
	o.halt()
	o.w.refs = append(o.w.refs, s.Verification.Ref)
	displaced, err := o.w.pins.Begin(ctx, s)
	o.saw(fmt.Sprint(err), displaced)
	return displaced, err
}

func (o *operation) Withdraw(
	ctx context.Context, ref verification.Ref, now time.Time,
) (bool, error) {
	o.halt()
	withdrawn, err := o.w.pins.Withdraw(ctx, ref, now)
	o.saw(fmt.Sprint(withdrawn, err))
	return withdrawn, err
}

func (o *operation) Check(ctx context.Context, a verification.Attempt) (verification.Verification, error) {
	o.halt()
	v, err := o.w.pins.Check(ctx, a)
	o.saw(fmt.Sprint(err), v)
	return v, err
}

func (o *operation) Cancel(
	ctx context.Context, c verification.Cancellation,
) (verification.Verification, error) {
	o.halt()
	v, err := o.w.pins.Cancel(ctx, c)
	o.saw(fmt.Sprint(err), v)
	return v, err
}

func (o *operation) Skip(ctx context.Context, w verification.Wish) (
	verification.Verification, verification.GiveBack, error) {
	o.halt()
	v, giveBack, err := o.w.pins.Skip(ctx, w)
	o.saw(fmt.Sprint(err), v)
	return v, giveBack, err
}

func (o *operation) Find(ctx context.Context, refs []verification.Ref) ([]verification.Verification, error) {
	o.halt()
	found, err := o.w.pins.Find(ctx, refs)
	o.saw("found", found...)
	return found, err
}

func (o *operation) Replace(ctx context.Context, v verification.Verification) error {
	o.halt()
	err := o.w.pins.Replace(ctx, v)
	o.saw(fmt.Sprint(err))
	return err
}

func (o *operation) Settle(ctx context.Context, v verification.Verification, charge bool) error {
	o.halt()
	err := o.w.pins.Settle(ctx, v, charge)
	o.saw(fmt.Sprint(err))
	return err
}

func (o *operation) Denied(
	ctx context.Context, owner account.Key, n phone.Number,
) (bool, error) {
	o.halt()
	return o.w.pins.Denied(ctx, owner, n)
}

func (o *operation) Tally(ctx context.Context, t verification.Traffic) (bool, error) {
	o.halt()
	o.w.tallied += t.Messages
	blocked, err := o.w.pins.Tally(ctx, t)
	o.saw(fmt.Sprint(err))
	return blocked, err
}

func (o *operation) Put(_ context.Context, m verification.Job, delay time.Duration) error {
	o.halt()
	o.w.queue = append(o.w.queue, pending{message: m, due: o.w.now.Add(delay)})
	return nil
}

func (o *operation) Send(_ context.Context, n verification.OutboundMessage) verification.SendResult {
	o.halt()
	if o.w.throttles > 0 {
		o.w.throttles--
		return verification.SendResult{Outcome: verification.Throttled}
	}
	o.w.sends = append(o.w.sends, fmt.Sprint(n.RequestID, " ", n.Event))
	for _, ref := range o.w.refs {
		if v := o.w.stands(ref); v.Settled && o.w.ring[0].RequestID(ref) == n.RequestID {
			o.w.fail("event %d was sent after settlement", n.Event)
		}
	}
	if n.RequestID == o.w.id || o.w.id == "" {
		o.w.gives(n.Event, n.PIN.Reveal())
	}
	return verification.SendResult{Outcome: verification.Accepted, Message: "m"}
}

// The steps of an operation.

// nonce draws the operation's next one.
func (o *operation) nonce() uint64 {
	nonce, _ := verification.NewNonce(o)
	return nonce
}

func (o *operation) requester() verification.Requester {
	return verification.Requester{Store: o, Outbox: o, Keys: o.w.ring, Routed: anywhere, Now: o.Now}
}

func (o *operation) checker() verification.Checker {
	return verification.Checker{Store: o, Outbox: o, Ended: o, Keys: o.w.ring, Now: o.Now, Random: o}
}

func (o *operation) controller() verification.Controller {
	return verification.Controller{Store: o, Outbox: o, Ended: o, Keys: verification.IDKeys(o.w.ring), Now: o.Now}
}

func (o *operation) dispatcher() verification.Dispatcher {
	return verification.Dispatcher{
		Store: o, Outbox: o, Sender: o, Keys: o.w.ring, Now: o.Now, Random: o,
		Log:   slog.New(slog.DiscardHandler),
		Ended: o,
	}
}

// Ended is told of an end.
func (o *operation) Ended(_ context.Context, e verification.Ending) error {
	o.halt()
	for _, ref := range o.w.refs {
		if o.w.ring[0].RequestID(ref) == e.RequestID && e.State != verification.InProgress {
			o.w.tell(ref, e.State)
		}
	}
	return nil
}

// dispatcherLives is how long the process of a dispatcher lives, as template.yaml says of
// pin-deliver: shorter than it has for an event.
const dispatcherLives = 25 * time.Second

// handle has a dispatcher handle a message, which goes back to the outbox when it has to be handed
// out again.
func (o *operation) handle(p pending) {
	p.received++
	o.until = o.Now().Add(dispatcherLives - o.skew)
	err := o.deliver(p)
	var later verification.RetryAfter
	switch {
	case err == nil:
		return
	case errors.As(err, &later):
		p.due = o.w.now.Add(later.In)
	default:
		p.due = o.w.now.Add(2 * time.Second)
	}
	o.w.queue = append(o.w.queue, p)
}

func (o *operation) deliver(p pending) (err error) {
	defer func() {
		switch dead := recover(); dead {
		case nil:
		case killed{}:
			o.w.died = true
			err = fault.New(fault.Unavailable)
		default:
			panic(dead)
		}
	}()
	return o.dispatcher().Deliver(context.Background(), p.message, p.received)
}

// tally counts schedules, and those that fail.
type tally struct{ all, failed uint64 }

// explorer runs the operations that build spawns in every order of their calls. Worlds that look
// alike have the same future, so that each is followed once and counted as often as schedules come
// to it.
type explorer struct {
	build func() *world
	seen  map[[sha256.Size]byte]tally
	nodes int
	cut   bool   // there were more than mostStates
	first string // a schedule that fails, and how
}

func (e *explorer) all() tally { return e.explore(e.build(), nil) }

func (e *explorer) explore(w *world, path []int) tally {
	key := w.key()
	if sum, known := e.seen[key]; known {
		w.abort()
		return sum
	}
	if mostStates > 0 && e.nodes >= mostStates {
		e.cut = true
		w.abort()
		return tally{}
	}
	e.nodes++
	var left []int
	for i, o := range w.ops {
		if !o.ended {
			left = append(left, i)
		}
	}
	var sum tally
	if len(left) == 0 {
		sum = e.end(w, path)
	}
	seen := w.seen()
	for n, i := range left {
		if n > 0 {
			w = e.replay(path, seen)
		}
		w.step(w.ops[i])
		part := e.explore(w, append(path[:len(path):len(path)], i))
		sum.all, sum.failed = sum.all+part.all, sum.failed+part.failed
	}
	e.seen[key] = sum
	return sum
}

// replay gives the world at the end of a path whose operations had seen so much by then.
func (e *explorer) replay(path []int, seen [][sha256.Size]byte) *world {
	w := e.build()
	w.repeats = true
	for _, i := range path {
		w.step(w.ops[i])
	}
	w.repeats = false
	for i, o := range w.ops {
		o.seen = seen[i]
	}
	return w
}

func (w *world) seen() [][sha256.Size]byte {
	all := make([][sha256.Size]byte, len(w.ops))
	for i, o := range w.ops {
		all[i] = o.seen
	}
	return all
}

func (e *explorer) end(w *world, path []int) tally {
	names := make([]string, len(path))
	for n, i := range path {
		names[n] = w.ops[i].name
	}
	w.judge()
	if len(w.faults) == 0 {
		return tally{all: 1}
	}
	if e.first == "" {
		e.first = strings.Join(names, " ") + ": " + strings.Join(w.faults, "; ")
	}
	return tally{all: 1, failed: 1}
}

func (w *world) abort() {
	for _, o := range w.ops {
		o.stop()
	}
}

// unknownPut is an outbox whose answer to a first message is lost, which it keeps or not.
type unknownPut struct {
	*operation
	keeps bool
}

func (u unknownPut) Put(ctx context.Context, m verification.Job, delay time.Duration) error {
	if m.Event > 1 {
		return u.operation.Put(ctx, m, delay)
	}
	if u.keeps {
		_ = u.operation.Put(ctx, m, delay)
	}
	return fault.New(fault.Unavailable)
}

// unknownEnd is a store whose answer to Begin is lost.
type unknownEnd struct{ *operation }

func (u unknownEnd) Begin(ctx context.Context, s verification.Admission) (verification.Verification, error) {
	_, _ = u.operation.Begin(ctx, s)
	return verification.Verification{}, fault.New(fault.Unavailable)
}
