package authserver

import (
	"io"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/network"
	"lineproof/shared/oauth"
	"lineproof/shared/silent"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
	"lineproof/shared/wire"
)

// SignaturePorts is what checks of clients' signatures are wired to.
type SignaturePorts interface {
	// Issuer is our issuer identifier.
	Issuer() string
	// ReplayStore remembers what is good once.
	ReplayStore() grant.ReplayStore
	// Now tells the time.
	Now() time.Time
}

// ClientPorts is what the authentication of clients is wired to.
type ClientPorts interface {
	SignaturePorts
	// ClientStore are those registered.
	ClientStore() grant.ClientStore
	// ClientPeppers are those of their secrets.
	ClientPeppers() keyring.MAC
}

// HintPorts is what identifies the subscribers that clients name is wired to.
type HintPorts interface {
	SignaturePorts
	// Operators are the issuers of operator tokens.
	Operators() token.Operators
	// Directory knows the mobile sessions.
	Directory() network.Directory
	// Upstreams are those that administrators have put.
	Upstreams() upstream.Directory
	// Random is the randomness of all that is drawn.
	Random() io.Reader
}

// AuthorizePorts is what the authorization endpoint is wired to.
type AuthorizePorts interface {
	SignaturePorts
	// ClientStore are those registered.
	ClientStore() grant.ClientStore
	// GrantCreator takes the grants that codes stand for.
	GrantCreator() oauth.GrantCreator
	// Network resolves connections.
	Network() network.Chain
	// CloudFrontSecret is that by which CloudFront proves itself.
	CloudFrontSecret() network.Keys
	// Upstreams are those that administrators have put, and UpstreamGate tells whether one is
	// asked.
	Upstreams() upstream.Directory
	UpstreamGate() upstream.Gate
	// Random makes codes.
	Random() io.Reader
}

// CallbackPorts is what takes subscribers back from upstreams.
type CallbackPorts interface {
	UpstreamPorts
	// UpstreamIssuers checks upstreams' id_tokens.
	UpstreamIssuers() *upstream.Issuers
	// LegStore keeps the grants of those who were sent.
	LegStore() grant.LegStore
	// CloudFrontSecret is that by which CloudFront proves itself.
	CloudFrontSecret() network.Keys
	// Issuer is our issuer identifier.
	Issuer() string
	// Now tells the time; Random makes codes.
	Now() time.Time
	Random() io.Reader
}

// UpstreamPorts is what calls of upstreams are wired to.
type UpstreamPorts interface {
	// Upstreams are those that administrators have put, and UpstreamSecrets what we authenticate
	// with there.
	Upstreams() upstream.Directory
	UpstreamSecrets() upstream.Secrets
	// UpstreamCaller calls them.
	UpstreamCaller() upstream.Caller
}

// BackchannelPorts is what the backchannel authentication endpoint is wired to.
type BackchannelPorts interface {
	ClientPorts
	HintPorts
	// GrantCreator takes the grants that auth_req_ids stand for.
	GrantCreator() oauth.GrantCreator
}

// RedeemPorts is what redeems codes, auth_req_ids and assertions is wired to.
type RedeemPorts interface {
	ClientPorts
	HintPorts
	UpstreamPorts
	// UpstreamGate tells whether an upstream is asked, and UpstreamIssuers checks its id_tokens.
	UpstreamGate() upstream.Gate
	UpstreamIssuers() *upstream.Issuers
	// Grants keeps what they stand for.
	Grants() grant.Store
}

// TokenPorts is what the token endpoint is wired to.
type TokenPorts interface {
	RedeemPorts
	// GrantReader reads grants.
	GrantReader() oauth.GrantReader
	// Signer signs tokens.
	Signer() token.Issuer
	// RefreshKeys authenticate refresh tokens.
	RefreshKeys() keyring.MAC
	// PairwiseSalt is that of pairwise subjects.
	PairwiseSalt() []byte
}

// RevokePorts is what the revocation endpoint is wired to.
type RevokePorts interface {
	ClientPorts
	// Verifier verifies access tokens.
	Verifier() token.Issuer
	// RefreshKeys authenticate refresh tokens.
	RefreshKeys() keyring.MAC
	// GrantRevoker ends grants.
	GrantRevoker() oauth.GrantRevoker
}

// DiscoveryPorts is what the metadata and the key set are wired to.
type DiscoveryPorts interface {
	// Verifier holds the public keys of our tokens, and our issuer identifier as its name.
	Verifier() token.Issuer
	// Upstreams are those that administrators have put: who authenticates us by keys of ours.
	Upstreams() upstream.Directory
	// Now tells the time.
	Now() time.Time
}

// Prover returns what tells, by the token request that a claim comes with, whether a line has the
// number claimed. It redeems as the token endpoint does and makes no token.
func Prover(p RedeemPorts) silent.Prover {
	return oauth.Prover{
		Answers:  oauth.Answers{Upstreams: p.Upstreams(), Caller: p.UpstreamCaller()},
		Redeemer: redeemer(p, clientAuth(p)), VerifyScopes: wire.VerifyScopes(),
	}
}

func signatures(p SignaturePorts) oauth.Signatures {
	return oauth.Signatures{Issuer: p.Issuer(), Replays: p.ReplayStore(), Now: p.Now}
}

func clientAuth(p ClientPorts) oauth.ClientAuth {
	return oauth.ClientAuth{
		Signatures: signatures(p), Clients: p.ClientStore(), Peppers: p.ClientPeppers(),
	}
}

// notedAuth is for endpoints: whose request it is stands in the log.
func notedAuth(p ClientPorts) oauth.ClientAuth {
	auth := clientAuth(p)
	auth.Clients = noted{auth.Clients}
	return auth
}

func hints(p HintPorts) oauth.Hints {
	return oauth.Hints{
		Operators:    p.Operators(),
		Directory:    p.Directory(),
		Slots:        p.ReplayStore(),
		Random:       p.Random(),
		Upstreams:    p.Upstreams(),
		VerifyScopes: wire.VerifyScopes(),
		ShareScopes:  wire.ShareScopes(),
		Issuer:       p.Issuer(),
		Now:          p.Now,
	}
}

func redeemer(p RedeemPorts, auth oauth.ClientAuth) oauth.Redeemer {
	return oauth.Redeemer{
		Auth: auth, Hints: hints(p), Grants: p.Grants(), Random: p.Random(),
		OperatorTokens: oauth.OperatorTokens{
			Upstreams: p.Upstreams(), Secrets: p.UpstreamSecrets(), Gate: p.UpstreamGate(),
			Caller: p.UpstreamCaller(), IDTokens: p.UpstreamIssuers(),
		},
	}
}
