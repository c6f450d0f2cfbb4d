package upstream

import (
	"errors"
	"slices"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/token"
)

// Key is a key that we made to authenticate with at an upstream, without its private half.
type Key struct {
	// ID is its kid, and JWK it itself as a JSON Web Key (RFC 7517 §4).
	ID, JWK string
	// From is when it signs; until the next one does.
	From time.Time
}

// Overlap is how long a key is published before it signs, and after the next one does: an upstream
// fetches our keys once a day at least.
const Overlap = 24 * time.Hour

// signing returns the keys of which the first private one signs.
func (s Secret) signing(now time.Time) token.Ring {
	return slices.DeleteFunc(slices.Clone(s.Keys), func(k token.Key) bool {
		return now.Before(s.From[k.ID])
	})
}

// made returns a new key as the first of an upstream's.
func made(alg string, from time.Time) (token.Key, Key, error) {
	k, err := token.Generate(alg)
	return k, Key{ID: k.ID, JWK: string(k.JWK()), From: from}, err
}

// storedWithin is how long after a key was published its private half is stored at the latest.
const storedWithin = time.Minute

// fresh tells whether the key was made so shortly before now that its private half may be about to
// be stored.
func (k Key) fresh(now time.Time) bool {
	made := k.From
	if now.Before(made) {
		made = made.Add(-Overlap)
	}
	return now.Sub(made) < storedWithin
}

// ErrPending says that the next key is published and does not sign yet.
var ErrPending = errors.New("upstream: the next key does not sign yet")

// ErrNoKey says that there is no key to rotate.
var ErrNoKey = errors.New("upstream: no key")

// Rotate gives an upstream and its secret the next key, ES256, which signs after Overlap, or at
// once. A next key that waits already is not followed by another: at once it signs from now on,
// else Rotate fails with ErrPending. What the keys before have signed stays good as long as they
// are published, which those are no more that another took the place of longer ago than Overlap. It
// fails with ErrNoKey for a secret without keys, and with a fault.Changed while somebody else's
// next key is being stored.
func Rotate(u Upstream, s Secret, now time.Time, atOnce bool) (Upstream, Secret, error) {
	now = now.UTC().Truncate(time.Second)
	if len(s.Keys) == 0 {
		return u, s, ErrNoKey
	}
	if slices.ContainsFunc(u.Keys, func(k Key) bool { return !s.Keys.Has(k.ID) && k.fresh(now) }) {
		return u, s, fault.New(fault.Changed)
	}
	s = s.clone()
	// A key that was published and then never stored is none.
	keys := slices.DeleteFunc(slices.Clone(u.Keys), func(k Key) bool { return !s.Keys.Has(k.ID) })
	waits := len(keys) > 0 && now.Before(keys[0].From)
	switch {
	case waits && !atOnce:
		return u, s, ErrPending
	case waits:
		keys[0].From = now
	default:
		from := now.Add(Overlap)
		if atOnce {
			from = now
		}
		private, next, err := made(token.ES256, from)
		if err != nil {
			return u, s, err
		}
		keys = slices.Insert(keys, 0, next)
		s.Keys = slices.Insert(s.Keys, 0, private)
	}
	s.From[keys[0].ID] = keys[0].From
	u.Keys = published(keys, now)
	return u, s.only(u.Keys, now), nil
}

// published returns the keys without those that another took the place of before Overlap.
func published(keys []Key, now time.Time) []Key {
	for i := 1; i < len(keys); i++ {
		if !now.Before(keys[i-1].From.Add(Overlap)) {
			return keys[:i]
		}
	}
	return keys
}

// only returns the secret without the private halves of keys that are published no more. Keys that
// nobody made here stay while the oldest one made here has not signed for Overlap.
func (s Secret) only(keys []Key, now time.Time) Secret {
	brought := now.Before(keys[len(keys)-1].From.Add(Overlap))
	s.Keys = slices.DeleteFunc(s.Keys, func(k token.Key) bool {
		own := slices.ContainsFunc(keys, func(of Key) bool { return of.ID == k.ID })
		_, ours := s.From[k.ID]
		return !own && (ours || !brought)
	})
	for id := range s.From {
		if !s.Keys.Has(id) {
			delete(s.From, id)
		}
	}
	return s
}

// Published returns the keys that upstreams authenticate us by, as they stand in our key set: those
// that we made, of upstreams that are live. What cannot be read is left out, and so is a key that
// another upstream has.
func Published(all []Upstream, now time.Time) token.Ring {
	var ring token.Ring
	for _, u := range all {
		if !u.Live(now) {
			continue
		}
		for _, k := range u.Keys {
			read, err := token.ParseJWKS([]byte(`{"keys":[` + k.JWK + `]}`))
			if err == nil && len(read) == 1 && !ring.Has(read[0].ID) {
				ring = append(ring, read[0])
			}
		}
	}
	return ring
}
