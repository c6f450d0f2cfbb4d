package admin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/upstream"
)

// UpstreamSecrets keeps what we authenticate with at upstreams, in one text that package upstream
// reads and writes.
type UpstreamSecrets interface {
	// Open returns the text, and what puts another in its place, which fails with a fault.Changed
	// when somebody has done so meanwhile.
	Open(ctx context.Context) (
		text []byte, replace func(ctx context.Context, text []byte) error, err error,
	)
}

// credential is what an upstream's secret is put or made from.
type credential struct {
	ClientSecret string          `json:"client_secret" help:"the secret that the provider gave the client; of a platform its key (optional)"`
	ClientID     string          `json:"client_id" help:"the client_id that goes with client_secret, in place of the record's (optional)"`
	APIKey       string          `json:"api_key" help:"the API key of a provider's platform, which tells client_id and client_secret for it (optional)"`
	PrivateJWK   json.RawMessage `json:"private_jwk" help:"a private key that the provider has the public half of, a JSON Web Key; without any of these a key is made (optional)"`
}

// given names what there is; empty for nothing.
func (c credential) given() (field string, err error) {
	for _, of := range []struct {
		field string
		is    bool
	}{
		{"client_secret", c.ClientSecret != ""},
		{"api_key", c.APIKey != ""},
		{"private_jwk", len(c.PrivateJWK) > 0 && string(c.PrivateJWK) != "null"},
	} {
		switch {
		case of.is && field != "":
			return "", wrong(of.field, "there is one of client_secret, api_key and private_jwk")
		case of.is:
			field = of.field
		}
	}
	if c.ClientID != "" && field != "client_secret" {
		return "", wrong("client_id", "it goes with client_secret")
	}
	return field, nil
}

type setUpstreamSecret struct {
	upstreamRef
	credential
}

func (c *setUpstreamSecret) do(ctx context.Context, a Admin) (any, error) {
	u, err := c.known(ctx, a)
	if err != nil {
		return nil, err
	}
	field, err := c.given()
	if err != nil {
		return nil, err
	}
	p, _ := u.Peer() // it was put
	if err := fits(p, field); err != nil {
		return nil, err
	}
	if u.Secret, err = a.secretName(ctx, u, field); err != nil {
		return nil, err
	}
	s, err := c.read(ctx, a, p, field, &u)
	if err != nil {
		return nil, err
	}
	return a.arm(ctx, u, s)
}

// fits tells whether a client authenticates itself by what is given.
func fits(p upstream.Peer, field string) error {
	signs := p.Method == grant.PrivateKeyJWT || p.Method == grant.ApplicationJWT
	switch {
	case field == "api_key" && !p.TellsClient():
		return wrong("api_key", "its profile has no platform")
	case p.TellsClient() && field != "api_key":
		return missing("api_key")
	case field == "client_secret" && signs:
		return wrong("client_secret", "its token_endpoint_auth_method is "+string(p.Method))
	case field == "private_jwk" && !signs:
		return wrong("private_jwk", "its token_endpoint_auth_method is "+string(p.Method))
	case field == "" && !signs:
		return missing("client_secret")
	}
	return nil
}

// secretName returns the name of an upstream's secret: its own where the record has none. Several
// may have one client's secret, but a key is of one upstream alone.
func (a Admin) secretName(
	ctx context.Context, u upstream.Upstream, field string,
) (string, error) {
	all, err := a.Upstreams.Upstreams(ctx)
	if err != nil {
		return "", err
	}
	name := cmp.Or(u.Secret, u.Name)
	for _, other := range all {
		shared := other.Name != u.Name && other.Secret == name
		if shared && (u.Secret == "" || field != "client_secret") {
			return "", wrong("name", "another upstream has this secret: put one of its own")
		}
	}
	return name, nil
}

