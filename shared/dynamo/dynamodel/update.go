package dynamodel

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// update is an update expression: what it does, by clause.
type update struct {
	sets     []assignment
	removals []path
	adds     []assignment
	deletes  []assignment
}

// assignment does something with a value at a path.
type assignment struct {
	path  path
	value expression
}

// newUpdate reads an expression; one that changes nothing of none.
func (s *scope) newUpdate(text *string) (update, error) {
	if text == nil {
		return update{}, nil
	}
	p, u := newParser(s, *text), update{}
	clauses := map[string]func(){
		"SET":    func() { u.sets = append(u.sets, p.assignment()) },
		"REMOVE": func() { u.removals = append(u.removals, p.path()) },
		"ADD":    func() { u.adds = append(u.adds, p.change("N", "SS", "NS", "BS")) },
		"DELETE": func() { u.deletes = append(u.deletes, p.change("SS", "NS", "BS")) },
	}
	words := slices.Collect(maps.Keys(clauses))
	for p.err == nil && len(p.left) > 0 {
		clause := p.keyword(words...)
		if clause == "" || clauses[clause] == nil {
			p.fail("syntax error; a clause is missing, or stands twice")
			break
		}
		for clauses[clause](); p.peek() == ","; clauses[clause]() {
			p.next()
		}
		clauses[clause] = nil
	}
	if err := p.end(); err != nil {
		return u, err
	}
	return u, disjoint(u.paths())
}

func (u update) paths() (all []path) {
	for _, a := range slices.Concat(u.sets, u.adds, u.deletes) {
		all = append(all, a.path)
	}
	return append(all, u.removals...)
}

// touches tells whether the update changes the attribute.
func (u update) touches(name string) bool {
	return slices.ContainsFunc(u.paths(), func(p path) bool { return p[0].name == name })
}

func (p *parser) assignment() assignment {
	a := assignment{path: p.path()}
	p.expect("=")
	a.value = p.expression()
	return a
}

// change is one of ADD or DELETE, with a value of one of the types.
func (p *parser) change(kinds ...string) assignment {
	a := assignment{path: p.path()}
	v := p.value()
	if p.err == nil && !slices.Contains(kinds, kindOf(v.value)) {
		p.fail("incorrect operand type for operator or function: ADD or DELETE")
	}
	a.value = plain{v}
	return a
}

// apply returns the item as the update leaves it, a copy; every value is that of before.
func (u update) apply(old item) (item, error) {
	next := copied(old)
	values := make([]types.AttributeValue, len(u.sets))
	for i, a := range u.sets {
		v, err := a.value.evaluate(old)
		if err != nil {
			return nil, err
		}
		if values[i], err = checked(v); err != nil {
			return nil, err
		}
	}
	for _, i := range u.inOrder() {
		if err := u.sets[i].path.set(next, values[i]); err != nil {
			return nil, err
		}
	}
	for _, part := range []struct {
		of []assignment
		by func(old, v types.AttributeValue) (types.AttributeValue, error)
	}{{u.adds, added}, {u.deletes, deleted}} {
		for _, a := range part.of {
			if err := a.change(next, part.by); err != nil {
				return nil, err
			}
		}
	}
	for _, p := range slices.SortedStableFunc(slices.Values(u.removals), path.before) {
		if err := p.remove(next); err != nil {
			return nil, err
		}
	}
	return next, nil
}

// inOrder returns the assignments' indices so that what is appended to a list keeps its order.
func (u update) inOrder() []int {
	order := make([]int, len(u.sets))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(
		order, func(i, j int) int { return u.sets[j].path.before(u.sets[i].path) },
	)
	return order
}

// change replaces what stands at the path by what becomes of it, nil for nothing.
func (a assignment) change(m item,
	by func(old, v types.AttributeValue) (types.AttributeValue, error)) error {
	v, err := a.value.evaluate(m)
	if err != nil {
		return err
	}
	v, err = by(a.path.of(m), v)
	switch {
	case err != nil:
		return err
	case v == nil:
		return a.path.remove(m)
	default:
		return a.path.set(m, v)
	}
}

var errOperandType = invalid("an operand in the update expression has an incorrect data type")

// added is a number greater by another, or a set with the members of another.
func added(old, v types.AttributeValue) (types.AttributeValue, error) {
	if old == nil {
		return checked(v)
	}
	if kindOf(old) != kindOf(v) {
		return nil, errOperandType
	}
	if n, isNumber := old.(*numberValue); isNumber {
		total, err := sum(n.Value, bytesOf(v), 1)
		return &numberValue{Value: total}, err
	}
	return setOf(append(without(membersOf(old), v), membersOf(v)...)), nil
}

// deleted is a set without the members of another; nil when that leaves none.
func deleted(old, v types.AttributeValue) (types.AttributeValue, error) {
	if old == nil {
		return nil, nil
	}
	if kindOf(old) != kindOf(v) {
		return nil, errOperandType
	}
	return setOf(without(membersOf(old), v)), nil
}

// without takes out of a set's members those of another.
func without(members []types.AttributeValue, set types.AttributeValue) []types.AttributeValue {
	out := map[string]bool{}
	for _, m := range membersOf(set) {
		out[bytesOf(m)] = true
	}
	return slices.DeleteFunc(members, func(m types.AttributeValue) bool { return out[bytesOf(m)] })
}
