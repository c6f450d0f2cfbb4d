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

// Once records key until expires, or fails with grant.ErrReplayed.
func (s *Replays) Once(ctx context.Context, key string, now, expires time.Time) error {
	a, err := newAttempt(s.random)
	if err != nil {
		return err
	}
	return create(ctx, s.api, "record replay", grant.ErrReplayed, a, &dynamodb.PutItemInput{
		TableName: &s.table,
		Item:      encodeReplay(newReplayKey(key), expires, a),
		ConditionExpression: aws.String(
			"attribute_not_exists(" + replayID + ") OR " + expiresAt + " <= :now",
		),
		ExpressionAttributeValues: item{":now": moment(now)},
	})
}

func encodeReplay(k replayKey, expires time.Time, a attempt) item {
	return item{
		replayID:  binary(k[:]),
		expiresAt: moment(expires),
		attemptID: binary(a),
		purgeAt:   purge(expires),
	}
}
