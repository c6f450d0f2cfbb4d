package network

import (
	"errors"
	"net/netip"
	"strings"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/redact"
)

// HintKind is what a hint names the subscriber by.
type HintKind string

// The kinds of hint in CAMARA's security and interoperability profile.
const (
	// ByNumber is tel: a phone number.
	ByNumber HintKind = "tel"
	// ByAddress is ipport: the device's public address and port.
	ByAddress HintKind = "ipport"
	// ByToken is operatortoken: a temporary token that the operator gave the device (GSMA TS.43).
	ByToken HintKind = "operatortoken"
)

// Hint is a login_hint: whom the client says the request is about. It proves nothing. It prints
// redacted.
type Hint struct {
	redact.Value
	// Kind tells which one of the following is set.
	Kind HintKind
	// Number is that of ByNumber.
	Number phone.Number
	// Address is that of ByAddress; its port is 0 when the client did not tell it.
	Address netip.AddrPort
	// Token is that of ByToken, not verified and never empty.
	Token string
}

// ErrHint says that a text is no hint. It does not hold the text.
var ErrHint = errors.New("network: not a login_hint")

// ParseHint reads tel:+E164, ipport:address:port, ipport:address (IPv6 in brackets where a port
// follows) or operatortoken:token; also +E164 alone, which Vonage's SDKs send. It fails with a
// fault.InvalidRequest that wraps ErrHint.
//
// A space in the place of a number's '+' is that '+', which form decoding made of one that its
// sender did not encode.
func ParseHint(text string) (Hint, error) {
	scheme, rest, found := strings.Cut(text, ":")
	if !found {
		scheme, rest = string(ByNumber), text
	}
	hint, ok := Hint{Kind: HintKind(scheme)}, false
	switch hint.Kind {
	case ByNumber:
		hint.Number, ok = parseNumber(rest)
	case ByAddress:
		hint.Address = parseAddress(rest)
		ok = hint.Address.IsValid()
	case ByToken:
		hint.Token, ok = rest, rest != ""
	}
	if !ok {
		return Hint{}, fault.Wrap(fault.InvalidRequest, ErrHint)
	}
	return hint, nil
}

func parseNumber(text string) (phone.Number, bool) {
	if digits, spaced := strings.CutPrefix(text, " "); spaced {
		text = "+" + digits
	}
	number, err := phone.Parse(text)
	return number, err == nil
}
