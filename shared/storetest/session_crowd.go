package storetest

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"lineproof/shared/network"
)

// sessionCrowd looks for sessions of a day behind more later ones of their address than a look-up
// could read, as carrier NAT makes them. What is alone in its ports is found, and what lost some of
// them is not.
func sessionCrowd(t *testing.T, open OpenSessions) {
	d, addr := opened(t, open), uniqueIPv4()
	begun := func(first, last uint16, hours int) network.Session {
		s := ported(whole(single(addr)), first, last)
		s.Start = now.Add(time.Duration(-hours) * time.Hour)
		return s
	}
	brief := func(s network.Session) network.Session {
		s.End = s.Start.Add(time.Minute)
		return moved(s, 0, bob)
	}
	kept := []network.Session{
		begun(2048, 2111, 24), begun(4000, 5000, 24), begun(10240, 20479, 24), begun(1, 512, 24),
	}
	d.put(t, kept...)
	d.put(t, begun(2176, 2239, 24), brief(begun(2176, 2207, 23))) // a part of a block
	d.put(t, begun(6000, 8000, 24), brief(begun(7990, 9000, 23))) // a part in the next bucket
	d.put(t, begun(30000, 40959, 24), brief(begun(35000, 35063, 23)))
	d.put(t, begun(3072, 3135, 26), brief(begun(0, 65535, 25)))
	d.crowd(t, addr)
	for _, s := range kept {
		d.want(t, addr, s.FirstPort, now, s)
		d.want(t, addr, s.LastPort, now, s)
	}
	for _, port := range []uint16{0, 513, 2112, 2220, 3100, 6000, 30000, 60000} {
		d.wantNone(t, addr, port, now)
	}
	alone := moved(whole(single(addr)), time.Hour, alice)
	d.put(t, alone)
	for _, port := range []uint16{0, 2048, 2112, 10240} {
		d.want(t, addr, port, now, alone)
	}
}

// crowd records a thousand short sessions and more that have the same ports one after another.
func (d directory) crowd(t *testing.T, addr netip.Addr) {
	t.Helper()
	const sessions, hands = 1200, 8
	var done sync.WaitGroup
	for hand := range hands {
		done.Go(func() {
			for i := hand; i < sessions; i += hands {
				s := ported(whole(single(addr)), 2112, 2175)
				s.Start = now.Add(time.Duration(i-sessions-1) * time.Second)
				s.End = s.Start.Add(time.Second)
				d.put(t, s)
			}
		})
	}
	done.Wait()
}
