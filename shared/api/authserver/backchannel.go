package authserver

import (
	"net/http"

	"lineproof/shared/oauth"
	"lineproof/shared/web"
)

// backchannelAnswer is the body of CIBA Core §7.3.
type backchannelAnswer struct {
	AuthReqID string `json:"auth_req_id"`
	ExpiresIn int    `json:"expires_in"`
	Interval  int    `json:"interval"`
}

// Backchannel starts a CIBA authentication in poll mode (CIBA Core §7).
func Backchannel(p BackchannelPorts) web.Endpoint {
	b := oauth.Backchannel{
		Auth: notedAuth(p), Hints: hints(p), Grants: p.GrantCreator(), Random: p.Random(),
	}
	return func(r *http.Request) (any, error) {
		form, err := web.Form(r)
		if err != nil {
			return nil, err
		}
		begun, err := b.Begin(r.Context(), clientRequest(r, form))
		if err != nil {
			return nil, err
		}
		return backchannelAnswer{begun.ID, seconds(begun.Lifetime), seconds(begun.Interval)}, nil
	}
}
