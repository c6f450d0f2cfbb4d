package grant

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/keyring"
	"lineproof/shared/phone"
)

// Type is an OAuth grant type, as registered with IANA.
type Type string

// The grant types that the token endpoint knows.
const (
	// AuthorizationCode is RFC 6749 §4.1.
	AuthorizationCode Type = "authorization_code"
	// CIBA is OpenID Connect CIBA Core §10.1, in poll mode.
	CIBA Type = "urn:openid:params:grant-type:ciba"
	// JWTBearer is RFC 7523 §2.1.
	JWTBearer Type = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	// RefreshToken is RFC 6749 §6.
	RefreshToken Type = "refresh_token"
	// ClientCredentials is RFC 6749 §4.4: a token of the client itself, without a subscriber.
	ClientCredentials Type = "client_credentials"
)

// OfLeg is the type of tickets that are the state of a leg (see Leg). No client asks for it.
const OfLeg Type = "leg"

// Method is how a client authenticates itself.
type Method string

// The client authentication methods (OpenID Connect Core §9), and Vonage's.
const (
	// PrivateKeyJWT is a JWT signed with the client's key, as client_assertion (RFC 7523 §2.2).
	PrivateKeyJWT Method = "private_key_jwt"
	// SecretBasic is the client's secret by HTTP Basic (RFC 6749 §2.3.1).
	SecretBasic Method = "client_secret_basic"
	// SecretPost is the client's secret in the form (RFC 6749 §2.3.1).
	SecretPost Method = "client_secret_post"
	// ApplicationJWT is Vonage's: a Bearer JWT of application_id, signed RS256 with the
	// application's key.
	ApplicationJWT Method = "application_jwt"
)

// Outcomes names what silent verification of test numbers (+990…) comes to.
type Outcomes string

const (
	// OwnOutcomes are ours, by the last two digits (see network.TestNumbers).
	OwnOutcomes Outcomes = ""
	// VonageOutcomes are those of Vonage's virtual operator: 99 at the end fails, else an even last
	// digit succeeds and an odd one is another line.
	VonageOutcomes Outcomes = "vonage"
)

// Client is a registered API consumer. Number verification has no public clients: every one
// authenticates itself.
type Client struct {
	// ID is the client_id.
	ID string
	// Wire names the wire that the client was registered for. It is shown to people and decides
	// nothing.
	Wire string
	// Method is the only way in which the client may authenticate.
	Method Method
	// SecretHash is the keyed hash of the client's secret (see [HashSecret]); empty without one.
	SecretHash []byte
	// JWKS is the client's public keys, a JSON Web Key Set (RFC 7517 §5); empty without any.
	JWKS []byte
	// RedirectURIs are compared byte for byte, but for the port of a loopback address (see
	// [Client.Redirects]).
	RedirectURIs []string
	// Scopes are those that the client may ask for, each without purpose; purposes stand as scopes
	// of their own (dpv:…).
	Scopes []string
	// Types are the grant types that the client may use.
	Types []Type
	// RequirePKCE refuses authorization requests without an S256 challenge; without it, state is
	// required.
	RequirePKCE bool
	// RequirePurpose refuses requests without exactly one dpv: purpose.
	RequirePurpose bool
	// Sector is the host by which the client's pairwise subjects are computed (OpenID Connect Core
	// §8.1); its ID when empty.
	Sector string
	// IDTokenAlg is the algorithm that it registered for its id_tokens, ES256 or RS256 (see
	// [Client.SignsWith]).
	IDTokenAlg string
	// Policy is its token policy.
	Policy Policy
	// Sandbox allows test numbers in login_hint, and shows the client no other subscribers (see
	// [Client.Sees]).
	Sandbox bool
	// AddressLookups is how many addresses of ipport: hints may be looked up for the client in any
	// hour; 0 refuses such hints. What a client writes proves nothing, so only one that its
	// operator trusts to write down real connections has any.
	AddressLookups int
	// Account is the api_key of the account that pays for what the client asks for in its own name,
	// or for which an application calls; empty when it asks for nothing that costs.
	Account string
	// StatusURL is the https address that an application's verifications are reported to; empty
	// when nobody wants to hear.
	StatusURL string
	// Signature is the secret that these reports are signed with, sealed for the ID (see
	// account.Pepper.SealSignature); empty for all but applications.
	Signature []byte
	// Upstream names the one that its subscribers are sent to when nobody here knows them; empty
	// leaves the choice to what is known of them.
	Upstream string
	// Outcomes tells what becomes of test numbers in an application's verifications.
	Outcomes Outcomes
	// Disabled takes everything from the client: it can neither authenticate nor use what it was
	// granted.
	Disabled bool
	// Revision is how often its record has been written: 0 before the first time, and in what was
	// written before anybody counted.
	Revision int64
}

