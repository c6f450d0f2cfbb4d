package dynamodel

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// condition is one that holds or does not hold for an item; nil is that of an item that is absent.
type condition interface{ holds(item) bool }

type (
	and []condition
	or  []condition
	not struct{ condition }
)

func (a and) holds(m item) bool {
	return !slices.ContainsFunc(a, func(c condition) bool { return !c.holds(m) })
}

func (o or) holds(m item) bool {
	return slices.ContainsFunc(o, func(c condition) bool { return c.holds(m) })
}

func (n not) holds(m item) bool { return !n.condition.holds(m) }

// comparison applies an operator or a function, as it is written, to operands.
type comparison struct {
	op       string
	operands []operand
}

func (c comparison) holds(m item) bool {
	values := make([]types.AttributeValue, len(c.operands))
	for i, o := range c.operands {
		values[i] = o.of(m)
	}
	if test, known := tests[c.op]; known {
		return test(values[0], values[1:])
	}
	return ordered(values[0], c.op, values[1])
}

// tests are the operators and functions, but those that compare the order of two operands.
var tests = map[string]func(types.AttributeValue, []types.AttributeValue) bool{
	"attribute_exists":     stands,
	"attribute_not_exists": isAbsent,
	"attribute_type":       isOfType,
	"=":                    isAny,
	"<>":                   isNone,
	"IN":                   isAny,
	"BETWEEN":              isBetween,
	"begins_with":          begins,
	"contains":             contains,
}

func stands(v types.AttributeValue, _ []types.AttributeValue) bool { return v != nil }

func isAbsent(v types.AttributeValue, _ []types.AttributeValue) bool { return v == nil }

func isOfType(v types.AttributeValue, of []types.AttributeValue) bool {
	kind, isText := of[0].(*textValue)
	return v != nil && isText && kindOf(v) == kind.Value
}

func isAny(v types.AttributeValue, of []types.AttributeValue) bool {
	return v != nil && slices.ContainsFunc(of, func(o types.AttributeValue) bool {
		return o != nil && equal(v, o)
	})
}

func isNone(v types.AttributeValue, of []types.AttributeValue) bool { return !isAny(v, of) }

func isBetween(v types.AttributeValue, of []types.AttributeValue) bool {
	return ordered(of[0], "<=", v) && ordered(v, "<=", of[1])
}

func ordered(a types.AttributeValue, op string, b types.AttributeValue) bool {
	order, comparable := compare(a, b)
	switch op {
	case "<":
		return comparable && order < 0
	case "<=":
		return comparable && order <= 0
	case ">":
		return comparable && order > 0
	default:
		return comparable && order >= 0
	}
}

func begins(v types.AttributeValue, of []types.AttributeValue) bool {
	switch v := v.(type) {
	case *textValue:
		w, same := of[0].(*textValue)
		return same && strings.HasPrefix(v.Value, w.Value)
	case *bytesValue:
		w, same := of[0].(*bytesValue)
		return same && bytes.HasPrefix(v.Value, w.Value)
	}
	return false
}

func contains(v types.AttributeValue, of []types.AttributeValue) bool {
	part := of[0]
	switch v := v.(type) {
	case *textValue:
		w, same := part.(*textValue)
		return same && strings.Contains(v.Value, w.Value)
	case *bytesValue:
		w, same := part.(*bytesValue)
		return same && bytes.Contains(v.Value, w.Value)
	case *listValue:
		return indexOf(v.Value, part) >= 0
	default:
		return indexOf(membersOf(v), part) >= 0
	}
}

// newCondition reads an expression; nil, which always holds, of none.
func (s *scope) newCondition(expression *string) (condition, error) {
	if expression == nil {
		return nil, nil
	}
	p := newParser(s, *expression)
	c := p.condition()
	return c, p.end()
}

