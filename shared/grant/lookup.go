package grant

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// LookupPeriod is the period of Client.AddressLookups.
const LookupPeriod = time.Hour

// ErrLookups says that a client has spent its look-ups.
var ErrLookups = errors.New("grant: no look-up left")

// lookupTries is how many slots are tried before a look-up is refused. One in 2^8 is when half of
// the slots are taken, and half of them when one in twelve is free.
const lookupTries = 8

// SpendLookup spends one of the client's look-ups, or fails with ErrLookups when it has none left.
//
// Each look-up takes one of AddressLookups slots for a period, by one conditional write. So the cap
// holds in any stretch of that length, and no two callers can take the last one.
func (c Client) SpendLookup(
	ctx context.Context, slots ReplayStore, random io.Reader, now time.Time,
) error {
	if c.AddressLookups <= 0 {
		return ErrLookups
	}
	var drawn [lookupTries * 4]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return fmt.Errorf("grant: draw slot: %w", err)
	}
	for i := range min(lookupTries, c.AddressLookups) {
		slot := uint64(binary.BigEndian.Uint32(drawn[4*i:])) % uint64(c.AddressLookups)
		if c.AddressLookups <= lookupTries { // few enough to try each
			slot = uint64(i)
		}
		key := fmt.Sprintf("lookup %q %d", c.ID, slot)
		err := slots.Once(ctx, key, "", now, now.Add(LookupPeriod))
		if !errors.Is(err, ErrReplayed) {
			return err
		}
	}
	return ErrLookups
}
