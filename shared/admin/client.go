package admin

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

// registration is the fields of commands that register a client. What is left out comes from the
// dialect's preset.
type registration struct {
	Dialect      string          `json:"dialect" help:"the wire that it speaks, whose preset fills in what is left out"`
	RedirectURIs []string        `json:"redirect_uris" help:"compared byte for byte: https, or http on 127.0.0.1 or [::1] for native clients; at least one when authorization_code is among the grant types"`
	JWKS         json.RawMessage `json:"jwks" help:"its public keys, a JSON Web Key Set, for the methods that sign (optional)"`
	Method       string          `json:"method" help:"private_key_jwt, client_secret_basic, client_secret_post or application_jwt (optional)"`
	Scopes       []string        `json:"scopes" help:"what it may ask for; purposes stand as scopes of their own, dpv:… (optional)"`
	Types        []string        `json:"grant_types" help:"which grant types it may use, as registered with IANA (optional)"`
	Policy       string          `json:"policy" help:"standard (300 s, single use) or, for the dialect konera alone, konera (3600 s, reusable, refresh tokens for 30 days); own (600 s, reusable) for the dialect otp, which takes no other (optional)"`
	PKCE         *bool           `json:"require_pkce" help:"whether requests without S256 challenge are refused; state is required otherwise (optional)"`
	Purpose      *bool           `json:"require_purpose" help:"whether requests without exactly one purpose are refused (optional)"`
	Sector       string          `json:"sector" help:"the host by which pairwise subjects are computed, for clients that share them (optional)"`
	IDTokenAlg   string          `json:"id_token_alg" help:"how its id_tokens are signed: RS256, which OpenID Connect has by default, or ES256 (optional)"`
	Sandbox      bool            `json:"sandbox" help:"whether it may name test numbers in login_hint, and sees no others (optional)"`
	Lookups      int             `json:"address_lookups" help:"how many addresses it may name as login_hint ipport: in any hour, of whose connections you trust its word; none without it (optional)"`
	Account      string          `json:"account" help:"the api_key of the account that pays for its one-time passwords, and whose caps hold for them; the dialect otp needs one, and no other takes one (optional)"`
	Upstream     string          `json:"upstream" help:"the name of the upstream that is asked whom nobody here knows; which one each network tells without it (optional)"`
}

// shownClient is a client as it is shown.
type shownClient struct {
	ClientID     string          `json:"client_id"`
	Secret       secret          `json:"client_secret,omitzero"`
	Dialect      string          `json:"dialect"`
	Method       grant.Method    `json:"method"`
	JWKS         json.RawMessage `json:"jwks,omitempty"`
	RedirectURIs []string        `json:"redirect_uris"`
	Scopes       []string        `json:"scopes"`
	Types        []grant.Type    `json:"grant_types"`
	Policy       shownPolicy     `json:"policy"`
	PKCE         bool            `json:"require_pkce"`
	Purpose      bool            `json:"require_purpose"`
	Sector       string          `json:"sector,omitempty"`
	IDTokenAlg   string          `json:"id_token_alg"`
	Sandbox      bool            `json:"sandbox"`
	Lookups      int             `json:"address_lookups"`
	Account      string          `json:"account,omitempty"`
	Upstream     string          `json:"upstream,omitempty"`
	StatusURL    string          `json:"status_url,omitempty"`
	Outcomes     string          `json:"outcomes,omitempty"`
	Disabled     bool            `json:"disabled"`
}

// shownPolicy is a token policy; times are in seconds.
type shownPolicy struct {
	Lifetime  int  `json:"token_seconds"`
	SingleUse bool `json:"single_use"`
	Refresh   int  `json:"refresh_seconds"`
}

func shown(c grant.Client) shownClient {
	return shownClient{
		ClientID:     c.ID,
		Dialect:      c.Wire,
		Method:       c.Method,
		JWKS:         c.JWKS,
		RedirectURIs: c.RedirectURIs,
		Scopes:       c.Scopes,
		Types:        c.Types,
		Policy: shownPolicy{
			int(c.Policy.Lifetime.Seconds()),
			c.Policy.SingleUse,
			int(c.Policy.RefreshLifetime.Seconds()),
		},
		PKCE:       c.RequirePKCE,
		Purpose:    c.RequirePurpose,
		Sector:     c.Sector,
		IDTokenAlg: c.SignsWith(),
		Sandbox:    c.Sandbox,
		Lookups:    c.AddressLookups,
		Account:    c.Account,
		Upstream:   c.Upstream,
		StatusURL:  c.StatusURL,
		Outcomes:   string(c.Outcomes),
		Disabled:   c.Disabled,
	}
}

type registerClient struct {
	ClientID string `json:"client_id" help:"the client_id it shall have, 1 to 64 letters, digits, '.', '_' and '-'; one is drawn without it (optional)"`
	registration
}

func (c *registerClient) subject() string { return subjectID(c.ClientID) }

func (c *registerClient) do(ctx context.Context, a Admin) (any, error) {
	made, err := c.read(ctx, a)
	if err != nil {
		return nil, err
	}
	if made.ID, err = a.freeID(ctx, c.ClientID); err != nil {
		return nil, err
	}
	return a.register(ctx, made, nil)
}

