package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/account"
	"lineproof/shared/pin"
)

// standings is what is known, or supposed, to stand where a start or traffic goes.
type standings struct {
	ledger  pin.Ledger
	number  pin.Verification
	line    pin.LineStanding
	network pin.NetworkStanding
	address pin.Window
	cost    pin.Window
}

// Begin makes a verification the live one of its number, as pin.Beginnings says. DynamoDB cannot
// compute a meter's new standing from its old one in every case, so the first try supposes what
// stood before, nothing for the number and traffic in its network: whatever refuses it comes back,
// and the next try knows.
func (s *Pins) Begin(ctx context.Context, start pin.Start) (pin.Verification, error) {
	known := standings{ledger: s.lastSeen(start.Verification.Account)}
	known.network.Requests = busy(start.Network, start.Now)
	known.network.Cost = busy(start.Verification.Caps.OfNetwork(), start.Now)
	err := s.transact(ctx, "begin verification",
		func() ([]part, error) { return s.parts(start, &known) })
	if err != nil {
		return pin.Verification{}, err
	}
	s.see(start, known)
	return known.number.Displace(start.Now), nil
}

// busy supposes that a window counts in the current slot already, as that of an account does and
// that of most networks.
func busy(m pin.Meter, now time.Time) pin.Window {
	if m.Count <= 0 {
		return pin.Window{}
	}
	return m.At(pin.Window{}, now)
}

// Admit counts a start against the account's ledger alone, as pin.Admissions says. An answer that
// is lost may count it twice, which no money hangs on.
func (s *Pins) Admit(ctx context.Context, start pin.Start) error {
	known := standings{ledger: s.lastSeen(start.Verification.Account)}
	err := carryOut(ctx, "admit request", s.writeOne,
		func() ([]part, error) { return s.ledgerParts(start, &known), nil })
	if err == nil {
		s.see(start, known)
	}
	return err
}

// parts gives the writes of a start in the order in which leave is asked for.
func (s *Pins) parts(start pin.Start, known *standings) ([]part, error) {
	parts := s.ledgerParts(start, known)
	number, err := s.numberParts(start, known)
	if err != nil {
		return nil, err
	}
	parts = append(parts, number...)
	if start.Lined() {
		parts = append(parts, s.linePart(start, known))
	}
	if start.Networked() {
		parts = append(parts, s.networkPart(start, known))
	}
	if start.Addressed() {
		parts = append(parts, s.addressPart(start, known))
	}
	return parts, nil
}

// ledgerParts counts the start in the account's ledger and moves what it holds and what its
// displacing releases; none when that is nothing.
func (s *Pins) ledgerParts(start pin.Start, known *standings) []part {
	e, ledger := newExpression(), known.ledger
	e.meter(rateWindow, start.Rate, ledger.Rate, 1, start.Now)
	e.meter(dailyWindow, start.Daily, ledger.Daily, 1, start.Now)
	e.meter(spendWindow, start.Spend, ledger.Spend, start.Verification.Price, start.Now)
	moved := known.number.Release(pin.Ledger{}, start.Now)
	free, held := moved.Free-start.Verification.Held, moved.Held+start.Verification.Held
	if free < 0 {
		e.values[":needed"] = integer(-free)
		e.require("% >= :needed", freeAmount)
	}
	e.add(freeAmount, free)
	e.add(heldAmount, held)
	e.add(chargedAmount, moved.Charged)
	if len(e.changes) == 0 {
		return nil
	}
	return []part{{
		e.update(s.ledgers, accountKey(start.Verification.Account).item()),
		func(old item) (err error) {
			known.ledger, err = decodeLedger(old)
			return err
		},
		func() error {
			_, err := start.JudgeLedger(known.number.Release(known.ledger, start.Now))
			return err
		},
	}}
}