// read returns the secret, and notes in the record what belongs there.
func (c credential) read(
	ctx context.Context, a Admin, p upstream.Peer, field string, u *upstream.Upstream,
) (upstream.Secret, error) {
	u.Keys = nil
	switch field {
	case "client_secret":
		if !kept(c.ClientSecret) || !kept(c.ClientID) {
			return upstream.Secret{}, wrong(field, "client_secret and client_id are printable, "+
				"and of at most 2048 bytes")
		}
		u.ClientID = cmp.Or(c.ClientID, u.ClientID)
		return upstream.Secret{Text: c.ClientSecret}, nil
	case "api_key":
		if !kept(c.APIKey) {
			return upstream.Secret{}, wrong(field, "it is printable, and of at most 2048 bytes")
		}
		told, o := a.Examiner.Calls.Registration(ctx, p, c.APIKey)
		switch {
		case o == upstream.Misconfigured:
			return upstream.Secret{}, wrong(field, "the provider refuses it")
		case o != upstream.Match, !kept(told.ClientID), !kept(told.Secret):
			return upstream.Secret{}, wrong(field, "the provider told no client: "+o.String())
		}
		u.ClientID = told.ClientID
		return upstream.Secret{Text: told.Secret, APIKey: c.APIKey}, nil
	case "private_jwk":
		s, err := upstream.OfKey(c.PrivateJWK)
		if err != nil || p.Method == grant.ApplicationJWT && s.Keys[0].Alg != rs256 {
			err = wrong(field, "it is a private JSON Web Key, EC P-256 or RSA of at least 2048 "+
				"bits; of an application it is for RS256")
		}
		return s, err
	}
	alg := es256
	if p.Method == grant.ApplicationJWT {
		alg = rs256
	}
	s, keys, err := upstream.NewKey(alg, a.Now())
	u.Keys = keys
	return s, err
}

// kept tells whether a text can be kept of a client: printable, and of at most 2048 bytes.
func kept(text string) bool { return printable(text) && len(text) <= maxStatusURL }

// armed is an upstream with what we authenticate with there, which is never shown.
type armed struct {
	Name     string `json:"name"`
	Secret   string `json:"secret"`
	ClientID string `json:"client_id,omitempty"`
	// JWK is the public half of the newest key, PublicKey the same in PEM where that is wanted.
	JWK       json.RawMessage `json:"jwk,omitempty"`
	PublicKey string          `json:"public_key,omitempty"`
	// KeySet is where it is published, of those that are, and From when it signs.
	KeySet string `json:"jwks_uri,omitempty"`
	From   string `json:"signs_from,omitempty"`
}

// arm writes an upstream's record and then its secret. The record decides between those who change
// one upstream at once: the secret is that of who wrote the record last. Who changes another's
// secret meanwhile is let by.
func (a Admin) arm(ctx context.Context, u upstream.Upstream, s upstream.Secret) (any, error) {
	if err := a.Upstreams.Put(ctx, u); err != nil {
		return nil, err
	}
	if err := a.store(ctx, u, s); err != nil {
		return nil, err
	}
	shown := armed{Name: u.Name, Secret: u.Secret, ClientID: u.ClientID}
	if len(s.Keys) == 0 {
		return shown, nil
	}
	shown.JWK = s.Keys[0].JWK()
	if s.Keys[0].Alg == rs256 {
		pem, err := s.Keys[0].PublicPEM()
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err)
		}
		shown.PublicKey = string(pem)
	}
	if len(u.Keys) > 0 {
		shown.KeySet = a.Issuer + "/oauth2/jwks"
		shown.From = u.Keys[0].From.Format(time.RFC3339)
	}
	return shown, nil
}

// attempts is how often a secret is written that others are written beside.
const attempts = 5

