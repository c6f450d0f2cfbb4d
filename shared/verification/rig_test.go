package verification_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
	"net/netip"
	"strconv"
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

const (
	owner = account.Key(0xabcd1234)
	price = 100_000
)

var begin = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// clock stands still unless it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// provider is a verification.Sender that keeps what it is handed and answers as it is told.
type provider struct {
	mu     sync.Mutex
	sent   []verification.OutboundMessage
	at     []time.Time
	now    func() time.Time
	answer func(n verification.OutboundMessage) verification.Outcome
	// reason is why it refuses and throttles.
	reason verification.Reason
}

func (p *provider) Send(_ context.Context, n verification.OutboundMessage) verification.SendResult {
	p.mu.Lock()
	defer p.mu.Unlock()
	outcome := verification.Accepted
	if p.answer != nil {
		outcome = p.answer(n)
	}
	if outcome == verification.Accepted || outcome == verification.Unknown {
		p.sent, p.at = append(p.sent, n), append(p.at, p.now())
	}
	r := verification.SendResult{Outcome: outcome, Message: "m"}
	if outcome == verification.Refused || outcome == verification.Throttled {
		r.Message, r.Reason = "", p.reason
	}
	return r
}

func (p *provider) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sent)
}

func (p *provider) last(t *testing.T) verification.OutboundMessage {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.sent) == 0 {
		t.Fatal("nothing was sent")
	}
	return p.sent[len(p.sent)-1]
}

// store is what the steps need of one.
type store interface {
	verification.BeginStore
	verification.CheckStore
	verification.ControlStore
	verification.DispatchStore
	verification.DenialStore
}

// rig is PIN verification over memory, with one account of 10 credits.
type rig struct {
	*clock
	ring     verification.Ring
	accounts *memory.Accounts
	store    store
	box      *memory.Outbox
	outbox   verification.Outbox
	provider *provider
}

