package verification_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// TestRefusedRequests tries every failure of a request, and that it leaves no debit, no
// verification and no message to send.
func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	mobile := map[string]string{"type": "mobile"}
	for name, test := range map[string]struct {
		params map[string]string
		change func(r *rig, c *verification.Caller, q *verification.Requester)
		want   fault.Kind
	}{
		"barred": {nil, func(_ *rig, c *verification.Caller, _ *verification.Requester) { c.Barred = true }, fault.Barred},
		"demo": {nil, func(_ *rig, c *verification.Caller, _ *verification.Requester) {
			c.Demo = account.Account{Demo: true}.DemoList(nil)
		}, fault.NotOnDemoList},
		"country":             {nil, func(_ *rig, c *verification.Caller, _ *verification.Requester) { c.Terms.Countries = []string{"FR"} }, fault.UnsupportedNetwork},
		"landline for mobile": {map[string]string{"number": "442079460000", "type": "mobile"}, nil, fault.UnsupportedNetwork},
		"mobile for landline": {map[string]string{"type": "landline"}, nil, fault.UnsupportedNetwork},
		"shared cost":         {map[string]string{"number": "448000000000"}, nil, fault.UnsupportedNetwork},
		"unroutable": {mobile, func(_ *rig, _ *verification.Caller, q *verification.Requester) {
			q.Routed = func(_ string, c verification.Channel) bool { return c == verification.SMS }
		}, fault.Unroutable},
		"denied": {nil, func(r *rig, _ *verification.Caller, _ *verification.Requester) {
			_ = r.store.Deny(context.Background(), owner, subscriber, true)
		}, fault.Denied},
		"quota":                   {nil, func(_ *rig, c *verification.Caller, _ *verification.Requester) { c.Account++ }, fault.QuotaExceeded},
		"spend":                   {nil, func(_ *rig, c *verification.Caller, _ *verification.Requester) { c.Terms.SpendPerDay = price - 1 }, fault.QuotaExceeded},
		"outbox away":             {nil, func(_ *rig, _ *verification.Caller, q *verification.Requester) { q.Outbox = away{} }, fault.Unavailable},
		"test number: unroutable": {map[string]string{"number": "990123452101"}, nil, fault.Unroutable},
		"test number: denied":     {map[string]string{"number": "990123452201"}, nil, fault.Denied},
		"test number: blocked":    {map[string]string{"number": "990123452301"}, nil, fault.Blocked},
		"test number: network":    {map[string]string{"number": "990123452401"}, nil, fault.UnsupportedNetwork},
		"test number: landline":   {map[string]string{"number": "990123452501", "type": "mobile"}, nil, fault.UnsupportedNetwork},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c, q := caller(), r.requester()
			if test.change != nil {
				test.change(r, &c, &q)
			}
			o := order(t, test.params)
			_, err := q.Request(t.Context(), c, o, newNonce(t))
			wantKind(t, err, test.want)
			if test.want == fault.Blocked && fault.As(err).ID != verification.NetworkOf(o.Line.Number) {
				t.Errorf("blocked network %q", fault.As(err).ID)
			}
			r.advance(t, time.Hour)
			sent, left := r.provider.count(), r.ledger(t)
			if sent != 0 || left != (account.Ledger{Free: 10 * price}) || r.box.Len() != 0 {
				t.Errorf("left %d sent, %+v, %d messages", sent, left, r.box.Len())
			}
		})
	}
}

// TestRequiredLineTypes turns a number away only when its plan says that it is surely of another
// type than the order asks for, also on an account that may send to costly types.
func TestRequiredLineTypes(t *testing.T) {
	t.Parallel()
	all := append([]verification.LineType{
		"", verification.Mobile, verification.Landline, verification.MobileOrLandline, verification.TollFree,
		verification.VoIP,
	}, verification.Costly...)
	for _, line := range all {
		for _, required := range []verification.LineType{"", verification.Mobile, verification.Landline} {
			r, c := newRig(t), caller()
			for _, costly := range verification.Costly {
				c.Terms.LineTypes = append(c.Terms.LineTypes, string(costly))
			}
			o := order(t, nil)
			o.Line.Type, o.Type = line, required
			_, err := r.requester().Request(t.Context(), c, o, newNonce(t))
			unsure := line == "" || line == verification.MobileOrLandline
			if passes := required == "" || unsure || line == required; passes != (err == nil) {
				t.Errorf("a line of type %q where %q is required: %v", line, required, err)
			}
			if err != nil {
				wantKind(t, err, fault.UnsupportedNetwork)
			}
		}
	}
}

// TestListedLineTypes lets an account send to a costly type that its terms list, and to no other.
func TestListedLineTypes(t *testing.T) {
	t.Parallel()
	o := order(t, map[string]string{"number": "448000000000"})
	for _, costly := range verification.Costly {
		r, c := newRig(t), caller()
		c.Terms.LineTypes = []string{string(costly)}
		_, err := r.requester().Request(t.Context(), c, o, newNonce(t))
		if listed := costly == verification.SharedCost; (err == nil) != listed {
			t.Errorf("%s listed: %v", costly, err)
		}
	}
}

