package plan

import _ "embed"

// Kind is the kind of line that a number is of.
type Kind uint8

// The kinds, in the order in which libphonenumber looks for them.
const (
	Unknown Kind = iota // a number that nobody may have
	PremiumRate
	TollFree
	SharedCost
	VoIP
	PersonalNumber
	Pager
	UAN // a company's, whose calls it routes (universal access number)
	Voicemail
	FixedLine
	FixedLineOrMobile // the plan does not tell them apart
	Mobile
)

// Output is what a node of an automaton tells of a number that ends there: its kind, and General.
type Output uint8

// General is the output of a number that is like the region's numbers, of whatever length and kind.
const General Output = 1 << 7

func (o Output) kind() Kind    { return Kind(o &^ General) }
func (o Output) general() bool { return o&General != 0 }

// nowhere is the node that no number leaves, and that tells nothing.
const nowhere = 0

// automata are the automata of all regions, which share what is the same in them. They consist of
// 16-bit words, little-endian, and a node is named by the index of its first word: its Output, and
// how many edges follow, times 256. An edge has two words: a bit for each digit that it takes, and
// the node it leads to.
//
//go:embed automata.bin
var automata string

func word(i int) uint16 { return uint16(automata[2*i]) | uint16(automata[2*i+1])<<8 }

// next returns the node that a digit leads to.
func next(node uint16, digit byte) uint16 {
	at := int(node)
	for range word(at) >> 8 {
		if word(at+1)&(1<<(digit-'0')) != 0 {
			return word(at + 2)
		}
		at += 2
	}
	return nowhere
}

func output(node uint16) Output { return Output(word(int(node))) }

// ends returns what an automaton tells of the whole of a number.
func ends(node uint16, digits string) Output {
	for i := 0; i < len(digits) && node != nowhere; i++ {
		node = next(node, digits[i])
	}
	return output(node)
}

// begins tells whether an automaton takes the first of some digits.
func begins(node uint16, digits string) bool {
	for i := 0; i < len(digits) && output(node) == 0; i++ {
		node = next(node, digits[i])
	}
	return output(node) != 0
}
