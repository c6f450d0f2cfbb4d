// Package token owns every signed token that crosses the wire: it signs what we issue (access
// tokens, id_tokens), verifies what comes back and what clients and operators sign, and reads and
// writes the key sets behind them.
//
// Whatever the token, one routine opens it: a size and character check, an allow-list of
// algorithms, a key chosen by kid from the one ring that the token's issuer owns, the signature,
// the typ, and then the claims against a clock that the caller hands in. Header parameters that
// carry or point to a key (jwk, jku, x5c, x5u) are never read. A token with a crit header is
// refused, because we understand no extension (RFC 7515 §4.1.11).
//
// No error holds any part of a token: the reasons are fixed texts of this package.
package token

import "time"

// The limits that hold for every token.
const (
	// Skew is how far the clock of another party may be off, in either direction.
	Skew = 30 * time.Second
	// MaxLifetime is the longest time between iat and exp of what a client or an operator signs for
	// one use.
	MaxLifetime = 300 * time.Second

	maxLength = 8 << 10 // bytes of a whole token
)

// reason is why a token is refused: one of the fixed texts below, so that no error can hold a part
// of the token.
type reason string

// Error gives the reason with the package's name.
func (r reason) Error() string { return "token: " + string(r) }

const (
	errMalformed   reason = "malformed"
	errAlgorithm   reason = "algorithm not allowed"
	errCritical    reason = "critical header not understood"
	errKey         reason = "no key for it"
	errSignature   reason = "wrong signature"
	errType        reason = "wrong typ"
	errIssuer      reason = "wrong iss"
	errAudience    reason = "wrong aud"
	errSubject     reason = "wrong sub"
	errPrefix      reason = "a number that its issuer does not speak for"
	errMissing     reason = "a required claim is missing"
	errTime        reason = "a time is not a number of seconds"
	errExpired     reason = "expired"
	errNotYet      reason = "not valid yet"
	errLifetime    reason = "lives too long"
	errScope       reason = "no scope"
	errNested      reason = "request inside a request"
	errClient      reason = "wrong client_id"
	errApplication reason = "wrong application_id"
	errParty       reason = "wrong azp"
	errNonce       reason = "wrong nonce"
)