// away is a verification.Outbox that is never there.
type away struct{}

func (away) Put(context.Context, verification.Job, time.Duration) error {
	return fault.New(fault.Unavailable)
}

func TestRate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := r.accounts.TopUp(t.Context(), owner, 100*price, "more"); err != nil {
		t.Fatal(err)
	}
	next := uint64(447700910000)
	again := func() error {
		o := order(t, nil)
		next += 10_000
		o.Line.Number = number(next)
		_, err := r.requester().Request(t.Context(), caller(), o, newNonce(t))
		return err
	}
	for i := range 30 {
		if err := again(); err != nil {
			t.Fatalf("request %d: %v", i+1, err)
		}
	}
	wantKind(t, again(), fault.TooManyRequests)
	r.Move(time.Second - 1)
	wantKind(t, again(), fault.TooManyRequests)
	r.Move(time.Second/10 + 1)
	if err := again(); err != nil {
		t.Errorf("a second and a slot later: %v", err)
	}
}

// lossy is a store whose Begin is carried out, or not, and then fails.
type lossy struct {
	store
	carriedOut bool
}

func (l lossy) Begin(ctx context.Context, s verification.Admission) (verification.Verification, error) {
	if l.carriedOut {
		if _, err := l.store.Begin(ctx, s); err != nil {
			return verification.Verification{}, err
		}
	}
	return verification.Verification{}, fault.Wrap(fault.Unavailable, errors.New("timeout"))
}

func TestLostAnswerOfTheStoreIsUndone(t *testing.T) {
	t.Parallel()
	for _, carriedOut := range []bool{true, false} {
		r := newRig(t)
		q := r.requester()
		q.Store = lossy{r.store, carriedOut}
		_, err := q.Request(t.Context(), caller(), order(t, nil), newNonce(t))
		wantKind(t, err, fault.Unavailable)
		r.advance(t, time.Hour)
		if r.provider.count() != 0 || r.ledger(t) != (account.Ledger{Free: 10 * price}) || r.box.Len() != 0 {
			t.Errorf("left %d sent, %+v, %d messages", r.provider.count(), r.ledger(t), r.box.Len())
		}
		r.request(t, nil)
	}
}

// slow is an outbox that takes its time, which the clock shows, before it says that it has a
// message.
type slow struct {
	verification.Outbox
	takes func()
}

func (s slow) Put(ctx context.Context, m verification.Job, delay time.Duration) error {
	err := s.Outbox.Put(ctx, m, delay)
	s.takes()
	return err
}

// TestSlowOutbox has jobs handled before the requester goes on: nothing is lost by that.
func TestSlowOutbox(t *testing.T) {
	t.Parallel()
	for _, takes := range []time.Duration{time.Second, 10 * time.Second} {
		r := newRig(t)
		q := r.requester()
		q.Outbox = slow{r.box, func() { r.advance(t, takes) }}
		if _, err := q.Request(t.Context(), caller(), order(t, nil), newNonce(t)); err != nil {
			t.Errorf("after %v it gave %v", takes, err)
		}
		r.advance(t, time.Hour)
		none := account.Ledger{Free: 10 * price}
		if l := r.ledger(t); l != none || r.box.Len() != 0 || r.provider.count() == 0 {
			t.Errorf("after %v: %+v, %d messages wait, %d sent", takes, l, r.box.Len(), r.provider.count())
		}
		r.request(t, nil)
	}
}

// hanging is an outbox that answers nothing about first messages.
type hanging struct{ verification.Outbox }

func (h hanging) Put(ctx context.Context, m verification.Job, delay time.Duration) error {
	if m.Event > 1 {
		return h.Outbox.Put(ctx, m, delay)
	}
	<-ctx.Done()
	return fault.Wrap(fault.Unavailable, ctx.Err())
}

// TestRequestLeavesTimeToUndo ends a request in time to withdraw what it began, before its process
// is ended.
func TestRequestLeavesTimeToUndo(t *testing.T) {
	t.Parallel()
	for has, takes := range map[time.Duration]time.Duration{
		time.Hour: 5 * time.Second, 7 * time.Second: 4 * time.Second, 2 * time.Second: 0,
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			q := r.requester()
			q.Outbox = hanging{r.box}
			ctx, cancel := context.WithTimeout(t.Context(), has)
			defer cancel()
			began := time.Now()
			_, err := q.Request(ctx, caller(), order(t, nil), newNonce(t))
			wantKind(t, err, fault.Unavailable)
			if took := time.Since(began); took != takes {
				t.Errorf("with %v it took %v, want %v", has, took, takes)
			}
			r.advance(t, time.Hour)
			if r.provider.count() != 0 || r.ledger(t) != (account.Ledger{Free: 10 * price}) || r.box.Len() != 0 {
				t.Errorf("left %d sent, %+v, %d messages", r.provider.count(), r.ledger(t), r.box.Len())
			}
		})
	}
}

