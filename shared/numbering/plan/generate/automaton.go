package main

import (
	"encoding/binary"
	"fmt"
	"regexp/syntax"
	"slices"

	"lineproof/shared/numbering/plan"
)

// longest is the most digits that a pattern of the metadata may match, and more than a plan has.
const longest = 20

// pattern is a regular expression over digits, to be run on all numbers at once.
type pattern struct {
	program *syntax.Prog
	lengths []int32 // that a match may have, none for every length
}

// newPattern compiles an expression. Empty, which libphonenumber writes for a kind that a region
// lacks, is nil, and matches nothing.
func newPattern(expression string, lengths []int32) (*pattern, error) {
	if expression == "" {
		return nil, nil
	}
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil, err
	}
	program, err := syntax.Compile(tree.Simplify())
	return &pattern{program, lengths}, err
}

// states are the instructions of a program at which a match may stand, sorted.
type states []uint32

func (p *pattern) start() states {
	if p == nil {
		return nil
	}
	return p.reach(nil, uint32(p.program.Start))
}

// reach adds an instruction and what follows it without a digit.
func (p *pattern) reach(s states, at uint32) states {
	instruction := p.program.Inst[at]
	switch instruction.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		return p.reach(p.reach(s, instruction.Out), instruction.Arg)
	case syntax.InstCapture, syntax.InstNop:
		return p.reach(s, instruction.Out)
	case syntax.InstEmptyWidth:
		panic("a pattern looks around")
	}
	if i, found := slices.BinarySearch(s, at); !found {
		s = slices.Insert(s, i, at)
	}
	return s
}

func (p *pattern) step(s states, digit rune) states {
	var next states
	for _, at := range s {
		if instruction := p.program.Inst[at]; instruction.MatchRune(digit) {
			next = p.reach(next, instruction.Out)
		}
	}
	return next
}

// matches tells whether a number ends well here, after so many digits.
func (p *pattern) matches(s states, length int) bool {
	if p == nil || len(p.lengths) > 0 && !slices.Contains(p.lengths, int32(length)) {
		return false
	}
	return slices.ContainsFunc(
		s, func(at uint32) bool { return p.program.Inst[at].Op == syntax.InstMatch },
	)
}

// nowhere is the node that tells nothing and leads nowhere: the word before all nodes.
const nowhere = 0

// edge leads to a node by each digit whose bit is set.
type edge struct{ digits, node uint16 }

// automata writes automata as plan reads them. Equal parts of all stand once: all numbers end, so
// nodes are made from their ends on, and a node that was written before is used again.
type automata struct {
	words   []uint16
	written map[string]uint16
}

func newAutomata() *automata {
	return &automata{words: []uint16{nowhere}, written: map[string]uint16{}}
}

// verdict judges a number by which patterns match it.
type verdict func(matches []bool) plan.Output

// add writes the automaton that runs all patterns at once, and returns its first node.
func (a *automata) add(patterns []*pattern, judge verdict) uint16 {
	at := make([]states, len(patterns))
	for i, p := range patterns {
		at[i] = p.start()
	}
	r := run{a, patterns, judge, map[string]uint16{}}
	return r.node(at, 0)
}

// run is the making of one automaton.
type run struct {
	*automata
	patterns []*pattern
	judge    verdict
	known    map[string]uint16
}

// node writes the node of patterns that stand so after so many digits.
func (r run) node(at []states, length int) uint16 {
	key := fmt.Sprint(length, at)
	if node, ok := r.known[key]; ok {
		return node
	}
	if length > longest {
		panic("a pattern has no end")
	}
	var edges []edge
	for digit := range 10 {
		next, alive := r.step(at, rune('0'+digit))
		if !alive {
			continue
		}
		if target := r.node(next, length+1); target != nowhere {
			edges = join(edges, edge{1 << digit, target})
		}
	}
	r.known[key] = r.write(r.output(at, length), edges)
	return r.known[key]
}

// step takes every pattern over a digit, and tells whether one goes on.
func (r run) step(at []states, digit rune) ([]states, bool) {
	next, alive := make([]states, len(at)), false
	for i, p := range r.patterns {
		if len(at[i]) > 0 {
			next[i] = p.step(at[i], digit)
		}
		alive = alive || len(next[i]) > 0
	}
	return next, alive
}

func (r run) output(at []states, length int) plan.Output {
	matches := make([]bool, len(at))
	for i, p := range r.patterns {
		matches[i] = p.matches(at[i], length)
	}
	return r.judge(matches)
}

// join adds an edge, to one with the same target if there is one.
func join(edges []edge, e edge) []edge {
	for i := range edges {
		if edges[i].node == e.node {
			edges[i].digits |= e.digits
			return edges
		}
	}
	return append(edges, e)
}

// write appends a node: its output and how many edges it has, then the edges.
func (a *automata) write(output plan.Output, edges []edge) uint16 {
	if output == 0 && len(edges) == 0 {
		return nowhere
	}
	node := []uint16{uint16(output) | uint16(len(edges))<<8}
	for _, e := range edges {
		node = append(node, e.digits, e.node)
	}
	key := string(encoded(node))
	if at, ok := a.written[key]; ok {
		return at
	}
	at := len(a.words)
	if at > 1<<16-1 {
		panic("the automata need wider addresses")
	}
	a.words = append(a.words, node...)
	a.written[key] = uint16(at)
	return uint16(at)
}

// encoded is how words stand in the file.
func encoded(words []uint16) []byte {
	text, _ := binary.Append(nil, binary.LittleEndian, words) // fails for no words
	return text
}
