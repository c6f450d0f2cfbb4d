package dynamo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/fault"
	"lineproof/shared/pin"
)

// maxTransactions is how often a transaction is tried that met standings otherwise than expected or another transaction.
const maxTransactions = 32

// conflictWait is the first wait after a transaction met another; it doubles up to conflictWaitMost. Each is shortened by up to
// half at random, or those who met would meet again.
const (
	conflictWait     = 4 * time.Millisecond
	conflictWaitMost = 256 * time.Millisecond
)

// standings is what is known, or supposed, to stand where a start goes.
type standings struct {
	ledger  pin.Ledger
	number  pin.Verification
	network pin.NetworkStanding
	address time.Time
}

// Begin makes a verification the live one of its number, as pin.Beginnings says. DynamoDB cannot compute a meter's new
// standing from its old one in every case, so the first try supposes what stood before: whatever refuses it comes back,
// and the next try knows.
func (s *Pins) Begin(ctx context.Context, start pin.Start) error {
	known := standings{ledger: s.lastSeen(start.Verification.Account)}
	wait := conflictWait
	for range maxTransactions {
		parts, err := s.parts(start, known)
		if err != nil {
			return err
		}
		_, err = s.api.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes(parts)})
		if err == nil {
			s.see(start, known)
			return nil
		}
		var cancelled *types.TransactionCanceledException
		if !errors.As(err, &cancelled) {
			return failed("begin verification", err)
		}
		conflict, err := learn(parts, cancelled.CancellationReasons, &known)
		if err != nil {
			return err
		}
		if conflict {
			if err := pause(ctx, wait); err != nil {
				return failed("begin verification", err)
			}
			wait = min(2*wait, conflictWaitMost)
		}
	}
	return failed("begin verification", fault.New(fault.Unavailable))
}

// part is one write of the transaction, and what it means when its condition fails: learn reads what stands there, and
// fails when the start has to give way to it.
type part struct {
	write types.TransactWriteItem
	learn func(old item, known *standings) error
}

func writes(parts []part) []types.TransactWriteItem {
	all := make([]types.TransactWriteItem, len(parts))
	for i, p := range parts {
		all[i] = p.write
	}
	return all
}

// learn goes through the reasons in the order of the parts. A part that merely met another transaction is tried again.
func learn(parts []part, reasons []types.CancellationReason, known *standings) (conflict bool, err error) {
	for i, reason := range reasons {
		switch code := aws.ToString(reason.Code); {
		case conditionFailed(reason):
			if err := parts[i].learn(reason.Item, known); err != nil {
				return false, err
			}
		case code == "TransactionConflict":
			conflict = true
		case code == "ValidationError":
			return false, fmt.Errorf("dynamo: begin verification: %w", fault.New(fault.Internal))
		case code != "None": // the table throttles
			return false, failed("begin verification", fault.New(fault.Unavailable))
		}
	}
	return conflict, nil
}

func conditionFailed(r types.CancellationReason) bool {
	return aws.ToString(r.Code) == "ConditionalCheckFailed"
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d - rand.N(d/2)) //nolint:gosec // nobody gains by guessing how long we wait
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// parts gives the writes of a start in the order in which leave is asked for.
func (s *Pins) parts(start pin.Start, known standings) ([]part, error) {
	var parts []part
	if start.Ledgered() {
		parts = append(parts, s.ledgerPart(start, known.ledger))
	}
	number, err := s.numberParts(start, known.number)
	if err != nil {
		return nil, err
	}
	parts = append(parts, number...)
	if start.Networked() {
		parts = append(parts, s.networkPart(start, known.network))
	}
	if start.Addressed() {
		parts = append(parts, s.addressPart(start, known.address))
	}
	return parts, nil
}

func (s *Pins) ledgerPart(start pin.Start, known pin.Ledger) part {
	e := &expression{values: item{}}
	e.meter(rateStanding, start.Rate, known.Rate, start.Now)
	e.meter(dailyStanding, start.Daily, known.Daily, start.Now)
	e.meter(spendStanding, start.Spend, known.Spend, start.Now)
	if held := start.Verification.Held; held > 0 {
		e.values[":held"], e.values[":zero"] = integer(held), integer(0)
		e.conditions = append(e.conditions, "freeAmount >= :held")
		e.changes = append(e.changes, "freeAmount = freeAmount - :held", "heldAmount = if_not_exists(heldAmount, :zero) + :held")
	}
	return part{e.update(s.ledgers, item{accountID: text(account8(start.Verification.Account))}), func(old item, known *standings) (err error) {
		if known.ledger, err = decodeLedger(old); err == nil {
			_, err = start.JudgeLedger(known.ledger)
		}
		return err
	}}
}

