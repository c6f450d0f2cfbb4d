package dynamo_test

import (
	"errors"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lineproof/shared/dynamo"
	"lineproof/shared/memory"
	"lineproof/shared/network"
	"lineproof/shared/phone"
)

// ranges overlap each other in every way: alone, within a bucket, across buckets, in too many.
var ranges = [][2]uint16{
	{0, 65535}, {1024, 2047}, {1024, 1535}, {1536, 2047}, {1500, 1600}, {2000, 2100}, {1800, 5000},
	{1, 9000}, {5000, 40000}, {1024, 65535},
}

// aSession draws a session of the address within ten minutes. No two ranges begin at the same time:
// who of two that run holds what both have is not told.
func aSession(t *rapid.T, addr netip.Addr) network.Session {
	i := rapid.IntRange(0, len(ranges)-1).Draw(t, "ports")
	ports, start := ranges[i], now.Add(time.Duration(i)*time.Second)
	start = start.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "start")) * time.Minute)
	other, _ := phone.Parse("+34600000009")
	return network.Session{
		Prefix: netip.PrefixFrom(addr, 32), FirstPort: ports[0], LastPort: ports[1],
		Number: rapid.SampledFrom([]phone.Number{number, other}).Draw(t, "number"),
		Start:  start, End: start.Add(time.Duration(rapid.IntRange(1, 6).Draw(t, "length")) * time.Minute),
	}
}

// TestBuildsWriteSideBySide has builds with marks and without record sessions of one address in any
// order, as they do while an update is under way, and looks for what the maps of memory know.
func TestBuildsWriteSideBySide(t *testing.T) {
	t.Parallel()
	store := dynamo.NewSessions(local(t, http.DefaultTransport), tables(t).Sessions, network.MaxSession)
	addr := netip.MustParseAddr("10.0.0.0")
	rapid.Check(t, func(r *rapid.T) {
		addr = addr.Next()
		model := memory.NewSessions()
		var last network.Session
		for i := range rapid.IntRange(1, 8).Draw(r, "sessions") {
			s, put := aSession(r, addr), store.PutSession
			if i > 0 && rapid.Bool().Draw(r, "again") {
				s.FirstPort, s.LastPort, s.Start = last.FirstPort, last.LastPort, last.Start
			}
			last = s
			if rapid.Bool().Draw(r, "unmarked") {
				put = store.PutUnmarked
			}
			if err := errors.Join(put(t.Context(), s), model.PutSession(t.Context(), s)); err != nil {
				r.Fatal(err)
			}
		}
		for range 6 {
			port := rapid.SampledFrom([]uint16{0, 1, 1024, 1550, 1700, 2020, 3000, 30000, 65535}).Draw(r, "port")
			at := now.Add(time.Duration(rapid.IntRange(0, 20).Draw(r, "at")) * 30 * time.Second)
			want, unknown := model.Session(t.Context(), netip.AddrPortFrom(addr, port), at)
			got, err := store.Session(t.Context(), netip.AddrPortFrom(addr, port), at)
			if got != want || !errors.Is(err, unknown) {
				r.Errorf("port %d: found %+v (%v), want %+v (%v)", port, got, err, want, unknown)
			}
		}
	})
}

// TestUnmarkedSessionsAreFound behind more later ones than a page holds, be it that they are the
// ones or that they prove one over.
func TestUnmarkedSessionsAreFound(t *testing.T) {
	t.Parallel()
	store := dynamo.NewSessions(local(t, http.DefaultTransport), tables(t).Sessions, network.MaxSession)
	begun := func(first, last uint16, minutes int) network.Session {
		s := session()
		s.FirstPort, s.LastPort, s.Start = first, last, now.Add(-time.Duration(minutes)*time.Minute)
		return s
	}
	over, alone, unmarked := begun(1024, 2047, 90), begun(5000, 5100, 90), begun(7000, 7100, 90)
	noError(t, store.PutSession(t.Context(), over))
	noError(t, store.PutSession(t.Context(), alone))
	noError(t, store.PutUnmarked(t.Context(), unmarked))
	noError(t, store.PutUnmarked(t.Context(), begun(2000, 2100, 80)))
	for i := range 40 {
		noError(t, store.PutUnmarked(t.Context(), begun(9000, 9100, 40-i)))
	}
	at := func(port uint16) netip.AddrPort { return netip.AddrPortFrom(alone.Prefix.Addr(), port) }
	if got, err := store.Session(t.Context(), at(1500), now); !errors.Is(err, network.ErrUnresolved) {
		t.Errorf("found %+v (%v)", got, err)
	}
	for _, want := range []network.Session{alone, unmarked} {
		got, err := store.Session(t.Context(), at(want.LastPort), now)
		if err != nil || got != want {
			t.Errorf("found %+v (%v)", got, err)
		}
	}
}
