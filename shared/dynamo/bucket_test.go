package dynamo

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/fault"
	"lineproof/shared/network"
	"lineproof/shared/phone"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		prefix      string
		first, last uint16
		want        string
	}{
		{"192.0.2.1/32", 0, 65535, "192.0.2.1"},
		{"192.0.2.1/32", 1024, 2047, "192.0.2.1#1"},
		{"192.0.2.1/32", 1023, 1024, "192.0.2.1#0 192.0.2.1#1"},
		{"192.0.2.1/32", 1024, 5119, "192.0.2.1#1 192.0.2.1#2 192.0.2.1#3 192.0.2.1#4"},
		{"192.0.2.1/32", 1024, 5120, "192.0.2.1#wide"},
		{"192.0.2.1/32", 64512, 65535, "192.0.2.1#63"},
		{"2001:db8:1:2::/64", 0, 65535, "2001:db8:1:2::/64"},
		{"2001:db8:1:2:3::4/128", 0, 65535, "2001:db8:1:2::/64"},
		{"2001:db8:1:20::/60", 0, 65535, "2001:db8:1::/56"},
		{"2001:db8:1:200::/56", 0, 65535, "2001:db8:1:200::/56"},
		{"2001:db8:1:8000::/49", 0, 65535, "2001:db8:1::/48"},
	} {
		s := network.Session{Prefix: netip.MustParsePrefix(c.prefix), FirstPort: c.first, LastPort: c.last}
		got, err := bucketsOf(s)
		if err != nil || joined(got) != c.want {
			t.Errorf("%s %d-%d stands at %s (%v), want %s", c.prefix, c.first, c.last, joined(got), err, c.want)
		}
	}
}

func joined(places []bucketKey) string {
	texts := make([]string, len(places))
	for i, p := range places {
		texts[i] = string(p)
	}
	return strings.Join(texts, " ")
}

func TestPrefixesThatNoLookupReachesAreRefused(t *testing.T) {
	t.Parallel()
	for _, prefix := range []netip.Prefix{
		{}, netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/47"), netip.MustParsePrefix("::/0"),
	} {
		s := NewSessions(nil, "", 0) // it must not get as far as to ask
		if err := s.PutSession(t.Context(), network.Session{Prefix: prefix}); fault.Of(err) != fault.InvalidField {
			t.Errorf("%v: gave %v", prefix, err)
		}
	}
}

// FuzzPlaces asks for a connection that a session has, in one of the places where the session
// stands.
func FuzzPlaces(f *testing.F) {
	f.Add([]byte{192, 0, 2, 1}, 32, uint16(1024), uint16(2047), uint16(1500))
	f.Add(netip.MustParseAddr("2001:db8::1").AsSlice(), 60, uint16(0), uint16(65535), uint16(0))
	f.Fuzz(func(t *testing.T, address []byte, bits int, first, last, port uint16) {
		addr, _ := netip.AddrFromSlice(address)
		prefix, _ := addr.Prefix(bits)
		s := network.Session{Prefix: prefix, FirstPort: first, LastPort: last, Start: time.Unix(1, 0), End: time.Unix(2, 0)}
		at := netip.AddrPortFrom(addr, port)
		asked := prefixPlaces(addr)
		if addr.Is4() {
			asked = []bucketKey{portBucket(addr, port/bucketPorts), addressBucket(addr), wideBucket(addr)}
		}
		if addr.Is4() && port == 0 {
			asked = []bucketKey{addressBucket(addr)}
		}
		places, err := bucketsOf(s)
		if err != nil || !s.Has(at) {
			return
		}
		if len(places) > maxBuckets || !slices.ContainsFunc(places, func(p bucketKey) bool { return slices.Contains(asked, p) }) {
			t.Errorf("%v stands at %v, and %v asks at %v", s.Prefix, places, at, asked)
		}
	})
}

// endless is a table whose every page leads to another and holds nobody who covers anything.
type endless struct {
	API
	pages int
}

func (e *endless) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	e.pages++
	return &dynamodb.QueryOutput{LastEvaluatedKey: item{place: text("x")}}, nil
}

