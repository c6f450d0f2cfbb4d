package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"lineproof/shared/numbering/plan"
)

// release is the metadata of a release of libphonenumber.
type release struct {
	Release string                        `json:"release"`
	Plans   []*phonenumbers.PhoneMetadata `json:"plans"`
}

// readRelease reads what metadata.py writes.
func readRelease(from io.Reader) (release, error) {
	var r release
	err := json.NewDecoder(from).Decode(&r)
	if err == nil && len(r.Plans) == 0 {
		err = fmt.Errorf("no plans in release %q", r.Release)
	}
	return r, err
}

// change is a kind of line that is another in the other release.
type change struct{ from, to plan.Kind }

// kindNames are the kinds as they are printed.
var kindNames = [...]string{
	plan.Unknown: "nobody's", plan.PremiumRate: "premium rate", plan.TollFree: "toll free",
	plan.SharedCost: "shared cost", plan.VoIP: "VoIP", plan.PersonalNumber: "personal",
	plan.Pager: "pager", plan.UAN: "UAN", plan.Voicemail: "voicemail",
	plan.FixedLine: "fixed line", plan.FixedLineOrMobile: "fixed line or mobile",
	plan.Mobile: "mobile",
}

// mostRanges is how many ranges are printed for a change.
const mostRanges = 3

// compare writes of each country whose numbers are of other kinds in theirs: how many, and a few
// ranges of them. It returns how many plans differ.
func compare(to *strings.Builder, ours, theirs []*phonenumbers.PhoneMetadata) (int, error) {
	others, differ := map[string]*phonenumbers.PhoneMetadata{}, 0
	for _, m := range theirs {
		others[title(m)] = m
	}
	for _, m := range ours {
		c, err := newComparison(m, others[title(m)])
		if err != nil {
			return 0, fmt.Errorf("%s: %w", title(m), err)
		}
		if c.print(to, title(m)) {
			differ++
		}
		delete(others, title(m))
	}
	for _, name := range slices.Sorted(maps.Keys(others)) {
		fmt.Fprintf(to, "%s is new\n", name)
		differ++
	}
	return differ, nil
}

// title is what a plan is called: country and calling code.
func title(m *phonenumbers.PhoneMetadata) string {
	return fmt.Sprintf("%s +%d", m.GetId(), m.GetCountryCode())
}

// comparison is of two automata that stand side by side, whose equal parts are one.
type comparison struct {
	*automata
	ours, theirs uint16
	known        map[[2]uint16]map[reach]int64
}

// reach is a change of numbers that have so many more digits.
type reach struct {
	change
	more int
}

// newComparison makes the automata of two plans; without the second, none of its numbers is left.
func newComparison(ours, theirs *phonenumbers.PhoneMetadata) (comparison, error) {
	c := comparison{newAutomata(), nowhere, nowhere, map[[2]uint16]map[reach]int64{}}
	var err error
	if c.ours, err = c.kinds(ours); err == nil && theirs != nil {
		c.theirs, err = c.kinds(theirs)
	}
	return c, err
}

func (a *automata) kindAt(node uint16) plan.Kind {
	return plan.Kind(a.words[node] & 0xff &^ uint16(plan.General))
}

func (a *automata) next(node uint16, digit int) uint16 {
	edges := a.words[node+1:][:2*int(a.words[node]>>8)]
	for ; len(edges) > 0; edges = edges[2:] {
		if edges[0]&(1<<digit) != 0 {
			return edges[1]
		}
	}
	return nowhere
}

// count returns how many numbers change from two nodes on.
func (c comparison) count(ours, theirs uint16) map[reach]int64 {
	if ours == theirs {
		return nil
	}
	at := [2]uint16{ours, theirs}
	if found, ok := c.known[at]; ok {
		return found
	}
	found := map[reach]int64{}
	if here := (change{c.kindAt(ours), c.kindAt(theirs)}); here.from != here.to {
		found[reach{here, 0}] = 1
	}
	for digit := range 10 {
		for r, n := range c.count(c.next(ours, digit), c.next(theirs, digit)) {
			found[reach{r.change, r.more + 1}] += n
		}
	}
	c.known[at] = found
	return found
}

// span is a change of all numbers of a length that begin so.
type span struct {
	change
	length int
}

// ranges adds the ranges that change as one, x for any digit, but for those within a span that is
// told of already.
func (c comparison) ranges(
	to map[change][]string, prefix string, ours, theirs uint16, told []span,
) {
	open := false
	found := c.count(ours, theirs)
	for _, r := range slices.SortedFunc(maps.Keys(found), shortest) {
		s := span{r.change, len(prefix) + r.more}
		switch {
		case len(to[r.change]) >= mostRanges, slices.Contains(told, s):
		case found[r] == power(r.more):
			to[r.change] = append(to[r.change], prefix+strings.Repeat("x", r.more))
			told = append(told[:len(told):len(told)], s)
		default:
			open = true
		}
	}
	for digit := 0; open && digit < 10; digit++ {
		text := prefix + string(rune('0'+digit))
		c.ranges(to, text, c.next(ours, digit), c.next(theirs, digit), told)
	}
}

func shortest(a, b reach) int {
	return cmp.Or(cmp.Compare(a.more, b.more), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
}

func power(digits int) int64 {
	all := int64(1)
	for range digits {
		all *= 10
	}
	return all
}

// print writes of the changes, most numbers first, and whether there are any.
func (c comparison) print(to *strings.Builder, name string) bool {
	sums, ranges := map[change]int64{}, map[change][]string{}
	for r, n := range c.count(c.ours, c.theirs) {
		sums[r.change] += n
	}
	if len(sums) == 0 {
		return false
	}
	c.ranges(ranges, "", c.ours, c.theirs, nil)
	fmt.Fprintln(to, name)
	changes := slices.SortedFunc(maps.Keys(sums), func(a, b change) int {
		return cmp.Or(cmp.Compare(sums[b], sums[a]), shortest(reach{a, 0}, reach{b, 0}))
	})
	for _, ch := range changes {
		fmt.Fprintf(to, "  %s -> %s: %d numbers, as %s\n", kindNames[ch.from], kindNames[ch.to],
			sums[ch], strings.Join(ranges[ch], " "))
	}
	return true
}
