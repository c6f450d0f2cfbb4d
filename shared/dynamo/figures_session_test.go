package dynamo_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"lineproof/shared/dynamo"
	"lineproof/shared/dynamo/dynamodel"
	"lineproof/shared/network"
	"lineproof/shared/phone"
)

// The blocks of ports behind the address of sessionFigures.
const (
	blocks     = 63 * 16
	blockPorts = 64
)

// sessionFigures record a day's sessions behind one address, in blocks of ports of which each
// sixteenth has one subscriber all day, and look for those.
func sessionFigures(t *testing.T) {
	const sessions = 100_000
	names := named()
	db := dynamodel.New(dynamodel.Options{}, names.Schemas()...)
	store := dynamo.NewSessions(db.Process(nil), names.Sessions, network.MaxSession)
	for block := range blocks {
		count := sessions / blocks
		if block%16 == 0 {
			count = 1
		}
		for k := range count {
			if err := store.PutSession(t.Context(), aDays(block, k, count)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, kind := range []struct {
		name  string
		first int
	}{{"long", 0}, {"short", 1}} {
		db.Reset()
		found, looked := 0, 0
		for block := kind.first; block < blocks; block += 16 {
			want := aDays(block, 0, 1)
			at := netip.AddrPortFrom(want.Prefix.Addr(), want.FirstPort+7)
			s, err := store.Session(t.Context(), at, now.Add(24*time.Hour))
			if looked++; err == nil && s.Number == want.Number {
				found++
			}
		}
		units := db.Usage().Read / float64(looked)
		t.Logf("a %s session among 10⁵ behind one address: %d of %d found, %.1f RCU each (of build"+
			" b600611 no long one, 51 RCU; wanted: all, at most 12)", kind.name, found, looked, units)
		if found != looked || units > 12 {
			t.Errorf("%d of %d are found at %.1f RCU", found, looked, units)
		}
	}
}

// aDays returns the k-th of so many sessions of a block in the day from now, of its one subscriber.
func aDays(block, k, count int) network.Session {
	n, err := phone.FromUint64(447_700_000_000 + uint64(block))
	if err != nil {
		panic(err)
	}
	const day = 24 * time.Hour
	start := now.Add(time.Duration(k) * day / time.Duration(count)).
		Add(time.Duration(block) * time.Millisecond)
	first := uint16(1024 + block*blockPorts)
	return network.Session{
		Prefix: netip.MustParsePrefix("198.51.100.7/32"), FirstPort: first,
		LastPort: first + blockPorts - 1, Number: n, Start: start,
		End: start.Add(day/time.Duration(count) + time.Minute),
	}
}

// recordFigures take accounting records in, a hundred in one invocation.
func recordFigures(t *testing.T) {
	for _, row := range []struct {
		figure
		address func(i int) string
	}{
		{figure{"session records a second taken in by one invocation, IPv6 prefixes", 247, 8},
			func(i int) string { return fmt.Sprintf(`"address":"2001:db8:0:%x::/64"`, i) }},
		{figure{"session records a second taken in by one invocation, ports in 4 places", 57, 8},
			func(i int) string {
				return fmt.Sprintf(`"address":"198.51.100.%d","port_from":2000,"port_to":4500`, i)
			}},
	} {
		synctest.Test(t, func(t *testing.T) {
			names := named()
			db := dynamodel.New(dynamodel.Realistic(1), names.Schemas()...)
			client := dynamo.NewClient(db.Process(nil).Config())
			store := dynamo.NewSessions(client, names.Sessions, network.MaxSession)
			records := make([]json.RawMessage, 100)
			for i := range records {
				records[i] = fmt.Appendf(nil, `{%s,"number":"+4477009%05d",`+
					`"start":"2000-01-01T00:00:00Z","end":"2000-01-01T01:00:00Z"}`, row.address(i), i)
			}
			begun := time.Now()
			if failures := network.Ingest(t.Context(), store, network.MaxSession, records); failures != nil {
				t.Errorf("%d failed", len(failures))
			}
			row.is(t, float64(len(records))/time.Since(begun).Seconds())
		})
	}
}
