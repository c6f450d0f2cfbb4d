package dynamodel

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// operand is what a condition compares.
type operand interface {
	// of returns the value in an item; nil for none.
	of(item) types.AttributeValue
}

// literal is a value of the request.
type literal struct{ value types.AttributeValue }

func (l literal) of(item) types.AttributeValue { return l.value }

// size is that of what stands at a path: bytes of texts and binaries, elements of all else.
type size struct{ path path }

func (s size) of(m item) types.AttributeValue {
	var n int
	switch v := s.path.of(m).(type) {
	case *textValue:
		n = len(v.Value)
	case *bytesValue:
		n = len(v.Value)
	case *listValue:
		n = len(v.Value)
	case *mapValue:
		n = len(v.Value)
	case *textSet, *numberSet, *bytesSet:
		n = len(membersOf(v))
	default:
		return nil
	}
	return &numberValue{Value: strconv.Itoa(n)}
}

// operand takes a path, a value or a size.
func (p *parser) operand() operand {
	switch t := p.peek(); {
	case t == "":
		p.fail("syntax error; an operand is missing")
		return literal{}
	case t[0] == ':':
		return p.value()
	case t == "size" && len(p.left) > 1 && p.left[1] == "(":
		p.next()
		p.expect("(")
		s := size{p.path()}
		p.expect(")")
		return s
	default:
		return p.path()
	}
}

// same tells whether two operands are written alike.
func same(a, b operand) bool {
	x, isPath := a.(path)
	y, isOther := b.(path)
	return isPath && isOther && slices.Equal(x, y)
}
