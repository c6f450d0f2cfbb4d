package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"lineproof/shared/account"
	"lineproof/shared/admin"
	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/token"
	"lineproof/shared/verification"
	"lineproof/shared/wire"
)

// sandboxClient is a client as GET /local/sandbox gives it away, secrets and all.
type sandboxClient struct {
	ClientID     string          `json:"client_id"`
	Dialect      string          `json:"dialect"`
	Method       grant.Method    `json:"token_endpoint_auth_method"`
	Secret       string          `json:"client_secret,omitempty"`
	Key          json.RawMessage `json:"private_jwk,omitempty"`
	RedirectURIs []string        `json:"redirect_uris"`
	Scopes       []string        `json:"scopes"`
	GrantTypes   []grant.Type    `json:"grant_types"`
	RequirePKCE  bool            `json:"require_pkce"`
}

// sandboxNumber is a test number and what comes of it.
type sandboxNumber struct {
	Number  string `json:"number"`
	Outcome string `json:"outcome"`
}

// sandboxOperator signs operator tokens.
type sandboxOperator struct {
	Issuer string          `json:"iss"`
	Key    json.RawMessage `json:"private_jwk"`
}

// sandboxListing is the body of GET /local/sandbox.
type sandboxListing struct {
	Issuer       string               `json:"issuer"`
	Clients      []sandboxClient      `json:"clients"`
	Applications []sandboxApplication `json:"applications"`
	Accounts     []sandboxAccount     `json:"accounts"`
	Numbers      []sandboxNumber      `json:"numbers"`
	Operators    []sandboxOperator    `json:"operators"`
}

// sandbox is what a test suite needs to know, and what the product needs of it.
type sandbox struct {
	listing   sandboxListing
	operators token.Operators
}

// plan is a sandbox client: its wire's preset, but for what is set here.
type plan struct {
	id, wire string
	alg      string       // of its key, where it is not ES256
	scopes   []string     // as its document spells them, where they are not the preset's
	method   grant.Method // where it is not the preset's; such a client needs no PKCE
	lookups  int          // of addresses an hour
	pays     account.Key  // for what it asks in its own name; such a client sees every number
	calls    caller       // set, makes it an application
}

// vonageWire is the wire whose clients are applications.
const vonageWire = "vonage"

// special are the plans of wires whose clients differ from what their name and preset say.
var special = map[string]plan{
	vonageWire: {
		id:    standardApplication,
		calls: standardCaller,
		alg:   token.RS256,
		scopes: []string{
			grant.OpenID,
			wire.FraudPrevention + "#number-verification-verify-read",
			wire.FraudPrevention,
			"number-verification-verify-read",
		},
	},
	"orange": {
		id: "sandbox-orange",
		scopes: []string{
			grant.OpenID,
			wire.FraudPrevention + "#number-verification:verify",
			wire.FraudPrevention + "#number-verification:device-phone-number:read",
			wire.FraudPrevention + "#number-verification",
		},
	},
	"camara-2": {id: "sandbox-camara-2", lookups: 10_000},
	"otp":      {id: "sandbox-otp", pays: standardKey},
}

// plans lists one client for each wire that has any; after them, such that only have a secret, and
// of those that send one-time passwords one for each account whose caps differ.
func plans() []plan {
	var all []plan
	for _, name := range admin.Dialects() {
		p, known := special[name]
		if !known {
			p.id = "sandbox-" + name
		}
		p.wire = name
		all = append(all, p)
	}
	basic := grant.SecretBasic
	return append(all,
		plan{id: "sandbox-camara-2-basic", wire: "camara-2", method: basic, lookups: 10_000},
		plan{id: "sandbox-otp-basic", wire: "otp", method: basic, pays: standardKey},
		plan{id: "sandbox-otp-strict", wire: "otp", method: basic, pays: strictKey},
		plan{id: "sandbox-otp-unlimited", wire: "otp", method: basic, pays: unlimitedKey},
	)
}

// redirectURIs are those of every sandbox client: a web application's, a native one's, and the
// page's of this server.
func redirectURIs(issuer string) []string {
	return []string{
		"https://client.example/callback",
		"http://127.0.0.1:3000/callback",
		issuer + "/local/callback",
	}
}

