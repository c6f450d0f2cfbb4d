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
	End      string  `json:"end" help:"when it ends, RFC 3339; it ends no later than the deployment lets sessions last without a new record"`
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
	record := network.Record{
		Address:  c.Address,
		PortFrom: c.PortFrom,
		PortTo:   c.PortTo,
		Number:   c.Number,
		Start:    c.Start,
		End:      c.End,
	}
	if record.Start == "" {
		record.Start = a.Now().UTC().Format(time.RFC3339)
	}
	session, err := record.Session(a.MaxSession)
	if err != nil {
		return nil, err
	}
	if err := a.Sessions.PutSession(ctx, session); err != nil {
		return nil, err
	}
	return shownSession{
		session.Prefix.String(),
		session.FirstPort,
		session.LastPort,
		session.Start,
		session.End,
	}, nil
}

type endSession struct {
	Address string `json:"address" help:"an IPv4 or IPv6 address"`
	Port    uint16 `json:"port" help:"the client's port, for sessions behind carrier NAT (optional)"`
}

// ended tells how many sessions were ended: one or none. Older ones that nobody stopped do not come
// to light below it.
type ended struct {
	Ended int `json:"ended"`
}

func (c *endSession) do(ctx context.Context, a Admin) (any, error) {
	if c.Address == "" {
		return nil, missing("address")
	}
	address, err := netip.ParseAddr(c.Address)
	if err != nil || address.Zone() != "" {
		return nil, wrong("address", "it is an IPv4 or IPv6 address")
	}
	now := a.Now()
	session, err := a.Sessions.Session(ctx, netip.AddrPortFrom(address.Unmap(), c.Port), now)
	if errors.Is(err, network.ErrUnresolved) {
		return ended{}, nil
	}
	if err != nil {
		return nil, err
	}
	session.End = now
	return ended{1}, a.Sessions.PutSession(ctx, session)
}
