package program

import (
	"io"
	"sync"
	"time"
)

// lines writes what is logged in pieces, for a write a line costs a busy server a twentieth of its
// processor. What a program logs in its last moments before it crashes is lost.
type lines struct {
	to io.Writer

	mu      sync.Mutex
	waiting []byte
}

// pause is how long a line waits for others at most.
const pause = 10 * time.Millisecond

// Write keeps a line, and has all written that wait in a moment.
func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		time.AfterFunc(pause, l.flush)
	}
	l.waiting = append(l.waiting, line...)
	return len(line), nil
}

// flush writes all that waits.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) > 0 {
		_, _ = l.to.Write(l.waiting) // nobody is left to tell
	}
	l.waiting = l.waiting[:0]
}
