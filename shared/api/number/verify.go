package number

import (
	"net/http"
	"strconv"

	"lineproof/shared/grant"
	"lineproof/shared/oauth"
	"lineproof/shared/phone"
	"lineproof/shared/upstream"
	"lineproof/shared/web"
)

// Verify answers whether the number that the client claims is the subscriber's (CAMARA
// phoneNumberVerify). The token is checked before the body, and a body that is refused leaves it
// unspent.
func Verify(p Ports) web.Endpoint {
	s, abroad := resource(p), answers(p)
	return func(r *http.Request) (any, error) {
		rules := web.Wire(r).Number
		access, err := authenticate(r, s, rules.VerifyScopes)
		if err != nil {
			return nil, err
		}
		claimed, mistake := readClaim(r, rules)
		g, err := s.Open(r.Context(), access, mistake)
		if err != nil {
			return nil, err
		}
		matches := func(n phone.Number) bool { return claimed.matches(n, rules.PlusOptional) }
		same, err := told(r, abroad, g, []byte(access.Key), claimed, matches)
		if err != nil {
			return nil, err
		}
		web.Note(r.Context(), web.Outcome, strconv.FormatBool(same))
		return rules.Verified(same, s.Now()), nil
	}
}

// told tells whether the grant's line has the number that is claimed: by its own number, or by what
// its upstream says.
func told(
	r *http.Request, abroad oauth.Answers, g grant.Grant, key []byte, c claim,
	matches func(phone.Number) bool,
) (bool, error) {
	if g.Upstream == "" {
		return matches(g.Number), nil
	}
	web.Note(r.Context(), "upstream", g.Upstream)
	claim := upstream.Claim{Number: c.number, Hash: c.hash}
	switch {
	case !c.hashed:
	case web.Wire(r).Number.PlusOptional:
		claim.Hashed = upstream.HashEither
	default:
		claim.Hashed = upstream.HashPlus
	}
	return abroad.Verify(r.Context(), g, key, claim, matches)
}
