package dynamodel

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The limits of transactions: items, and how long a client request token is remembered.
const (
	mostItems  = 100
	tokenLives = 10 * time.Minute
)

// TransactWriteItems carries out all writes or none.
func (p *Process) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return call(ctx, p, "TransactWriteItems", in, p.db.transactWriteItems)
}

// transaction is one under way, or one that its token stands for.
type transaction struct {
	items    []types.TransactWriteItem
	writes   []*write
	outcomes []outcome
	units    float64
	done     time.Time // when it was carried out; zero before
}

func (db *DB) transactWriteItems(
	in *dynamodb.TransactWriteItemsInput,
) (*dynamodb.TransactWriteItemsOutput, error) {
	latency := db.arrive(func(r *rand.Rand) time.Duration {
		return db.options.Latencies.transact(r, len(in.TransactItems))
	})
	if err := onlyModelled(*in, "TransactItems", "ClientRequestToken",
		"ReturnConsumedCapacity"); err != nil {
		return nil, err
	}
	t, err := db.newTransaction(in.TransactItems)
	if err != nil {
		return nil, err
	}
	db.pass(latency, 3)
	out := &dynamodb.TransactWriteItemsOutput{}
	if again, err := db.prepare(t, in.ClientRequestToken, latency == 0); again || err != nil {
		db.pass(latency, 7)
		return out, err
	}
	if latency > 0 {
		db.pass(latency, 6)
		db.commit(t)
		db.pass(latency, 1)
	}
	if c := consumed(in.ReturnConsumedCapacity, nil, t.units); c != nil {
		out.ConsumedCapacity = []types.ConsumedCapacity{*c}
	}
	return out, nil
}

// newTransaction reads the writes, no two of which may go to one item.
func (db *DB) newTransaction(items []types.TransactWriteItem) (*transaction, error) {
	if len(items) == 0 || len(items) > mostItems {
		return nil, invalid("a transaction has 1 to 100 items")
	}
	t := &transaction{items: items}
	for _, it := range items {
		w, err := db.newPart(it)
		if err != nil {
			return nil, err
		}
		same := func(o *write) bool { return o.table == w.table && o.address == w.address }
		if slices.ContainsFunc(t.writes, same) {
			return nil, invalid(
				"transaction request cannot include multiple operations on one item",
			)
		}
		t.writes = append(t.writes, w)
	}
	return t, nil
}

// prepare has the transaction hold its items, or, at once, carries it out. It fails where it is
// cancelled, and tells of one whose token is known that it has been carried out.
func (db *DB) prepare(t *transaction, token *string, atOnce bool) (again bool, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if again, err := db.remembered(t, token); again || err != nil {
		return again, err
	}
	reasons, cancelled := make([]types.CancellationReason, len(t.writes)), false
	for i, w := range t.writes {
		o, reason := db.vote(w)
		t.outcomes = append(t.outcomes, o)
		t.units += 2 * o.units
		reasons[i] = reason
		cancelled = cancelled || *reason.Code != "None"
	}
	if cancelled {
		db.usage.Lost += t.units
		return false, &types.TransactionCanceledException{
			Message: message("Transaction cancelled"), CancellationReasons: reasons,
		}
	}
	db.usage.Write += t.units
	for _, o := range t.outcomes {
		o.row.holder = t
	}
	if token != nil {
		db.tokens[*token] = t
	}
	if atOnce {
		db.release(t)
	}
	return false, nil
}

// remembered tells whether the transaction was carried out under the token.
func (db *DB) remembered(t *transaction, token *string) (bool, error) {
	if token == nil || db.tokens[*token] == nil {
		return false, nil
	}
	former := db.tokens[*token]
	switch {
	case !former.done.IsZero() && db.options.Now().Sub(former.done) >= tokenLives:
		return false, nil
	case !reflect.DeepEqual(former.items, t.items):
		return false, &types.IdempotentParameterMismatchException{
			Message: message("the request differs"),
		}
	case former.done.IsZero():
		return false, &types.TransactionInProgressException{Message: message("under way")}
	default:
		return true, nil
	}
}

// vote finds out what comes of one write of a transaction, or why nothing does.
func (db *DB) vote(w *write) (outcome, types.CancellationReason) {
	r, now := w.table.row(w.address), db.options.Now()
	o, err := w.judge(r)
	switch text, wrong := isInvalid(err); {
	case wrong:
		return o, types.CancellationReason{Code: aws.String("ValidationError"), Message: &text}
	case r.holder != nil || now.Before(r.writing):
		db.usage.Conflicts++
		return o, types.CancellationReason{Code: aws.String("TransactionConflict")}
	case !r.partition.write.take(2*o.units, db.options.Limits.Write, now):
		db.usage.Throttled++
		o.units = 0
		return o, types.CancellationReason{Code: aws.String("ThrottlingError")}
	case o.refused:
		return o, types.CancellationReason{
			Code: aws.String("ConditionalCheckFailed"),
			Item: w.seen(o),
		}
	default:
		return o, types.CancellationReason{Code: aws.String("None")}
	}
}

func (db *DB) commit(t *transaction) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.release(t)
}

// release writes the items of a transaction that holds them, and lets them go.
func (db *DB) release(t *transaction) {
	for _, o := range t.outcomes {
		o.row.item, o.row.holder = o.next, nil
	}
	t.done = db.options.Now()
}
