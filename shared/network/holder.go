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
		return s.Prefix.Contains(at.Addr()) && s.FirstPort == 0 && s.LastPort == math.MaxUint16
	}
	return s.Prefix.Contains(at.Addr()) && s.FirstPort <= at.Port() && at.Port() <= s.LastPort
}

// runs tells whether the session has begun and not ended.
func (s Session) runs(now time.Time) bool { return !now.Before(s.Start) && now.Before(s.End) }

// Holder returns the session of who holds the address and port at now, or ErrUnresolved. The newest
// session that has both decides: over, it leaves nobody, for a network gives an address or a port
// of it to one subscriber at a time, and whoever had it before has lost it. So does a later session
// that has some of its ports, even if it has not this one: the older session's stop was lost on the
// way.
//
// Of those that begin at the same time, one that runs goes before one that is over.
func Holder(sessions []Session, at netip.AddrPort, now time.Time) (Session, error) {
	var newest Session
	for _, s := range sessions {
		if !s.Has(at) || s.Start.After(now) {
			continue
		}
		if s.Start.After(newest.Start) || s.Start.Equal(newest.Start) && s.runs(now) {
			newest = s
		}
	}
	if !newest.runs(now) || newest.superseded(sessions, at, now) {
		return Session{}, ErrUnresolved
	}
	return newest, nil
}

// superseded tells whether a later session of the address has ports of s.
func (s Session) superseded(sessions []Session, at netip.AddrPort, now time.Time) bool {
	for _, later := range sessions {
		begun := later.Start.After(s.Start) && !later.Start.After(now)
		shares := later.FirstPort <= s.LastPort && s.FirstPort <= later.LastPort
		if begun && shares && later.Prefix.Contains(at.Addr()) {
			return true
		}
	}
	return false
}
