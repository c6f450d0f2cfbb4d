package dynamodel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"lineproof/shared/dynamo"
)

// schemas are those of a table with sort keys and of one without.
var schemas = []dynamo.Schema{
	{
		Table: "Sorted", Partition: dynamo.KeyAttribute{Name: "p", Type: "S"},
		Sort: dynamo.KeyAttribute{Name: "s", Type: "S"},
	},
	{Table: "Plain", Partition: dynamo.KeyAttribute{Name: "p", Type: "S"}},
}

// steady is a latency that does not vary.
func steady(d time.Duration) Spread { return Spread{d, d} }

func number(n int) types.AttributeValue { return &numberValue{Value: fmt.Sprint(n)} }

func text(s string) types.AttributeValue { return &textValue{Value: s} }

func getting(key string) *dynamodb.GetItemInput {
	return &dynamodb.GetItemInput{TableName: aws.String("Plain"), Key: item{"p": text(key)}}
}

func putting(m item) *dynamodb.PutItemInput {
	return &dynamodb.PutItemInput{TableName: aws.String("Plain"), Item: m}
}

// adding adds one to the number n of an item.
func adding(key string) *dynamodb.UpdateItemInput {
	return &dynamodb.UpdateItemInput{
		TableName: aws.String("Plain"), Key: item{"p": text(key)},
		UpdateExpression:          aws.String("ADD n :one"),
		ExpressionAttributeValues: item{":one": number(1)},
	}
}

func add(ctx context.Context, p *Process, key string) error {
	_, err := p.UpdateItem(ctx, adding(key))
	return err
}

// addAll adds one to each in a transaction.
func addAll(ctx context.Context, p *Process, keys ...string) error {
	var in dynamodb.TransactWriteItemsInput
	for _, key := range keys {
		u := adding(key)
		in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Update: &types.Update{
			TableName: u.TableName, Key: u.Key, UpdateExpression: u.UpdateExpression,
			ExpressionAttributeValues: u.ExpressionAttributeValues,
		}})
	}
	_, err := p.TransactWriteItems(ctx, &in)
	return err
}

// stands returns the number n of an item; 0 for none.
func standing(t testing.TB, db *DB, key string) int {
	t.Helper()
	out, err := db.Process(nil).GetItem(t.Context(), getting(key))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if v, there := out.Item["n"].(*numberValue); there {
		_, _ = fmt.Sscan(v.Value, &n)
	}
	return n
}

// code returns the error code of an answer, with those of the reasons of a cancelled transaction.
func code(err error) string {
	var answer smithy.APIError
	if err == nil {
		return ""
	}
	if !errors.As(err, &answer) {
		return err.Error()
	}
	parts := []string{answer.ErrorCode()}
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) {
		for _, r := range cancelled.CancellationReasons {
			parts = append(parts, *r.Code)
		}
	}
	return strings.Join(parts, " ")
}

// TestContention begins one call, and another of the same item some time later. Each call that
// succeeds counts.
func TestContention(t *testing.T) {
	t.Parallel()
	write := func(p *Process) error { return add(context.Background(), p, "a") }
	both := func(p *Process) error { return addAll(context.Background(), p, "b", "a") }
	other := func(p *Process) error { return addAll(context.Background(), p, "b", "c") }
	const (
		ms        = time.Millisecond
		slow      = time.Second
		fast      = 100 * ms
		held      = "TransactionConflictException"
		cancelled = "TransactionCanceledException None TransactionConflict"
	)
	for name, tt := range map[string]struct {
		first, second   func(*Process) error
		write, transact time.Duration // their latencies
		after           time.Duration
		want            codes
	}{
		"write just before it holds":        {both, write, fast, slow, 269 * ms, codes{cancelled, ""}},
		"write when it has begun to hold":   {both, write, fast, slow, 271 * ms, codes{"", held}},
		"write while it still holds":        {both, write, fast, slow, 869 * ms, codes{"", held}},
		"write when it holds no more":       {both, write, fast, slow, 871 * ms, codes{"", ""}},
		"transaction before a write begins": {write, both, slow, fast, 269 * ms, codes{held, ""}},
		"transaction when it has begun":     {write, both, slow, fast, 271 * ms, codes{"", cancelled}},
		"transaction before it is through":  {write, both, slow, fast, 669 * ms, codes{"", cancelled}},
		"transaction when it is through":    {write, both, slow, fast, 671 * ms, codes{"", ""}},
		"write passes a write":              {write, write, slow, slow, 10 * ms, codes{"", ""}},
		"transaction meets another": {both, both, slow, slow, 300 * time.Millisecond,
			codes{"", "TransactionCanceledException TransactionConflict TransactionConflict"}},
		"transaction meets another in one item": {other, both, slow, slow, 300 * time.Millisecond,
			codes{"", "TransactionCanceledException TransactionConflict None"}},
		"transaction behind another": {both, both, slow, slow, 601 * ms, codes{"", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				latencies := Latencies{Write: steady(tt.write), Transact: steady(tt.transact)}
				db := New(Options{Latencies: latencies}, schemas...)
				got := race(db, tt.first, tt.second, tt.after)
				if got != tt.want {
					t.Errorf("gave %q, want %q", got, tt.want)
				}
				conflicts := 0
				for _, code := range tt.want {
					if code != "" {
						conflicts++
					}
				}
				if n := max(standing(t, db, "a"), standing(t, db, "b")); n != 2-conflicts {
					t.Errorf("counted to %d", n)
				}
			})
		})
	}
}

