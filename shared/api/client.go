package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/token"
	"lineproof/shared/web"
)

// assertionType is the client_assertion_type of RFC 7523 §2.2.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// ClientAuth authenticates the clients of the endpoints that their servers call.
type ClientAuth struct {
	// Clients are those registered.
	Clients grant.Clients
	// Replays remembers the assertions that were used.
	Replays grant.Replays
	// Secrets is the pepper of the clients' secrets.
	Secrets grant.Sealer
	// Issuer is our issuer identifier.
	Issuer string
	// Now tells the time.
	Now Clock
}

// presented is what a request shows as its client's credentials.
type presented struct {
	method  grant.Method
	client  string
	secret  string
	request string // the path called, one of the audiences that an assertion may have
}

// authenticate gives the client that made the request. It fails with a fault.InvalidClient, for an unknown client as for a wrong
// secret, and with a fault.InvalidRequest when two ways of authentication are used at once (RFC 6749 §2.3).
func (a ClientAuth) authenticate(r *http.Request, form url.Values) (grant.Client, error) {
	shown, err := present(r, form)
	if err != nil {
		return grant.Client{}, err
	}
	if id := form.Get("client_id"); id != "" && id != shown.client {
		return grant.Client{}, fault.New(fault.InvalidClient)
	}
	client, err := a.find(r.Context(), shown.client)
	if err != nil {
		return grant.Client{}, err
	}
	if client.Method != shown.method {
		return grant.Client{}, fault.New(fault.InvalidClient)
	}
	return client, a.prove(r.Context(), client, shown)
}

// find gives a registered client, or a fault.InvalidClient.
func (a ClientAuth) find(ctx context.Context, id string) (grant.Client, error) {
	client, err := grant.Enabled(ctx, a.Clients, id)
	if errors.Is(err, grant.ErrNotFound) {
		return grant.Client{}, fault.New(fault.InvalidClient)
	}
	return client, err
}

// present finds the one way in which the request authenticates its client.
func present(r *http.Request, form url.Values) (presented, error) {
	var found []presented
	if assertion := form.Get("client_assertion"); assertion != "" && form.Get("client_assertion_type") == assertionType {
		found = append(found, presented{grant.PrivateKeyJWT, token.AssertionClient(assertion), assertion, r.URL.Path})
	}
	if id, secret, ok := web.Basic(r); ok {
		found = append(found, presented{grant.SecretBasic, id, secret, r.URL.Path})
	}
	if secret := form.Get("client_secret"); secret != "" {
		found = append(found, presented{grant.SecretPost, form.Get("client_id"), secret, r.URL.Path})
	}
	if raw, err := web.Bearer(r); err == nil {
		found = append(found, presented{grant.ApplicationJWT, token.ApplicationID(raw), raw, r.URL.Path})
	}
	switch len(found) {
	case 0:
		return presented{}, fault.New(fault.InvalidClient)
	case 1:
		return found[0], nil
	default:
		return presented{}, fault.New(fault.InvalidRequest)
	}
}

// prove checks what the client showed, by the one method that it is registered for.
func (a ClientAuth) prove(ctx context.Context, client grant.Client, shown presented) error {
	switch shown.method {
	case grant.SecretBasic, grant.SecretPost:
		if !client.HasSecret(a.Secrets, shown.secret) {
			return fault.New(fault.InvalidClient)
		}
		return nil
	default:
		return a.proveSigned(ctx, client, shown)
	}
}

func (a ClientAuth) proveSigned(ctx context.Context, client grant.Client, shown presented) error {
	keys, err := token.ParseJWKS(client.JWKS)
	if err != nil {
		return err
	}
	var once token.Once
	if shown.method == grant.ApplicationJWT {
		once, err = token.Application(shown.secret, keys, client.ID, a.Now())
	} else {
		once, err = token.ClientAssertion(shown.secret, keys, client.ID, a.audiences(shown.request), a.Now())
	}
	if err != nil {
		return err
	}
	return a.once(ctx, once, fault.InvalidClient)
}

// audiences gives what an assertion may be addressed to: the issuer, the token endpoint or the endpoint called.
func (a ClientAuth) audiences(path string) []string {
	return []string{a.Issuer, a.Issuer + tokenPath, a.Issuer + path}
}

// once records a single-use token, failing with the given kind when it was seen before.
func (a ClientAuth) once(ctx context.Context, once token.Once, replayed fault.Kind) error {
	err := a.Replays.Once(ctx, once.Key, a.Now(), once.Expires)
	if errors.Is(err, grant.ErrReplayed) {
		return fault.Wrap(replayed, err)
	}
	return err
}

// overlay replaces a request's parameters by those of its signed request object, if it has one (RFC 9101 §5): beyond the
// parameters named in repeated, which must stand in both and be equal, only the object's count.
func (a ClientAuth) overlay(ctx context.Context, path string, client grant.Client, form url.Values, repeated ...string) (url.Values, error) {
	raw := form.Get("request")
	if raw == "" {
		return form, nil
	}
	keys, err := token.ParseJWKS(client.JWKS)
	if err != nil {
		return nil, fault.Wrap(fault.InvalidRequestObject, err)
	}
	object, once, err := token.RequestObject(raw, keys, client.ID, a.audiences(path), a.Now())
	if err != nil {
		return nil, err
	}
	for _, name := range repeated {
		if form.Get(name) != object.Get(name) {
			return nil, fault.In(fault.InvalidRequestObject, name)
		}
	}
	return object, a.once(ctx, once, fault.InvalidRequestObject)
}

// scopeText writes a scope as one normal parameter.
func scopeText(parameter string) string { return strings.Join(strings.Fields(parameter), " ") }
