package dynamodel

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expression is the right side of an assignment.
type expression interface {
	// evaluate returns the value that comes of the item before the update.
	evaluate(old item) (types.AttributeValue, error)
}

// plain is a value of the request, or of the item, where it must stand.
type plain struct{ operand }

func (o plain) evaluate(old item) (types.AttributeValue, error) {
	v := o.of(old)
	if v == nil {
		return nil, invalid("the expression refers to an attribute that does not exist in the item")
	}
	return v, nil
}

// fallback is if_not_exists.
type fallback struct {
	path path
	or   expression
}

func (f fallback) evaluate(old item) (types.AttributeValue, error) {
	if v := f.path.of(old); v != nil {
		return v, nil
	}
	return f.or.evaluate(old)
}

// appended is list_append.
type appended struct{ a, b expression }

func (a appended) evaluate(old item) (types.AttributeValue, error) {
	x, y, err := both(old, a.a, a.b)
	if err != nil {
		return nil, err
	}
	front, isList := x.(*listValue)
	back, areLists := y.(*listValue)
	if !isList || !areLists {
		return nil, errOperandType
	}
	return &listValue{Value: slices.Concat(front.Value, back.Value)}, nil
}

// total is a sum, or a difference where sign is -1.
type total struct {
	a, b expression
	sign int64
}

func (t total) evaluate(old item) (types.AttributeValue, error) {
	x, y, err := both(old, t.a, t.b)
	if err != nil {
		return nil, err
	}
	m, isNumber := x.(*numberValue)
	n, areNumbers := y.(*numberValue)
	if !isNumber || !areNumbers {
		return nil, errOperandType
	}
	result, err := sum(m.Value, n.Value, t.sign)
	return &numberValue{Value: result}, err
}

func both(old item, a, b expression) (x, y types.AttributeValue, err error) {
	if x, err = a.evaluate(old); err != nil {
		return nil, nil, err
	}
	y, err = b.evaluate(old)
	return x, y, err
}

func (p *parser) expression() expression {
	e := p.term()
	switch p.peek() {
	case "+", "-":
		t := total{a: e, sign: 1}
		if p.next() == "-" {
			t.sign = -1
		}
		p.operators++
		t.b = p.term()
		p.want("N", t.a, t.b)
		return t
	default:
		return e
	}
}

// want refuses values of the request that are of another type than the function or operator takes.
func (p *parser) want(kind string, of ...expression) {
	for _, e := range of {
		v, isPlain := e.(plain)
		if !isPlain || p.err != nil {
			continue
		}
		if l, isLiteral := v.operand.(literal); isLiteral && kindOf(l.value) != kind {
			p.fail("incorrect operand type for operator or function: it takes %s", kind)
		}
	}
}

func (p *parser) term() expression {
	isCall := len(p.left) > 1 && p.left[1] == "("
	switch function := p.peek(); {
	case isCall && function == "if_not_exists":
		p.next()
		p.expect("(")
		f := fallback{path: p.path()}
		p.expect(",")
		f.or = p.term()
		p.expect(")")
		return f
	case isCall && function == "list_append":
		p.next()
		p.expect("(")
		a := appended{a: p.term()}
		p.expect(",")
		a.b = p.term()
		p.expect(")")
		p.want("L", a.a, a.b)
		return a
	case isCall:
		p.fail("a function is not allowed here: %s", function)
		return plain{literal{}}
	default:
		return plain{p.operand()}
	}
}
