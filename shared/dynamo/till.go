package dynamo

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
	paidFreed    = "paidFreed"
	paidCharged  = "paidCharged"
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

// bank adds what the verifications held to this process's till; none when none is left.
func (s *Verifications) bank(owner account.Key, jobs []settlement, left []error) []write {
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
	return []write{{op: e.update(s.pins, tillKey(owner, s.till()).item())}}
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
	return s.payInTo(ctx, owner, n, t)
}

func (s *Verifications) payInTo(ctx context.Context, owner account.Key, n int, t till) error {
	p := payment{till: t, n: n}
	s.purses.with(owner, func(of *purse) { p.paid = of.paid[n] })
	err := carryOut(ctx, "pay in", s.writeOne, func() ([]write, error) {
		e := p.expression()
		if e == nil {
			return nil, nil
		}
		return []write{{
			op: e.update(s.ledgers, accountKey(owner).item()), learn: p.learn,
			judge: func() error { return nil },
		}}, nil
	})
	if err != nil {
		return err
	}
	s.purses.with(owner, func(of *purse) { of.paid[n] = paid{t.freed.amount, t.charged.amount} })
	s.tidy(ctx, owner, n, t)
	return nil
}

// paid is how far a ledger has come with a till.
type paid struct{ freed, charged int64 }

// payment is a till about to be paid into its ledger.
type payment struct {
	till   till
	n      int
	paid   paid
	voided []hold // in the ledger
}

func (p *payment) learn(ledger item) error {
	d := &decoder{item: ledger}
	p.paid = paid{d.integer(p.name(paidFreed)), d.integer(p.name(paidCharged))}
	p.voided = d.holds(voidedHolds)
	return d.err()
}

func (p *payment) name(attribute string) string { return fmt.Sprintf("%s%d", attribute, p.n) }

// expression writes the payment; nil when it was made. What was given back as stale is not given
// back again, nor charged.
func (p *payment) expression() *expression {
	freed, charged := p.till.freed.amount-p.paid.freed, p.till.charged.amount-p.paid.charged
	if freed < 0 || charged < 0 || freed+charged == 0 {
		return nil
	}
	e := newExpression()
	given := e.voids(p.till.holds(), p.voided)
	freed -= amountOf(both(p.till.freed.holds, given))
	charged -= amountOf(both(p.till.charged.holds, given))
	e.add(freeAmount, freed)
	e.add(chargedAmount, charged)
	e.add(heldAmount, -freed-charged)
	e.reach(p.name(paidFreed), p.paid.freed, p.till.freed.amount)
	e.reach(p.name(paidCharged), p.paid.charged, p.till.charged.amount)
	for set := range openSets {
		e.deleteFrom(setName(set), p.till.holds())
	}
	e.deleteFrom(voidedHolds, given)
	return e
}

// voids wants the ledger to have given back, of these holds, those that are known to be voided, and
// returns them.
func (e *expression) voids(holds, voided []hold) []hold {
	if len(voided) == 0 {
		e.require("attribute_not_exists(%)", voidedHolds)
		return nil
	}
	given := both(holds, voided)
	for i, h := range holds {
		name, condition := fmt.Sprintf(":hold%d", i), "NOT contains(%, :hold%d)"
		if slices.ContainsFunc(given, h.is) {
			condition = "contains(%, :hold%d)"
		}
		e.values[name] = binary(h)
		e.require(strings.ReplaceAll(condition, ":hold%d", name), voidedHolds)
	}
	return given
}

// both returns the holds that are in either list.
func both(a, b []hold) []hold {
	var common []hold
	for _, h := range a {
		if slices.ContainsFunc(b, h.is) {
			common = append(common, h)
		}
	}
	return common
}

// reach sets an amount that stands at one value to another.
func (e *expression) reach(name string, from, to int64) {
	e.values[":was"+name], e.values[":is"+name] = integer(from), integer(to)
	condition := "% = :was" + name
	if from == 0 {
		condition = "(attribute_not_exists(%) OR " + condition + ")"
	}
	e.require(condition, name)
	e.changes = append(e.changes, name+" = :is"+name)
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
func (s *Verifications) collect(ctx context.Context, owner account.Key) bool {
	keys := make([]pinKey, tills)
	for n := range keys {
		keys[n] = tillKey(owner, n)
	}
	items, err := s.read(ctx, keys)
	if err != nil {
		return false
	}
	anything := false
	for n, key := range keys {
		t, err := decodeTill(items[key])
		if err == nil && t.freed.amount+t.charged.amount > 0 {
			anything = s.payInTo(ctx, owner, n, t) == nil || anything
		}
	}
	return anything
}
