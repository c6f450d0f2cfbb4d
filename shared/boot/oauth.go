package boot

import (
	"lineproof/shared/dialect"
	"lineproof/shared/oauth"
)

// Signatures checks what clients sign.
func (e *Env) Signatures() oauth.Signatures {
	return oauth.Signatures{Issuer: e.Issuer(), Replays: e.Replays(), Now: e.Now}
}

// ClientAuth authenticates clients.
func (e *Env) ClientAuth() oauth.ClientAuth {
	return oauth.ClientAuth{
		Signatures: e.Signatures(), Clients: e.Clients(), Peppers: e.ClientPeppers(),
	}
}

// Hints identifies the subscribers that clients name.
func (e *Env) Hints() oauth.Hints {
	return oauth.Hints{
		Operators: e.Operators(), Directory: e.Directory(), Slots: e.Replays(), Random: e.Random(),
		ShareScopes: dialect.ShareScopes(), Issuer: e.Issuer(), Now: e.Now,
	}
}

// Redeemer redeems what stands for an authorization.
func (e *Env) Redeemer() oauth.Redeemer {
	return oauth.Redeemer{Auth: e.ClientAuth(), Hints: e.Hints(), Grants: e.Grants(), Random: e.Random()}
}

// Resource opens what access tokens open.
func (e *Env) Resource() oauth.Resource {
	return oauth.Resource{Tokens: e.Verifier(), Grants: e.Uses(), Clients: e.Clients(), Now: e.Now}
}