func TestLookupsAreBounded(t *testing.T) {
	t.Parallel()
	for _, connection := range []string{"192.0.2.1:0", "192.0.2.1:80", "[2001:db8::1]:80"} {
		table := &endless{}
		at := netip.MustParseAddrPort(connection)
		if _, err := NewSessions(table, "", 0).Session(t.Context(), at, time.Unix(1, 0)); !errors.Is(err, network.ErrUnresolved) {
			t.Errorf("%s: gave %v", connection, err)
		}
		if table.pages != maxPages {
			t.Errorf("%s: read %d pages, want %d", connection, table.pages, maxPages)
		}
	}
	if _, err := NewSessions(nil, "", 0).Session(t.Context(), netip.AddrPort{}, time.Unix(1, 0)); !errors.Is(err, network.ErrUnresolved) {
		t.Errorf("no address: gave %v", err)
	}
}

// crowded is a table in which the connection has a holder, and behind the marks of the address, if
// it is full, there is more than is read.
type crowded struct {
	API
	holder network.Session
	full   bool
}

func (c crowded) Query(_ context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	asked := decoder{item: in.ExpressionAttributeValues}
	from, to := asked.text(":from"), asked.text(":to")
	switch {
	case asked.text(":place") == string(recordPlace(c.holder)):
		return &dynamodb.QueryOutput{Items: []item{(&Sessions{}).encode(c.holder, "")}}, nil
	case from > lastMark:
		return &dynamodb.QueryOutput{Items: []item{(&Sessions{}).encodeMark(c.holder)}}, nil
	case c.full && to > lastMark:
		return &dynamodb.QueryOutput{LastEvaluatedKey: item{place: text("x")}}, nil
	}
	return &dynamodb.QueryOutput{}, nil
}

// What was not read could name another, so nobody is named.
func TestTooManyLaterSessionsNameNobody(t *testing.T) {
	t.Parallel()
	number, _ := phone.Parse("+34600000001")
	holder := network.Session{
		Prefix: netip.MustParsePrefix("192.0.2.1/32"), FirstPort: 1024, LastPort: 2047, Number: number,
		Start: time.Unix(1, 0).UTC(), End: time.Unix(9, 0).UTC(),
	}
	at := netip.MustParseAddrPort("192.0.2.1:1500")
	find := func(full bool) (network.Session, error) {
		return NewSessions(crowded{holder: holder, full: full}, "", 0).
			Session(t.Context(), at, time.Unix(2, 0))
	}
	if got, err := find(false); err != nil || got != holder {
		t.Errorf("gave %v, %v", got.FirstPort, err)
	}
	if got, err := find(true); !errors.Is(err, network.ErrUnresolved) {
		t.Errorf("gave %v, %v", got.FirstPort, err)
	}
}

// A record stays as long as it may be needed to prove an older session over.
func TestRecordsStayAsLongAsTheyProve(t *testing.T) {
	t.Parallel()
	start := time.Unix(1_800_000_000, 0)
	brief := network.Session{Prefix: netip.MustParsePrefix("192.0.2.1/32"), Start: start, End: start.Add(time.Minute)}
	long := brief
	long.End = start.Add(3 * time.Hour)
	for name, c := range map[string]struct {
		session network.Session
		until   time.Time
	}{"brief": {brief, start.Add(2 * time.Hour)}, "long": {long, start.Add(3 * time.Hour)}} {
		d := decoder{item: NewSessions(nil, "", 2*time.Hour).encode(c.session, "")}
		if got := time.Unix(d.integer(purgeAt), 0); !got.Equal(c.until.Add(slack)) {
			t.Errorf("%s: purged at %v", name, got)
		}
	}
}

// TestSessionKeysOrderByStart also where the starts have different numbers of digits.
func TestSessionKeysOrderByStart(t *testing.T) {
	t.Parallel()
	number, _ := phone.Parse("+34600000001")
	starts := []int64{0, 9, 10, 1e9, 1_800_000_000_000_000_000}
	for i, start := range starts[1:] {
		before := newSessionKey(network.Session{Start: time.Unix(0, starts[i]), Number: number})
		key := newSessionKey(network.Session{Start: time.Unix(0, start), Number: number})
		if before >= key || key >= startKey(start+1) || key < startKey(start) {
			t.Errorf("%s and %s are out of order", before, key)
		}
	}
}
