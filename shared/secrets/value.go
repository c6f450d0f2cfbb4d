package secrets

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// how long a caller waits for a newer value when it has an older one
	refreshTimeout = 2 * time.Second
	refreshRetry   = 30 * time.Second // how long after a failed refresh the next is tried
)

// Value is one secret, parsed, that follows its source: a value older than its time to live is
// fetched again by the next caller, while the others go on with the old one. When that fails, the
// old value stays and the failure is logged. A Value is safe for concurrent use.
type Value[T any] struct {
	source Source
	name   Name
	parse  func([]byte) (T, error)
	ttl    time.Duration
	now    func() time.Time

	fetching sync.Mutex
	current  atomic.Pointer[version[T]] // nil before the first fetch
}

// version is a value as it was fetched.
type version[T any] struct {
	raw   []byte
	value T
	until time.Time // when it is to be fetched again
}

// Follow gives the secret called name, parsed by parse, whose errors must not hold a part of it.
// Nothing is fetched before the first Get. Each value is good for ttl by the clock now.
func Follow[T any](
	source Source,
	name Name,
	parse func([]byte) (T, error),
	ttl time.Duration,
	now func() time.Time,
) *Value[T] {
	return &Value[T]{source: source, name: name, parse: parse, ttl: ttl, now: now}
}

// Get gives the value. It fails only when there has never been one: with the error of the source or
// of the parser.
func (v *Value[T]) Get(ctx context.Context) (T, error) {
	if held := v.current.Load(); held != nil {
		return v.renewed(ctx, held), nil
	}
	v.fetching.Lock()
	defer v.fetching.Unlock()
	if held := v.current.Load(); held != nil { // another caller was first
		return held.value, nil
	}
	fetched, err := v.fetch(ctx, &version[T]{})
	if err != nil {
		var none T
		return none, err
	}
	v.current.Store(fetched)
	return fetched.value, nil
}

// renewed gives a newer value than held when held has served its time and a newer one can be had.
func (v *Value[T]) renewed(ctx context.Context, held *version[T]) T {
	if v.now().Before(held.until) || !v.fetching.TryLock() {
		return held.value
	}
	defer v.fetching.Unlock()
	if newer := v.current.Load(); newer != held { // another caller was first
		return newer.value
	}
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	fetched, err := v.fetch(ctx, held)
	if err != nil {
		slog.WarnContext(
			ctx,
			"secret not refreshed, its last value stays",
			"secret",
			string(v.name),
			"error",
			err.Error(),
		)
		fetched = &version[T]{held.raw, held.value, v.now().Add(refreshRetry)}
	}
	v.current.Store(fetched)
	return fetched.value
}

// fetch gives what the source has now; what has not changed since held is not parsed again.
func (v *Value[T]) fetch(ctx context.Context, held *version[T]) (*version[T], error) {
	raw, err := v.source.Get(ctx, v.name)
	if err != nil {
		return nil, err
	}
	until := v.now().Add(v.ttl)
	if held.raw != nil && bytes.Equal(raw, held.raw) {
		return &version[T]{held.raw, held.value, until}, nil
	}
	value, err := v.parse(raw)
	if err != nil {
		return nil, fmt.Errorf("secrets: read %s: %w", v.name, err)
	}
	return &version[T]{raw, value, until}, nil
}
