package dynamo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/fault"
)

// maxTransactions is how often a write is tried that met standings otherwise than expected, another
// transaction, or a throttled partition.
const maxTransactions = 32

// conflictWait is the first wait after a write met others; it doubles up to conflictWaitMost. Each
// is shortened by up to half at random, or those who met would meet again.
const (
	conflictWait     = 4 * time.Millisecond
	conflictWaitMost = 256 * time.Millisecond
)

// The codes of reasons why a write was not written: another write's, its condition, another
// transaction, more items than its partition or table takes in a second, or that it makes no sense.
const (
	reasonNone       = "None"
	reasonCondition  = "ConditionalCheckFailed"
	reasonConflict   = "TransactionConflict"
	reasonThrottled  = "ThrottlingError"
	reasonThroughput = "ProvisionedThroughputExceeded"
	reasonInvalid    = "ValidationError"
)

// write is one write of a transaction. When its condition fails, learn reads what stands there, and
// judge fails when the transaction has to give way to that. A write without a condition has
// neither.
type write struct {
	op types.TransactWriteItem
	// wrote, unless it is nil, is handed the item as an update of its own leaves it.
	wrote func(stands item)
	learn func(old item) error
	judge func() error
}

// transact carries out the writes that build returns, all of them or none. What refuses them is
// learnt before build is called again.
func (s *Verifications) transact(
	ctx context.Context, operation string, build func() ([]write, error),
) error {
	return carryOut(ctx, operation, writeAll(s.api), build)
}

// writer makes the items of writes, and returns why each was not made, or nil. It returns an error
// beside the reasons when that is what others hinder.
type writer func(context.Context, []write) ([]types.CancellationReason, error)

// carryOut has write carry out the writes that build returns until nothing refuses them.
func carryOut(
	ctx context.Context, operation string, write writer, build func() ([]write, error),
) error {
	wait, cause := conflictWait, error(fault.New(fault.Unavailable))
	for range maxTransactions {
		writes, err := build()
		if err != nil || len(writes) == 0 {
			return err
		}
		reasons, err := write(ctx, writes)
		switch {
		case reasons == nil && err == nil:
			return nil
		case reasons == nil:
			return failed(operation, err)
		case err != nil:
			cause = err
		}
		conflict, err := learn(operation, writes, reasons)
		if err != nil {
			return err
		}
		if conflict {
			if err := pause(ctx, wait); err != nil {
				return failed(operation, err)
			}
			wait = min(2*wait, conflictWaitMost)
		}
	}
	return failed(operation, cause)
}

// writeAll makes them in one transaction. The client repeats it under the same token, by which
// DynamoDB knows it again, whoever wrote between.
func writeAll(api TransactAPI) writer {
	return func(ctx context.Context, writes []write) ([]types.CancellationReason, error) {
		items := make([]types.TransactWriteItem, len(writes))
		for i, p := range writes {
			items[i] = p.op
		}
		in := &dynamodb.TransactWriteItemsInput{TransactItems: items}
		_, err := api.TransactWriteItems(ctx, in)
		var cancelled *types.TransactionCanceledException
		if errors.As(err, &cancelled) && len(cancelled.CancellationReasons) > 0 {
			return cancelled.CancellationReasons, nil
		}
		return hindered(err)
	}
}

// counting returns what makes the one write that build returns, to an item of meters. A repetition
// whose first answer was lost is known again as long as nobody else has written the item; else it
// counts twice.
func (s *Verifications) counting(
	operation string, build func() ([]write, error),
) func(context.Context) error {
	a, err := newAttempt(s.random)
	if err != nil {
		return func(context.Context) error { return err }
	}
	return func(ctx context.Context) error {
		err := carryOut(ctx, operation, s.writeOne, func() ([]write, error) {
			writes, err := build()
			if err != nil || len(writes) == 0 {
				return nil, err
			}
			return []write{writes[0].once(a)}, nil
		})
		if errors.Is(err, errWritten) {
			return nil
		}
		return err
	}
}

