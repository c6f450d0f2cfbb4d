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

// The bounds of a lookup at one place. The newest session there is nearly always the one; ended ones lie before it only
// where neighbours come and go, until the TTL purges them.
const (
	pageSize = 100
	maxPages = 10
)

// Sessions is a network.Registry and a network.Directory.
type Sessions struct {
	api   API
	table string
}

// NewSessions gives the store in the named table.
func NewSessions(api API, table string) *Sessions { return &Sessions{api, table} }

// PutSession records a session, in place of one of the same prefix, ports and start, as network.Registry says. It writes at
// one to four places; one that fails on the way has recorded part of the ports, truly, and the repetition records the rest.
// A prefix that no lookup reaches, of an IPv4 network or shorter than network.MinPrefix, is a fault.InvalidField.
func (s *Sessions) PutSession(ctx context.Context, session network.Session) error {
	places, err := placesOf(session)
	if err != nil {
		return err
	}
	for _, p := range places {
		_, err := s.api.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: &s.table, Item: encodeSession(session, p),
			ConditionExpression:       aws.String("attribute_not_exists(" + place + ") OR " + msisdn + " <> :number OR " + expiresAt + " >= :end"),
			ExpressionAttributeValues: item{":number": integer(session.Number.Uint64()), ":end": moment(session.End)},
		})
		if _, known := refusal(err); err != nil && !known { // known with an earlier end, which stands
			return failed("put session", err)
		}
	}
	return nil
}

// Session gives the newest session that covers the connection, or network.ErrUnresolved. It asks one place after the other
// over the connection that stands: further TLS handshakes would cost a small function more than round trips do.
func (s *Sessions) Session(ctx context.Context, at netip.AddrPort, now time.Time) (network.Session, error) {
	var newest network.Session
	for _, p := range placesFor(at) {
		found, err := s.newest(ctx, p, at, now)
		if err != nil {
			return network.Session{}, err
		}
		if found.Start.After(newest.Start) {
			newest = found
		}
	}
	if newest.Start.IsZero() {
		return network.Session{}, network.ErrUnresolved
	}
	return newest, nil
}

// newest gives the newest session of a place that covers the connection, or none.
func (s *Sessions) newest(ctx context.Context, p placeKey, at netip.AddrPort, now time.Time) (network.Session, error) {
	in := s.begunBy(p, now)
	for range maxPages {
		out, err := s.api.Query(ctx, in)
		if err != nil {
			return network.Session{}, failed("find session", err)
		}
		found, err := firstCovering(out.Items, at, now)
		if err != nil || !found.Start.IsZero() || len(out.LastEvaluatedKey) == 0 {
			return found, err
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
	return network.Session{}, nil
}

// begunBy asks for the sessions of a place that began by now, the newest first. It reads where all writes have arrived: a
// replica that lags could still show the former holder of an address alone.
func (s *Sessions) begunBy(p placeKey, now time.Time) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(pageSize),
		KeyConditionExpression:    aws.String(place + " = :place AND " + sessionID + " < :after"),
		ExpressionAttributeValues: item{":place": text(p), ":after": text(startKey(now.UnixNano() + 1))},
	}
}

func firstCovering(items []item, at netip.AddrPort, now time.Time) (network.Session, error) {
	for _, it := range items {
		if s, err := decodeSession(it); err != nil || s.Covers(at, now) {
			return s, err
		}
	}
	return network.Session{}, nil
}

// startKey gives the beginning of the keys of all sessions that start at the Unix time in nanoseconds, in 19 digits, which
// reach to the year 2262.
func startKey(nanoseconds int64) sessionKey { return sessionKey(fmt.Sprintf("%019d", nanoseconds)) }

func newSessionKey(s network.Session) sessionKey {
	return startKey(s.Start.UnixNano()) + sessionKey(fmt.Sprintf("#%s#%d-%d", s.Prefix, s.FirstPort, s.LastPort))
}

func encodeSession(s network.Session, p placeKey) item {
	return item{
		place: text(p), sessionID: text(newSessionKey(s)), "prefix": text(s.Prefix.String()),
		"firstPort": integer(s.FirstPort), "lastPort": integer(s.LastPort), msisdn: integer(s.Number.Uint64()),
		"startsAt": moment(s.Start), expiresAt: moment(s.End), purgeAt: purge(s.End),
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
