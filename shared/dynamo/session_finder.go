package dynamo

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"lineproof/shared/network"
)

// finder looks for the sessions that decide about an IPv4 address and port, which is 0 when it is
// unknown. What it has read it keeps in standing: of ranges of ports their marks, and in the place
// of a mark that has not begun the record before it.
type finder struct {
	*Sessions
	at       netip.AddrPort
	now      time.Time
	standing []network.Session
	// rest is what is still to be read of the address, the newest first, and oldest the start of
	// what was read last. It holds sessions that had all ports, and those of older builds.
	rest   *pages
	oldest time.Time
	// unshared tells that the address has no marks of small ranges.
	unshared bool
}

// ofAddress returns the sessions that decide about an IPv4 address and port: the newest that has
// both, and all later ones that have ports of it.
func (s *Sessions) ofAddress(
	ctx context.Context, at netip.AddrPort, now time.Time,
) ([]network.Session, error) {
	f := &finder{Sessions: s, at: at, now: now}
	for _, read := range []func(context.Context) error{
		f.near, f.address, f.unmarked, f.later, f.neighbours, f.records,
	} {
		if err := read(ctx); err != nil {
			return nil, err
		}
	}
	return f.standing, nil
}

// latest returns what decides, of what was read.
func (f *finder) latest() []network.Session { return network.Latest(f.standing, f.at, f.now) }

// near reads the marks of the small ranges in the port's bucket.
func (f *finder) near(ctx context.Context) (err error) {
	if f.at.Port() == 0 {
		return nil
	}
	first := f.at.Port() / bucketPorts * bucketPorts
	f.standing, err = f.smallNear(ctx, f.at.Addr(), first, first+bucketPorts-1)
	return err
}

// address reads the marks of large ranges and the newest of what follows them. Where no small range
// is near there may be none at all, which the same query tells.
func (f *finder) address(ctx context.Context) error {
	if len(f.standing) == 0 {
		f.rest = f.from(smallMarks)
		page, err := f.rest.next(ctx)
		if err != nil {
			return err
		}
		if f.unshared = !slices.ContainsFunc(page, isSmallMark); f.unshared {
			f.keep(page)
		}
	}
	if !f.unshared {
		f.rest = f.from(largeMarks)
	}
	if err := f.readBefore(ctx, f.now); err != nil {
		return err
	}
	return f.begun(ctx, f.at.Port(), f.at.Port())
}

// from asks for marks of the size and what follows them at the address.
func (f *finder) from(marks string) *pages {
	return f.between(addressBucket(f.at.Addr()), startKey(0), sessionKey(marks+lastMark), firstPage)
}

// readBefore reads on until it has read what began before start.
func (f *finder) readBefore(ctx context.Context, start time.Time) error {
	for f.rest.more && (f.oldest.IsZero() || !f.oldest.Before(start)) {
		page, err := f.rest.next(ctx)
		if err != nil {
			return err
		}
		f.keep(page)
	}
	return nil
}

// keep adds what was read. What an older build wrote of a range is as good as a mark: since then
// the record alone may have been written again.
func (f *finder) keep(page []network.Session) {
	for _, n := range page {
		if !isMark(n) {
			f.oldest = n.Start
		}
		if isMarked(n) {
			n = network.Session{
				Prefix: n.Prefix, FirstPort: n.FirstPort, LastPort: n.LastPort, Start: n.Start,
			}
		}
		f.standing = append(f.standing, n)
	}
}

// unmarked reads the port's newest record when no mark tells of one: an older build wrote none.
func (f *finder) unmarked(ctx context.Context) error {
	addr, port := f.at.Addr(), f.at.Port()
	for _, p := range []bucketKey{portBucket(addr, port/bucketPorts), wideBucket(addr)} {
		if port == 0 || len(f.latest()) > 0 {
			return nil
		}
		has := func(n network.Session) bool { return n.Has(f.at) }
		found, err := f.newest(ctx, p, f.now, has)
		if err != nil {
			return err
		}
		f.standing = append(f.standing, found...)
	}
	return nil
}

// later reads what stands at the address and began after what decides.
func (f *finder) later(ctx context.Context) error {
	latest := f.latest()
	if len(latest) == 0 {
		return nil
	}
	return f.readBefore(ctx, latest[0].Start)
}

// neighbours reads the marks of all small ranges that have ports of what decides.
func (f *finder) neighbours(ctx context.Context) error {
	latest := f.latest()
	if len(latest) == 0 {
		return nil
	}
	first, last := latest[0].FirstPort, latest[0].LastPort
	for _, n := range latest {
		first, last = min(first, n.FirstPort), max(last, n.LastPort)
	}
	bucket := f.at.Port() / bucketPorts
	within := f.at.Port() != 0 && first/bucketPorts == bucket && last/bucketPorts == bucket
	if !f.unshared && !within {
		marks, err := f.smallNear(ctx, f.at.Addr(), first, last)
		if err != nil {
			return err
		}
		f.standing = append(f.standing, marks...)
	}
	return f.begun(ctx, first, last)
}

// begun puts, in the place of each mark that has not begun and has ports from first to last, the
// record of its range's session before it.
func (f *finder) begun(ctx context.Context, first, last uint16) error {
	for i, mark := range f.standing {
		if !isMark(mark) || !mark.Start.After(f.now) || mark.FirstPort > last ||
			mark.LastPort < first {
			continue
		}
		same := func(n network.Session) bool {
			return n.FirstPort == mark.FirstPort && n.LastPort == mark.LastPort
		}
		before, err := f.newest(ctx, recordPlace(mark), f.now, same)
		if err != nil {
			return err
		}
		if len(before) > 0 {
			f.standing[i] = before[0]
		}
	}
	return nil
}

// records reads the records of what decides. A mark without one was never recorded to the end, and
// decides that nobody is known.
func (f *finder) records(ctx context.Context) error {
	latest, read := f.latest(), map[network.Identity]bool{}
	for _, n := range latest {
		if !isMark(n) {
			read[n.Identity()] = true
		}
	}
	for _, n := range latest {
		if read[n.Identity()] {
			continue
		}
		key := newSessionKey(n)
		page, err := f.between(recordPlace(n), key, key, 1).next(ctx)
		if err != nil {
			return err
		}
		f.standing, read[n.Identity()] = append(f.standing, page...), true
	}
	return nil
}
