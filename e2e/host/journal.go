package host

import (
	"bytes"
	"sync"
)

// journal collects what processes write.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds a piece.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// String gives all.
func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
