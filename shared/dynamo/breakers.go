package dynamo

import (
	"context"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/fault"
	"lineproof/shared/upstream"
)

// The attributes of breakers and of days.
const (
	breakerPart     = "breakerPart"
	breakerRevision = "breakerRevision"
	failedAt        = "failedAt"
	openUntil       = "openUntil"
	restLength      = "restLength"
	dayCount        = "dayCount"
)

// Breakers is an upstream.Breakers and an upstream.GateStore.
type Breakers struct {
	api    API
	table  string
	random io.Reader
}

// NewBreakers gives the store in the named table. Each write takes 12 bytes from random, which many
// goroutines read at once.
func NewBreakers(api API, table string, random io.Reader) *Breakers {
	return &Breakers{api, table, random}
}

// Breaker returns a breaker: half a read unit.
func (s *Breakers) Breaker(ctx context.Context, c upstream.Circuit) (upstream.Breaker, error) {
	out, err := s.api.GetItem(
		ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: circuitKey(c).item()},
	)
	if err != nil {
		return upstream.Breaker{}, failed("read breaker", err)
	}
	_, b, err := decodeBreaker(out.Item)
	return b, err
}

// Breakers returns the breakers of an upstream: half a read unit.
func (s *Breakers) Breakers(
	ctx context.Context, name string,
) (map[upstream.Operation]upstream.Breaker, error) {
	out, err := s.api.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table,
		KeyConditionExpression: aws.String(
			upstreamID + " = :name AND begins_with(" + breakerPart + ", :operations)",
		),
		ExpressionAttributeValues: item{":name": text(name), ":operations": text(operations)},
	})
	if err != nil {
		return nil, failed("read breakers", err)
	}
	all := map[upstream.Operation]upstream.Breaker{}
	for _, it := range out.Items {
		c, b, err := decodeBreaker(it)
		if err != nil {
			return nil, err
		}
		all[c.Operation] = b
	}
	return all, nil
}

// PutBreaker writes a breaker in place of the one that was read, and returns the one that then
// stands.
func (s *Breakers) PutBreaker(
	ctx context.Context, c upstream.Circuit, b upstream.Breaker,
) (upstream.Breaker, error) {
	d := decision{
		operation: "put breaker",
		condition: "attribute_not_exists(" + breakerRevision + ")",
		changes: failedAt + " = :failed, " + openUntil + " = :until, " + restLength + " = :rest, " +
			breakerRevision + " = :revision",
		values: item{
			":failed": moments(b.Failures), ":until": moment(b.Until), ":rest": duration(b.Rest),
			":revision": integer(b.Revision + 1),
		},
	}
	if b.Revision != 0 {
		d.condition, d.values[":read"] = breakerRevision+" = :read", integer(b.Revision)
	}
	it, refused, err := d.decide(ctx, s.api, s.random, s.table, circuitKey(c).item())
	if err != nil {
		return upstream.Breaker{}, err
	}
	_, stands, err := decodeBreaker(it)
	if err == nil && refused {
		err = fault.New(fault.Changed)
	}
	return stands, err
}

// Count counts another authorization of a day.
func (s *Breakers) Count(ctx context.Context, day upstream.Day, limit int64) error {
	d := decision{
		operation: "count authorization",
		condition: "attribute_not_exists(" + dayCount + ") OR " + dayCount + " < :limit",
		changes: dayCount + " = if_not_exists(" + dayCount + ", :none) + :one, " +
			purgeAt + " = :purge",
		values: item{
			":limit": integer(limit), ":none": integer(0), ":one": integer(1),
			":purge": purge(day.Ends),
		},
	}
	it, refused, err := d.decide(ctx, s.api, s.random, s.table, dayKey(day).item())
	if err != nil || !refused {
		return err
	}
	_, err = upstream.Another((&decoder{item: it}).integer(dayCount), limit)
	return err
}

// What the sort keys of breakers begin with, and those of days.
const (
	operations = "operation#"
	days       = "day#"
)

// breakerKey names a breaker, or a day of an upstream.
type breakerKey struct{ upstream, part string }

func circuitKey(c upstream.Circuit) breakerKey {
	return breakerKey{c.Upstream, operations + string(c.Operation)}
}

func dayKey(d upstream.Day) breakerKey { return breakerKey{d.Upstream, days + d.Date} }

func (k breakerKey) item() item {
	return item{upstreamID: text(k.upstream), breakerPart: text(k.part)}
}

// decodeBreaker gives the breaker of an item and its name, the zero Breaker of none.
func decodeBreaker(it item) (upstream.Circuit, upstream.Breaker, error) {
	d := &decoder{item: it}
	operation := strings.TrimPrefix(d.text(breakerPart), operations)
	c := upstream.Circuit{
		Upstream: d.text(upstreamID), Operation: upstream.Operation(operation),
	}
	b := upstream.Breaker{
		Failures: d.moments(failedAt), Until: d.moment(openUntil), Rest: d.duration(restLength),
		Revision: d.integer(breakerRevision),
	}
	return c, b, d.err()
}