// newSandbox registers the sandbox's accounts, clients and applications, whose verifications are
// reported to statusURL, and makes the operator's key.
func newSandbox(
	ctx context.Context, issuer, statusURL string, held Stores, k keys,
) (sandbox, error) {
	s := sandbox{operators: token.Operators{}}
	s.listing = sandboxListing{Issuer: issuer}
	var err error
	if s.listing.Accounts, err = putAccounts(ctx, held.Accounts, k.accountPeppers); err != nil {
		return sandbox{}, err
	}
	if err := s.register(ctx, issuer, statusURL, held.Clients, k); err != nil {
		return sandbox{}, err
	}
	for _, n := range network.TestNumbers() {
		s.listing.Numbers = append(
			s.listing.Numbers, sandboxNumber{n.Number.E164(), string(n.Outcome)},
		)
	}
	for _, n := range verification.TestNumbers() {
		s.listing.Numbers = append(
			s.listing.Numbers, sandboxNumber{n.Number.E164(), string(n.Scenario)},
		)
	}
	return s, s.addOperator("https://operator.example")
}

// register registers clients and applications.
func (s *sandbox) register(
	ctx context.Context, issuer, statusURL string, held Clients, k keys,
) error {
	listed := plans()
	all := append(listed, applications()...)
	for i, key := range promisedTo(all) {
		client, err := all[i].client(issuer, k.clientPeppers, key)
		if err != nil {
			return err
		}
		if i < len(listed) {
			s.listing.Clients = append(s.listing.Clients, client.listed)
		}
		if all[i].calls != (caller{}) {
			var application sandboxApplication
			application, client.client, err = all[i].calls.application(
				client, statusURL, k.accountPeppers.Active())
			if err != nil {
				return err
			}
			s.listing.Applications = append(s.listing.Applications, application)
		}
		if err := held.Put(ctx, client.client); err != nil {
			return err
		}
	}
	return nil
}

// promisedTo begins to make the key of each plan.
func promisedTo(plans []plan) []*promise {
	promises := make([]*promise, len(plans))
	for i, p := range plans {
		promises[i] = promised(cmp.Or(p.alg, token.ES256))
	}
	return promises
}

// addOperator makes the key of an operator.
func (s *sandbox) addOperator(issuer string) error {
	key, err := token.Generate(token.ES256)
	if err != nil {
		return err
	}
	s.operators[issuer] = token.Operator{Keys: token.Ring{key}, Prefixes: phone.Every}
	private, err := privateJWK(key)
	s.listing.Operators = append(s.listing.Operators, sandboxOperator{issuer, private})
	return err
}

// made is a client that was just made: as it is listed, as it is registered, and its key.
type made struct {
	listed sandboxClient
	client grant.Client
	key    token.Key
}

// client makes the client with its secret, and the key that was promised.
func (p plan) client(issuer string, peppers keyring.MAC, promised *promise) (made, error) {
	key, err := promised.kept()
	if err != nil {
		return made{}, err
	}
	c, known := admin.Preset(p.wire)
	if !known {
		return made{}, errNoPreset
	}
	c.ID, c.JWKS, c.RedirectURIs = p.id, token.Ring{key}.JWKS(), redirectURIs(issuer)
	c.Sandbox, c.AddressLookups = true, p.lookups
	if p.pays != 0 {
		c.Account, c.Sandbox = p.pays.String(), false
	}
	if p.scopes != nil {
		c.Scopes = p.scopes
	}
	if p.method != "" {
		c.Method, c.RequirePKCE = p.method, false
	}
	private, err := privateJWK(key)
	listed := sandboxClient{
		ClientID:     c.ID,
		Dialect:      c.Wire,
		Method:       c.Method,
		Key:          private,
		RedirectURIs: c.RedirectURIs,
		Scopes:       c.Scopes,
		GrantTypes:   c.Types,
		RequirePKCE:  c.RequirePKCE,
	}
	if c.Method == grant.SecretBasic || c.Method == grant.SecretPost {
		listed.Secret = p.id + "-secret" // fixed, so that documents and test suites can name it
		c.SecretHash = grant.HashSecret(peppers, p.id, listed.Secret)
	}
	return made{listed, c, key}, err
}

var errNoPreset = errors.New("server: a sandbox client's dialect has no preset")

var errOneKey = errors.New("server: a ring of one key is written as a set of one")

// privateJWK gives the key alone, with its private members.
func privateJWK(key token.Key) (json.RawMessage, error) {
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(token.Ring{key}.PrivateJWKS(), &set); err != nil {
		return nil, err
	}
	if len(set.Keys) != 1 {
		return nil, errOneKey
	}
	return set.Keys[0], nil
}
