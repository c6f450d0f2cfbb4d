package dynamo

import (
	"reflect"
	"testing"
	"time"

	"lineproof/shared/verification"
)

// TestSuppose plays what a process saw of windows and what it then supposes of them.
func TestSuppose(t *testing.T) {
	t.Parallel()
	second := verification.Limit{Count: 1000, Per: time.Second}
	slot := purseNow.UnixNano() / int64(second.Per/10)
	early := time.Unix(0, slot*int64(second.Per/10)) // the beginning of the slot
	late := early.Add(90 * time.Millisecond)
	at := func(ago int64, counts ...int64) verification.Window {
		return verification.Window{Slot: slot - ago, Counts: counts}
	}
	seen := func(w verification.Window, counted bool) func(*sights, addition) {
		return func(s *sights, c addition) {
			c.now = early.Add(-time.Duration(slot-w.Slot) * second.Per / 10)
			s.saw(c, item{c.name: window(w)}, counted)
		}
	}
	network, address := networkKey(1, "4477"), addressKey(1, "192.0.2.1")
	begun := second.At(verification.Window{}, late)
	for name, tt := range map[string]struct {
		key  pinKey
		now  time.Time
		saw  []func(*sights, addition)
		want verification.Window
	}{
		"an unknown network": {network, late, nil, begun},
		"an unknown address": {address, late, nil, verification.Window{}},
		"what others let be": {network, late, seenAll(seen(at(3, 1), true)), at(3, 1)},
		"its own slot":       {network, late, seenAll(seen(at(0, 7), true)), at(0, 7)},
		"what others count in": {network, late, seenAll(
			seen(at(2, 20, 20), true), seen(at(1, 30, 20, 20), true)), begun},
		"what others count in, just at the turn of a slot": {network, early, seenAll(
			seen(at(2, 20, 20), true), seen(at(1, 30, 20, 20), true)), at(1, 30, 20, 20)},
		"what others seldom count in": {network, late, seenAll(
			seen(at(4, 1), true), seen(at(1, 2, 0, 0, 1), true)), at(1, 2, 0, 0, 1)},
		"what was full": {network, late, seenAll(seen(at(1, 1000), true)), begun},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := newSights(), addition{tt.key, requestWindow, second, 1, tt.now}
			for _, saw := range tt.saw {
				saw(s, c)
			}
			if got := s.suppose(c); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("supposes %v, not %v", got, tt.want)
			}
		})
	}
}

func seenAll(all ...func(*sights, addition)) []func(*sights, addition) { return all }

// TestSupposeAsOfTheLast supposes of an unknown window what the last unknown one of its kind was.
func TestSupposeAsOfTheLast(t *testing.T) {
	t.Parallel()
	s, m := newSights(), verification.Limit{Count: 500, Per: 24 * time.Hour}
	of := func(network string) addition {
		return addition{networkKey(1, network), requestWindow, m, 1, purseNow}
	}
	begun := of("").begun()
	for i, network := range []string{"447701", "447702", "447703"} {
		if got := s.suppose(of(network)); got.Slot != []int64{begun.Slot, 0, begun.Slot}[i] {
			t.Errorf("supposes %v of the network %s", got, network)
		}
		stands := item{}
		if i == 1 {
			stands = item{requestWindow: window(verification.Window{Slot: begun.Slot, Counts: []int64{3}})}
		}
		s.saw(of(network), stands, false)
	}
}

// TestSightsAreBounded sees more windows than are remembered.
func TestSightsAreBounded(t *testing.T) {
	t.Parallel()
	s, c := newSights(), addition{name: requestWindow, meter: verification.Limit{Count: 1, Per: time.Second}}
	for n := range mostSights + 10 {
		c.key.subject = string(rune(n))
		s.saw(c, item{}, false)
	}
	if len(s.all) > mostSights {
		t.Errorf("%d windows are remembered", len(s.all))
	}
}
