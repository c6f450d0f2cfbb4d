package dynamo

import (
	"math"
	"sync"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/verification"
)

// addition is n more in the window of a meter: which item has it, and under which attribute.
type addition struct {
	key   pinKey
	name  string
	meter verification.Limit
	n     int64
	now   time.Time
}

// ledgerSight names an account's ledger among what a process sees.
func ledgerSight(owner account.Key) pinKey { return pinKey{owner.String(), ledgerPart} }

// ledgerPart stands in for the sort key, which ledgers have not.
const ledgerPart = "ledger"

// sights are the windows that a process saw last, by which it supposes how they stand: a write that
// supposes rightly is not refused.
type sights struct {
	mu  sync.Mutex
	all map[sightKey]sight
	// untouched tells of the windows of a kind whether the last that was unknown had counted
	// nothing.
	untouched map[sightKey]bool
}

// sightKey names a window, or without a subject a kind of them.
type sightKey struct{ subject, part, name string }

// sight is a window as it stood, and whether others count in it too.
type sight struct {
	window verification.Window
	others bool
}

// mostSights bounds the windows that are remembered.
const mostSights = 8192

func newSights() *sights {
	return &sights{all: map[sightKey]sight{}, untouched: map[sightKey]bool{}}
}

// suppose returns how a window probably stands. An unknown one stands as the last that was unknown
// did.
func (s *sights) suppose(c addition) verification.Window {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen, known := s.all[sightKey{c.key.subject, c.key.part, c.name}]
	w := seen.window
	if known && seen.others && c.probablyBegun(w) || !known && !s.isUntouched(c) {
		w = c.begun()
	}
	if _, passes := c.meter.Take(w, c.n, c.now); !passes { // it may have been given back since
		w = c.begun()
	}
	return w
}

// isUntouched supposes at first that others count in all windows but those of addresses and of a
// second.
func (s *sights) isUntouched(c addition) bool {
	untouched, known := s.untouched[sightKey{"", c.key.part, c.name}]
	return known && untouched || !known && (c.key.part == addressWrite || c.name == rateWindow)
}

// begun is a window in whose current slot something counts already.
func (c addition) begun() verification.Window {
	if c.meter.Count <= 0 {
		return verification.Window{}
	}
	return c.meter.At(verification.Window{}, c.now)
}

// probablyBegun tells whether others are likelier to have counted in the current slot than to have
// counted nothing since a window was seen, if they go on as in that.
func (c addition) probablyBegun(seen verification.Window) bool {
	slot := c.begun().Slot
	slots := slot - c.meter.Oldest(slot)
	length := int64(c.meter.Per) / max(1, slots)
	if c.meter.Count <= 0 || seen.Slot >= slot {
		return false
	}
	rate := float64(seen.Total()) / float64(max(1, c.n)*slots) // in a slot
	within := float64(c.now.UnixNano()%length) / float64(length)
	since := float64(slot-seen.Slot) + within - 0.5
	return math.Exp(-rate*within)+math.Exp(-rate*since) < 1
}

// saw notes how the window of an addition stands in an item: after it, or, where it was refused,
// without.
func (s *sights) saw(c addition, stands item, counted bool) {
	if c.meter.Count <= 0 {
		return
	}
	w := (&decoder{item: stands}).window(c.name)
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sightKey{c.key.subject, c.key.part, c.name}
	before, known := s.all[key]
	total := c.meter.At(w, c.now).Total()
	if counted {
		total -= c.n
	}
	if len(s.all) >= mostSights {
		clear(s.all)
	}
	s.all[key] = sight{w, known && total != c.meter.At(before.window, c.now).Total()}
	if !known {
		s.untouched[sightKey{"", c.key.part, c.name}] = total == 0
	}
}
