package memory

import (
	"context"
	"sync"

	"lineproof/shared/fault"
	"lineproof/shared/upstream"
)

// UpstreamSecrets is an upstream.Secrets that administrators can write.
type UpstreamSecrets struct {
	mu      sync.Mutex
	text    []byte
	version int
}

// NewUpstreamSecrets gives one of no secrets.
func NewUpstreamSecrets() *UpstreamSecrets { return &UpstreamSecrets{text: []byte("{}")} }

// Reset forgets every secret.
func (s *UpstreamSecrets) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = []byte("{}")
	s.version++
}

// Open returns the text as it stands, and what replaces it: once, and if nobody else has.
func (s *UpstreamSecrets) Open(
	context.Context,
) ([]byte, func(context.Context, []byte) error, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	read := s.version
	return s.text, func(_ context.Context, text []byte) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.version != read {
			return fault.New(fault.Changed)
		}
		s.text, s.version = text, s.version+1
		return nil
	}, nil
}

// Secret returns that of a name, an empty one for no name.
func (s *UpstreamSecrets) Secret(ctx context.Context, name string) (upstream.Secret, error) {
	text, _, _ := s.Open(ctx) // never fails
	set, err := upstream.ParseSecrets(text)
	if err != nil {
		return upstream.Secret{}, err
	}
	return set.Secret(ctx, name)
}
