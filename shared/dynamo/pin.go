package dynamo

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/pin"
)

// PINAPI is what the stores of PIN verification call of a DynamoDB client.
type PINAPI interface {
	API
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// Pins is a pin.Beginnings, pin.Checks, pin.Controls, pin.Deliveries and pin.Denials. What each
// costs:
//
//	Begin    1 transaction of the live item and, where the terms cap or block something of theirs, the ledger and the items of the
//	         number over all accounts, of its network and of the client's address: 2 write units each. 1 more, with 2 units
//	         for the item that moves, when the number was verified before; 1 more when a meter stood otherwise than this
//	         process supposes: the account's as it last saw them, the network's in use within the hour, all others new.
//	Check    1 update, 1 unit. Cancel, Skip and Unskip the same.
//	Find     1 read, 1 unit for each verification; 1 more read for those that a later one displaced.
//	Replace  1 put, 1 unit.
//	Settle   1 transaction of the verification and, when anything was held, the ledger: 2 units each.
//	Tally    of a message: 1 transaction of up to three items, of the network, of the number over all accounts and of the
//	         account's cost: 2 units each; 1 more when a meter stood otherwise than supposed, as above. What is given back is
//	         read first. Of a success: 1 transaction of the network's item. None where the terms cap and block nothing.
//	Unblock  1 update, 1 unit. Deny the same.
type Pins struct {
	api           PINAPI
	pins, ledgers string
	random        io.Reader

	mu   sync.Mutex
	seen map[uint32]pin.Ledger
}

// NewPins gives the store in the named tables. Whoever neither begins nor settles verifications needs no ledgers.
func NewPins(api PINAPI, pins, ledgers string, random io.Reader) *Pins {
	return &Pins{api: api, pins: pins, ledgers: ledgers, random: random, seen: map[uint32]pin.Ledger{}}
}

// liveCondition holds for the verification that nonce names while it is in progress (see pin.Verification.State).
const liveCondition = "pinNonce = :nonce AND expiresAt > :now AND pinAttempts < :attempts AND pinTotal < pinAllowed" +
	" AND cancelledAt = :none AND pinGuess <> pinHash"

// notYet holds unless this very call has written the item before: it keeps a change that could be made twice from being so.
const notYet = " AND " + attemptID + " <> :attempt"

func liveValues(ref pin.Ref, now time.Time) item {
	return item{":nonce": integer(ref.Nonce), ":now": moment(now), ":attempts": integer(pin.MaxAttempts), ":none": integer(0), ":one": integer(1)}
}

// Check counts an attempt, as pin.Checks says. A sealed check is unlike any other, so it names its own write.
func (s *Pins) Check(ctx context.Context, a pin.Attempt) (pin.Verification, error) {
	values := liveValues(a.Ref, a.Now)
	values[":guess"], values[":checks"], values[":sealed"] = binary(a.Guess), binaries([][]byte{a.Sealed}), binary(a.Sealed)
	d := decision{
		operation: "check pin",
		condition: liveCondition + " AND pinExpiresAt > :now AND NOT contains(pinChecks, :sealed)",
		changes: "pinAttempts = pinAttempts + :one, pinTotal = pinTotal + :one, pinGuess = :guess, checkedAt = :now," +
			" pinChecks = list_append(pinChecks, :checks), pinRevision = pinRevision + :one",
		values: values,
	}
	v, err := s.decide(ctx, a.Ref, d)
	if errors.Is(err, pin.ErrRefused) && v.Ref == a.Ref && v.Has(a.Sealed) {
		return v, nil
	}
	return v, err
}

// Cancel ends the verification, as pin.Controls says.
func (s *Pins) Cancel(ctx context.Context, ref pin.Ref, now, young time.Time) (pin.Verification, error) {
	values := liveValues(ref, now)
	values[":young"], values[":second"] = moment(young), integer(2)
	return s.decide(ctx, ref, decision{
		operation: "cancel verification",
		condition: liveCondition + " AND submittedAt <= :young AND pinEvent < :second",
		changes:   "cancelledAt = :now, pinRevision = pinRevision + :one",
		values:    values,
	})
}

// Skip takes one from the events that are left, as pin.Controls says.
func (s *Pins) Skip(ctx context.Context, ref pin.Ref, now time.Time) (pin.Verification, error) {
	return s.decide(ctx, ref, decision{
		operation: "skip to next event",
		condition: liveCondition + " AND pinEventsLeft > :none" + notYet,
		changes:   "pinEventsLeft = pinEventsLeft - :one, pinRevision = pinRevision + :one",
		values:    liveValues(ref, now),
	})
}

// Unskip gives it back.
func (s *Pins) Unskip(ctx context.Context, ref pin.Ref) error {
	_, err := s.decide(ctx, ref, decision{
		operation: "give event back",
		condition: "pinNonce = :nonce" + notYet,
		changes:   "pinEventsLeft = pinEventsLeft + :one, pinRevision = pinRevision + :one",
		values:    item{":nonce": integer(ref.Nonce), ":one": integer(1)},
	})
	if errors.Is(err, pin.ErrRefused) {
		return nil
	}
	return err
}

// decide makes a decision about a number's live verification by one conditional write and gives it as it then stands.
func (s *Pins) decide(ctx context.Context, ref pin.Ref, d decision) (pin.Verification, error) {
	it, refused, err := d.decide(ctx, s.api, s.random, s.pins, livePin(ref.Account, ref.Number).item())
	if err != nil {
		return pin.Verification{}, err
	}
	v, err := decodePIN(it, ref)
	if err == nil && refused {
		err = pin.ErrRefused
	}
	return v, err
}

// Replace writes the verification in place of the one that was read.
func (s *Pins) Replace(ctx context.Context, v pin.Verification) error {
	a, err := newAttempt(s.random)
	if err != nil {
		return err
	}
	put, err := s.replacement(v, livePin(v.Account, v.Number), a)
	if err != nil {
		return err
	}
	return create(ctx, s.api, "replace verification", pin.ErrRefused, a, &dynamodb.PutItemInput{
		TableName: put.TableName, Item: put.Item, ConditionExpression: put.ConditionExpression,
		ExpressionAttributeValues: put.ExpressionAttributeValues,
	})
}

// replacement puts the next revision of v at the key, where the one that it was read from must stand.
func (s *Pins) replacement(v pin.Verification, k pinKey, a attempt) (*types.Put, error) {
	read := v.Revision
	v.Revision++
	it, err := encodePIN(v, k, a)
	return &types.Put{
		TableName: &s.pins, Item: it,
		ConditionExpression:                 aws.String("pinNonce = :nonce AND pinRevision = :revision"),
		ExpressionAttributeValues:           item{":nonce": integer(v.Nonce), ":revision": integer(read)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, err
}
