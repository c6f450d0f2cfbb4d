package number

import (
	"net/http"

	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// Share answers with the subscriber's number (CAMARA phoneNumberShare).
func Share(p Ports) web.Endpoint {
	s, abroad := resource(p), answers(p)
	return func(r *http.Request) (any, error) {
		rules := web.Wire(r).Number
		access, err := authenticate(r, s, rules.ShareScopes)
		if err != nil {
			return nil, err
		}
		g, err := s.Open(r.Context(), access, checkShareBody(r, rules))
		if err != nil {
			return nil, err
		}
		number := g.Number
		if g.Upstream != "" {
			web.Note(r.Context(), "upstream", g.Upstream)
			if number, err = abroad.Share(r.Context(), g, []byte(access.Key)); err != nil {
				return nil, err
			}
		}
		return rules.Shared(number.E164()), nil
	}
}

// checkShareBody checks the body of the wires whose share has one.
func checkShareBody(r *http.Request, rules wire.Number) error {
	if !rules.Device {
		return nil
	}
	members, err := web.OptionalObject(r)
	if err != nil {
		return err
	}
	return checkDevice(members, rules)
}
