package dynamo

import (
	"fmt"
	"net/netip"
	"strconv"

	"lineproof/shared/fault"
	"lineproof/shared/network"
)

// bucketPorts is how many ports of an IPv4 address share a place, about the block that carrier NAT
// gives a subscriber.
const bucketPorts = 1024

// maxBuckets is how many buckets a session's record is written to. One with more ports stands at
// the place of wide ones: few such fit on one address.
const maxBuckets = 4

// levels are the lengths of the IPv6 prefixes that are places. A session stands at the longest that
// contains its own prefix; all subscribers of a mobile network have a /64 or are alone with their
// neighbours in a /56 or /48.
var levels = [...]int{64, 56, network.MinPrefix}

// bucketsOf returns the places at which a session's record has to stand so that each lookup for it
// finds it.
func bucketsOf(s network.Session) ([]bucketKey, error) {
	addr := s.Prefix.Addr()
	switch {
	case addr.Is4() && s.Prefix.IsSingleIP():
		return portBuckets(addr, s), nil
	case addr.Is6() && s.Prefix.Bits() >= network.MinPrefix:
		return []bucketKey{prefixBucket(addr, levelOf(s.Prefix))}, nil
	}
	return nil, fmt.Errorf("dynamo: put session: %w", fault.In(fault.InvalidField, "address"))
}

func portBuckets(addr netip.Addr, s network.Session) []bucketKey {
	switch {
	case s.HasAllPorts():
		return []bucketKey{addressBucket(addr)}
	case isWide(s):
		return []bucketKey{wideBucket(addr)}
	}
	var places []bucketKey
	for bucket := s.FirstPort / bucketPorts; bucket <= s.LastPort/bucketPorts; bucket++ {
		places = append(places, portBucket(addr, bucket))
	}
	return places
}

// recordPlace returns the first place of the record of a session that has ports of an IPv4 address.
func recordPlace(s network.Session) bucketKey { return portBuckets(s.Prefix.Addr(), s)[0] }

// isWide tells whether a session has ports of too many buckets to stand in each.
func isWide(s network.Session) bool {
	return s.LastPort/bucketPorts-s.FirstPort/bucketPorts >= maxBuckets
}

func levelOf(p netip.Prefix) int {
	for _, level := range levels {
		if p.Bits() >= level {
			return level
		}
	}
	return network.MinPrefix
}

// prefixPlaces gives the places of the prefixes that an IPv6 address lies in.
func prefixPlaces(addr netip.Addr) []bucketKey {
	places := make([]bucketKey, len(levels))
	for i, level := range levels {
		places[i] = prefixBucket(addr, level)
	}
	return places
}

func addressBucket(addr netip.Addr) bucketKey { return bucketKey(addr.String()) }

func wideBucket(addr netip.Addr) bucketKey { return bucketKey(addr.String() + "#wide") }

func portBucket(addr netip.Addr, bucket uint16) bucketKey {
	return bucketKey(addr.String() + "#" + strconv.Itoa(int(bucket)))
}

func prefixBucket(addr netip.Addr, level int) bucketKey {
	return bucketKey(netip.PrefixFrom(addr.WithZone(""), level).Masked().String())
}
