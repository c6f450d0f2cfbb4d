package admin

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/wire"
)

// client gives the client that a registration describes, without ID and secret. It fails naming the
// first field at fault.
func (r registration) client(a Admin) (grant.Client, error) {
	c, known := Preset(r.Dialect)
	switch {
	case r.Dialect == "":
		return grant.Client{}, missing("dialect")
	case !known:
		return grant.Client{}, wrong("dialect", "it is one of "+dialects())
	}
	c.Sector, c.IDTokenAlg = r.Sector, r.IDTokenAlg
	c.Sandbox, c.RedirectURIs, c.Upstream = r.Sandbox, r.RedirectURIs, r.Upstream
	for _, read := range []func(*grant.Client) error{
		r.method, r.scopes, r.policy, r.types, r.redirects, r.keys(a), r.flags, r.payer,
	} {
		if err := read(&c); err != nil {
			return grant.Client{}, err
		}
	}
	return c, nil
}

func (r registration) method(c *grant.Client) error {
	all := []grant.Method{
		grant.PrivateKeyJWT,
		grant.SecretBasic,
		grant.SecretPost,
		grant.ApplicationJWT,
	}
	if r.Method != "" {
		c.Method = grant.Method(r.Method)
	}
	if !slices.Contains(all, c.Method) {
		return wrong(
			"method",
			"it is private_key_jwt, client_secret_basic, client_secret_post or application_jwt",
		)
	}
	return nil
}

// isScope tells whether text can be a scope (RFC 6749 §3.3), without the '#' of a purpose before
// it.
func isScope(text string) bool {
	return text != "" &&
		!strings.ContainsFunc(
			text,
			func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '#' },
		)
}

func (r registration) scopes(c *grant.Client) error {
	if len(r.Scopes) > 0 {
		c.Scopes = r.Scopes
	}
	if slices.ContainsFunc(c.Scopes, func(s string) bool { return !isScope(s) }) ||
		!distinct(c.Scopes) {
		return wrong("scopes", "each is one scope (RFC 6749 §3.3) without '#', once")
	}
	asked := grant.ParseScope(strings.Join(c.Scopes, " "))
	if r.Purpose != nil && *r.Purpose && len(asked.Purposes) == 0 {
		return wrong("scopes", "there is no purpose (dpv:…) among them, and one is required")
	}
	own := c.Policy == grant.OwnPolicy // the preset's, which takes no other
	if slices.ContainsFunc(
		asked.Names, func(name string) bool { return (name == wire.ScopeOneTime) != own },
	) {
		return wrong(
			"scopes", "the dialect otp has "+wire.ScopeOneTime+" and purposes, and no other has that",
		)
	}
	return nil
}

// payer reads who pays for what the client asks for in its own name.
func (r registration) payer(c *grant.Client) error {
	own := c.Policy == grant.OwnPolicy
	switch {
	case !own && r.Account == "":
		return nil
	case !own:
		return wrong("account", "only a client of the dialect otp has an account; "+
			"create-application makes one that calls the Verify API (v2) for it")
	}
	key, err := known("account", r.Account)
	c.Account = key.String()
	return err
}

// checkPayer wants the account to exist that a client names.
func (a Admin) checkPayer(ctx context.Context, c grant.Client) error {
	if c.Account == "" {
		return nil
	}
	found, err := a.current(ctx, account.ParseKey(c.Account))
	if err == nil && found.Key == 0 {
		err = wrong("account", "no account has this api_key")
	}
	return err
}

// checkUpstream wants the client's upstream to be there.
func (a Admin) checkUpstream(ctx context.Context, c grant.Client) error {
	if c.Upstream == "" {
		return nil
	}
	_, found, err := upstreamRef{c.Upstream}.find(ctx, a)
	if err == nil && !found || fault.Is(err, fault.InvalidField) {
		err = wrong("upstream", "no upstream has this name")
	}
	return err
}

func (r registration) policy(c *grant.Client) error {
	if r.Policy == "" {
		return nil
	}
	policy, known := policies[r.Policy]
	switch {
	case !known:
		return wrong("policy", "it is standard, konera or own")
	case !takes(*c, policy): // c has the preset's still
		return wrong(
			"policy",
			"the dialect's wire takes no such tokens: konera is for the dialect konera, own for otp",
		)
	}
	c.Policy = policy
	return nil
}

