package dynamodel

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// step goes into an attribute of a map by its name, or of a list by its index where name is empty.
type step struct {
	name  string
	index int
}

// path names an attribute, or something in it.
type path []step

// path takes one, as a.#b[0].
func (p *parser) path() path {
	steps := path{{name: p.name()}}
	for p.err == nil {
		switch p.peek() {
		case ".":
			p.next()
			steps = append(steps, step{name: p.name()})
		case "[":
			p.next()
			index, err := strconv.Atoi(p.next())
			if err != nil {
				p.fail("list index is no number")
			}
			steps = append(steps, step{index: index})
			p.expect("]")
		default:
			return steps
		}
	}
	return steps
}

func (p *parser) name() string {
	t := p.next()
	if isWord(t) {
		return t
	}
	name, known := p.names[t]
	if !known || name == "" {
		p.fail("an expression attribute name is not defined: %s", t)
	}
	p.used[t] = true
	return name
}

// of returns what stands at the path, or nil.
func (p path) of(m item) types.AttributeValue {
	var v types.AttributeValue = &mapValue{Value: m}
	for _, s := range p {
		if v = s.into(v); v == nil {
			return nil
		}
	}
	return v
}

func (s step) into(v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *mapValue:
		if s.name != "" {
			return v.Value[s.name]
		}
	case *listValue:
		if s.name == "" && s.index < len(v.Value) {
			return v.Value[s.index]
		}
	}
	return nil
}

// set puts a value at the path, whose parent must stand. Behind the end of a list it is appended.
func (p path) set(m item, v types.AttributeValue) error {
	last := p[len(p)-1]
	switch parent := p.parent(m).(type) {
	case *mapValue:
		if last.name != "" {
			parent.Value[last.name] = v
			return nil
		}
	case *listValue:
		if last.name == "" {
			if last.index < len(parent.Value) {
				parent.Value[last.index] = v
			} else {
				parent.Value = append(parent.Value, v)
			}
			return nil
		}
	}
	return errNoParent
}

// remove takes away what stands at the path; that nothing does is no error.
func (p path) remove(m item) error {
	last := p[len(p)-1]
	switch parent := p.parent(m).(type) {
	case *mapValue:
		if last.name != "" {
			delete(parent.Value, last.name)
			return nil
		}
	case *listValue:
		if last.name == "" {
			if last.index < len(parent.Value) {
				parent.Value = slices.Delete(parent.Value, last.index, last.index+1)
			}
			return nil
		}
	}
	return errNoParent
}

var errNoParent = invalid("the document path in the update expression is invalid for update")

func (p path) parent(m item) types.AttributeValue {
	if len(p) == 1 {
		return &mapValue{Value: m}
	}
	return p[:len(p)-1].of(m)
}

// clashes tells whether two paths cannot be changed at once: one leads into the other, or at one
// place they need values of different types.
func (p path) clashes(o path) bool {
	for i := range min(len(p), len(o)) {
		if (p[i].name == "") != (o[i].name == "") {
			return true
		}
		if p[i] != o[i] {
			return false
		}
	}
	return true
}

// disjoint fails when any two of the paths clash.
func disjoint(paths []path) error {
	for i, p := range paths {
		if slices.ContainsFunc(paths[:i], p.clashes) {
			return invalid("two document paths overlap or conflict with each other")
		}
	}
	return nil
}

// before orders paths so that of two elements of one list the later comes first, and can be removed
// without moving the other.
func (p path) before(o path) int {
	for i := range min(len(p), len(o)) {
		if d := o[i].index - p[i].index; d != 0 {
			return d
		}
	}
	return 0
}