// race begins a call, and another some time later, and returns the codes that they get.
func race(db *DB, first, second func(*Process) error, after time.Duration) (got codes) {
	var both sync.WaitGroup
	both.Go(func() { got[0] = code(first(db.Process(nil))) })
	time.Sleep(after)
	got[1] = code(second(db.Process(nil)))
	both.Wait()
	return got
}

// codes are those of two calls.
type codes [2]string

// TestCancelled tells every reason at once, and leaves nothing.
func TestCancelled(t *testing.T) {
	t.Parallel()
	db := New(Options{}, schemas...)
	p := db.Process(nil)
	if err := add(t.Context(), p, "a"); err != nil {
		t.Fatal(err)
	}
	put := func(key, condition string) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{
			TableName: aws.String("Plain"), Item: item{"p": text(key)}, ConditionExpression: &condition,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}}
	}
	_, err := p.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{
			put("a", "attribute_not_exists(p)"), put("b", "attribute_exists(p)"),
			put("c", "attribute_not_exists(p)"),
		},
	})
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) ||
		code(err) != "TransactionCanceledException ConditionalCheckFailed ConditionalCheckFailed None" {
		t.Fatalf("gave %v", err)
	}
	got, want := cancelled.CancellationReasons[0].Item, item{"p": text("a"), "n": number(1)}
	if !equalItems(got, want) {
		t.Errorf("the item that refused is %v", toldItem(got))
	}
	out, err := p.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("Plain")})
	if err != nil || out.Count != 1 {
		t.Errorf("%d items stand (%v)", out.Count, err)
	}
}

// TestTokens holds repetitions of a transaction to its client request token.
func TestTokens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := New(Options{Latencies: Latencies{Transact: steady(time.Second)}}, schemas...)
		p := db.Process(nil)
		send := func(key string) string {
			u := adding(key)
			_, err := p.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
				ClientRequestToken: aws.String("token"),
				TransactItems: []types.TransactWriteItem{{Update: &types.Update{
					TableName: u.TableName, Key: u.Key, UpdateExpression: u.UpdateExpression,
					ExpressionAttributeValues: u.ExpressionAttributeValues,
				}}},
			})
			return code(err)
		}
		first := func(*Process) error { send("a"); return nil }
		again := func(*Process) error { return errors.New(send("a")) }
		got := race(db, first, again, 400*time.Millisecond)
		if got[1] != "TransactionInProgressException" {
			t.Errorf("while it is under way: %q", got)
		}
		for _, step := range []struct {
			later time.Duration
			key   string
			want  string
			count int
		}{
			{time.Minute, "a", "", 1},
			{0, "b", "IdempotentParameterMismatchException", 1},
			{10 * time.Minute, "a", "", 2},
		} {
			time.Sleep(step.later)
			if got := send(step.key); got != step.want {
				t.Errorf("gave %q, want %q", got, step.want)
			}
			if got := standing(t, db, "a"); got != step.count {
				t.Errorf("counted to %d, want %d", got, step.count)
			}
		}
	})
}

// TestLatencies draws from a lognormal distribution, on the clock that is handed in.
func TestLatencies(t *testing.T) {
	t.Parallel()
	var passed time.Duration
	begin := time.Unix(0, 0)
	o := Realistic(1)
	o.Now = func() time.Time { return begin.Add(passed) }
	o.Sleep = func(d time.Duration) { passed += d }
	db := New(o, schemas...)
	p, all := db.Process(nil), []time.Duration{}
	for i := range 10_000 {
		before := passed
		if err := add(t.Context(), p, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		all = append(all, passed-before)
	}
	slices.Sort(all)
	for percentile, want := range map[int]time.Duration{
		50: 4 * time.Millisecond, 99: 10 * time.Millisecond,
	} {
		if got := all[len(all)*percentile/100]; got < want*95/100 || got > want*105/100 {
			t.Errorf("p%d is %v, want %v", percentile, got, want)
		}
	}
	before := passed
	if err := addAll(t.Context(), p, "a", "b", "c", "d"); err != nil {
		t.Fatal(err)
	}
	if got := passed - before; got < 5*time.Millisecond {
		t.Errorf("a transaction took %v", got)
	}
}
