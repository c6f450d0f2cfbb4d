package webhook

import "time"

const (
	// longestDelay is the longest that an outbox holds a job; a longer pause takes several.
	longestDelay = 15 * time.Minute
	// patience is for how long after its first try a callback is tried again.
	patience = 24 * time.Hour
)

// pauses are those after each failed try: the last of fourteen tries is 23:52:35 after the first,
// if all of them fail at once. A subscriber that is away for a moment hears within seconds, and
// one that is away for long is asked rarely.
var pauses = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute,
	30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
}

// retry returns the job as it is tried again after a try that began then and failed, or false when
// it has been tried for long enough.
func (m Job) retry(began, now time.Time) (Job, bool) {
	if m.Since.IsZero() {
		m.Since = began
	}
	m.Due = now.Add(pauses[min(m.Tries, len(pauses)-1)])
	m.Tries++
	return m, !m.Due.After(m.Since.Add(patience))
}

// anew returns the job as if it had not been tried, for whoever sends a dead letter again: what has
// been done of it stays done.
func (m Job) anew(now time.Time) Job {
	m.Due, m.Since, m.Tries = now, time.Time{}, 0
	return m
}
