package dynamo

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/fault"
)

// attempt names one call of a store. The tries of the SDK for that call carry the same, those of
// another call never do.
type attempt []byte

// attemptSize makes two attempts on one item the same once in 2^96.
const attemptSize = 12

func newAttempt(random io.Reader) (attempt, error) {
	a := make(attempt, attemptSize)
	if _, err := io.ReadFull(random, a); err != nil {
		return nil, fmt.Errorf("dynamo: name attempt: %w", fault.Wrap(fault.Internal, err))
	}
	return a, nil
}

// wrote tells whether this very call, whose answer got lost, wrote the item: as the last, or at all
// when the item remembers its writes.
func (a attempt) wrote(it item) bool {
	d := decoder{item: it}
	if bytes.Equal(d.binary(attemptID), a) {
		return true
	}
	all := attribute[*types.AttributeValueMemberBS](&d, pinWrites)
	return all != nil &&
		slices.ContainsFunc(all.Value, func(b []byte) bool { return bytes.Equal(b, a) })
}

// set gives the attempt as a set of its own, to be added to those that an item remembers or taken
// from them.
func (a attempt) set() types.AttributeValue {
	return &types.AttributeValueMemberBS{Value: [][]byte{a}}
}
