package nexmo

import (
	"fmt"
	"time"

	"lineproof/shared/verification"
)

// date writes a time as the Verify API does, in UTC; no time is "".
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateTime)
}

// euro writes an amount in millionths of a euro with eight decimals.
func euro(micro int64) string { return fmt.Sprintf("%d.%06d00", micro/1_000_000, micro%1_000_000) }

// lastEventID names the last event; before the first it is that one's name.
func lastEventID(v verification.Verification) string { return v.EventID(max(1, len(v.Events))) }
