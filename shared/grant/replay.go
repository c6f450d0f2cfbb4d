package grant

import (
	"errors"
	"time"
)

// ErrReplayed says that a single-use identifier has been seen before.
var ErrReplayed = errors.New("grant: replayed")

// ErrRepeated says that the very request which took a single-use identifier takes it again.
var ErrRepeated = errors.New("grant: repeated")

// RepeatFor is for how long the request that took a single-use identifier may take it again. HTTP
// libraries send a request once more, as it was, when its connection breaks before the answer.
const RepeatFor = 60 * time.Second

// Taking is how a single-use identifier was taken.
type Taking struct {
	// By names the request that took it; "" when none may again.
	By string
	// At is when it was taken, and Expires until when it stays so.
	At, Expires time.Time
}

// Stands tells whether the identifier is still taken at now.
func (t Taking) Stands(now time.Time) bool { return t.Expires.After(now) }

// Again tells whether a request, by its name, may take at now what stands taken: ErrRepeated for
// the one that took it, for RepeatFor since it did, else ErrReplayed.
func (t Taking) Again(by string, now time.Time) error {
	if by == "" || by != t.By || !now.Before(t.At.Add(RepeatFor)) {
		return ErrReplayed
	}
	return ErrRepeated
}
