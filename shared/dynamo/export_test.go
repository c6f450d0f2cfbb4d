package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/network"
)

// What reads items that no method returns whole.
var (
	DecodeLedger  = decodeLedger
	DecodeNetwork = decodeNetwork
	DecodeLine    = decodeLine
	DecodeWindow  = decodeWindow
)

// Till is what a till has taken in.
type Till struct {
	Freed, Charged           int64
	FreedHolds, ChargedHolds int
}

// DecodeTill returns the till of an item, and whether it is one.
func DecodeTill(it map[string]types.AttributeValue) (Till, bool) {
	d := &decoder{item: it}
	if d.text(pinPart) != tillWrites {
		return Till{}, false
	}
	t, err := decodeTill(it)
	return Till{
		t.freed.amount, t.charged.amount, len(t.freed.holds), len(t.charged.holds),
	}, err == nil
}

// PutUnmarked records a session as builds without marks do: every one of an IPv4 address stands at
// the address, too.
func (s *Sessions) PutUnmarked(ctx context.Context, session network.Session) error {
	places, err := bucketsOf(session)
	if err != nil {
		return err
	}
	if isMarked(session) {
		places = append([]bucketKey{addressBucket(session.Prefix.Addr())}, places...)
	}
	for _, p := range places {
		if err := s.putRecord(ctx, session, p); err != nil {
			return err
		}
	}
	return nil
}
