package admin

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"lineproof/shared/network"
)

type putSession struct {
	Address  string  `json:"address" help:"an IPv4 or IPv6 address, or an IPv6 prefix of 48 to 128 bits"`
	PortFrom *uint16 `json:"port_from" help:"the first port behind carrier NAT (optional)"`
	PortTo   *uint16 `json:"port_to" help:"the last port behind carrier NAT (optional)"`
	Number   string  `json:"number" help:"the subscriber's number, E.164"`
	Start    string  `json:"start" help:"when it begins, RFC 3339; now without it (optional)"`
	End      string  `json:"end" help:"when it ends, RFC 3339, at most 7 days after its start"`
}

// shownSession is a session without its number, which whoever recorded it knows.
type shownSession struct {
	Prefix string    `json:"address"`
	First  uint16    `json:"port_from"`
	Last   uint16    `json:"port_to"`
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
}

func (c *putSession) do(ctx context.Context, a Admin) (any, error) {
	record := network.Record{Address: c.Address, PortFrom: c.PortFrom, PortTo: c.PortTo, Number: c.Number, Start: c.Start, End: c.End}
	if record.Start == "" {
		record.Start = a.Now().UTC().Format(time.RFC3339)
	}
	session, err := record.Session()
	if err != nil {
		return nil, err
	}
	if err := a.Sessions.PutSession(ctx, session); err != nil {
		return nil, err
	}
	return shownSession{session.Prefix.String(), session.FirstPort, session.LastPort, session.Start, session.End}, nil
}

type endSession struct {
	Address string `json:"address" help:"an IPv4 or IPv6 address"`
	Port    uint16 `json:"port" help:"the client's port, for sessions behind carrier NAT (optional)"`
}

// ended tells how many sessions were ended.
type ended struct {
	Ended int `json:"ended"`
}

// maxOverlap bounds how many sessions may cover a connection at once; there is one unless a stop was lost.
const maxOverlap = 64

func (c *endSession) do(ctx context.Context, a Admin) (any, error) {
	if c.Address == "" {
		return nil, missing("address")
	}
	address, err := netip.ParseAddr(c.Address)
	if err != nil || address.Zone() != "" {
		return nil, wrong("address", "it is an IPv4 or IPv6 address")
	}
	at, now := netip.AddrPortFrom(address.Unmap(), c.Port), a.Now()
	for count := range maxOverlap {
		session, err := a.Sessions.Session(ctx, at, now)
		if errors.Is(err, network.ErrUnresolved) {
			return ended{count}, nil
		}
		if err != nil {
			return nil, err
		}
		session.End = now
		if err := a.Sessions.PutSession(ctx, session); err != nil {
			return nil, err
		}
	}
	return ended{maxOverlap}, nil
}
