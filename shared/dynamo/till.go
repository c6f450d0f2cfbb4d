package dynamo

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/account"
	"lineproof/shared/verification"
)

// tills is how many an account has.
const tills = 32

// The attributes of a till: amounts, which only grow, and the holds that they come from. And of the
// ledger: what of a till's amounts has been paid in, with the till's number behind it.
const (
	tillFreed    = "tillFreed"
	tillCharged  = "tillCharged"
	freedHolds   = "freedHolds"
	chargedHolds = "chargedHolds"
	paidTill     = "paid"
)

// tillWrites is the sort key of a till. Each is alone in its partition: those of a busy account
// take more writes together than one partition does.
const tillWrites = "till"

// tillKey names a till of an account.
func tillKey(owner account.Key, n int) pinKey {
	return pinKey{fmt.Sprintf("H#%s#%02d", owner, n), tillWrites}
}

// till is what one has taken in: what goes back to its account, and what that is charged.
type till struct{ freed, charged takings }

// takings are an amount, and holds that it comes from and that may stand in the ledger.
type takings struct {
	amount int64
	holds  []hold
}

func (t *takings) add(v verification.Verification) {
	t.amount += v.Held
	if len(v.Hold) > 0 {
		t.holds = append(t.holds, v.Hold)
	}
}

// holds returns all of the till's.
func (t till) holds() []hold { return slices.Concat(t.freed.holds, t.charged.holds) }

func decodeTill(it item) (till, error) {
	d := &decoder{item: it}
	t := till{
		takings{d.integer(tillFreed), d.holds(freedHolds)},
		takings{d.integer(tillCharged), d.holds(chargedHolds)},
	}
	return t, d.err()
}

// tillOf returns the till of the account that this process settles into.
func (s *Verifications) tillOf(owner account.Key) (n int) {
	s.purses.with(owner, func(p *purse) {
		if !p.chosen {
			p.till, p.chosen = s.anyTill(), true
		}
		n = p.till
	})
	return n
}

// leaveTill has this process settle into another till from now on: others settle into that one.
func (s *Verifications) leaveTill(owner account.Key) {
	s.purses.with(owner, func(p *purse) { p.chosen = false })
}

func (s *Verifications) anyTill() int {
	var b [1]byte
	_, _ = io.ReadFull(s.random, b[:]) // any will do
	return int(b[0]) % tills
}

// bank adds what the verifications held to till n; none when none is left.
func (s *Verifications) bank(owner account.Key, n int, jobs []settlement, left []error) []write {
	var t till
	for i, j := range jobs {
		switch {
		case left[i] != nil:
		case j.charge:
			t.charged.add(j.v)
		default:
			t.freed.add(j.v)
		}
	}
	if t.freed.amount+t.charged.amount == 0 {
		return nil
	}
	e := newExpression()
	e.add(tillFreed, t.freed.amount)
	e.add(tillCharged, t.charged.amount)
	e.addTo(freedHolds, t.freed.holds)
	e.addTo(chargedHolds, t.charged.holds)
	return []write{{op: e.update(s.pins, tillKey(owner, n).item())}}
}

// payIn brings the ledger up to what a till has taken in. Amounts of tills only grow and the ledger
// knows how far it has come with each, so nothing is paid in twice, whoever does it how often.
func (s *Verifications) payIn(ctx context.Context, owner account.Key, n int) error {
	key := tillKey(owner, n)
	items, err := s.read(ctx, []pinKey{key})
	if err != nil {
		return err
	}
	t, err := decodeTill(items[key])
	if err != nil {
		return err
	}
	_, err = s.payInTo(ctx, owner, n, t)
	return err
}

// payInTo does it with what was read of the till, and tells whether there was anything.
func (s *Verifications) payInTo(
	ctx context.Context, owner account.Key, n int, t till,
) (anything bool, err error) {
	p, shared := payment{till: t, n: n}, false
	s.purses.with(owner, func(of *purse) { p.paid = of.paid[n] })
	err = carryOut(ctx, "pay in", s.writeOne, func() ([]write, error) {
		e := p.expression()
		if anything = e != nil; !anything {
			return nil, nil
		}
		return []write{{
			op: e.update(s.ledgers, accountKey(owner).item()),
			learn: func(ledger item) error {
				shared = p.paid != paid{}
				s.purses.with(owner, func(of *purse) { of.notePaid(ledger) })
				return p.learn(ledger)
			},
			judge: func() error { return nil },
		}}, nil
	})
	if err != nil {
		return false, err
	}
	if shared {
		s.leaveTill(owner)
	}
	s.purses.with(owner, func(of *purse) { of.paid[n] = paid{t.freed.amount, t.charged.amount} })
	s.tidy(ctx, owner, n, t)
	return anything, nil
}

// mostTillHolds is how many holds a till may have before they are taken out.
const mostTillHolds = 48

// tidy takes holds out of a till that are no longer in the ledger, once they are many. It may fail.
func (s *Verifications) tidy(ctx context.Context, owner account.Key, n int, t till) {
	if len(t.freed.holds)+len(t.charged.holds) < mostTillHolds {
		return
	}
	e := newExpression()
	e.deleteFrom(freedHolds, t.freed.holds)
	e.deleteFrom(chargedHolds, t.charged.holds)
	u := e.update(s.pins, tillKey(owner, n).item()).Update
	_, _ = s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: u.TableName, Key: u.Key, UpdateExpression: u.UpdateExpression,
		ExpressionAttributeValues: u.ExpressionAttributeValues,
	})
}

// collect pays in what all tills of the account have taken in, and tells whether that was anything.
func (s *Verifications) collect(ctx context.Context, owner account.Key) (anything bool, err error) {
	keys := make([]pinKey, tills)
	for n := range keys {
		keys[n] = tillKey(owner, n)
	}
	items, err := s.read(ctx, keys)
	for n, key := range keys {
		if err != nil {
			return anything, err
		}
		var t till
		var some bool
		if t, err = decodeTill(items[key]); err == nil && t.freed.amount+t.charged.amount > 0 {
			some, err = s.payInTo(ctx, owner, n, t)
			anything = anything || some
		}
	}
	return anything, err
}
