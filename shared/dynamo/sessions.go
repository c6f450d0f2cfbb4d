package dynamo

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/network"
)

// The bounds of a lookup at one place. The newest session there is nearly always the one; others
// lie before it only where neighbours come and go, until the TTL purges them.
const (
	firstPage = 4
	pageSize  = 100
	maxPages  = 10
)

// Sessions is a network.Registry and a network.Directory.
type Sessions struct {
	api   API
	table string
	keep  time.Duration
}

// NewSessions gives the store in the named table. A record stays for keep after its session's
// start, however soon that ends: as long as an older session can reach that it proves over.
func NewSessions(api API, table string, keep time.Duration) *Sessions {
	return &Sessions{api, table, keep}
}

// PutSession records a session, in place of one of the same prefix, ports and start, as
// network.Registry says. It writes at one to five places; one that fails on the way has recorded
// part of it, truly, and the repetition records the rest. A prefix that no lookup reaches, of an
// IPv4 network or shorter than network.MinPrefix, is a fault.InvalidField.
func (s *Sessions) PutSession(ctx context.Context, session network.Session) error {
	places, err := placesOf(session)
	if err != nil {
		return err
	}
	for _, p := range places {
		_, err := s.api.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: &s.table, Item: s.encode(session, p),
			ConditionExpression:       aws.String("attribute_not_exists(" + place + ") OR " + msisdn + " <> :number OR " + expiresAt + " >= :end"),
			ExpressionAttributeValues: item{":number": integer(session.Number.Uint64()), ":end": moment(session.End)},
		})
		if _, known := refusal(err); err != nil && !known { // known with an earlier end, which stands
			return failed("put session", err)
		}
	}
	return nil
}

// Session gives the session of who holds the connection, or network.ErrUnresolved. It asks one
// place after the other over the connection that stands: further TLS handshakes would cost a small
// function more than round trips do.
func (s *Sessions) Session(ctx context.Context, at netip.AddrPort, now time.Time) (network.Session, error) {
	find := s.ofPrefix
	if at.Addr().Is4() {
		find = s.ofAddress
	}
	found, err := find(ctx, at, now)
	if err != nil {
		return network.Session{}, err
	}
	return network.Holder(found, at, now)
}

