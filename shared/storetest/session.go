package storetest

import (
	"errors"
	"math"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"lineproof/shared/network"
	"lineproof/shared/phone"
)

// OpenSessions gives the two faces of a store of sessions.
type OpenSessions func(t *testing.T) (network.Registry, network.Directory)

// Sessions holds a store to the promises of network.Registry and network.Directory.
func Sessions(t *testing.T, open OpenSessions) {
	t.Run("time", func(t *testing.T) { t.Parallel(); sessionTimes(t, open) })
	t.Run("ports", func(t *testing.T) { t.Parallel(); sessionPorts(t, open) })
	t.Run("prefixes", func(t *testing.T) { t.Parallel(); sessionPrefixes(t, open) })
	t.Run("superseded", func(t *testing.T) { t.Parallel(); sessionSuperseded(t, open) })
	t.Run("overlap", func(t *testing.T) { t.Parallel(); sessionOverlaps(t, open) })
	t.Run("crowd", func(t *testing.T) { t.Parallel(); sessionCrowd(t, open) })
	t.Run("recorded again", func(t *testing.T) { t.Parallel(); sessionAgain(t, open) })
}

// whole gives a session of Alice's that has all ports of the prefix and runs from an hour ago for
// two hours.
func whole(p netip.Prefix) network.Session {
	return network.Session{Prefix: p, LastPort: math.MaxUint16, Number: alice, Start: now.Add(-time.Hour), End: now.Add(time.Hour)}
}

// single gives the prefix of one address.
func single(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, a.BitLen()) }

// ported gives s with the ports from first to last.
func ported(s network.Session, first, last uint16) network.Session {
	s.FirstPort, s.LastPort = first, last
	return s
}

// moved gives s later by d, as a session of n's.
func moved(s network.Session, d time.Duration, n phone.Number) network.Session {
	s.Start, s.End, s.Number = s.Start.Add(d), s.End.Add(d), n
	return s
}

// directory is a store under test.
type directory struct {
	network.Registry
	network.Directory
}

func opened(t *testing.T, open OpenSessions) directory {
	registry, lookup := open(t)
	return directory{registry, lookup}
}

func (d directory) put(t *testing.T, sessions ...network.Session) {
	t.Helper()
	for _, s := range sessions {
		if err := d.PutSession(t.Context(), s); err != nil {
			t.Fatalf("put session: %v", err)
		}
	}
}

// want fails the test unless the lookup gives the session.
func (d directory) want(t *testing.T, addr netip.Addr, port uint16, at time.Time, want network.Session) {
	t.Helper()
	got, err := d.Session(t.Context(), netip.AddrPortFrom(addr, port), at)
	if err != nil {
		t.Errorf("port %d: %v", port, err)
		return
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("port %d: found\n%+v of %x, want\n%+v of %x", port, got, got.Number.Uint64(), want, want.Number.Uint64())
	}
}

// wantNone fails the test unless nobody is found.
func (d directory) wantNone(t *testing.T, addr netip.Addr, port uint16, at time.Time) {
	t.Helper()
	if s, err := d.Session(t.Context(), netip.AddrPortFrom(addr, port), at); !errors.Is(err, network.ErrUnresolved) {
		t.Errorf("port %d: found %+v and %v, want ErrUnresolved", port, s, err)
	}
}

func sessionTimes(t *testing.T, open OpenSessions) {
	d := opened(t, open)
	addr := uniqueIPv4()
	d.wantNone(t, addr, 0, now)
	s := whole(single(addr))
	d.put(t, s)
	d.wantNone(t, addr, 0, s.Start.Add(-instant))
	d.want(t, addr, 0, s.Start, s)
	d.want(t, addr, 0, s.End.Add(-instant), s)
	d.wantNone(t, addr, 0, s.End)
	d.wantNone(t, addr, 0, s.End.Add(48*time.Hour))
	d.wantNone(t, addr.Next(), 0, now)
}

// sessionPorts tries narrow and wide ranges on one address at their boundaries.
func sessionPorts(t *testing.T, open OpenSessions) {
	d := opened(t, open)
	for name, ports := range map[string][2]uint16{
		"a block":         {2048, 3071},
		"across blocks":   {1000, 1999},
		"several blocks":  {3000, 6500},
		"one port":        {4242, 4242},
		"the first block": {1, 512},
		"the last block":  {64512, math.MaxUint16},
		"half":            {1024, 32767},
		"nearly all":      {1024, math.MaxUint16},
	} {
		t.Run(name, func(t *testing.T) {
			addr, first, last := uniqueIPv4(), ports[0], ports[1]
			s := ported(whole(single(addr)), first, last)
			d.put(t, s)
			for _, port := range []uint16{first, first + (last-first)/2, last} {
				d.want(t, addr, port, now, s)
			}
			for _, port := range []uint16{0, first - 1, last + 1} { // both wrap to ports outside the range
				d.wantNone(t, addr, port, now)
			}
		})
	}
	t.Run("all", func(t *testing.T) {
		addr := uniqueIPv4()
		s := whole(single(addr))
		d.put(t, s)
		for _, port := range []uint16{0, 1, 1023, 1024, math.MaxUint16} {
			d.want(t, addr, port, now, s)
		}
	})
	t.Run("neighbours", func(t *testing.T) { sessionNeighbours(t, d) })
}

