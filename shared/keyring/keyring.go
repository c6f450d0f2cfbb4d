// Package keyring owns what all symmetric keys of ours have in common: rings of versions, so that a
// key can change while what the old one made stays good; versions that print as their number; and
// the HMACs of a ring. How a key is derived and used is each package's own, where it comes from is
// package secrets'.
package keyring

import (
	"fmt"
	"log/slog"
)

// Key is one version of a key.
type Key interface {
	// Version tells it from the others of its ring. It is stored beside what the key made.
	Version() uint32
}

// Ring is the versions of one key that are in use, newest first. The first is active; the others
// let what they made live on.
type Ring[K Key] []K

// Active returns the key that makes new things. It panics on an empty ring: what the zero key
// makes, anybody could.
func (r Ring[K]) Active() K { return r[0] }

// ByVersion returns the key of that version, or false when the ring has none.
func (r Ring[K]) ByVersion(version uint32) (K, bool) {
	for _, k := range r {
		if k.Version() == version {
			return k, true
		}
	}
	var none K
	return none, false
}

// Any tells whether a key passes. It tries them all, so that its time does not tell which one did.
func (r Ring[K]) Any(passes func(K) bool) bool {
	found := false
	for _, k := range r {
		found = passes(k) || found
	}
	return found
}

// Versioned is embedded in a key to give it its version, as which it then prints and logs.
type Versioned struct {
	noun    string
	version uint32
}

// Version returns what makes a key the noun's version of that number.
func Version(noun string, number uint32) Versioned { return Versioned{noun, number} }

// Version returns the number.
func (v Versioned) Version() uint32 { return v.version }

// Format writes noun and number for every verb.
func (v Versioned) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "[%s %d]", v.noun, v.version)
}

// LogValue returns the number.
func (v Versioned) LogValue() slog.Value { return slog.Uint64Value(uint64(v.version)) }
