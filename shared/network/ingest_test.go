package network_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/network"
	"lineproof/shared/phone"
)

func batch(texts ...string) []json.RawMessage {
	var all []json.RawMessage
	for _, text := range texts {
		all = append(all, json.RawMessage(text))
	}
	return all
}

func TestIngestReportsTheBadOnesAlone(t *testing.T) {
	t.Parallel()
	good := func(address string) string { return record("address", `"`+address+`"`) }
	records := batch(
		good("203.0.113.0"), record("number", `"34600123456x"`), good("203.0.113.2"), good("203.0.113.3"), record("end", ""),
		good("203.0.113.5"), good("203.0.113.6"), good("203.0.113.7"), `{"number": 34600123456, `, good("203.0.113.9"),
	)
	var written directory
	failures := network.Ingest(t.Context(), &written, network.MaxSession, records)
	if len(failures) != 3 || len(written.sessions) != 7 {
		t.Fatalf("%d failures, %d written", len(failures), len(written.sessions))
	}
	for i, want := range []struct {
		index int
		kind  fault.Kind
		param string
	}{{1, fault.InvalidField, "number"}, {4, fault.MissingField, "end"}, {8, fault.InvalidBody, ""}} {
		if got := failures[i]; got.Index != want.index || !failure(got.Err, want.kind, want.param) {
			t.Errorf("failure %d is %v", i, got)
		}
		leaks(t, shown(failures[i], failures[i].Err), marked)
	}
	for _, last := range []string{"0", "2", "3", "5", "6", "7", "9"} {
		prefix := netip.MustParsePrefix("203.0.113." + last + "/32")
		if !slices.ContainsFunc(written.sessions, func(s network.Session) bool { return s.Prefix == prefix }) {
			t.Errorf("no session of %v", prefix)
		}
	}
}

// slow is a registry that takes a second for each session, and none of the number refused.
type slow struct {
	directory
	refused       phone.Number
	writing, most int
}

func (s *slow) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing += n
	s.most = max(s.most, s.writing)
}

func (s *slow) PutSession(ctx context.Context, session network.Session) error {
	s.count(1)
	defer s.count(-1)
	time.Sleep(time.Second)
	if session.Number == s.refused {
		return fault.New(fault.Unavailable)
	}
	return s.directory.PutSession(ctx, session)
}

// TestIngestWritesSideBySide takes a hundred sessions in, so many at once, of which each fails
// alone.
func TestIngestWritesSideBySide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var records []json.RawMessage
		for i := range 100 {
			n := strconv.Quote("+346000000" + strconv.Itoa(10+i%50))
			records = append(records, batch(record(
				"address", fmt.Sprintf(`"2001:db8:0:%x::/64"`, i), "number", n))...)
		}
		registry, began := slow{refused: number(t, "+34600000017")}, time.Now()
		failures := network.Ingest(t.Context(), &registry, network.MaxSession, records)
		if len(failures) != 2 || failures[0].Index != 7 || failures[1].Index != 57 {
			t.Errorf("the failures are %v", failures)
		}
		if len(registry.sessions) != 98 || registry.most != 32 {
			t.Errorf("%d written, %d at once", len(registry.sessions), registry.most)
		}
		if took := time.Since(began); took != 4*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// TestIngestKeepsTheOrderOfASession writes its number again and again; the last has to stand.
func TestIngestKeepsTheOrderOfASession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var records []json.RawMessage
		for i := range 40 {
			n := strconv.Quote("+346000000" + strconv.Itoa(10+i))
			records = append(records, batch(record("number", n), record("number", n, "port_from", "1", "port_to", "9"))...)
		}
		var registry slow
		if failures := network.Ingest(t.Context(), &registry, network.MaxSession, records); failures != nil {
			t.Fatalf("the failures are %v", failures)
		}
		for _, last := range []uint16{9, 2047} {
			next := uint64(34600000010)
			for _, s := range registry.sessions {
				if s.LastPort == last {
					if s.Number.Uint64() != next {
						t.Fatalf("wrote %x in the place of %x", s.Number.Uint64(), next)
					}
					next++
				}
			}
			if next != 34600000050 {
				t.Errorf("%d of 40 were written", next-34600000010)
			}
		}
	})
}

func TestIngestReportsTheRegistrysErrors(t *testing.T) {
	t.Parallel()
	plain := errors.New("out of order")
	for _, test := range []struct {
		err  error
		kind fault.Kind
	}{{fault.New(fault.Unavailable), fault.Unavailable}, {plain, fault.Internal}} {
		failures := network.Ingest(t.Context(), &directory{err: test.err}, network.MaxSession, batch(record(), record()))
		if len(failures) != 2 {
			t.Fatalf("%d failures", len(failures))
		}
		for i, got := range failures {
			if got.Index != i || got.Err.Kind != test.kind || !errors.Is(got.Err, test.err) {
				t.Errorf("failure %d is %v", i, got)
			}
			leaks(t, shown(got, got.Err), marked)
		}
	}
}

func TestIngestOfNothing(t *testing.T) {
	t.Parallel()
	if failures := network.Ingest(t.Context(), &directory{err: errors.New("asked")}, network.MaxSession, nil); failures != nil {
		t.Errorf("got %v", failures)
	}
}