// ofPrefix gives the sessions that decide about an IPv6 address: those of each length of prefix
// that have it and are the newest.
func (s *Sessions) ofPrefix(
	ctx context.Context, at netip.AddrPort, now time.Time,
) ([]network.Session, error) {
	if !at.Addr().Is6() {
		return nil, nil
	}
	var all []network.Session
	for _, p := range prefixPlaces(at.Addr()) {
		found, err := s.newest(ctx, p, at, now)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// ofAddress gives the sessions that decide about an IPv4 address and port: the newest that has
// both, and all of the address that began later. Where each subscriber has an address alone, or the
// port is unknown, the address's newest few hold both.
func (s *Sessions) ofAddress(
	ctx context.Context, at netip.AddrPort, now time.Time,
) ([]network.Session, error) {
	if at.Port() != 0 {
		found, err := s.newest(ctx, bucketPlace(at.Addr(), at.Port()/bucketPorts), at, now)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			return s.withLater(ctx, found, at, now)
		}
	}
	few, _, err := s.page(ctx, s.between(addressPlace(at.Addr()), time.Time{}, now, firstPage))
	has := func(f network.Session) bool { return f.Has(at) }
	if err != nil || at.Port() == 0 || slices.ContainsFunc(few, has) {
		return few, err
	}
	found, err := s.newest(ctx, widePlace(at.Addr()), at, now)
	if err != nil {
		return nil, err
	}
	return s.withLater(ctx, found, at, now)
}

// withLater adds the sessions of the address that began after those found. Of too many to read it
// gives none at all: one of the unread could be the one that matters.
func (s *Sessions) withLater(
	ctx context.Context, found []network.Session, at netip.AddrPort, now time.Time,
) ([]network.Session, error) {
	if len(found) == 0 {
		return nil, nil
	}
	in := s.between(addressPlace(at.Addr()), found[0].Start.Add(1), now, pageSize)
	for range maxPages {
		later, more, err := s.page(ctx, in)
		found = append(found, later...)
		if err != nil || !more {
			return found, err
		}
	}
	return nil, nil
}

// newest gives the session of a place that has the connection and is the newest, with those that
// began at the same time, or none.
func (s *Sessions) newest(
	ctx context.Context, p placeKey, at netip.AddrPort, now time.Time,
) ([]network.Session, error) {
	in := s.between(p, time.Time{}, now, firstPage)
	var found []network.Session
	for range maxPages {
		sessions, more, err := s.page(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, session := range sessions {
			if len(found) > 0 && session.Start.Before(found[0].Start) {
				return found, nil
			}
			if session.Has(at) {
				found = append(found, session)
			}
		}
		if !more {
			break
		}
	}
	return found, nil
}

// page reads one page, the newest session first, and prepares in for the next; more tells whether
// there is one. The first page is small, as few need another.
func (s *Sessions) page(
	ctx context.Context, in *dynamodb.QueryInput,
) (sessions []network.Session, more bool, err error) {
	out, err := s.api.Query(ctx, in)
	if err != nil {
		return nil, false, failed("find session", err)
	}
	for _, it := range out.Items {
		session, err := decodeSession(it)
		if err != nil {
			return nil, false, err
		}
		sessions = append(sessions, session)
	}
	in.ExclusiveStartKey, in.Limit = out.LastEvaluatedKey, aws.Int32(pageSize)
	return sessions, len(out.LastEvaluatedKey) > 0, nil
}

// between asks for the sessions of a place that began at from or later, and by now. It reads where
// all writes have arrived: a replica that lags could still show the former holder of an address
// alone.
func (s *Sessions) between(p placeKey, from, now time.Time, limit int32) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: &s.table, Limit: &limit,
		ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression: aws.String(place + " = :place AND " + sessionID + " BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{
			":place": text(p),
			":from":  text(startKey(nanoseconds(from))), ":to": text(startKey(now.UnixNano() + 1)),
		},
	}
}

// startKey gives the beginning of the keys of all sessions that start at the Unix time in nanoseconds, in 19 digits, which
// reach to the year 2262.
func startKey(nanoseconds int64) sessionKey { return sessionKey(fmt.Sprintf("%019d", nanoseconds)) }

func newSessionKey(s network.Session) sessionKey {
	return startKey(s.Start.UnixNano()) + sessionKey(fmt.Sprintf("#%s#%d-%d", s.Prefix, s.FirstPort, s.LastPort))
}

func (s *Sessions) encode(n network.Session, p placeKey) item {
	last := n.End
	if kept := n.Start.Add(s.keep); kept.After(last) {
		last = kept
	}
	return item{
		place: text(p), sessionID: text(newSessionKey(n)), "prefix": text(n.Prefix.String()),
		"firstPort": integer(n.FirstPort), "lastPort": integer(n.LastPort), msisdn: integer(n.Number.Uint64()),
		"startsAt": moment(n.Start), expiresAt: moment(n.End), purgeAt: purge(last),
	}
}

func decodeSession(it item) (network.Session, error) {
	d := &decoder{item: it}
	s := network.Session{
		Prefix: d.prefix("prefix"), FirstPort: uint16(d.integer("firstPort")), LastPort: uint16(d.integer("lastPort")),
		Number: d.number(msisdn), Start: d.moment("startsAt"), End: d.moment(expiresAt),
	}
	if err := d.err(); err != nil {
		return network.Session{}, err
	}
	return s, nil
}

func (d *decoder) prefix(name string) netip.Prefix {
	p, err := netip.ParsePrefix(d.text(name))
	if err != nil {
		d.fail(name)
	}
	return p
}
