package token

import (
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
)

// claims is a JWT claims set, by exact name.
type claims map[string]any

// carrier receives the claims from golang-jwt's parser, whose Claims interface it fulfils by the
// embedded set.
type carrier struct {
	jwt.MapClaims
	claims claims
}

// UnmarshalJSON refuses what is not UTF-8, where encoding/json would replace it.
func (c *carrier) UnmarshalJSON(text []byte) error {
	if !utf8.Valid(text) {
		return errMalformed
	}
	return json.Unmarshal(text, &c.claims)
}

// text gives a claim that is a string, or "".
func (c claims) text(name string) string {
	text, _ := c[name].(string)
	return text
}

// audience gives aud, which is a string or an array of them (RFC 7519 §4.1.3); nil when it is
// anything else.
func (c claims) audience() []string {
	switch aud := c["aud"].(type) {
	case string:
		return []string{aud}
	case []any:
		all := make([]string, len(aud))
		for i, a := range aud {
			text, ok := a.(string)
			if !ok {
				return nil
			}
			all[i] = text
		}
		return all
	default:
		return nil
	}
}

// meant tells whether aud names one of us.
func (c claims) meant(us []string) bool {
	return slices.ContainsFunc(
		c.audience(), func(aud string) bool { return aud != "" && slices.Contains(us, aud) },
	)
}

// lastSecond is the end of the year 9999, the last that a time can name.
const lastSecond = 253402300799

// time gives a NumericDate (RFC 7519 §2), or the zero time when the claim is absent.
func (c claims) time(name string) (time.Time, error) {
	value, present := c[name]
	if !present {
		return time.Time{}, nil
	}
	seconds, ok := value.(float64)
	if !ok || seconds < 0 || seconds > lastSecond {
		return time.Time{}, errTime
	}
	return time.UnixMilli(int64(seconds * 1000)), nil
}

// span is when a token was issued and when it ends.
type span struct{ issued, expires time.Time }

// span checks that the claims are valid at now, within Skew, and gives their times. exp must be
// there; iat and nbf count when they are.
func (c claims) span(now time.Time) (span, error) {
	issued, errIssued := c.time("iat")
	expires, errExpires := c.time("exp")
	begins, errBegins := c.time("nbf")
	switch {
	case errIssued != nil || errExpires != nil || errBegins != nil:
		return span{}, errTime
	case expires.IsZero():
		return span{}, errMissing
	case now.After(expires.Add(Skew)):
		return span{}, errExpired
	case now.Before(issued.Add(-Skew)), now.Before(begins.Add(-Skew)):
		return span{}, errNotYet
	}
	return span{issued, expires}, nil
}

// within checks that the span is no longer than limit, measured from iat and from now, and that it
// did not begin longer ago: otherwise Skew would let in whose clock is behind by the whole limit.
func (s span) within(limit time.Duration, now time.Time) error {
	switch {
	case s.expires.After(now.Add(limit + Skew)),
		!s.issued.IsZero() && s.expires.Sub(s.issued) > limit:
		return errLifetime
	case !s.issued.IsZero() && now.Sub(s.issued) > limit:
		return errExpired
	}
	return nil
}
