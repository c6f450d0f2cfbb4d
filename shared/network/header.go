package network

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lineproof/shared/phone"
)

// The headers by which an operator's gateway names the subscriber whose request it forwards.
const (
	// NumberHeader is the subscriber's number, E.164 with or without '+'.
	NumberHeader = "X-Operator-Number"
	// TimeHeader is when the gateway signed, in Unix seconds.
	TimeHeader = "X-Operator-Time"
	// SignatureHeader is the HMAC-SHA-256, in hexadecimal, over the exact texts of NumberHeader,
	// the client's address and TimeHeader, joined by line feeds. The address stands without port,
	// IPv6 in the form of RFC 5952, and IPv4 as such.
	SignatureHeader = "X-Operator-Signature"
)

// MaxSkew is how far the gateway's clock may be from ours, which also bounds how long a signature
// can be replayed.
const MaxSkew = 60 * time.Second

// errBeyond says that a gateway vouched for a number of somebody else's. Nobody is known by that.
var errBeyond = fmt.Errorf("a gateway vouched for a number that it does not speak for: %w",
	ErrUnresolved)

// Header resolves by the number that the operator's gateway put into the request. It believes the
// number when it comes with a good signature or over mutual TLS from a gateway itself; without such
// proof any client could have written it, and the header is ignored. So is a header that came
// twice: one of the two may be the client's. What a gateway says of a number that it does not speak
// for counts as not said.
type Header struct {
	// Keys are those that a gateway signs with; without any no signature is accepted. Prefixes are
	// those of the numbers that it speaks for.
	Keys     Keys
	Prefixes phone.Prefixes
	// Certificates are those of gateways that reach us by mutual TLS and replace what clients send
	// as NumberHeader, each with the prefixes of the numbers that it speaks for.
	Certificates map[Fingerprint]phone.Prefixes
	// Now tells the time.
	Now func() time.Time
}

// Resolve gives the subscriber whom the gateway names, NetworkBased, or ErrUnresolved when none
// does with proof.
func (h Header) Resolve(_ context.Context, c Connection) (Subscriber, error) {
	text := only(c.Header, NumberHeader)
	speaksFor, known := h.Certificates[c.Certificate]
	if !known || c.Certificate == (Fingerprint{}) {
		if !h.signed(c, text) {
			return Subscriber{}, ErrUnresolved
		}
		speaksFor = h.Prefixes
	}
	number, err := phone.ParseOptionalPlus(text)
	if err != nil {
		return Subscriber{}, ErrUnresolved
	}
	if !speaksFor.Cover(number) {
		return Subscriber{}, errBeyond
	}
	return Subscriber{Number: number, AMR: NetworkBased}, nil
}

// signed tells whether a gateway signed the number for this client's address, and did so just now.
func (h Header) signed(c Connection, number string) bool {
	if !c.Address.IsValid() {
		return false
	}
	at := only(c.Header, TimeHeader)
	message := strings.Join([]string{number, plain(c.Address.Addr()).String(), at}, "\n")
	mac, err := hex.DecodeString(only(c.Header, SignatureHeader))
	return err == nil && signed(h.Keys, []byte(message), mac) && h.recent(at)
}

func (h Header) recent(text string) bool {
	seconds, err := strconv.ParseInt(text, 10, 64)
	return err == nil && h.Now().Sub(time.Unix(seconds, 0)).Abs() <= MaxSkew
}

// only gives a header's value when it came exactly once, else "".
func only(header http.Header, name string) string {
	values := header.Values(name)
	if len(values) != 1 {
		return ""
	}
	return values[0]
}
