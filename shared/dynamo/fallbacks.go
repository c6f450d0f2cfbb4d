package dynamo

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/fallback"
)

// Fallbacks keeps fallbacks, as the interfaces of package fallback say: each call is 1 request, and
// 1 unit for a record up to 1 KB (to read, up to 4 KB).
type Fallbacks struct {
	api    API
	table  string
	random io.Reader
}

// NewFallbacks gives the store in the named table.
func NewFallbacks(api API, table string, random io.Reader) *Fallbacks {
	return &Fallbacks{api, table, random}
}

// Begin writes a new fallback, as fallback.BeginStore says.
func (s *Fallbacks) Begin(ctx context.Context, f fallback.Fallback, now time.Time) error {
	a, err := newAttempt(s.random)
	if err != nil {
		return err
	}
	refuse := refusing(fallback.ErrRefused)
	return create(ctx, s.api, "begin fallback", a, refuse, &dynamodb.PutItemInput{
		TableName: &s.table,
		Item:      encodeFallback(f, a),
		ConditionExpression: aws.String(
			"attribute_not_exists(" + executionID + ") OR expiresAt <= :now",
		),
		ExpressionAttributeValues: item{":now": moment(now)},
	})
}

// Fallback gives the fallback as it stands, where all writes have arrived: the steps follow each
// other within milliseconds.
func (s *Fallbacks) Fallback(ctx context.Context, execution string) (fallback.Fallback, error) {
	if execution == "" {
		return fallback.Fallback{}, fallback.ErrNotFound
	}
	out, err := s.api.GetItem(
		ctx,
		&dynamodb.GetItemInput{
			TableName:      &s.table,
			Key:            fallbackKey(execution),
			ConsistentRead: aws.Bool(true),
		},
	)
	if err != nil {
		return fallback.Fallback{}, failed("read fallback", err)
	}
	if len(out.Item) == 0 {
		return fallback.Fallback{}, fallback.ErrNotFound
	}
	return decodeFallback(out.Item)
}

// Note keeps what the silent way came to, as fallback.SilentStore says.
func (s *Fallbacks) Note(
	ctx context.Context, execution string, came fallback.SilentResult,
) (fallback.Fallback, error) {
	return s.decide(ctx, execution, decision{
		operation: "note silence",
		condition: "fallbackState = :silent",
		changes:   "silentOutcome = :outcome, silentReason = :reason",
		values: item{
			":silent":  text(fallback.Silent),
			":outcome": text(came.Outcome),
			":reason":  text(came.Reason),
		},
	})
}

// Await makes it wait under a token, as fallback.WaitStore says.
func (s *Fallbacks) Await(ctx context.Context, execution, token string) (fallback.Fallback, error) {
	return s.decide(ctx, execution, decision{
		operation: "await fallback",
		condition: "fallbackState IN (:silent, :pin)",
		changes:   "fallbackState = :pin, taskToken = :token",
		values: item{
			":silent": text(fallback.Silent),
			":pin":    text(fallback.PIN),
			":token":  text(token),
		},
	})
}

// Request sets the request_id, as fallback.WaitStore says.
func (s *Fallbacks) Request(ctx context.Context, execution, id string) error {
	_, err := s.decide(ctx, execution, decision{
		operation: "record request",
		condition: "attribute_exists(" + executionID + ")",
		changes:   "requestID = :id",
		values:    item{":id": text(id)},
	})
	return err
}

// Decide ends it, as fallback.DecideStore says. What was asked for goes with it.
func (s *Fallbacks) Decide(
	ctx context.Context, execution string, r fallback.Result, from ...fallback.State,
) (fallback.Fallback, error) {
	d := decision{
		operation: "decide fallback",
		changes: "fallbackState = :done, verified = :verified, verifyMethod = :method," +
			" reason = :reason, blockedNetwork = :network, sealedRequest = :nothing",
		values: item{
			":done":     text(fallback.Done),
			":verified": boolean(r.Verified),
			":method":   text(r.Method),
			":reason":   text(r.Reason),
			":network":  text(r.Network),
			":nothing":  binary([]byte(nil)),
		},
	}
	if r.Method == fallback.BySilent {
		d.changes += ", silentOutcome = :proved"
		d.values[":proved"] = text(fallback.Proved)
	}
	if r.RequestID != "" {
		d.changes += ", requestID = :id"
		d.values[":id"] = text(r.RequestID)
	}
	states := make([]string, len(from))
	for i, state := range from {
		states[i] = ":from" + string(state)
		d.values[states[i]] = text(state)
	}
	d.condition = "fallbackState IN (" + strings.Join(states, ", ") + ")"
	return s.decide(ctx, execution, d)
}

// decide makes a decision by one conditional write and gives the fallback as it then stands.
func (s *Fallbacks) decide(
	ctx context.Context, execution string, d decision,
) (fallback.Fallback, error) {
	if execution == "" {
		return fallback.Fallback{}, fallback.ErrNotFound
	}
	it, refused, err := d.decide(ctx, s.api, s.random, s.table, fallbackKey(execution))
	switch {
	case err != nil:
		return fallback.Fallback{}, err
	case len(it) == 0:
		return fallback.Fallback{}, fallback.ErrNotFound
	}
	f, err := decodeFallback(it)
	if err == nil && refused {
		err = fallback.ErrRefused
	}
	return f, err
}
