package authserver

import (
	"net/http"

	"lineproof/shared/oauth"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// tokenAnswer is the body of RFC 6749 §5.1 with OpenID Connect's id_token.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope"`
}

// Token exchanges what proves an authorization for tokens (RFC 6749 §3.2).
func Token(p TokenPorts) web.Endpoint {
	e := oauth.Exchange{
		Redeemer: redeemer(p, notedAuth(p)), Read: p.GrantReader(),
		ClientScopes: wire.ClientScopes(),
		Issue: oauth.Issuance{
			Tokens: p.Signer(), RefreshKeys: p.RefreshKeys(), PairwiseSalt: p.PairwiseSalt(),
		},
	}
	return func(r *http.Request) (any, error) {
		form, err := web.Form(r)
		if err != nil {
			return nil, err
		}
		t, err := e.Tokens(r.Context(), clientRequest(r, form))
		if err != nil {
			return nil, err
		}
		return tokenAnswer{t.Access, "Bearer", seconds(t.Lifetime), t.Refresh, t.ID, t.Scope}, nil
	}
}
