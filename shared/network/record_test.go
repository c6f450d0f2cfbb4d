package network_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/network"
)

// record gives a good record's JSON with changes: field, raw JSON value, … where "" leaves the
// field out.
func record(changes ...string) string {
	fields := map[string]string{
		"address": `"203.0.113.7"`, "port_from": "1024", "port_to": "2047", "number": `"+34600123456"`,
		"start": `"2026-11-23T10:00:00Z"`, "end": `"2026-11-23T11:00:00Z"`,
	}
	for i := 0; i < len(changes); i += 2 {
		fields[changes[i]] = changes[i+1]
	}
	var parts []string
	for name, value := range fields {
		if value != "" {
			parts = append(parts, fmt.Sprintf("%q:%s", name, value))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func read(text string) (network.Session, error) {
	r, err := network.ParseRecord([]byte(text))
	if err != nil {
		return network.Session{}, err
	}
	return r.Session(network.MaxSession)
}

// Without a new record a session is over at its limit, so that a lost stop names nobody for longer.
func TestRecordsEndAtTheirLimit(t *testing.T) {
	t.Parallel()
	r, err := network.ParseRecord([]byte(record("end", `"2026-11-24T10:00:00Z"`)))
	if err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[time.Duration]time.Duration{
		time.Hour: time.Hour, 24 * time.Hour: 24 * time.Hour, network.MaxSession: 24 * time.Hour,
	} {
		if s, err := r.Session(limit); err != nil || s.End.Sub(s.Start) != want {
			t.Errorf("limited to %v: %v, %v", limit, s.End.Sub(s.Start), err)
		}
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	good := network.Session{
		Prefix: netip.MustParsePrefix("203.0.113.7/32"), FirstPort: 1024, LastPort: 2047,
		Number: number(t, "+"+marked), Start: start, End: start.Add(time.Hour),
	}
	but := func(change func(*network.Session)) network.Session {
		s := good
		change(&s)
		return s
	}
	prefix := func(text string) network.Session {
		return but(func(s *network.Session) { s.Prefix = netip.MustParsePrefix(text) })
	}
	for name, test := range map[string]struct {
		text string
		want network.Session
	}{
		"IPv4":                {record(), good},
		"IPv4 in CIDR form":   {record("address", `"203.0.113.7/32"`), good},
		"IPv4, mapped":        {record("address", `"::ffff:203.0.113.7"`), good},
		"IPv4, private":       {record("address", `"10.0.0.1"`), prefix("10.0.0.1/32")},
		"loopback":            {record("address", `"127.0.0.1"`), prefix("127.0.0.1/32")},
		"IPv6":                {record("address", `"2001:DB8:0::7"`), prefix("2001:db8::7/128")},
		"IPv6 prefix":         {record("address", `"2001:db8:0:7::/64"`), prefix("2001:db8:0:7::/64")},
		"shortest prefix":     {record("address", `"2001:db8:7::/48"`), prefix("2001:db8:7::/48")},
		"no ports":            {record("port_from", "", "port_to", ""), but(func(s *network.Session) { s.FirstPort, s.LastPort = 0, 65535 })},
		"ports null":          {record("port_from", "null", "port_to", "null"), but(func(s *network.Session) { s.FirstPort, s.LastPort = 0, 65535 })},
		"one port":            {record("port_to", "1024"), but(func(s *network.Session) { s.LastPort = 1024 })},
		"all ports":           {record("port_from", "1", "port_to", "65535"), but(func(s *network.Session) { s.FirstPort, s.LastPort = 1, 65535 })},
		"number without plus": {record("number", `"34600123456"`), good},
		"unknown field":       {record("imsi", `{"a":[1,{}]}`), good},
		"offset and fraction": {record("start", `"2026-11-23T12:00:00.9+02:00"`), good},
		"longest":             {record("end", `"2026-11-30T10:00:00Z"`), but(func(s *network.Session) { s.End = start.Add(network.MaxSession) })},
		"one second":          {record("end", `"2026-11-23T10:00:01Z"`), but(func(s *network.Session) { s.End = start.Add(time.Second) })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := read(test.text); err != nil || got != test.want {
				t.Errorf("%s: got %v, %v, want %v", test.text, got, err, test.want)
			}
		})
	}
}

func TestRecordRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text  string
		kind  fault.Kind
		param string
	}{
		"empty":                     {"", fault.InvalidBody, ""},
		"no JSON":                   {"number=34600123456", fault.InvalidBody, ""},
		"an array":                  {`["34600123456"]`, fault.InvalidBody, ""},
		"a string":                  {`"34600123456"`, fault.InvalidBody, ""},
		"two objects":               {record() + record(), fault.InvalidBody, ""},
		"cut":                       {record()[:40], fault.InvalidBody, ""},
		"not UTF-8":                 {record("imsi", "\"\xff\""), fault.InvalidBody, ""},
		"null":                      {"null", fault.MissingField, "address"},
		"no fields":                 {"{}", fault.MissingField, "address"},
		"no address":                {record("address", ""), fault.MissingField, "address"},
		"no number":                 {record("number", ""), fault.MissingField, "number"},
		"no start":                  {record("start", ""), fault.MissingField, "start"},
		"no end":                    {record("end", ""), fault.MissingField, "end"},
		"no port_from":              {record("port_from", ""), fault.MissingField, "port_from"},
		"no port_to":                {record("port_to", ""), fault.MissingField, "port_to"},
		"address a number":          {record("address", "34600123456"), fault.InvalidField, "address"},
		"address a phone's":         {record("address", `"34600123456"`), fault.InvalidField, "address"},
		"address with port":         {record("address", `"203.0.113.7:1"`), fault.InvalidField, "address"},
		"address of a name":         {record("address", `"localhost"`), fault.InvalidField, "address"},
		"IPv4 network":              {record("address", `"203.0.113.0/24"`), fault.InvalidField, "address"},
		"IPv4 network, mapped":      {record("address", `"::ffff:203.0.113.0/120"`), fault.InvalidField, "address"},
		"IPv6 network too wide":     {record("address", `"2001:db8::/47"`), fault.InvalidField, "address"},
		"IPv6 bits beyond":          {record("address", `"2001:db8:0:7::1/64"`), fault.InvalidField, "address"},
		"all of the Internet":       {record("address", `"::/0"`), fault.InvalidField, "address"},
		"unspecified":               {record("address", `"0.0.0.0"`), fault.InvalidField, "address"},
		"multicast":                 {record("address", `"ff02::1"`), fault.InvalidField, "address"},
		"link-local":                {record("address", `"fe80::1%eth0"`), fault.InvalidField, "address"},
		"port 0":                    {record("port_from", "0"), fault.InvalidField, "port_from"},
		"port 65536":                {record("port_to", "65536"), fault.InvalidField, "port_to"},
		"port below 0":              {record("port_from", "-1"), fault.InvalidField, "port_from"},
		"half a port":               {record("port_from", "1.5"), fault.InvalidField, "port_from"},
		"port in quotes":            {record("port_from", `"1"`), fault.InvalidField, "port_from"},
		"ports the wrong way round": {record("port_from", "2048"), fault.InvalidField, "port_to"},
		"ports 0 to 0":              {record("port_from", "0", "port_to", "0"), fault.InvalidField, "port_from"},
		"number as JSON number":     {record("number", "34600123456"), fault.InvalidField, "number"},
		"number too long":           {record("number", `"346001234561234"`+"0"), fault.InvalidBody, ""},
		"number with letters":       {record("number", `"34600123456x"`), fault.InvalidField, "number"},
		"name in another case":      {record("number", "", "NUMBER", "34600123456"), fault.InvalidField, "number"},
		"start no time":             {record("start", `"34600123456"`), fault.InvalidField, "start"},
		"start without offset":      {record("start", `"2026-11-23T10:00:00"`), fault.InvalidField, "start"},
		"start in Unix seconds":     {record("start", "34600123456"), fault.InvalidField, "start"},
		"end at start":              {record("end", `"2026-11-23T10:00:00Z"`), fault.InvalidField, "end"},
		"end within start's second": {record("end", `"2026-11-23T10:00:00.9Z"`), fault.InvalidField, "end"},
		"end before start":          {record("end", `"2026-11-23T09:00:00Z"`), fault.InvalidField, "end"},
		"end too late":              {record("end", `"2026-11-30T10:00:01Z"`), fault.InvalidField, "end"},
		"end ages later":            {record("start", `"0000-01-01T00:00:00Z"`, "end", `"9999-12-31T23:59:59Z"`), fault.InvalidField, "end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := read(test.text)
			if !failure(err, test.kind, test.param) || got != (network.Session{}) {
				t.Errorf("%s: got %v, %v", test.text, got, err)
			}
			leaks(t, shown(err), marked)
		})
	}
}