func (p *parser) condition() condition {
	terms := or{p.conjunction()}
	for p.operator("OR") != "" {
		terms = append(terms, p.conjunction())
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return terms
}

func (p *parser) conjunction() condition {
	terms := and{p.negation()}
	for p.operator("AND") != "" {
		terms = append(terms, p.negation())
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return terms
}

func (p *parser) negation() condition {
	if p.operator("NOT") != "" {
		return not{p.negation()}
	}
	if p.peek() != "(" {
		return p.comparison()
	}
	p.next()
	if p.doubled() {
		p.fail("the expression has redundant parentheses")
	}
	c := p.condition()
	p.expect(")")
	return c
}

// doubled tells whether what comes next stands in parentheses, and before the next closing one.
func (p *parser) doubled() bool {
	depth := 0
	for i, t := range p.left {
		switch t {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 {
			return t == ")" && i+1 < len(p.left) && p.left[i+1] == ")"
		}
	}
	return false
}

// arities are the functions that are conditions, and how many operands they have.
var arities = map[string]int{
	"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2,
	"contains": 2,
}

func (p *parser) comparison() condition {
	if arity := arities[p.peek()]; arity > 0 && len(p.left) > 1 && p.left[1] == "(" {
		return p.function(arity)
	}
	c := comparison{operands: []operand{p.operand()}}
	switch c.op = p.operator("=", "<>", "<", "<=", ">", ">=", "BETWEEN", "IN"); c.op {
	case "BETWEEN":
		c.operands = append(c.operands, p.operand())
		if p.keyword("AND") == "" {
			p.fail("syntax error; BETWEEN lacks its AND")
		}
		c.operands = append(c.operands, p.operand())
	case "IN":
		c.operands = append(c.operands, p.list()...)
		if len(c.operands) > 1+mostIn {
			p.fail("too many operands of IN")
		}
	case "":
		p.fail("syntax error; an operator is missing")
	default:
		c.operands = append(c.operands, p.operand())
	}
	p.check(c)
	return c
}

func (p *parser) function(arity int) condition {
	c := comparison{op: p.next()}
	p.operators++
	if c.operands = p.list(); p.err == nil && len(c.operands) != arity {
		p.fail("incorrect number of operands for operator or function: %s", c.op)
	}
	p.check(c)
	return c
}

// list takes operands between parentheses.
func (p *parser) list() (operands []operand) {
	p.expect("(")
	operands = append(operands, p.operand())
	for p.peek() == "," {
		p.next()
		operands = append(operands, p.operand())
	}
	p.expect(")")
	return operands
}

// check refuses operands that make no sense with the operator, whatever the item.
func (p *parser) check(c comparison) {
	if p.err != nil {
		return
	}
	if _, isPath := c.operands[0].(path); !isPath && arities[c.op] == 1 {
		p.fail("operator or function requires a document path: %s", c.op)
	}
	for i, o := range c.operands {
		l, isLiteral := o.(literal)
		if isLiteral && !takes(c.op, i, kindOf(l.value)) {
			p.fail("incorrect operand type for operator or function: %s", c.op)
		}
		if i > 0 && same(c.operands[0], o) {
			p.fail("the first operand must be distinct from the remaining operands: %s", c.op)
		}
	}
	if c.op == "BETWEEN" {
		p.checkBounds(c.operands[1], c.operands[2])
	}
}

// takes tells whether the operator takes a value of that type as its operand of that index.
func takes(op string, index int, kind string) bool {
	switch op {
	case "<", "<=", ">", ">=", "BETWEEN":
		return kind == "S" || kind == "N" || kind == "B"
	case "begins_with":
		return kind == "S" || kind == "B"
	case "attribute_type":
		return index == 0 || kind == "S"
	default:
		return true
	}
}

func (p *parser) checkBounds(lower, upper operand) {
	low, isLow := lower.(literal)
	high, isHigh := upper.(literal)
	if !isLow || !isHigh {
		return
	}
	if order, comparable := compare(low.value, high.value); !comparable || order > 0 {
		p.fail("BETWEEN requires an upper bound of the same type that is greater than or equal")
	}
}
