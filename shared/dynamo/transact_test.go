package dynamo_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/dynamo"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// allThrottled stands for a request that is throttled before anybody looks at its writes.
const allThrottled = "the request throttles"

// cancelling is a table that cancels transactions for the reasons in turn, and then carries one
// out.
type cancelling struct {
	dynamo.TransactAPI
	codes []string
	tries int
}

// next returns the reason of the next try; empty when it is carried out.
func (c *cancelling) next() string {
	c.tries++
	if c.tries > len(c.codes) {
		return ""
	}
	return c.codes[c.tries-1]
}

func (c *cancelling) TransactWriteItems(_ context.Context, in *dynamodb.TransactWriteItemsInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	reason := c.next()
	switch reason {
	case "":
		return &dynamodb.TransactWriteItemsOutput{}, nil
	case allThrottled:
		return nil, code("ThrottlingException")
	}
	reasons := make([]types.CancellationReason, len(in.TransactItems))
	for i := range reasons {
		reasons[i].Code = aws.String("None")
	}
	reasons[0].Code = &reason
	return nil, &types.TransactionCanceledException{CancellationReasons: reasons}
}

func (c *cancelling) PutItem(_ context.Context, _ *dynamodb.PutItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return &dynamodb.PutItemOutput{}, nil
}

func (c *cancelling) BatchGetItem(_ context.Context, _ *dynamodb.BatchGetItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return &dynamodb.BatchGetItemOutput{}, nil
}

func (c *cancelling) UpdateItem(_ context.Context, _ *dynamodb.UpdateItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	switch c.next() {
	case "":
		return &dynamodb.UpdateItemOutput{}, nil
	case "TransactionConflict":
		return nil, &types.TransactionConflictException{}
	case "ValidationError":
		return nil, code("ValidationException")
	default:
		return nil, code("ThrottlingException")
	}
}

// code is an error of DynamoDB by that code.
type code string

func (c code) Error() string     { return string(c) }
func (c code) ErrorCode() string { return string(c) }

// TestTransactions refuses the writes of every operation: who met another transaction or was
// throttled tries again, and nobody else does.
func TestTransactions(t *testing.T) {
	t.Parallel()
	start := pinStart(1)
	for name, operation := range map[string]func(context.Context, *dynamo.Verifications) error{
		"admit": func(ctx context.Context, s *dynamo.Verifications) error { return s.Admit(ctx, start) },
		"begin": func(ctx context.Context, s *dynamo.Verifications) error {
			_, err := s.Begin(ctx, start)
			return err
		},
		"settle": func(ctx context.Context, s *dynamo.Verifications) error {
			return s.Settle(ctx, start.Verification, true)
		},
		"tally": func(ctx context.Context, s *dynamo.Verifications) error {
			_, err := s.Tally(ctx, verification.Traffic{Messages: 1, Caps: verification.Caps{Messages: 2}, Now: pinNow})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { transacts(t, operation) })
		})
	}
}

func transacts(t *testing.T, operation func(context.Context, *dynamo.Verifications) error) {
	t.Helper()
	always := make([]string, 100)
	for i := range always {
		always[i] = "TransactionConflict"
	}
	for _, tt := range []struct {
		codes []string
		tries int
		want  error
	}{
		{nil, 1, nil},
		{[]string{"TransactionConflict", "TransactionConflict"}, 3, nil},
		{[]string{"ThrottlingError", "ProvisionedThroughputExceeded"}, 3, nil},
		{[]string{allThrottled, allThrottled}, 3, nil},
		{[]string{"ValidationError", "ValidationError"}, 1, fault.New(fault.Internal)},
	} {
		api := &cancelling{codes: tt.codes}
		err := operation(t.Context(), dynamo.NewVerifications(api, "Pins", "Ledgers", rand.Reader))
		if !errors.Is(err, tt.want) {
			t.Errorf("%v: gave %v, want %v", tt.codes, err, tt.want)
		}
		if api.tries != tt.tries {
			t.Errorf("%v: %d tries, want %d", tt.codes, api.tries, tt.tries)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	api := &cancelling{codes: always}
	err := operation(ctx, dynamo.NewVerifications(api, "Pins", "Ledgers", rand.Reader))
	if fault.Of(err) != fault.Unavailable {
		t.Errorf("out of time: %v", err)
	}
}