func (r registration) types(c *grant.Client) error {
	allowed := types(c.Policy)
	c.Types = allowed
	if len(r.Types) == 0 {
		return nil
	}
	c.Types = nil
	for _, text := range r.Types {
		t := grant.Type(text)
		if t == grant.RefreshToken && !slices.Contains(allowed, t) {
			return wrong("grant_types", "the client's policy has no refresh tokens")
		}
		if !slices.Contains(allowed, t) {
			return wrong(
				"grant_types",
				"each is authorization_code, urn:openid:params:grant-type:ciba, urn:ietf:params:oauth:grant-type:jwt-bearer or refresh_token; of the dialect otp it is client_credentials",
			)
		}
		c.Types = append(c.Types, t)
	}
	if !distinct(c.Types) {
		return wrong("grant_types", "one stands twice")
	}
	return nil
}

func (r registration) flags(c *grant.Client) error {
	if r.PKCE != nil {
		c.RequirePKCE = *r.PKCE
	}
	if r.Purpose != nil {
		c.RequirePurpose = *r.Purpose
	}
	c.AddressLookups = r.Lookups
	switch {
	case r.Lookups < 0:
		return wrong("address_lookups", "it is a number of look-ups an hour; 0 allows none")
	case r.Sector != "" && !isHost(r.Sector):
		return wrong("sector", "it is a host name in lower case, as example.com")
	case r.IDTokenAlg != "" && r.IDTokenAlg != es256 && r.IDTokenAlg != rs256:
		return wrong("id_token_alg", "it is RS256 or ES256")
	}
	return nil
}

const (
	es256 = "ES256"
	rs256 = "RS256"
)

func (r registration) redirects(c *grant.Client) error {
	if len(r.RedirectURIs) == 0 && slices.Contains(c.Types, grant.AuthorizationCode) {
		return missing("redirect_uris")
	}
	return checkRedirects("redirect_uris", r.RedirectURIs)
}

// checkRedirects wants each URI to be one that a browser may be sent to.
func checkRedirects(field string, uris []string) error {
	for _, uri := range uris {
		if !redirectable(uri) {
			return wrong(
				field,
				"each is an https URL, or an http URL on 127.0.0.1 or [::1], of at most 2048 bytes, without fragment, user and wildcard",
			)
		}
	}
	if !distinct(uris) {
		return wrong(field, "one stands twice")
	}
	return nil
}

// maxRedirect is the length of the longest redirect URI, in bytes: as long as one of the Verify API
// (v2) may be.
const maxRedirect = 2048

// redirectable tells whether a browser may be sent to the URI with a code: RFC 9700 §2.1, and RFC
// 8252 §7.3 and §8.3 for native clients, which are loopback addresses and not the name localhost.
func redirectable(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Opaque != "" ||
		len(uri) > maxRedirect || !isPort(u.Port()) || strings.ContainsAny(uri, "#*\\ ") ||
		!printable(uri) {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	address, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && err == nil && address.IsLoopback()
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c >= 0x7f })
}

// keys reads the key set, which must have what the method needs and no private key.
func (r registration) keys(a Admin) func(*grant.Client) error {
	return func(c *grant.Client) error {
		signs := c.Method == grant.PrivateKeyJWT || c.Method == grant.ApplicationJWT
		if len(r.JWKS) == 0 || string(r.JWKS) == "null" {
			if signs {
				return missing("jwks")
			}
			return nil
		}
		algorithms, err := verifying(a, r.JWKS)
		switch {
		case err != nil:
			return err
		case signs && len(algorithms) == 0:
			return wrong(
				"jwks",
				"no key in it can verify a signature: EC P-256, or RSA of at least 2048 bits",
			)
		case c.Method == grant.ApplicationJWT && !slices.Contains(algorithms, rs256):
			return wrong("jwks", "application_jwt is signed with RS256, and no key is for that")
		}
		c.JWKS = r.JWKS
		return nil
	}
}
