package webhook

import (
	"encoding/json"
	"errors"
	"time"
)

// Job makes a Deliverer tell of a verification. It holds no number, no address and no secret.
type Job struct {
	// ID is the request_id, of 32 hexadecimal digits, and Key the version of its key.
	ID  string
	Key uint32
	// Kind is what is told.
	Kind Kind
	// Due is when it is tried; a job that is early goes back for the rest.
	Due time.Time
	// Since is when it was first tried, Tries how often it has failed since.
	Since time.Time
	Tries int
	// Posted tells that the subscriber has acknowledged it, Published that the bus has it.
	Posted, Published bool
}

// stored is a job as it is written.
type stored struct {
	ID        string `json:"id"`
	Key       uint32 `json:"key"`
	Kind      Kind   `json:"kind"`
	Due       int64  `json:"due"`             // milliseconds since the Unix epoch
	Since     int64  `json:"since,omitempty"` // the same
	Tries     int    `json:"tries,omitempty"`
	Posted    bool   `json:"posted,omitempty"`
	Published bool   `json:"published,omitempty"`
}

// Encode returns the text of a job.
func Encode(m Job) string {
	s := stored{
		ID: m.ID, Key: m.Key, Kind: m.Kind, Due: m.Due.UnixMilli(), Since: 0, Tries: m.Tries,
		Posted: m.Posted, Published: m.Published,
	}
	if !m.Since.IsZero() {
		s.Since = m.Since.UnixMilli()
	}
	text, _ := json.Marshal(s) // such a struct always marshals
	return string(text)
}

// ErrMalformed says that a text is no job of ours. It does not hold the text.
var ErrMalformed = errors.New("webhook: malformed job")

// Decode returns the job of a text, or ErrMalformed.
func Decode(text string) (Job, error) {
	var s stored
	if json.Unmarshal([]byte(text), &s) != nil || s.ID == "" || s.Tries < 0 {
		return Job{}, ErrMalformed
	}
	switch s.Kind {
	case Pending, Step, Summary:
	default:
		return Job{}, ErrMalformed
	}
	m := Job{
		ID: s.ID, Key: s.Key, Kind: s.Kind, Due: time.UnixMilli(s.Due).UTC(), Since: time.Time{},
		Tries: s.Tries, Posted: s.Posted, Published: s.Published,
	}
	if s.Since != 0 {
		m.Since = time.UnixMilli(s.Since).UTC()
	}
	return m, nil
}