// numberParts puts the new verification in its number's place, and what stood there under its nonce.
func (s *Pins) numberParts(start pin.Start, known *standings) ([]part, error) {
	old := known.number
	v, err := start.JudgeNumber(old)
	if err != nil {
		return nil, err
	}
	key := livePin(v.Account, v.Number)
	it, err := encodePIN(v, key)
	if err != nil {
		return nil, err
	}
	put := &types.Put{
		TableName: &s.pins, Item: it, ConditionExpression: aws.String("attribute_not_exists(" + pinSubject + ")"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if old.Revision != 0 {
		put.ConditionExpression = aws.String("pinNonce = :nonce AND pinRevision = :revision")
		put.ExpressionAttributeValues = item{":nonce": integer(old.Nonce), ":revision": integer(old.Revision)}
	}
	parts := []part{{
		types.TransactWriteItem{Put: put},
		func(stands item) error {
			stood, err := decodePIN(stands, v.Ref)
			known.number = start.Meets(stood)
			return err
		},
		func() error {
			_, err := start.JudgeNumber(known.number)
			return err
		},
	}}
	if old.Nonce == 0 {
		return parts, nil
	}
	moved, err := encodePIN(old.Displace(start.Now), displacedPin(old.Ref))
	away := types.TransactWriteItem{Put: &types.Put{TableName: &s.pins, Item: moved}}
	if parts = append(parts, part{write: away}); v.Callback != "" {
		parts = append(parts, s.newPart(v.Ref))
	}
	return parts, err
}

// newPart wants that the verification was not begun and displaced before. One nonce is drawn for
// all tries of a fallback; that of any other request stands nowhere.
func (s *Pins) newPart(ref pin.Ref) part {
	var stood pin.Verification
	return part{
		types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: &s.pins, Key: displacedPin(ref).item(),
			ConditionExpression:                 aws.String("attribute_not_exists(" + pinSubject + ")"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
		func(stands item) (err error) {
			stood, err = decodePIN(stands, ref)
			return err
		},
		func() error { return &pin.LiveError{Live: stood} },
	}
}

// linePart counts the verification for the number over all accounts. Its first message must have
// room.
func (s *Pins) linePart(start pin.Start, known *standings) part {
	e, caps := newExpression(), start.Verification.Caps
	e.meter(requestWindow, start.Line, known.line.Requests, 1, start.Now)
	e.room(messageWindow, caps.Burst(), known.line.Messages, 1, start.Now)
	e.room(messageDayWindow, caps.Daily(), known.line.Daily, 1, start.Now)
	e.purge(start.Now.Add(meterRetention))
	return part{
		e.update(s.pins, lineKey(start.Verification.Number).item()),
		func(old item) (err error) {
			known.line, err = decodeLine(old)
			return err
		},
		func() error {
			_, err := start.JudgeLine(known.line)
			return err
		},
	}
}

func (s *Pins) networkPart(start pin.Start, known *standings) part {
	v := start.Verification
	e := newExpression()
	e.open(start.Now)
	e.meter(requestWindow, start.Network, known.network.Requests, 1, start.Now)
	e.room(costWindow, v.Caps.OfNetwork(), known.network.Cost, start.FirstCost(), start.Now)
	e.purge(start.Now.Add(retention))
	return part{
		e.update(s.pins, networkKey(v.Account, v.Network).item()),
		func(old item) (err error) {
			known.network, err = decodeNetwork(old)
			return err
		},
		func() error {
			_, err := start.JudgeNetwork(known.network)
			return err
		},
	}
}

func (s *Pins) addressPart(start pin.Start, known *standings) part {
	e := newExpression()
	e.meter(requestWindow, start.Address, known.address, 1, start.Now)
	e.purge(start.Now.Add(meterRetention))
	return part{
		e.update(s.pins, addressKey(start.Verification.Account, start.Client).item()),
		func(old item) (err error) {
			known.address, err = decodeWindow(old, requestWindow)
			return err
		},
		func() error {
			_, err := start.JudgeAddress(known.address)
			return err
		},
	}
}

// mostSeen bounds the accounts whose meters are remembered.
const mostSeen = 4096

// lastSeen gives the account's ledger as this process supposes it to stand.
func (s *Pins) lastSeen(owner account.Key) pin.Ledger {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[owner]
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
