package dynamo

import (
	"context"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/grant"
)

// Replays is a grant.ReplayStore.
type Replays struct {
	api    API
	table  string
	random io.Reader
}

// NewReplays gives the store in the named table. Each write takes 12 bytes from random, which many
// goroutines read at once.
func NewReplays(api API, table string, random io.Reader) *Replays {
	return &Replays{api, table, random}
}

// Once records key as taken until expires, or fails with grant.ErrReplayed.
func (s *Replays) Once(ctx context.Context, key, by string, now, expires time.Time) error {
	a, err := newAttempt(s.random)
	if err != nil {
		return err
	}
	again := func(stands item) error {
		taken, err := decodeTaking(stands)
		if err != nil {
			return err
		}
		return taken.Again(by, now)
	}
	it := encodeTaking(newReplayKey(key), grant.Taking{By: by, At: now, Expires: expires}, a)
	return create(ctx, s.api, "record replay", a, again, &dynamodb.PutItemInput{
		TableName: &s.table,
		Item:      it,
		ConditionExpression: aws.String(
			"attribute_not_exists(" + replayID + ") OR " + expiresAt + " <= :now",
		),
		ExpressionAttributeValues: item{":now": moment(now)},
	})
}

func encodeTaking(k replayKey, t grant.Taking, a attempt) item {
	return item{
		replayID:  binary(k[:]),
		"takenBy": binary([]byte(t.By)),
		"takenAt": moment(t.At),
		expiresAt: moment(t.Expires),
		attemptID: binary(a),
		purgeAt:   purge(t.Expires),
	}
}

func decodeTaking(it item) (grant.Taking, error) {
	d := &decoder{item: it}
	t := grant.Taking{
		By: string(d.binary("takenBy")), At: d.moment("takenAt"), Expires: d.moment(expiresAt),
	}
	return t, d.err()
}
