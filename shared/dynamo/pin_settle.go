package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/fault"
	"lineproof/shared/pin"
)

// abandonTries is how often a verification may change under the hands of who abandons it.
const abandonTries = 4

// Abandon cancels a verification and gives back what it held, in one transaction after a read.
func (s *Pins) Abandon(ctx context.Context, ref pin.Ref, now time.Time) error {
	for range abandonTries {
		found, err := s.Find(ctx, []pin.Ref{ref})
		if err != nil {
			return err
		}
		v, ends := found[0].Abandon(ref, now)
		if !ends {
			return nil
		}
		v.Revision = found[0].Revision
		write := func() error { return s.settle(ctx, v, livePin(ref.Account, ref.Number), freeAmount) }
		if !v.Settled {
			write = func() error { return s.Replace(ctx, v) }
		}
		if err := write(); !errors.Is(err, pin.ErrRefused) {
			return err
		}
	}
	return failed("abandon verification", fault.New(fault.Unavailable))
}

// Settle marks the verification, wherever it stands, and moves what was held in the same transaction.
func (s *Pins) Settle(ctx context.Context, v pin.Verification, charge bool) error {
	if v.Settled {
		return pin.ErrRefused
	}
	to := freeAmount
	if charge {
		to = chargedAmount
	}
	err := s.settle(ctx, v, livePin(v.Account, v.Number), to)
	if errors.Is(err, pin.ErrRefused) {
		err = s.settle(ctx, v, displacedPin(v.Ref), to)
	}
	return err
}

// settle settles v at the key, as cancelled when it is, and moves what it held to the named amount
// of the ledger. The client repeats a transaction under the same token, by which DynamoDB knows it
// again, whoever wrote between.
func (s *Pins) settle(ctx context.Context, v pin.Verification, k pinKey, to string) error {
	values := readValues(v, v.Revision)
	values[":yes"], values[":one"] = boolean(true), integer(1)
	values[":cancelled"] = moment(v.CancelledAt)
	mark := part{
		types.TransactWriteItem{Update: &types.Update{
			TableName: &s.pins, Key: k.item(), ConditionExpression: aws.String(readCondition),
			UpdateExpression: aws.String("SET pinSettled = :yes, cancelledAt = :cancelled," +
				" pinRevision = pinRevision + :one"),
			ExpressionAttributeValues: values,
		}},
		func(item) error { return nil },
		func() error { return pin.ErrRefused },
	}
	parts := append([]part{mark}, s.moneyParts(v, to)...)
	return s.transact(ctx, "settle verification", func() ([]part, error) { return parts, nil })
}

// moneyParts moves what v held; none when that is nothing.
func (s *Pins) moneyParts(v pin.Verification, to string) []part {
	if v.Held <= 0 {
		return nil
	}
	return []part{{write: types.TransactWriteItem{Update: &types.Update{
		TableName: &s.ledgers, Key: accountKey(v.Account).item(),
		UpdateExpression: aws.String("SET heldAmount = heldAmount - :held, " +
			to + " = if_not_exists(" + to + ", :zero) + :held"),
		ExpressionAttributeValues: item{":held": integer(v.Held), ":zero": integer(0)},
	}}}}
}
