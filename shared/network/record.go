package network

import (
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"strconv"
	"time"
	"unicode/utf8"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/redact"
)

// MaxSession is the longest session that a record may tell.
const MaxSession = 7 * 24 * time.Hour

// DefaultSession is how long a session lasts beyond the start of its last record unless the
// operator's records come less often. An accounting stop that gets lost leaves the address with its
// former holder for that long, so operators record longer sessions piece by piece, by interim
// updates.
const DefaultSession = time.Hour

// MinPrefix is the shortest IPv6 prefix that a record may give one subscriber. Mobile networks give
// a /64, and up to a /48 to a device that delegates (RFC 6177); anything shorter is a mistake that
// would cover many subscribers.
const MinPrefix = 48

// Record is a session as the operator's accounting tells it. It is read from JSON, and prints and
// encodes redacted.
type Record struct {
	redact.Value
	// Address is an IPv4 address, an IPv6 address, or an IPv6 prefix in CIDR form whose further
	// bits are 0.
	Address string `json:"address"`
	// PortFrom and PortTo are the first and last port behind carrier NAT, 1 to 65535; both absent
	// without it.
	PortFrom *uint16 `json:"port_from"`
	PortTo   *uint16 `json:"port_to"`
	// Number is the subscriber's, E.164 with or without '+'.
	Number string `json:"number"`
	// Start and End are RFC 3339 times, read in whole seconds as accounting has them; End is
	// exclusive, after Start and no more than MaxSession after it. A session is over at its limit,
	// whatever End says (see [Record.Session]).
	Start string `json:"start"`
	End   string `json:"end"`
}

// ParseRecord reads a record's JSON object; unknown fields are ignored. It fails with a
// fault.InvalidBody when data is no JSON object or not UTF-8, and a fault.InvalidField that names
// the field when one has the wrong type.
func ParseRecord(data []byte) (Record, error) {
	if !utf8.Valid(data) {
		return Record{}, fault.New(fault.InvalidBody)
	}
	var record Record
	err := json.Unmarshal(data, &record)
	var mistyped *json.UnmarshalTypeError
	switch { // the decoder's own errors quote values, so none is wrapped
	case err == nil:
		return record, nil
	case errors.As(err, &mistyped) && mistyped.Field != "":
		return Record{}, fault.In(fault.InvalidField, mistyped.Field)
	default:
		return Record{}, fault.New(fault.InvalidBody)
	}
}

// Session gives the session that the record tells, which ends no later than limit after its start.
// It fails with a fault.MissingField or fault.InvalidField that names the first field at fault by
// its JSON name.
func (r Record) Session(limit time.Duration) (Session, error) {
	var s Session
	for _, read := range []func(*Session) error{r.prefix, r.ports, r.number, r.start, r.end} {
		if err := read(&s); err != nil {
			return Session{}, err
		}
	}
	if latest := s.Start.Add(limit); s.End.After(latest) {
		s.End = latest
	}
	return s, nil
}

func (r Record) prefix(s *Session) error {
	s.Prefix = parsePrefix(r.Address)
	return field("address", r.Address != "", s.Prefix.IsValid())
}

func (r Record) ports(s *Session) error {
	if r.PortFrom == nil && r.PortTo == nil {
		s.LastPort = math.MaxUint16
		return nil
	}
	from, to := r.PortFrom, r.PortTo
	if err := field("port_from", from != nil, from != nil && *from > 0); err != nil {
		return err
	}
	if err := field("port_to", to != nil, to != nil && *to >= *from); err != nil {
		return err
	}
	s.FirstPort, s.LastPort = *from, *to
	return nil
}

func (r Record) number(s *Session) (err error) {
	s.Number, err = phone.ParseOptionalPlus(r.Number)
	return field("number", r.Number != "", err == nil)
}

func (r Record) start(s *Session) (err error) {
	s.Start, err = parseTime(r.Start)
	return field("start", r.Start != "", err == nil)
}

func (r Record) end(s *Session) (err error) {
	s.End, err = parseTime(r.End)
	length := s.End.Sub(s.Start)
	return field("end", r.End != "", err == nil && length > 0 && length <= MaxSession)
}

// field gives the failure of the field of that name, or nil when it is there and valid.
func field(name string, there, valid bool) error {
	switch {
	case !there:
		return fault.In(fault.MissingField, name)
	case !valid:
		return fault.In(fault.InvalidField, name)
	default:
		return nil
	}
}

// parsePrefix reads what one subscriber can hold; it gives an invalid prefix for anything else.
func parsePrefix(text string) netip.Prefix {
	if addr, err := netip.ParseAddr(text); err == nil {
		text = plain(addr).String() + "/" + strconv.Itoa(plain(addr).BitLen())
	}
	prefix, err := netip.ParsePrefix(text)
	addr := prefix.Addr()
	shortest := MinPrefix
	if addr.Is4() {
		shortest = addr.BitLen()
	}
	if err != nil || prefix != prefix.Masked() || prefix.Bits() < shortest || nobodys(addr) {
		return netip.Prefix{}
	}
	return prefix
}

// nobodys tells whether no connection reaches us from the address. Private ones may, through the
// operator's own network.
func nobodys(addr netip.Addr) bool {
	return addr.Is4In6() || addr.IsUnspecified() || addr.IsMulticast() || addr.IsLinkLocalUnicast()
}

func parseTime(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	return t.UTC().Truncate(time.Second), err
}
