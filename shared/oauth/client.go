package oauth

import (
	"context"
	"errors"
	"net/url"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/token"
)

// assertionType is the client_assertion_type of RFC 7523 §2.2.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// ClientAuth authenticates the clients of the endpoints that their servers call.
type ClientAuth struct {
	// Signatures checks what clients sign.
	Signatures
	// Clients are those registered.
	Clients grant.ClientStore
	// Peppers are those of the clients' secrets.
	Peppers keyring.MAC
}

// proof is what a request shows as its client's credentials.
type proof struct {
	method grant.Method
	client string
	secret string
}

// authenticate returns the client that made the request. It fails with a fault.InvalidClient, for
// an unknown client as for a wrong secret, and with a fault.InvalidRequest when two ways of
// authentication are used at once (RFC 6749 §2.3).
func (a ClientAuth) authenticate(ctx context.Context, q Request) (grant.Client, error) {
	shown, err := q.proof()
	if err != nil {
		return grant.Client{}, err
	}
	if id := q.Form.Get(clientParameter); id != "" && id != shown.client {
		return grant.Client{}, fault.New(fault.InvalidClient)
	}
	client, err := a.find(ctx, shown.client)
	if err != nil {
		return grant.Client{}, err
	}
	if client.Method != shown.method {
		return grant.Client{}, fault.New(fault.InvalidClient)
	}
	return client, a.prove(ctx, client, shown, q.Path)
}

// find returns a registered client, or a fault.InvalidClient.
func (a ClientAuth) find(ctx context.Context, id string) (grant.Client, error) {
	client, err := grant.Enabled(ctx, a.Clients, id)
	if errors.Is(err, grant.ErrNotFound) {
		return grant.Client{}, fault.New(fault.InvalidClient)
	}
	return client, err
}

// proof returns the one way in which the request authenticates its client.
func (q Request) proof() (proof, error) {
	var found []proof
	signed := q.Form.Get("client_assertion_type") == assertionType
	if assertion := q.Form.Get("client_assertion"); signed && assertion != "" {
		found = append(
			found, proof{grant.PrivateKeyJWT, token.AssertionClient(assertion), assertion},
		)
	}
	if q.Credentials.basic {
		found = append(found, proof{grant.SecretBasic, q.Credentials.client, q.Credentials.secret})
	}
	if secret := q.Form.Get("client_secret"); secret != "" {
		found = append(found, proof{grant.SecretPost, q.Form.Get(clientParameter), secret})
	}
	if raw := q.Credentials.bearer; raw != "" {
		found = append(found, proof{grant.ApplicationJWT, token.ApplicationID(raw), raw})
	}
	switch len(found) {
	case 0:
		return proof{}, fault.New(fault.InvalidClient)
	case 1:
		return found[0], nil
	default:
		return proof{}, fault.New(fault.InvalidRequest)
	}
}

// authenticates tells whether the request authenticates its client in a way of its own, beside an
// assertion that is a grant.
func (q Request) authenticates() bool {
	return q.Credentials.given || q.Form.Has("client_assertion") || q.Form.Has("client_secret")
}

// prove checks what the client showed, by the one method that it is registered for.
func (a ClientAuth) prove(
	ctx context.Context, client grant.Client, shown proof, path string,
) error {
	switch shown.method {
	case grant.SecretBasic, grant.SecretPost:
		if !client.HasSecret(a.Peppers, shown.secret) {
			return fault.New(fault.InvalidClient)
		}
		return nil
	default:
		return a.proveSigned(ctx, client, shown, path)
	}
}

func (a ClientAuth) proveSigned(
	ctx context.Context, client grant.Client, shown proof, path string,
) error {
	keys, err := token.ParseJWKS(client.JWKS)
	if err != nil {
		return err
	}
	var once token.Once
	if shown.method == grant.ApplicationJWT {
		if once, err = token.Application(shown.secret, keys, client.ID, a.Now()); err != nil {
			err = fault.Wrap(fault.InvalidClient, err)
		}
	} else {
		once, err = token.ClientAssertion(shown.secret, keys, client.ID, a.audiences(path), a.Now())
	}
	if err != nil {
		return err
	}
	return a.once(ctx, once, fault.InvalidClient)
}

// named returns the client that a request names as its own, for those that authenticate nobody but
// by what they redeem.
func (a ClientAuth) named(ctx context.Context, form url.Values, id string) (grant.Client, error) {
	if given := form.Get(clientParameter); given != "" && given != id { // RFC 7521 §4.1
		return grant.Client{}, fault.New(fault.InvalidClient)
	}
	return a.find(ctx, id)
}
