package assembly

import (
	"io"
	"time"

	"lineproof/shared/api/authserver"
	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/network"
	"lineproof/shared/oauth"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// Issuer returns our issuer identifier.
func (p Ports) Issuer() string { return p.Settings.Issuer }

// Operators returns the issuers of operator tokens.
func (p Ports) Operators() token.Operators { return p.Settings.Operators }

// Network resolves connections.
func (p Ports) Network() network.Chain { return p.Settings.Network }

// CloudFrontSecret returns none: no CloudFront stands before this process.
func (p Ports) CloudFrontSecret() network.Keys { return nil }

// Now tells the time.
func (p Ports) Now() time.Time { return p.Settings.Now() }

// Wall tells the time that callers have.
func (p Ports) Wall() time.Time {
	if p.Settings.Wall == nil {
		return p.Now()
	}
	return p.Settings.Wall()
}

// Random returns the randomness of all that is drawn.
func (p Ports) Random() io.Reader { return p.Settings.Random }

// ClientStore returns the registered clients.
func (p Ports) ClientStore() grant.ClientStore { return p.Stores.Clients }

// ReplayStore remembers what is good once.
func (p Ports) ReplayStore() grant.ReplayStore { return p.Stores.Replays }

// Directory knows the mobile sessions.
func (p Ports) Directory() network.Directory { return p.Stores.Sessions }

// Grants keeps grants, for what redeems.
func (p Ports) Grants() grant.Store { return p.Stores.Grants }

// GrantCreator takes new grants.
func (p Ports) GrantCreator() oauth.GrantCreator { return p.Stores.Grants }

// SilentGrants keeps the grants of silent steps.
func (p Ports) SilentGrants() oauth.SilentGrants { return p.Stores.Grants }

// GrantReader reads grants.
func (p Ports) GrantReader() oauth.GrantReader { return p.Stores.Grants }

// GrantRevoker ends grants.
func (p Ports) GrantRevoker() oauth.GrantRevoker { return p.Stores.Grants }

// UseStore keeps grants, for what tokens open.
func (p Ports) UseStore() grant.UseStore { return p.Stores.Grants }

// LegStore keeps the grants of subscribers who were sent to upstreams.
func (p Ports) LegStore() grant.LegStore { return p.Stores.Grants }

// Upstreams knows the upstreams.
func (p Ports) Upstreams() upstream.Directory { return p.Stores.Upstreams }

// UpstreamSecrets is what we authenticate with at upstreams.
func (p Ports) UpstreamSecrets() upstream.Secrets { return p.Settings.UpstreamSecrets }

// UpstreamIssuers checks upstreams' id_tokens.
func (p Ports) UpstreamIssuers() *upstream.Issuers {
	return upstream.NewIssuers(p.Settings.UpstreamClient, p.Now)
}

// UpstreamCaller calls upstreams.
func (p Ports) UpstreamCaller() upstream.Caller {
	return upstream.Caller{
		Calls: upstream.Calls{
			Client: p.Settings.UpstreamClient, Now: p.Now, Random: p.Settings.Random,
		},
		Breakers: p.Stores.Breakers, Tell: authserver.Tell(p.Log()),
	}
}

// UpstreamGate tells whether an upstream is asked.
func (p Ports) UpstreamGate() upstream.Gate {
	return upstream.Gate{Store: p.Stores.Breakers, Tell: authserver.Tell(p.Log()), Now: p.Now}
}

// Signer signs tokens.
func (p Ports) Signer() token.Issuer { return token.Issuer{Ring: p.Signing, Name: p.Issuer()} }

// Verifier verifies tokens.
func (p Ports) Verifier() token.Issuer { return p.Signer() }

// ClientPeppers returns those of clients' secrets.
func (p Ports) ClientPeppers() keyring.MAC { return p.Keys.ClientPeppers }

// RefreshKeys returns what authenticates refresh tokens.
func (p Ports) RefreshKeys() keyring.MAC { return p.Keys.RefreshKeys }

// PairwiseSalt returns that of pairwise subjects.
func (p Ports) PairwiseSalt() []byte { return p.Keys.PairwiseSalt }