// store puts the secret of an upstream, whose record has just been written, beside the others, as
// often as one of these is put meanwhile. It fails with a fault.Changed when the record has been
// written again: that is looked at after the text is opened, so who wrote it later stores later.
func (a Admin) store(ctx context.Context, u upstream.Upstream, s upstream.Secret) error {
	err := error(nil)
	for range attempts {
		text, replace, errOpen := a.UpstreamSecrets.Open(ctx)
		if errOpen != nil {
			return errOpen
		}
		stands, errKnown := upstreamRef{u.Name}.known(ctx, a)
		switch {
		case errKnown != nil:
			return errKnown
		case stands.Revision != u.Revision+1:
			return fault.New(fault.Changed)
		}
		text, err = upstream.WithSecret(text, u.Secret, s)
		switch {
		case errors.Is(err, upstream.ErrFull):
			return wrong("name", "the secrets of upstreams would be longer than 64 KB together")
		case err != nil:
			return fault.Wrap(fault.Internal, err)
		}
		if err = replace(ctx, text); !fault.Is(err, fault.Changed) {
			return err
		}
	}
	return err
}

// held returns the secret of an upstream as it stands, an empty one where there is none.
func (a Admin) held(ctx context.Context, u upstream.Upstream) (upstream.Secret, error) {
	text, _, err := a.UpstreamSecrets.Open(ctx)
	if err != nil {
		return upstream.Secret{}, err
	}
	set, err := upstream.ParseSecrets(text)
	if err != nil {
		return upstream.Secret{}, fault.Wrap(fault.Internal, err)
	}
	return set[u.Secret], nil
}

type rotateUpstreamKey struct {
	upstreamRef
	Now bool `json:"now" help:"whether the new key signs at once, or the one that waits already; the provider has to have it by then (optional)"`
}

func (c *rotateUpstreamKey) do(ctx context.Context, a Admin) (any, error) {
	u, err := c.known(ctx, a)
	if err != nil {
		return nil, err
	}
	if p, _ := u.Peer(); p.Method == grant.ApplicationJWT {
		return nil, wrong("name", "its provider knows one key: set-upstream-secret makes another "+
			"one, which has to be registered there at the same time")
	}
	if _, err := a.secretName(ctx, u, "private_jwk"); err != nil {
		return nil, err
	}
	s, err := a.held(ctx, u)
	if err != nil {
		return nil, err
	}
	next, s, err := upstream.Rotate(u, s, a.Now(), c.Now)
	switch {
	case errors.Is(err, upstream.ErrPending):
		return nil, wrong("now", "its next key signs from "+u.Keys[0].From.Format(time.RFC3339)+
			" on: wait until then, or ask for it now")
	case errors.Is(err, upstream.ErrNoKey):
		return nil, wrong("name", "it has no key: set-upstream-secret makes one")
	case fault.Is(err, fault.Changed):
		return nil, err
	case err != nil:
		return nil, fault.Wrap(fault.Internal, err)
	}
	return a.arm(ctx, next, s)
}

type testUpstream struct{ upstreamRef }

// tested is what an upstream was found to be.
type tested struct {
	Name string `json:"name"`
	// Callback is what the provider has to register as redirect_uri, to the letter.
	Callback string             `json:"redirect_uri"`
	Ready    bool               `json:"ready"`
	Checks   []upstream.Finding `json:"checks"`
}

// testWithin is how long all checks may take together: less than the function has.
const testWithin = 7 * time.Second

func (c *testUpstream) do(ctx context.Context, a Admin) (any, error) {
	u, err := c.known(ctx, a)
	if err != nil {
		return nil, err
	}
	s, err := a.held(ctx, u)
	if err != nil {
		return nil, err
	}
	p, _ := u.Peer() // it was put
	ctx, cancel := context.WithTimeout(ctx, testWithin)
	defer cancel()
	t := tested{Name: u.Name, Callback: a.Issuer + "/oauth2/callback/" + u.Name, Ready: true}
	t.Checks = a.Examiner.Examine(ctx, p, s, t.Callback)
	for _, f := range t.Checks {
		t.Ready = t.Ready && f.State != upstream.Wrong
	}
	return t, nil
}