func TestNothingPrintsARecord(t *testing.T) {
	t.Parallel()
	r, err := network.ParseRecord([]byte(record()))
	if err != nil {
		t.Fatal(err)
	}
	session, err := r.Session(network.MaxSession)
	if err != nil {
		t.Fatal(err)
	}
	leaks(t, shown(r, &r, struct{ R network.Record }{r}), marked, "203.0.113.7")
	leaks(t, shown(session, &session), marked)
}

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte(record()))
	f.Add([]byte(record("address", `"2001:db8:0:7::/64"`, "port_from", "", "port_to", "")))
	f.Add([]byte(`{"port_from":99999,"number":34600123456}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := read(string(data))
		if err != nil {
			if kind := fault.Of(err); kind != fault.InvalidBody && kind != fault.InvalidField && kind != fault.MissingField {
				t.Errorf("%v", err)
			}
			return
		}
		length := s.End.Sub(s.Start)
		switch at := netip.AddrPortFrom(s.Prefix.Addr(), s.LastPort); {
		case s.Number.IsZero(), s.FirstPort > s.LastPort, length <= 0, length > network.MaxSession:
			t.Errorf("%s became %v", data, s)
		case !s.Has(at):
			t.Errorf("%s does not have its own last port", data)
		}
	})
}
