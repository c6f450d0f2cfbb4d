package dynamo

import (
	"bytes"
	"fmt"
	"io"

	"lineproof/shared/fault"
)

// attempt names one call of a store. The tries of the SDK for that call carry the same, those of another call never do.
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

// wrote tells whether the item was last written by this very call, whose answer got lost.
func (a attempt) wrote(it item) bool {
	d := decoder{item: it}
	return bytes.Equal(d.binary(attemptID), a)
}