// sessionNeighbours gives one address to two subscribers by ports, then to one alone, who is found
// for both.
func sessionNeighbours(t *testing.T, d directory) {
	addr := uniqueIPv4()
	low := ported(whole(single(addr)), 1024, 1535)
	high := moved(ported(low, 1536, 2047), -time.Minute, bob)
	d.put(t, low, high)
	d.want(t, addr, 1535, now, low)
	d.want(t, addr, 1536, now, high)
	d.wantNone(t, addr, 0, now)
	alone := moved(whole(single(addr)), time.Minute, bob)
	d.put(t, alone)
	for _, port := range []uint16{0, 1535, 1536} {
		d.want(t, addr, port, now, alone)
	}
}

func sessionPrefixes(t *testing.T, open OpenSessions) {
	d := opened(t, open)
	for _, bits := range []int{48, 52, 56, 60, 63, 64, 80, 128} {
		t.Run(netip.PrefixFrom(netip.IPv6Unspecified(), bits).String(), func(t *testing.T) {
			addr := with(uniqueIPv6(), 0xabcd, 0x1234567890abcdef)
			prefix, err := addr.Prefix(bits)
			if err != nil {
				t.Fatal(err)
			}
			s := whole(prefix)
			d.put(t, s)
			d.want(t, addr, 0, now, s)
			d.want(t, addr, 443, now, s)
			d.want(t, prefix.Addr(), 0, now, s)
			d.want(t, last(prefix), 0, now, s)
			d.wantNone(t, prefix.Addr().Prev(), 0, now)
			d.wantNone(t, last(prefix).Next(), 0, now)
		})
	}
	t.Run("newest of any length", func(t *testing.T) {
		addr := with(uniqueIPv6(), 0xabcd, 1)
		var newest network.Session
		for i, bits := range []int{64, 128, 48, 60, 56} {
			prefix, _ := addr.Prefix(bits)
			newest = moved(whole(prefix), time.Duration(i)*time.Second, bob)
			d.put(t, newest)
			d.want(t, addr, 0, now, newest)
		}
	})
}

// sessionSuperseded loses the stop of Alice's session and then gives some of its ports to Bob.
// Alice is named for none of them any more, and not for the others either.
func sessionSuperseded(t *testing.T, open OpenSessions) {
	d := opened(t, open)
	for name, stale := range map[string][2]uint16{
		"alone": {0, math.MaxUint16}, "nearly alone": {1024, math.MaxUint16}, "a wide range": {1024, 9215}, "a block and a half": {1024, 2559},
	} {
		t.Run(name, func(t *testing.T) {
			addr := uniqueIPv4()
			old := ported(whole(single(addr)), stale[0], stale[1])
			young := moved(ported(old, 1024, 2047), time.Minute, bob)
			d.put(t, old, young)
			for _, port := range []uint16{0, 2048, 2500, 3000, 60000} {
				d.wantNone(t, addr, port, now)
			}
			d.want(t, addr, 1500, now, young)
			d.want(t, addr, 2500, young.Start.Add(-instant), old)
			d.wantNone(t, addr, 2500, young.End.Add(-instant)) // nor when young is about to end
		})
	}
	t.Run("recorded late", func(t *testing.T) {
		addr := uniqueIPv4()
		young := moved(ported(whole(single(addr)), 1024, 2047), time.Minute, bob)
		d.put(t, young, whole(single(addr)))
		d.wantNone(t, addr, 0, now)
		d.wantNone(t, addr, 3000, now)
	})
	t.Run("neighbours leave each other alone", func(t *testing.T) {
		addr := uniqueIPv4()
		old := ported(whole(single(addr)), 2048, 3071)
		d.put(t, old)
		for i := range 8 {
			first := uint16(4096 + 1024*i)
			d.put(t, moved(ported(old, first, first+1023), time.Duration(i+1)*time.Minute, bob))
		}
		d.want(t, addr, 2500, now, old)
	})
	t.Run("a prefix within a prefix", func(t *testing.T) {
		addr := with(uniqueIPv6(), 0xabcd, 1)
		site, _ := addr.Prefix(48)
		subnet, _ := addr.Prefix(64)
		brief := moved(whole(subnet), time.Minute, bob)
		brief.End = brief.Start.Add(time.Minute)
		d.put(t, whole(site), brief)
		d.want(t, addr, 0, brief.End.Add(-instant), brief)
		d.wantNone(t, addr, 0, brief.End)
	})
}