func key(t testing.TB, version uint32) verification.Key {
	t.Helper()
	k, err := verification.NewKey(version, bytes.Repeat([]byte{byte(version)}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// hearing is a verification.Listener that takes in what it is told.
type hearing func(verification.Ending)

func (h hearing) Ended(_ context.Context, e verification.Ending) error {
	h(e)
	return nil
}

// deaf is one that does not.
var deaf = hearing(func(verification.Ending) {})

// anywhere is what senders reach that reach every country.
func anywhere(string, verification.Channel) bool { return true }

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{clock: &clock{now: begin}, ring: verification.Ring{key(t, 1)}, accounts: memory.NewAccounts()}
	r.store, r.box, r.provider = memory.NewVerifications(r.accounts), memory.NewOutbox(r.Now), &provider{now: r.Now}
	r.outbox = r.box
	if err := r.accounts.TopUp(t.Context(), owner, 10*price, "first"); err != nil {
		t.Fatal(err)
	}
	return r
}

// newNonce draws a nonce.
func newNonce(t testing.TB) uint64 {
	t.Helper()
	nonce, err := verification.NewNonce(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return nonce
}

func (r *rig) requester() verification.Requester {
	return verification.Requester{
		Store: r.store, Outbox: r.outbox, Keys: r.ring, Routed: anywhere, Now: r.Now,
	}
}

func (r *rig) checker() verification.Checker {
	return verification.Checker{
		Store: r.store, Outbox: r.outbox, Ended: deaf, Keys: r.ring, Now: r.Now,
		Random: rand.Reader,
	}
}

func (r *rig) searcher() verification.Searcher {
	return verification.Searcher{Store: r.store, Keys: verification.IDKeys(r.ring), Now: r.Now}
}

func (r *rig) controller() verification.Controller {
	return verification.Controller{
		Store: r.store, Outbox: r.outbox, Ended: deaf, Keys: verification.IDKeys(r.ring), Now: r.Now,
	}
}

func (r *rig) dispatcher() verification.Dispatcher {
	return verification.Dispatcher{
		Store: r.store, Outbox: r.outbox, Sender: r.provider, Keys: r.ring, Now: r.Now,
		Random: rand.Reader, Log: slog.New(slog.DiscardHandler), Ended: deaf,
	}
}

// advance moves the clock and handles what falls due on the way.
func (r *rig) advance(t testing.TB, d time.Duration) {
	t.Helper()
	r.box.Advance(t.Context(), d, r.Move, r.dispatcher().Deliver)
}

func caller() verification.Caller {
	return verification.Caller{Account: owner, Terms: account.StandardTerms("GB", "ZZ")}
}

func number(digits uint64) phone.Number {
	n, err := phone.FromUint64(digits)
	if err != nil {
		panic(err)
	}
	return n
}

var subscriber = number(447700900000)

// lineTypes are the types of GB numbers by the first digit after the calling code.
var lineTypes = map[byte]verification.LineType{'2': verification.Landline, '7': verification.Mobile, '8': verification.SharedCost}

// plan reads the steps of a plan, each a channel and the seconds to the next one.
func plan(t testing.TB, steps string) []verification.Step {
	t.Helper()
	var all []verification.Step
	for word := range strings.FieldsSeq(steps) {
		if wait, err := strconv.Atoi(word); err == nil {
			all[len(all)-1].Wait = time.Duration(wait) * time.Second
		} else {
			all = append(all, verification.Step{Channel: verification.Channel(word)})
		}
	}
	return all
}

// order returns an order for the subscriber, by SMS and two calls, but for what differs: number,
// steps, expiry, digits, type, sender, client.
func order(t testing.TB, differs map[string]string) verification.Order {
	t.Helper()
	all := map[string]string{
		"number": "447700900000", "steps": "sms 125 voice 180 voice", "expiry": "300", "digits": "4",
		"sender": "VERIFY",
	}
	maps.Copy(all, differs)
	n, errNumber := phone.ParseDigits(all["number"])
	expiry, errExpiry := strconv.Atoi(all["expiry"])
	digits, errDigits := strconv.Atoi(all["digits"])
	if err := errors.Join(errNumber, errExpiry, errDigits); err != nil {
		t.Fatal(err)
	}
	line := verification.Line{Number: n, Country: "GB", Type: lineTypes[all["number"][2]]}
	if n.IsSandbox() {
		line = verification.SandboxLine(n)
	}
	address := ""
	if differs["client"] != "" {
		address = account.CustomerAt(netip.MustParseAddr(differs["client"]))
	}
	return verification.Order{
		Line: line, Brand: "Acme", Sender: all["sender"], Locale: "en-gb", Digits: digits,
		Type: verification.LineType(all["type"]), Client: address,
		Plan: verification.Plan{Steps: plan(t, all["steps"]), Expiry: time.Duration(expiry) * time.Second},
	}
}

// request begins a verification and has its first message sent.
func (r *rig) request(t testing.TB, params map[string]string) string {
	t.Helper()
	id, err := r.requester().Request(t.Context(), caller(), order(t, params), newNonce(t))
	if err != nil {
		t.Fatal(err)
	}
	r.advance(t, time.Second/2)
	return id
}

func (r *rig) check(t testing.TB, id, code string) error {
	t.Helper()
	_, err := r.checker().Check(t.Context(), owner, id, verification.NewPIN(code), netip.MustParseAddr("198.51.100.7"))
	return err
}

func (r *rig) report(t testing.TB, id string) verification.Report {
	t.Helper()
	found, err := r.searcher().Search(t.Context(), owner, []string{id})
	if err != nil || len(found) != 1 {
		t.Fatalf("search gave %d, %v", len(found), err)
	}
	return found[0]
}

func (r *rig) ledger(t testing.TB) account.Ledger {
	t.Helper()
	l, err := r.accounts.Ledger(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// wrong gives a code that is not the PIN.
func wrong(code string) string {
	last := code[len(code)-1]
	return code[:len(code)-1] + string('0'+(last-'0'+1)%10)
}

func wantKind(t testing.TB, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("gave %v, want %v", err, kind)
	}
}
