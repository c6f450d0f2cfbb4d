package verification

import (
	"slices"
	"time"

	"lineproof/shared/fault"
)

// Limit lets Count pass in any stretch of Per, wherever the stretch begins, and all of it at once
// when nothing passed before. It counts in equal slots of Per: a stretch of Per touches one slot
// more than Per has, so what the newest of them and those before it hold together never exceeds
// Count. Whoever takes all the time therefore gets less than Count: 24/25 of a day's, 10/11 of what
// is counted over less.
type Limit struct {
	// Count may pass within Per; 0 sets no limit. It counts requests, messages, codes, or
	// millionths of a euro.
	Count int64
	// Per is the length of the stretch.
	Per time.Duration
	// Kind is the failure of what does not pass.
	Kind fault.Kind
}

// Window is the usage of a meter. The zero Window is that of one which nothing has passed.
type Window struct {
	// Slot numbers the newest slot that counts anything, from the Unix epoch.
	Slot int64
	// Counts are what passed in it and in the slots before it, the newest first; zeros at the end
	// are left out.
	Counts []int64
}

// The slots of a meter: hours of a day; of less, tenths, of which a tenth of a second is as short
// as the clocks of a fleet agree on.
const (
	daySlots   = 24
	shortSlots = 10
)

func (m Limit) slots() int64 {
	if m.Per >= day {
		return daySlots
	}
	return shortSlots
}

// Oldest returns the oldest slot that counts together with the given one.
func (m Limit) Oldest(slot int64) int64 { return slot - m.slots() }

// Take returns the usage after n more at now, or false when they do not pass. A negative n gives
// back what the newest slot holds of it, and always passes: what an older slot counted stays
// counted.
func (m Limit) Take(w Window, n int64, now time.Time) (Window, bool) {
	if m.Count <= 0 {
		return w, true
	}
	w = m.At(w, now)
	if n > 0 && w.Total()+n > m.Count {
		return w, false
	}
	return w.plus(n), true
}

// At returns the usage as it is at now. A clock that is behind another counts into the newest
// slot.
func (m Limit) At(w Window, now time.Time) Window {
	slots := m.slots()
	slot := max(now.UnixNano()/(int64(m.Per)/slots), w.Slot)
	counts := make([]int64, min(slot-w.Slot, slots+1), slots+1+int64(len(w.Counts)))
	counts = append(counts, w.Counts...)
	return Window{slot, counts[:min(int64(len(counts)), slots+1)]}.trimmed()
}

// Total returns what passed in all slots that the window holds.
func (w Window) Total() (sum int64) {
	for _, n := range w.Counts {
		sum += n
	}
	return sum
}

// plus counts n in the newest slot, which never falls below 0. It writes into Counts.
func (w Window) plus(n int64) Window {
	if len(w.Counts) == 0 {
		w.Counts = []int64{0}
	}
	w.Counts[0] = max(0, w.Counts[0]+n)
	return w.trimmed()
}

// trimmed leaves out the zeros at the end.
func (w Window) trimmed() Window {
	end := len(w.Counts)
	for end > 0 && w.Counts[end-1] == 0 {
		end--
	}
	w.Counts = slices.Clip(w.Counts[:end])
	return w
}
