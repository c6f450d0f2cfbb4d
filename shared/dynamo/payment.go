package dynamo

import (
	bits "encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// paid is how far a ledger has come with a till. It is written as two varints, for a ledger has one
// of each till.
type paid struct{ freed, charged int64 }

func (p paid) bytes() []byte {
	return bits.AppendUvarint(bits.AppendUvarint(nil, uint64(p.freed)), uint64(p.charged))
}

// paid returns how far a ledger has come with till n.
func (d *decoder) paid(n int) paid {
	text := d.binary(paidName(n))
	freed, size := bits.Uvarint(text)
	charged, rest := bits.Uvarint(text[max(0, size):])
	if len(text) > 0 && (size <= 0 || rest <= 0) {
		d.fail(paidName(n))
	}
	return paid{int64(freed), int64(charged)}
}

// paidName is the attribute of till n in its ledger.
func paidName(n int) string { return paidTill + strconv.Itoa(n) }

// payment is a till about to be paid into its ledger.
type payment struct {
	till   till
	n      int
	paid   paid
	voided []hold // in the ledger
	free   int64  // there
}

func (p *payment) learn(ledger item) error {
	d := &decoder{item: ledger}
	p.paid, p.voided, p.free = d.paid(p.n), d.holds(voidedHolds), d.integer(freeAmount)
	return d.err()
}

// notePaid notes how far the ledger has come with each till.
func (p *purse) notePaid(ledger item) {
	d := &decoder{item: ledger}
	for n := range p.paid {
		p.paid[n] = d.paid(n)
	}
}

// expression writes the payment; nil when it was made. What was given back as stale is not given
// back again; what is charged of it comes out of what is free, as far as that goes.
func (p *payment) expression() *expression {
	freed, charged := p.till.freed.amount-p.paid.freed, p.till.charged.amount-p.paid.charged
	if freed < 0 || charged < 0 || freed+charged == 0 {
		return nil
	}
	e := newExpression()
	given := e.voids(p.till.holds(), p.voided)
	back := amountOf(both(p.till.freed.holds, given))
	late := amountOf(both(p.till.charged.holds, given))
	e.add(heldAmount, back+late-freed-charged)
	if late > p.free {
		charged, late = charged-late, 0
	}
	if late > 0 {
		e.values[":late"] = integer(late)
		e.require("% >= :late", freeAmount)
	}
	e.add(freeAmount, freed-back-late)
	e.add(chargedAmount, charged)
	e.reach(paidName(p.n), p.paid, paid{p.till.freed.amount, p.till.charged.amount})
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

// reach has the ledger come from one standing of a till to another.
func (e *expression) reach(name string, from, to paid) {
	if e.values[":reached"] = binary(to.bytes()); from == (paid{}) {
		e.require("attribute_not_exists(%)", name)
	} else {
		e.values[":from"] = binary(from.bytes())
		e.require("% = :from", name)
	}
	e.changes = append(e.changes, name+" = :reached")
}
