package dynamo

import (
	"bytes"
	bits "encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/fault"
)

// hold names money that a ledger has set aside for one verification, and tells how much and since
// when: 5 random bytes, the hour since the Unix epoch in 3, the amount in millionths of a euro as a
// varint. It is short, for hundreds may stand in one ledger. No two are alike, and none is set
// aside twice.
type hold []byte

// The places of a hold's writes.
const (
	holdHour   = 5
	holdAmount = 8
)

func newHold(random io.Reader, amount int64, now time.Time) (hold, error) {
	h := make(hold, holdAmount, holdAmount+bits.MaxVarintLen64)
	if _, err := io.ReadFull(random, h[:holdHour]); err != nil {
		return nil, fmt.Errorf("dynamo: name hold: %w", fault.Wrap(fault.Internal, err))
	}
	hour := now.Unix() / int64(time.Hour/time.Second)
	h[holdHour], h[holdHour+1], h[holdHour+2] = byte(hour>>16), byte(hour>>8), byte(hour)
	return bits.AppendUvarint(h, uint64(amount)), nil
}

// amount returns what is set aside; 0 for what is no hold.
func (h hold) amount() int64 {
	if len(h) <= holdAmount {
		return 0
	}
	amount, _ := bits.Uvarint(h[holdAmount:])
	return int64(amount)
}

// since returns the hour in which it was set aside.
func (h hold) since() time.Time {
	if len(h) <= holdAmount {
		return time.Time{}
	}
	hour := int64(h[holdHour])<<16 | int64(h[holdHour+1])<<8 | int64(h[holdHour+2])
	return time.Unix(hour*int64(time.Hour/time.Second), 0)
}

// is tells whether it is the same.
func (h hold) is(other hold) bool { return bytes.Equal(h, other) }

// amountOf returns what all of them set aside.
func amountOf(holds []hold) (sum int64) {
	for _, h := range holds {
		sum += h.amount()
	}
	return sum
}

// holdSet writes holds as a set, which must not be empty.
func holdSet(holds []hold) types.AttributeValue {
	set := make([][]byte, len(holds))
	for i, h := range holds {
		set[i] = h
	}
	return &types.AttributeValueMemberBS{Value: set}
}

// holds returns those of a set; nil for none.
func (d *decoder) holds(name string) []hold {
	v := attribute[*types.AttributeValueMemberBS](d, name)
	if v == nil {
		return nil
	}
	all := make([]hold, len(v.Value))
	for i, b := range v.Value {
		all[i] = b
	}
	return all
}
