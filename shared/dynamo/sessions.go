package dynamo

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/network"
)

// The bounds of a lookup at one place. The newest session there is nearly always the one; others
// lie before it only where neighbours come and go, until the TTL purges them. The first page holds
// what one read unit pays for.
const (
	firstPage = 12
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
// network.Registry says. It makes one to five writes. The mark comes first, because it proves older
// sessions over: a call that fails on the way leaves nobody known at these ports, until the
// repetition records the rest. A prefix that no lookup reaches, of an IPv4 network or shorter than
// network.MinPrefix, is a fault.InvalidField.
func (s *Sessions) PutSession(ctx context.Context, session network.Session) error {
	places, err := bucketsOf(session)
	if err != nil {
		return err
	}
	if isMarked(session) {
		if err := s.putMark(ctx, session); err != nil {
			return err
		}
	}
	for _, p := range places {
		if err := s.putRecord(ctx, session, p); err != nil {
			return err
		}
	}
	return nil
}

// putRecord writes a session's record unless it is known with an earlier end, which stands.
func (s *Sessions) putRecord(ctx context.Context, session network.Session, p bucketKey) error {
	return s.put(ctx, &dynamodb.PutItemInput{
		Item: s.encode(session, p),
		ConditionExpression: aws.String("attribute_not_exists(" + place + ") OR " +
			msisdn + " <> :number OR " + expiresAt + " >= :end"),
		ExpressionAttributeValues: item{
			":number": integer(session.Number.Uint64()), ":end": moment(session.End),
		},
	})
}

// put writes an item, or leaves the one that stands, as the condition says.
func (s *Sessions) put(ctx context.Context, in *dynamodb.PutItemInput) error {
	in.TableName = &s.table
	_, err := s.api.PutItem(ctx, in)
	if _, stands := refusal(err); err != nil && !stands {
		return failed("put session", err)
	}
	return nil
}

// Session gives the session of who holds the connection, or network.ErrUnresolved. It asks one
// place after the other over the connection that stands: further TLS handshakes would cost a small
// function more than round trips do.
func (s *Sessions) Session(
	ctx context.Context, at netip.AddrPort, now time.Time,
) (network.Session, error) {
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

// ofPrefix returns the sessions that decide about an IPv6 address: those of each length of prefix
// that have it and are the newest.
func (s *Sessions) ofPrefix(
	ctx context.Context, at netip.AddrPort, now time.Time,
) ([]network.Session, error) {
	if !at.Addr().Is6() {
		return nil, nil
	}
	var all []network.Session
	for _, p := range prefixPlaces(at.Addr()) {
		found, err := s.newest(ctx, p, now, func(n network.Session) bool { return n.Has(at) })
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// newest returns the newest session of a place that fits, with those that fit and began at the same
// time, or none. Of too many to read it returns network.ErrUnresolved: one of the unread could be
// the one that matters.
func (s *Sessions) newest(
	ctx context.Context, p bucketKey, now time.Time, fits func(network.Session) bool,
) ([]network.Session, error) {
	var found []network.Session
	pages := s.between(p, startKey(0), startKey(now.UnixNano()+1), firstPage)
	for pages.more {
		sessions, err := pages.next(ctx)
		if err != nil {
			return nil, err
		}
		for _, session := range sessions {
			if len(found) > 0 && session.Start.Before(found[0].Start) {
				return found, nil
			}
			if fits(session) {
				found = append(found, session)
			}
		}
	}
	return found, nil
}

// pages reads what stands at a place between two keys, the greatest first.
type pages struct {
	sessions *Sessions
	in       *dynamodb.QueryInput
	read     int
	more     bool
}

// between asks for what stands at a place between two keys, with so many on the first page. It
// reads where all writes have arrived: a replica that lags could still show the former holder of an
// address alone.
func (s *Sessions) between(p bucketKey, from, to sessionKey, first int32) *pages {
	return &pages{sessions: s, more: true, in: &dynamodb.QueryInput{
		TableName: &s.table, Limit: &first,
		ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression: aws.String(
			place + " = :place AND " + sessionID + " BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":place": text(p), ":from": text(from), ":to": text(to)},
	}}
}

// next returns the next page, or network.ErrUnresolved when there are too many. The first is small,
// as few need another.
func (p *pages) next(ctx context.Context) ([]network.Session, error) {
	if p.read == maxPages {
		return nil, network.ErrUnresolved
	}
	out, err := p.sessions.api.Query(ctx, p.in)
	if err != nil {
		return nil, failed("find session", err)
	}
	p.read++
	p.in.ExclusiveStartKey, p.more = out.LastEvaluatedKey, len(out.LastEvaluatedKey) > 0
	p.in.Limit = aws.Int32(max(pageSize, *p.in.Limit))
	found := make([]network.Session, len(out.Items))
	for i, it := range out.Items {
		if found[i], err = decodeStanding(it); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// startKey gives the beginning of the keys of all sessions that start at the Unix time in
// nanoseconds, in 19 digits, which reach to the year 2262.
func startKey(nanoseconds int64) sessionKey { return sessionKey(fmt.Sprintf("%019d", nanoseconds)) }

func newSessionKey(s network.Session) sessionKey {
	return startKey(s.Start.UnixNano()) + sessionKey(
		fmt.Sprintf("#%s#%d-%d", s.Prefix, s.FirstPort, s.LastPort),
	)
}

// needed returns until when a session's items are read.
func (s *Sessions) needed(n network.Session) time.Time {
	if kept := n.Start.Add(s.keep); kept.After(n.End) {
		return kept
	}
	return n.End
}

func (s *Sessions) encode(n network.Session, p bucketKey) item {
	return item{
		place: text(p), sessionID: text(newSessionKey(n)), "prefix": text(n.Prefix.String()),
		firstPort: integer(n.FirstPort), lastPort: integer(n.LastPort),
		msisdn:   integer(n.Number.Uint64()),
		startsAt: moment(n.Start), expiresAt: moment(n.End), purgeAt: purge(s.needed(n)),
	}
}

func decodeSession(it item) (network.Session, error) {
	d := &decoder{item: it}
	s := network.Session{
		Prefix:    d.prefix("prefix"),
		FirstPort: uint16(d.integer(firstPort)), LastPort: uint16(d.integer(lastPort)),
		Number: d.number(msisdn), Start: d.moment(startsAt), End: d.moment(expiresAt),
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