// last gives the last address of p.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().As16()
	for bit := p.Bits(); bit < 128; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom16(b)
}

func sessionOverlaps(t *testing.T, open OpenSessions) {
	d := opened(t, open)
	t.Run("the newest wins", func(t *testing.T) {
		addr := uniqueIPv4()
		oldest := whole(single(addr))
		middle, newest := moved(oldest, time.Minute, bob), moved(oldest, 2*time.Minute, alice)
		d.put(t, middle, newest, oldest)
		d.want(t, addr, 0, now, newest)
		d.want(t, addr, 0, newest.Start.Add(-instant), middle)
		d.want(t, addr, 0, middle.Start.Add(-instant), oldest)
	})
	t.Run("future ones do not count", func(t *testing.T) {
		addr := uniqueIPv4()
		long := whole(single(addr))
		d.put(t, long, moved(long, time.Hour+instant, bob))
		d.want(t, addr, 0, now, long)
		d.want(t, addr, 4000, now, long)
	})
	t.Run("future ones hide none before them", func(t *testing.T) {
		addr := uniqueIPv4()
		block := ported(whole(single(addr)), 1024, 2047)
		across := moved(ported(block, 1800, 5000), time.Minute, bob)
		part := moved(ported(block, 3000, 3100), 2*time.Minute, alice)
		d.put(t, block, across, part, moved(across, 2*time.Hour, bob))
		for _, port := range []uint16{1500, 1900, 2048} {
			d.wantNone(t, addr, port, now)
		}
		d.want(t, addr, 1900, part.Start.Add(-instant), across)
		d.want(t, addr, 3050, now, part)
	})
	t.Run("one that ended proves those before it over", func(t *testing.T) {
		addr := uniqueIPv4()
		long := whole(single(addr))
		brief := moved(long, time.Minute, bob)
		brief.End = brief.Start.Add(time.Minute)
		d.put(t, long, brief)
		d.want(t, addr, 0, brief.Start.Add(-instant), long)
		d.want(t, addr, 0, brief.End.Add(-instant), brief)
		for _, port := range []uint16{0, 4000} {
			d.wantNone(t, addr, port, brief.End)
			d.wantNone(t, addr, port, now)
		}
	})
	t.Run("begun at the same instant", func(t *testing.T) { sessionTwins(t, d) })
	t.Run("behind much history", func(t *testing.T) { sessionHistory(t, d) })
}

// sessionTwins records sessions that differ in nothing but their last port, and in nothing but
// their address.
func sessionTwins(t *testing.T, d directory) {
	addr := uniqueIPv4()
	narrow := ported(whole(single(addr)), 2048, 2111)
	wide := moved(ported(narrow, 2048, 2175), 0, bob)
	d.put(t, wide, narrow)
	d.want(t, addr, 2175, now, wide)
	wide.End = narrow.Start.Add(instant)
	d.put(t, wide)
	d.want(t, addr, 2048, now, narrow)
	site := uniqueIPv6()
	first, second := whole(single(with(site, 1, 1))), moved(whole(single(with(site, 1, 2))), 0, bob)
	d.put(t, first, second)
	d.want(t, first.Prefix.Addr(), 0, now, first)
	d.want(t, second.Prefix.Addr(), 0, now, second)
}

// sessionHistory hides a day-long session behind many short ones of other ports that began later,
// as neighbours behind one NAT do.
func sessionHistory(t *testing.T, d directory) {
	addr := uniqueIPv4()
	long := ported(whole(single(addr)), 2048, 2111)
	long.Start = now.Add(-24 * time.Hour)
	d.put(t, long)
	for i := range 150 {
		brief := moved(ported(long, 2112, 2175), time.Duration(i+1)*time.Minute, bob)
		brief.End = brief.Start.Add(time.Minute)
		d.put(t, brief)
	}
	d.want(t, addr, 2111, now, long)
	d.wantNone(t, addr, 2112, now)
}

// sessionAgain records a session again: unchanged it stays one, an earlier end or another number
// takes the old one's place, and a later end, as that of a start that comes again after its stop,
// does not.
func sessionAgain(t *testing.T, open OpenSessions) {
	d := opened(t, open)
	addr := uniqueIPv4()
	s := ported(whole(single(addr)), 1000, 3000)
	d.put(t, s, s)
	d.want(t, addr, 2000, now, s)
	stopped := s
	stopped.End = now
	d.put(t, stopped, s, stopped, s)
	d.want(t, addr, 2000, now.Add(-instant), stopped)
	d.wantNone(t, addr, 2000, now)
	corrected := moved(s, 0, bob)
	d.put(t, corrected)
	d.want(t, addr, 2000, now, corrected)
}
