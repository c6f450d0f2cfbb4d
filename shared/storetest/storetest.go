// Package storetest owns the conformance suites of the stores: one for each domain, run against the
// maps of memory and the tables of dynamo alike, so that what is tested locally is what runs in
// Lambda.
//
// Each test makes its own identifiers and addresses, so that suites may share a store and run at
// the same time. Nothing that a suite puts in is ever cleaned up by it: an expired item is still
// there when it is refused, as in DynamoDB, whose TTL takes days.
package storetest

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net/netip"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/phone"
)

// racers is how many goroutines race for one item.
const racers = 50

// instant is the least step of time that a store tells apart.
const instant = time.Nanosecond

// now is when the suites take place: long after any real clock by which DynamoDB's TTL could purge
// what a test looks for. Its odd nanoseconds show a store that rounds.
var now = time.Date(2126, 3, 14, 15, 9, 26, 535897932, time.UTC)

// Two subscribers.
var (
	alice = number(34600000001)
	bob   = number(34600000002)
)

func number(digits uint64) phone.Number {
	n, err := phone.FromUint64(digits)
	if err != nil {
		panic(err)
	}
	return n
}

// unique gives an identifier that no other test has.
func unique() string { return rand.Text() }

// uniqueIPv4 gives an address within 10.0.0.0/8.
func uniqueIPv4() netip.Addr {
	var b [4]byte
	_, _ = rand.Read(b[:])
	b[0] = 10
	return netip.AddrFrom4(b)
}

// uniqueIPv6 gives the first address of a /48 within fd00::/8.
func uniqueIPv6() netip.Addr {
	var b [16]byte
	_, _ = rand.Read(b[1:6])
	b[0] = 0xfd
	return netip.AddrFrom16(b)
}

// with gives the IPv6 address whose last ten bytes are the subnet and the interface.
func with(site netip.Addr, subnet uint16, iface uint64) netip.Addr {
	b := site.As16()
	binary.BigEndian.PutUint16(b[6:], subnet)
	binary.BigEndian.PutUint64(b[8:], iface)
	return netip.AddrFrom16(b)
}

// race runs attempt in many goroutines at once and counts those that succeeded. Whoever does not
// must fail as refused.
func race(t *testing.T, refused error, attempt func(i int) error) int {
	t.Helper()
	var won atomic.Int64
	var ready, done sync.WaitGroup
	ready.Add(racers)
	for i := range racers {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			switch err := attempt(i); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, refused):
				t.Errorf("racer %d: %v", i, err)
			}
		})
	}
	done.Wait()
	return int(won.Load())
}

// wantOneWinner fails the test unless exactly one of many racing attempts succeeds.
func wantOneWinner(t *testing.T, refused error, attempt func(i int) error) {
	t.Helper()
	if won := race(t, refused, attempt); won != 1 {
		t.Errorf("%d of %d racers won", won, racers)
	}
}

// wantEveryField fails the test when a field of an example is zero, as a new one is that no test
// looks at yet.
func wantEveryField(t *testing.T, example any) {
	t.Helper()
	v := reflect.ValueOf(example)
	for field, value := range v.Fields() {
		if value.IsZero() {
			t.Fatalf("the example of %T lacks %s", example, field.Name)
		}
	}
}

// unusable are identifiers that name nothing and that a careless store would stumble over: they
// come from outside.
func unusable() map[string]string {
	long := make([]byte, 5000)
	for i := range long {
		long[i] = 'x'
	}
	return map[string]string{"unknown": unique(), "empty": "", "long": string(long), "not UTF-8": "a\xff", "control": "a\x00b"}
}
