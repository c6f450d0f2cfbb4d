package dynamo

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
)

// item is a DynamoDB item, or the values of an expression under their placeholders.
type item = map[string]types.AttributeValue

// slack is how long after its logical end an item may still be read, as expired.
const slack = time.Hour

func text[S ~string](s S) types.AttributeValue {
	return &types.AttributeValueMemberS{Value: string(s)}
}

// binary writes no bytes as an empty value: DynamoDB has no other nil that a condition could
// compare.
func binary[B ~[]byte](b B) types.AttributeValue {
	return &types.AttributeValueMemberB{Value: append([]byte{}, b...)}
}

func boolean(b bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: b} }

func integer[I ~int | ~int64 | ~uint16 | ~uint64](i I) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(i), 10)}
}

func duration(d time.Duration) types.AttributeValue { return integer(d.Nanoseconds()) }

func moment(t time.Time) types.AttributeValue { return integer(nanoseconds(t)) }

func moments(all []time.Time) types.AttributeValue {
	values := make([]types.AttributeValue, len(all))
	for i, t := range all {
		values[i] = moment(t)
	}
	return &types.AttributeValueMemberL{Value: values}
}

// nanoseconds since the Unix epoch; 0 for no moment.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// purge gives the TTL of an item that ends at t; a TTL of 0 lies too far back for DynamoDB to heed.
func purge(t time.Time) types.AttributeValue {
	if t.IsZero() {
		return integer(0)
	}
	return integer(t.Add(slack).Unix())
}

func texts[S ~string](list []S) types.AttributeValue {
	values := make([]types.AttributeValue, len(list))
	for i, s := range list {
		values[i] = text(s)
	}
	return &types.AttributeValueMemberL{Value: values}
}

// decoder reads the attributes of an item and remembers the first that cannot be read.
type decoder struct {
	item item
	bad  string
}

// err says that an attribute could not be read, by its name alone.
func (d *decoder) err() error {
	if d.bad == "" {
		return nil
	}
	return fmt.Errorf("dynamo: decode %s: %w", d.bad, fault.New(fault.Internal))
}

// attribute gives the value of an attribute as the type that it must have, or that type's zero
// value.
func attribute[V any](d *decoder, name string) (value V) {
	raw, present := d.item[name]
	if !present {
		return value
	}
	value, ok := raw.(V)
	if !ok {
		d.fail(name)
	}
	return value
}

func (d *decoder) fail(name string) {
	if d.bad == "" {
		d.bad = name
	}
}

func (d *decoder) text(name string) string {
	if v := attribute[*types.AttributeValueMemberS](d, name); v != nil {
		return v.Value
	}
	return ""
}

// binary gives nil for no bytes.
func (d *decoder) binary(name string) []byte {
	if v := attribute[*types.AttributeValueMemberB](d, name); v != nil && len(v.Value) > 0 {
		return v.Value
	}
	return nil
}

func (d *decoder) boolean(name string) bool {
	v := attribute[*types.AttributeValueMemberBOOL](d, name)
	return v != nil && v.Value
}

func (d *decoder) integer(name string) int64 {
	v := attribute[*types.AttributeValueMemberN](d, name)
	if v == nil {
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		d.fail(name)
	}
	return n
}

func (d *decoder) duration(name string) time.Duration { return time.Duration(d.integer(name)) }

func (d *decoder) moment(name string) time.Time {
	if n := d.integer(name); n != 0 {
		return time.Unix(0, n).UTC()
	}
	return time.Time{}
}

// moments gives nil for none.
func (d *decoder) moments(name string) (all []time.Time) {
	v := attribute[*types.AttributeValueMemberL](d, name)
	if v == nil {
		return nil
	}
	for _, raw := range v.Value {
		inner := &decoder{item: item{name: raw}}
		all = append(all, inner.moment(name))
		if inner.bad != "" {
			d.fail(name)
		}
	}
	return all
}

func (d *decoder) number(name string) phone.Number {
	digits := d.integer(name)
	if digits == 0 {
		return phone.Number{}
	}
	n, err := phone.FromUint64(uint64(digits))
	if err != nil {
		d.fail(name)
	}
	return n
}

// listOf gives nil for an empty list.
func listOf[S ~string](d *decoder, name string) []S {
	v := attribute[*types.AttributeValueMemberL](d, name)
	if v == nil || len(v.Value) == 0 {
		return nil
	}
	list := make([]S, len(v.Value))
	for i, raw := range v.Value {
		s, ok := raw.(*types.AttributeValueMemberS)
		if !ok {
			d.fail(name)
			return nil
		}
		list[i] = S(s.Value)
	}
	return list
}