// read returns the client that a registration describes, whose account and upstream exist.
func (r registration) read(ctx context.Context, a Admin) (grant.Client, error) {
	c, err := r.client(a)
	if err == nil {
		err = a.checkPayer(ctx, c)
	}
	if err == nil {
		err = a.checkUpstream(ctx, c)
	}
	return c, err
}

// freeID gives the client_id wanted, or a drawn one, that no client has.
func (a Admin) freeID(ctx context.Context, wanted string) (string, error) {
	if wanted == "" {
		return newID(a.Random)
	}
	if subjectID(wanted) == "" {
		return "", wrong("client_id", "it has 1 to 64 letters, digits, '.', '_' and '-'")
	}
	found, err := a.registered(ctx, wanted)
	if err == nil && found.ID != "" {
		err = wrong("client_id", "a client has it already; replace-client changes it")
	}
	return wanted, err
}

// registered returns the client of the ID, the zero Client when there is none.
func (a Admin) registered(ctx context.Context, id string) (grant.Client, error) {
	found, err := a.Clients.Client(ctx, id)
	if errors.Is(err, grant.ErrNotFound) {
		return grant.Client{}, nil
	}
	return found, err
}

// register writes a client in place of the one whose revision it has. One that authenticates itself
// by a secret keeps the one that it has, or gets one.
func (a Admin) register(ctx context.Context, c grant.Client, kept []byte) (shownClient, error) {
	var made secret
	if c.Method == grant.SecretBasic || c.Method == grant.SecretPost {
		c.SecretHash = kept
		if len(kept) == 0 {
			text, err := "", error(nil)
			if made, text, err = newSecret(a.Random); err != nil {
				return shownClient{}, err
			}
			c.SecretHash = grant.HashSecret(a.ClientPeppers, c.ID, text)
		}
	}
	if err := a.Clients.Put(ctx, c); err != nil {
		return shownClient{}, err
	}
	result := shown(c)
	result.Secret = made
	return result, nil
}

// clientWho is the field of commands about one client.
type clientWho struct {
	ClientID string `json:"client_id" help:"the client's client_id"`
}

func (w clientWho) subject() string { return subjectID(w.ClientID) }

// subjectID gives a client_id that we would give, for the log.
func subjectID(id string) string {
	if len(id) > maxPayment || !spelt(id, nameAlphabet) {
		return ""
	}
	return id
}

func (w clientWho) find(ctx context.Context, a Admin) (grant.Client, error) {
	if w.ClientID == "" {
		return grant.Client{}, missing("client_id")
	}
	found, err := a.registered(ctx, w.ClientID)
	if err == nil && found.ID == "" {
		err = because(fault.NotFound, "client_id", "no client has this client_id")
	}
	return found, err
}

type replaceClient struct {
	clientWho
	registration
}

func (c *replaceClient) do(ctx context.Context, a Admin) (any, error) {
	made, err := c.read(ctx, a)
	if err != nil {
		return nil, err
	}
	found, err := c.find(ctx, a)
	if err == nil && found.IsApplication() {
		err = wrong("client_id", "it is an application's, which change-application changes")
	}
	if err != nil {
		return nil, err
	}
	made.ID, made.Disabled, made.Revision = found.ID, found.Disabled, found.Revision
	return a.register(ctx, made, found.SecretHash)
}

type showClient struct{ clientWho }

func (c *showClient) do(ctx context.Context, a Admin) (any, error) {
	found, err := c.find(ctx, a)
	if err != nil {
		return nil, err
	}
	return shown(found), nil
}

type disableClient struct{ clientWho }

func (c *disableClient) do(ctx context.Context, a Admin) (any, error) { return c.set(ctx, a, true) }

type enableClient struct{ clientWho }

func (c *enableClient) do(ctx context.Context, a Admin) (any, error) { return c.set(ctx, a, false) }

// set disables a client, or enables it again.
func (w clientWho) set(ctx context.Context, a Admin, disabled bool) (any, error) {
	found, err := w.find(ctx, a)
	if err != nil {
		return nil, err
	}
	if found.IsRemoved() && !disabled {
		return nil, wrong("client_id", "it was an application's, which was removed")
	}
	found.Disabled = disabled
	if err := a.Clients.Put(ctx, found); err != nil {
		return nil, err
	}
	return shown(found), nil
}

type rotateClientSecret struct{ clientWho }

func (c *rotateClientSecret) do(ctx context.Context, a Admin) (any, error) {
	found, err := c.find(ctx, a)
	if err != nil {
		return nil, err
	}
	if found.Method != grant.SecretBasic && found.Method != grant.SecretPost {
		return nil, wrong(
			"client_id", "the client authenticates itself with a key, which replace-client changes, "+
				"or of an application rotate-application-key",
		)
	}
	return a.register(ctx, found, nil)
}

// spelt tells whether text is of these characters alone, and not empty.
func spelt(text, alphabet string) bool { return text != "" && strings.Trim(text, alphabet) == "" }

// distinct tells whether no item stands twice.
func distinct[T comparable](list []T) bool {
	for i, item := range list {
		if slices.Contains(list[:i], item) {
			return false
		}
	}
	return true
}
