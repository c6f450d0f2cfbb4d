package number

import (
	"net/http"
	"strconv"

	"lineproof/shared/web"
)

// Verify answers whether the number that the client claims is the subscriber's (CAMARA
// phoneNumberVerify). The token is checked before the body, and a body that is refused leaves it
// unspent.
func Verify(p Ports) web.Endpoint {
	s := resource(p)
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
		same := claimed.matches(g.Number, rules.PlusOptional)
		web.Note(r.Context(), web.Outcome, strconv.FormatBool(same))
		return rules.Verified(same, s.Now()), nil
	}
}