// TestDisplacedIsTold begins a verification in the place of one that expired, whose message was
// lost and for whose end someone waits.
func TestDisplacedIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o := order(t, nil)
	o.Callback = "someone"
	id, err := r.requester().Request(t.Context(), caller(), o, newNonce(t))
	if err != nil {
		t.Fatal(err)
	}
	r.box.Reset()
	r.Move(time.Hour)
	if _, err := r.requester().Request(t.Context(), caller(), order(t, nil), newNonce(t)); err != nil {
		t.Fatal(err)
	}
	var told []verification.Ending
	c := r.dispatcher()
	c.Ended = hearing(func(e verification.Ending) { told = append(told, e) })
	r.box.Advance(t.Context(), 10*time.Second, r.Move, c.Deliver)
	if len(told) != 1 || told[0] != (verification.Ending{Callback: "someone", RequestID: id, Key: 1, State: verification.Expired}) {
		t.Errorf("told %+v", told)
	}
	if l := r.ledger(t); l != (account.Ledger{Free: 9 * price, Held: price}) {
		t.Errorf("%+v", l)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.request(t, nil)
	r.advance(t, 29*time.Second)
	err := r.controller().Cancel(t.Context(), owner, id)
	wantFailure(t, err, fault.CancelTooEarly, id)
	refused := fault.As(err)
	if !refused.CancellableFrom.Equal(begin.Add(30*time.Second)) || refused.NextEventAt.Sub(begin).Truncate(time.Second) != 125*time.Second {
		t.Errorf("refused with %+v", refused)
	}
	r.advance(t, time.Second/2)
	if err := r.controller().Cancel(t.Context(), owner, id); err != nil {
		t.Fatalf("at 30 s: %v", err)
	}
	wantFailure(t, r.controller().Cancel(t.Context(), owner, id), unknownRequest, id)
	wantFailure(t, r.check(t, id, r.provider.last(t).PIN.Reveal()), unknownRequest, id)
	_, err = r.requester().Request(t.Context(), caller(), order(t, nil), newNonce(t))
	wantKind(t, err, fault.NumberCapped)
	r.advance(t, time.Minute)
	second := r.request(t, nil) // the number is free
	r.advance(t, 126*time.Second)
	wantFailure(t, r.controller().Cancel(t.Context(), owner, second), fault.CancelTooLate, second)
	if r.provider.count() != 3 || r.report(t, id).State != verification.Cancelled {
		t.Errorf("%d sent, the first is %v", r.provider.count(), r.report(t, id).State)
	}
	if got := r.ledger(t); got != (account.Ledger{Free: 9 * price, Held: price}) {
		t.Errorf("the cancelled one is not refunded once: %+v", got)
	}
}

func TestUnblock(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	u := verification.Unblocker{Store: r.store, Now: r.Now}
	until, err := u.Unblock(t.Context(), owner, "44770090", verification.LongestUnblock+time.Second)
	if err != nil || !until.Equal(begin.Add(24*time.Hour)) {
		t.Errorf("returned %v, %v", until, err)
	}
	for text, network := range map[string]bool{
		"44770090": true, "": false, "x": false, "-1": false, "+44": false, "123456789012345": true,
		"1234567890123456": false,
	} {
		if verification.IsNetwork(text) != network {
			t.Errorf("%q is a network: %v", text, !network)
		}
	}
}

// TestNetworkWithoutConversionsIsBlocked sends to many numbers of one network, none of whom
// answers.
func TestNetworkWithoutConversionsIsBlocked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := caller()
	c.Terms.Conversion, c.Terms.Sample = 10, 3
	ask := func(digits uint64) error {
		o := order(t, map[string]string{"steps": "sms", "expiry": "60"})
		o.Line.Number = number(digits)
		_, err := r.requester().Request(t.Context(), c, o, newNonce(t))
		r.advance(t, 2*time.Minute)
		return err
	}
	for i := range uint64(3) {
		if err := ask(447700900000 + i); err != nil {
			t.Fatal(err)
		}
	}
	err := ask(447700900009)
	wantKind(t, err, fault.Blocked)
	if fault.As(err).ID != "44770090" {
		t.Errorf("blocked network %q", fault.As(err).ID)
	}
	if err := ask(447700910000); err != nil {
		t.Errorf("the next network: %v", err)
	}
	if _, err := (verification.Unblocker{Store: r.store, Now: r.Now}).Unblock(t.Context(), owner, "44770090", 10*time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := ask(447700900009); err != nil {
		t.Errorf("unblocked: %v", err)
	}
}
