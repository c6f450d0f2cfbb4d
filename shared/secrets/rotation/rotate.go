package rotation

import (
	"io"
	"time"
)

// occasion is when a rotation happens.
type occasion struct {
	now time.Time
	// rotated is when the last rotation ended: what it made was not to be had before.
	rotated time.Time
	random  io.Reader
}

// version is a key with its history.
type version[K any] struct {
	mark
	key K
}

// rotate returns the keys after a rotation: the next key is active, a new one is next, the active
// one is retired, and of those retired before none is left that has expired. Where there is no next
// key yet, the active one stays.
func rotate[K any](
	old []version[K], generate func() (version[K], error), life time.Duration, at occasion,
) ([]version[K], error) {
	fresh, err := generate()
	if err != nil {
		return nil, err
	}
	if len(old) == 0 {
		first, err := generate()
		return []version[K]{first, fresh}, err
	}
	active, next, retired := roles(old, at.now)
	if len(next) == 0 {
		return alive(append([]version[K]{active, fresh}, retired...), life, at.now), nil
	}
	if at.now.Sub(latest(next[0].Made, at.rotated)) < Spread {
		return nil, ErrEarly
	}
	active.Retired = at.now
	return alive(append([]version[K]{next[0], fresh, active}, retired...), life, at.now), nil
}

// roles tells the active key, the next one if there is one, and the retired ones apart. A key
// behind the active one that has no history was put there by hand: it is taken as retired just
// now.
func roles[K any](old []version[K], now time.Time) (active version[K], next, retired []version[K]) {
	for _, v := range old[1:] {
		switch {
		case v.Retired.IsZero() && v.Made.IsZero():
			v.Retired = now
			retired = append(retired, v)
		case v.Retired.IsZero():
			next = append(next, v)
		default:
			retired = append(retired, v)
		}
	}
	return old[0], next, retired
}

// alive leaves out the keys of which everything has expired.
func alive[K any](all []version[K], life time.Duration, now time.Time) []version[K] {
	var kept []version[K]
	for _, v := range all {
		if !expired(v.mark, life, now) {
			kept = append(kept, v)
		}
	}
	return kept
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// apart gives keys and history of versions.
func apart[K any](versions []version[K]) (all []K, history []mark) {
	for _, v := range versions {
		all, history = append(all, v.key), append(history, v.mark)
	}
	return all, history
}
