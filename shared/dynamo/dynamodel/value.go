package dynamodel

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is a DynamoDB item, or the values of expressions under their placeholders.
type item = map[string]types.AttributeValue

// Names of the value types that are shortened throughout.
type (
	textValue   = types.AttributeValueMemberS
	numberValue = types.AttributeValueMemberN
	bytesValue  = types.AttributeValueMemberB
	listValue   = types.AttributeValueMemberL
	mapValue    = types.AttributeValueMemberM
	textSet     = types.AttributeValueMemberSS
	numberSet   = types.AttributeValueMemberNS
	bytesSet    = types.AttributeValueMemberBS
)

// checked returns a copy of a value that shares nothing with it, its numbers in their shortest
// form; or a ValidationException when DynamoDB takes no such value.
func checked(v types.AttributeValue) (types.AttributeValue, error) {
	switch v := v.(type) {
	case *textValue:
		return &textValue{Value: v.Value}, nil
	case *numberValue:
		n, err := canonical(v.Value)
		return &numberValue{Value: n}, err
	case *bytesValue:
		return &bytesValue{Value: append([]byte{}, v.Value...)}, nil
	case *types.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: v.Value}, nil
	case *types.AttributeValueMemberNULL:
		return &types.AttributeValueMemberNULL{Value: v.Value}, nil
	case *listValue:
		return checkedList(v)
	case *mapValue:
		m, err := checkedItem(v.Value)
		return &mapValue{Value: m}, err
	default:
		return checkedSet(v)
	}
}

func checkedList(v *listValue) (types.AttributeValue, error) {
	list := make([]types.AttributeValue, len(v.Value))
	for i, e := range v.Value {
		var err error
		if list[i], err = checked(e); err != nil {
			return nil, err
		}
	}
	return &listValue{Value: list}, nil
}

func checkedItem(m item) (item, error) {
	all := make(item, len(m))
	for name, v := range m {
		var err error
		if all[name], err = checked(v); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// checkedSet takes a set that has members, none of them twice.
func checkedSet(v types.AttributeValue) (types.AttributeValue, error) {
	members, known := membersOf(v), map[string]bool{}
	for i, m := range members {
		m, err := checked(m)
		if err != nil {
			return nil, err
		}
		if known[bytesOf(m)] {
			return nil, invalid("input collection contains duplicates")
		}
		members[i], known[bytesOf(m)] = m, true
	}
	if len(members) == 0 {
		return nil, invalid("a set may not be empty, or value of unknown type %T", v)
	}
	return setOf(members), nil
}

// copied returns a copy of what was checked before.
func copied(m item) item {
	if m == nil {
		return nil
	}
	all := make(item, len(m))
	for name, v := range m {
		all[name] = copiedValue(v)
	}
	return all
}

func copiedValue(v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *listValue:
		list := make([]types.AttributeValue, len(v.Value))
		for i, e := range v.Value {
			list[i] = copiedValue(e)
		}
		return &listValue{Value: list}
	case *mapValue:
		return &mapValue{Value: copied(v.Value)}
	case *textSet:
		return &textSet{Value: slices.Clone(v.Value)}
	case *numberSet:
		return &numberSet{Value: slices.Clone(v.Value)}
	case *bytesSet:
		return &bytesSet{Value: slices.Clone(v.Value)}
	default:
		scalar, err := checked(v)
		if err != nil {
			panic(fmt.Sprintf("dynamodel: an item stands that cannot be: %v", err))
		}
		return scalar
	}
}

// membersOf returns those of a set, or nil of another value.
func membersOf(v types.AttributeValue) (members []types.AttributeValue) {
	switch v := v.(type) {
	case *textSet:
		for _, s := range v.Value {
			members = append(members, &textValue{Value: s})
		}
	case *numberSet:
		for _, n := range v.Value {
			members = append(members, &numberValue{Value: n})
		}
	case *bytesSet:
		for _, b := range v.Value {
			members = append(members, &bytesValue{Value: b})
		}
	}
	return members
}

// setOf makes a set of members of one type; nil of none.
func setOf(members []types.AttributeValue) types.AttributeValue {
	if len(members) == 0 {
		return nil
	}
	texts, numbers, binaries := &textSet{}, &numberSet{}, &bytesSet{}
	for _, m := range members {
		switch m := m.(type) {
		case *textValue:
			texts.Value = append(texts.Value, m.Value)
		case *numberValue:
			numbers.Value = append(numbers.Value, m.Value)
		case *bytesValue:
			binaries.Value = append(binaries.Value, m.Value)
		}
	}
	switch members[0].(type) {
	case *textValue:
		return texts
	case *numberValue:
		return numbers
	default:
		return binaries
	}
}

func indexOf(list []types.AttributeValue, v types.AttributeValue) int {
	return slices.IndexFunc(list, func(o types.AttributeValue) bool { return equal(o, v) })
}

// kindOf returns the type of a value as the API abbreviates it: S, N, BS.
func kindOf(v types.AttributeValue) string {
	_, kind, _ := strings.Cut(fmt.Sprintf("%T", v), "Member")
	return kind
}

// equal compares values by type and content; the order in a set does not matter.
func equal(a, b types.AttributeValue) bool {
	switch x := a.(type) {
	case *types.AttributeValueMemberBOOL:
		y, same := b.(*types.AttributeValueMemberBOOL)
		return same && x.Value == y.Value
	case *types.AttributeValueMemberNULL:
		_, same := b.(*types.AttributeValueMemberNULL)
		return same
	case *listValue:
		y, same := b.(*listValue)
		return same && slices.EqualFunc(x.Value, y.Value, equal)
	case *mapValue:
		y, same := b.(*mapValue)
		return same && equalItems(x.Value, y.Value)
	case *textSet, *numberSet, *bytesSet:
		ms, ns := membersOf(a), membersOf(b)
		return kindOf(a) == kindOf(b) && len(ms) == len(ns) &&
			!slices.ContainsFunc(
				ms, func(m types.AttributeValue) bool { return indexOf(ns, m) < 0 },
			)
	default:
		order, comparable := compare(a, b)
		return comparable && order == 0
	}
}

func equalItems(a, b item) bool {
	for name, v := range a {
		if w, there := b[name]; !there || !equal(v, w) {
			return false
		}
	}
	return len(a) == len(b)
}

// compare orders two values of the same type, if that is S, N or B.
func compare(a, b types.AttributeValue) (order int, comparable bool) {
	switch x := a.(type) {
	case *textValue:
		if y, same := b.(*textValue); same {
			return strings.Compare(x.Value, y.Value), true
		}
	case *numberValue:
		if y, same := b.(*numberValue); same {
			return compareNumbers(x.Value, y.Value), true
		}
	case *bytesValue:
		if y, same := b.(*bytesValue); same {
			return bytes.Compare(x.Value, y.Value), true
		}
	}
	return 0, false
}