// numberParts puts the new verification in its number's place, and what stood there under its nonce.
func (s *Pins) numberParts(start pin.Start, old pin.Verification) ([]part, error) {
	v, err := start.JudgeNumber(old)
	if err != nil {
		return nil, err
	}
	key := livePin(v.Account, v.Number)
	it, err := encodePIN(v, key, nil)
	put := &types.Put{
		TableName: &s.pins, Item: it, ConditionExpression: aws.String("attribute_not_exists(" + pinSubject + ")"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if old.Revision != 0 {
		put.ConditionExpression = aws.String("pinNonce = :nonce AND pinRevision = :revision")
		put.ExpressionAttributeValues = item{":nonce": integer(old.Nonce), ":revision": integer(old.Revision)}
	}
	parts := []part{{types.TransactWriteItem{Put: put}, func(stands item, known *standings) (err error) {
		if known.number, err = decodePIN(stands, v.Ref); err == nil {
			_, err = start.JudgeNumber(known.number)
		}
		return err
	}}}
	if err != nil || old.Nonce == 0 {
		return parts, err
	}
	moved, err := encodePIN(old, displacedPin(old.Ref), nil)
	return append(parts, part{types.TransactWriteItem{Put: &types.Put{TableName: &s.pins, Item: moved}}, nil}), err
}

func (s *Pins) networkPart(start pin.Start, known pin.NetworkStanding) part {
	v := start.Verification
	e := &expression{values: item{":now": moment(start.Now)}}
	e.conditions = append(e.conditions, "(attribute_not_exists(blockedUntil) OR blockedUntil <= :now)")
	e.meter(requests, start.Network, known.Requests, start.Now)
	e.purge(start.Now)
	return part{e.update(s.pins, networkKey(v.Account, v.Network).item()), func(old item, known *standings) (err error) {
		if known.network, err = decodeNetwork(old); err == nil {
			_, err = start.JudgeNetwork(known.network)
		}
		return err
	}}
}

func (s *Pins) addressPart(start pin.Start, known time.Time) part {
	e := &expression{values: item{}}
	e.meter(requests, start.Address, known, start.Now)
	e.purge(start.Now)
	return part{e.update(s.pins, addressKey(start.Verification.Account, start.Client).item()), func(old item, known *standings) error {
		d := &decoder{item: old}
		known.address = d.moment(requests)
		if err := d.err(); err != nil {
			return err
		}
		_, err := start.JudgeAddress(known.address)
		return err
	}}
}

// expression gathers the parts of an update.
type expression struct {
	conditions, changes []string
	values              item
}

// meter counts one more. A meter that stood still for its whole period begins anew; another takes a step.
func (e *expression) meter(name string, m pin.Meter, known, now time.Time) {
	if m.Count <= 0 {
		return
	}
	floor := now.Add(-m.Per)
	e.values[":"+name+"Floor"] = moment(floor)
	if !known.After(floor) {
		e.values[":"+name+"Start"] = moment(floor.Add(m.Step()))
		e.conditions = append(e.conditions, "(attribute_not_exists("+name+") OR "+name+" <= :"+name+"Floor)")
		e.changes = append(e.changes, name+" = :"+name+"Start")
		return
	}
	e.values[":"+name+"Most"], e.values[":"+name+"Step"] = moment(now.Add(-m.Step())), duration(m.Step())
	e.conditions = append(e.conditions, name+" BETWEEN :"+name+"Floor AND :"+name+"Most")
	e.changes = append(e.changes, name+" = "+name+" + :"+name+"Step")
}

// purge lets the item go when no meter can depend on it.
func (e *expression) purge(now time.Time) {
	e.values[":purge"] = purge(now.Add(retention))
	e.changes = append(e.changes, purgeAt+" = :purge")
}

func (e *expression) update(table string, key item) types.TransactWriteItem {
	u := &types.Update{
		TableName: &table, Key: key, UpdateExpression: aws.String("SET " + strings.Join(e.changes, ", ")),
		ExpressionAttributeValues:           e.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if len(e.conditions) > 0 {
		u.ConditionExpression = aws.String(strings.Join(e.conditions, " AND "))
	}
	return types.TransactWriteItem{Update: u}
}

// mostSeen bounds the accounts whose meters are remembered.
const mostSeen = 4096

// lastSeen gives the account's ledger as this process supposes it to stand.
func (s *Pins) lastSeen(account uint32) pin.Ledger {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[account]
}

// see remembers the ledger after a start. Its money is not supposed to be known.
func (s *Pins) see(start pin.Start, known standings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) >= mostSeen {
		clear(s.seen)
	}
	known.ledger.Free = start.Verification.Held
	if l, err := start.JudgeLedger(known.ledger); err == nil {
		s.seen[start.Verification.Account] = l
	}
}