// After returns the client as it is written in place of who stands under its ID, the zero Client
// where nobody does. It fails with a fault.Changed when another revision stands than the one that
// was read. A repetition of the very write that made what stands is no change.
func (c Client) After(stands Client) (Client, error) {
	read := c.Revision
	c.Revision++
	if stands.Revision != read && !reflect.DeepEqual(stands, c) {
		return Client{}, fault.New(fault.Changed)
	}
	return c, nil
}

// Sees tells whether the client may learn of the subscriber with this number. One for tests sees
// test numbers and nobody's, so that its secret can be handed around.
func (c Client) Sees(n phone.Number) bool { return !c.Sandbox || n.IsZero() || n.IsSandbox() }

// DefaultIDTokenAlg signs the id_tokens of whoever registered nothing else (OpenID Connect Dynamic
// Client Registration §2, id_token_signed_response_alg).
const DefaultIDTokenAlg = "RS256"

// SignsWith returns the algorithm of the client's id_tokens.
func (c Client) SignsWith() string { return cmp.Or(c.IDTokenAlg, DefaultIDTokenAlg) }

// IsApplication tells whether the client may call the Verify API (v2) in the name of its account: a
// client that signs as Vonage's SDKs do and has an account. Its ID is its application_id, and its
// RedirectURIs are its redirect_urls. It stays one while it is disabled, and after it was removed
// (see [Client.Removed]).
func (c Client) IsApplication() bool { return c.Method == ApplicationJWT && c.Account != "" }

// Removed returns what stays of an application for ever: whose it was, so that nobody else is ever
// given its application_id and what is reported to it. It is disabled.
func (c Client) Removed() Client {
	return Client{
		ID: c.ID, Wire: c.Wire, Method: c.Method, Account: c.Account, Disabled: true,
		Revision: c.Revision,
	}
}

// IsRemoved tells whether the client is what stays of an application.
func (c Client) IsRemoved() bool { return c.IsApplication() && len(c.JWKS) == 0 }

// Allows tells whether the client may use the grant type.
func (c Client) Allows(t Type) bool { return slices.Contains(c.Types, t) }

// Policy is what a client's tokens can do.
type Policy struct {
	// Lifetime is how long an access token lives.
	Lifetime time.Duration
	// SingleUse ends an access token with its first successful call.
	SingleUse bool
	// RefreshLifetime is how long after the authorization refresh tokens are exchanged; zero
	// forbids them.
	RefreshLifetime time.Duration
}

// StandardPolicy is CAMARA's for number verification scopes: 300 s, one call, no refresh token.
var StandardPolicy = Policy{Lifetime: 300 * time.Second, SingleUse: true}

// KoneraPolicy is Konera's: 3600 s, reusable, with refresh tokens for 30 days when offline_access
// was granted.
var KoneraPolicy = Policy{Lifetime: 3600 * time.Second, RefreshLifetime: 30 * 24 * time.Hour}

// OwnPolicy is that of tokens that a client gets in its own name. Nothing is stored of one, so none
// can be used up, revoked or refreshed: it lives twice as long as a code that is sent with it.
var OwnPolicy = Policy{Lifetime: 600 * time.Second}

// HashSecret returns the keyed hash under which the client's secret is kept.
func HashSecret(peppers keyring.MAC, client, secret string) []byte {
	return peppers.Sum([]byte("client secret"), []byte(client), []byte(secret))
}

// HasSecret tells whether secret is the client's.
func (c Client) HasSecret(peppers keyring.MAC, secret string) bool {
	return len(c.SecretHash) > 0 &&
		peppers.Check(c.SecretHash, []byte("client secret"), []byte(c.ID), []byte(secret))
}
