package network

import (
	"math"
	"net/netip"
	"time"
)

// Has tells whether the session has the address and port, whenever. A port of 0 is unknown: a
// session has it that has all ports.
func (s Session) Has(at netip.AddrPort) bool {
	if at.Port() == 0 {
		return s.Prefix.Contains(at.Addr()) && s.HasAllPorts()
	}
	return s.Prefix.Contains(at.Addr()) && s.FirstPort <= at.Port() && at.Port() <= s.LastPort
}

// HasAllPorts tells whether the subscriber has the address or prefix alone.
func (s Session) HasAllPorts() bool { return s.FirstPort == 0 && s.LastPort == math.MaxUint16 }

// SharesPorts tells whether both sessions have a port of the same number.
func (s Session) SharesPorts(other Session) bool {
	return s.FirstPort <= other.LastPort && other.FirstPort <= s.LastPort
}

// runs tells whether the session has begun and not ended.
func (s Session) runs(now time.Time) bool { return !now.Before(s.Start) && now.Before(s.End) }

// Latest returns the sessions that decide about the address and port at now: of those that have
// both and have begun, the ones that began last. It is empty where there are none.
func Latest(sessions []Session, at netip.AddrPort, now time.Time) []Session {
	var latest []Session
	for _, s := range sessions {
		if !s.Has(at) || s.Start.After(now) {
			continue
		}
		if len(latest) > 0 && s.Start.After(latest[0].Start) {
			latest = nil
		}
		if len(latest) == 0 || s.Start.Equal(latest[0].Start) {
			latest = append(latest, s)
		}
	}
	return latest
}

// Holder returns the session of who holds the address and port at now, or ErrUnresolved. The newest
// session that has both decides: over, it leaves nobody, for a network gives an address or a port
// of it to one subscriber at a time, and whoever had it before has lost it. So does a later session
// that has some of its ports, even if it has not this one: the older session's stop was lost on the
// way.
//
// Of those that begin at the same time, one that runs goes before one that is over.
func Holder(sessions []Session, at netip.AddrPort, now time.Time) (Session, error) {
	for _, s := range Latest(sessions, at, now) {
		if s.runs(now) && !s.superseded(sessions, at, now) {
			return s, nil
		}
	}
	return Session{}, ErrUnresolved
}

// superseded tells whether a later session of the address has ports of s.
func (s Session) superseded(sessions []Session, at netip.AddrPort, now time.Time) bool {
	for _, later := range sessions {
		begun := later.Start.After(s.Start) && !later.Start.After(now)
		if begun && s.SharesPorts(later) && later.Prefix.Contains(at.Addr()) {
			return true
		}
	}
	return false
}