// once is the update as made by that attempt, at most once in a row.
func (p write) once(a attempt) write {
	u, learn, judge := p.op.Update, p.learn, p.judge
	u.ExpressionAttributeValues[":attempt"] = binary(a)
	set := "SET " + attemptID + " = :attempt, " + strings.TrimPrefix(*u.UpdateExpression, "SET ")
	condition := "(attribute_not_exists(" + attemptID + ") OR " + attemptID + " <> :attempt)"
	if u.ConditionExpression != nil {
		condition += " AND " + *u.ConditionExpression
	}
	u.UpdateExpression, u.ConditionExpression = &set, &condition
	written := false
	p.learn = func(old item) error {
		written = a.wrote(old)
		return learn(old)
	}
	p.judge = func() error {
		if written {
			return errWritten
		}
		return judge()
	}
	return p
}

// errWritten says that what refuses a write is what it wrote itself: its answer was lost.
var errWritten = errors.New("dynamo: written before")

// writeOne items the one write, an update, at half the price of a transaction, and returns why it
// was not written in the words of one.
func (s *Verifications) writeOne(
	ctx context.Context, writes []write,
) ([]types.CancellationReason, error) {
	u := writes[0].op.Update
	in := &dynamodb.UpdateItemInput{
		TableName: u.TableName, Key: u.Key, UpdateExpression: u.UpdateExpression,
		ConditionExpression:                 u.ConditionExpression,
		ExpressionAttributeValues:           u.ExpressionAttributeValues,
		ReturnValuesOnConditionCheckFailure: u.ReturnValuesOnConditionCheckFailure,
	}
	if writes[0].wrote != nil {
		in.ReturnValues = types.ReturnValueAllNew
	}
	out, err := s.api.UpdateItem(ctx, in)
	if err == nil && writes[0].wrote != nil {
		writes[0].wrote(out.Attributes)
	}
	if old, refused := refusal(err); refused {
		return []types.CancellationReason{{Code: aws.String(reasonCondition), Item: old}}, nil
	}
	return hindered(err)
}

// hindered returns the error of a request beside the reason to try again, if it is one.
func hindered(err error) ([]types.CancellationReason, error) {
	if meetsOthers(err) {
		return []types.CancellationReason{{Code: aws.String(reasonConflict)}}, err
	}
	return nil, err
}

// meetsOthers tells whether a request was refused because others write the same items: a
// transaction, or more than their partitions take in a second. It was tried a few times by then.
func meetsOthers(err error) bool {
	var conflict *types.TransactionConflictException
	throttles := retry.ThrottleErrorCode{Codes: retry.DefaultThrottleErrorCodes}
	return errors.As(err, &conflict) || throttles.IsErrorThrottle(err) == aws.TrueTernary
}

// learn goes through the reasons, and when all that they tell is known, judges in the order of the
// writes: what the number's last verification holds may be what the ledger lacks. A write that
// merely met another transaction, or a throttled partition, is tried again.
func learn(operation string, writes []write,
	reasons []types.CancellationReason) (conflict bool, err error) {
	var judges []func() error
	for i, reason := range reasons {
		switch code := aws.ToString(reason.Code); code {
		case reasonNone:
		case reasonCondition:
			if err := writes[i].learn(reason.Item); err != nil {
				return false, err
			}
			judges = append(judges, writes[i].judge)
		case reasonConflict, reasonThrottled, reasonThroughput:
			conflict = true
		case reasonInvalid:
			return false, fmt.Errorf("dynamo: %s: %w", operation, fault.New(fault.Internal))
		default:
			return false, failed(operation, fault.New(fault.Unavailable))
		}
	}
	for _, judge := range judges {
		if err := judge(); err != nil {
			return false, err
		}
	}
	return conflict, nil
}

func pause(ctx context.Context, d time.Duration) error {
	//nolint:gosec // nobody gains by guessing how long we wait
	timer := time.NewTimer(d - rand.N(d/2))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
