package dynamo

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/network"
)

// A mark tells when the latest session of a range of ports began, and its record tells the rest. An
// IPv4 address has one for each range that it was shared by, so a lookup reads as many as there are
// ranges, however many sessions came and went. Small and large ranges stand apart: around a port
// lie few of either. Both follow the sessions of the address, whose keys begin with digits.
const (
	smallMarks = "small#"
	largeMarks = "large#"
	lastMark   = "99999"
)

// marksPage is how many marks are read at once, about 100 KB.
const marksPage = 1000

// isMarked tells whether a session has a mark: whoever has an address alone stands there anyway.
func isMarked(s network.Session) bool { return s.Prefix.Addr().Is4() && !s.HasAllPorts() }

// isMark tells whether what was read is a mark, which has no number and no end.
func isMark(s network.Session) bool { return s.Number.IsZero() }

func isSmallMark(s network.Session) bool { return isMark(s) && !isWide(s) }

func newMarkKey(s network.Session) sessionKey {
	size := smallMarks
	if isWide(s) {
		size = largeMarks
	}
	return markKey(size, s.FirstPort) + sessionKey(fmt.Sprintf("-%05d", s.LastPort))
}

// markKey returns the beginning of the keys of the marks of ranges that begin with a port.
func markKey[P ~int | ~uint16](size string, first P) sessionKey {
	return sessionKey(fmt.Sprintf("%s%05d", size, first))
}

// putMark writes the mark of a session's range unless a later session of the range is known.
func (s *Sessions) putMark(ctx context.Context, n network.Session) error {
	return s.put(ctx, &dynamodb.PutItemInput{
		Item: s.encodeMark(n),
		ConditionExpression: aws.String(
			"attribute_not_exists(" + place + ") OR " + startsAt + " <= :start"),
		ExpressionAttributeValues: item{":start": moment(n.Start)},
	})
}

func (s *Sessions) encodeMark(n network.Session) item {
	return item{
		place: text(addressBucket(n.Prefix.Addr())), sessionID: text(newMarkKey(n)),
		firstPort: integer(n.FirstPort), lastPort: integer(n.LastPort),
		startsAt: moment(n.Start), purgeAt: purge(s.needed(n)),
	}
}

// decodeStanding reads a record or a mark.
func decodeStanding(it item) (network.Session, error) {
	if d := (&decoder{item: it}); d.text(sessionID) > lastMark {
		return decodeMark(d)
	}
	return decodeSession(it)
}

func decodeMark(d *decoder) (network.Session, error) {
	addr, err := netip.ParseAddr(d.text(place))
	if err != nil {
		d.fail(place)
	}
	mark := network.Session{
		Prefix: netip.PrefixFrom(addr, addr.BitLen()), Start: d.moment(startsAt),
		FirstPort: uint16(d.integer(firstPort)), LastPort: uint16(d.integer(lastPort)),
	}
	if err := d.err(); err != nil {
		return network.Session{}, err
	}
	return mark, nil
}

// smallNear reads the marks of all small ranges that have ports from first to last, and of some
// that end before.
func (s *Sessions) smallNear(
	ctx context.Context, addr netip.Addr, first, last uint16,
) (marks []network.Session, err error) {
	const reach = maxBuckets - 1 // how many buckets before first such a range may begin
	from := (max(first/bucketPorts, reach) - reach) * bucketPorts
	pages := s.between(addressBucket(addr),
		markKey(smallMarks, from), markKey(smallMarks, int(last)+1), marksPage)
	for pages.more {
		page, err := pages.next(ctx)
		if err != nil {
			return nil, err
		}
		marks = append(marks, page...)
	}
	return marks, nil
}
