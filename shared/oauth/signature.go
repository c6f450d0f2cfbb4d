package oauth

import (
	"context"
	"errors"
	"net/url"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/token"
)

// Signatures checks what clients sign: assertions and request objects. Each is good once.
type Signatures struct {
	// Issuer is our issuer identifier.
	Issuer string
	// Replays remembers what was used.
	Replays grant.ReplayStore
	// Now tells the time.
	Now func() time.Time
}

// audiences returns what may be addressed to us: the issuer, the token endpoint or the endpoint
// called.
func (s Signatures) audiences(path string) []string {
	return []string{s.Issuer, s.Issuer + TokenPath, s.Issuer + path}
}

// once records a single-use token, failing with the given kind when it was seen before.
func (s Signatures) once(ctx context.Context, once token.Once, replayed fault.Kind) error {
	err := s.Replays.Once(ctx, once.Key, "", s.Now(), once.Expires)
	if errors.Is(err, grant.ErrReplayed) {
		return fault.Wrap(replayed, err)
	}
	return err
}

// overlay replaces a request's parameters by those of its signed request object, if it has one (RFC
// 9101 §5): beyond the parameters named in repeated, which must stand in both and be equal, only
// the object's count.
func (s Signatures) overlay(ctx context.Context, path string, client grant.Client, form url.Values,
	repeated ...string) (url.Values, error) {
	raw := form.Get("request")
	if raw == "" {
		return form, nil
	}
	keys, err := token.ParseJWKS(client.JWKS)
	if err != nil {
		return nil, fault.Wrap(fault.InvalidRequestObject, err)
	}
	object, once, err := token.RequestObject(raw, keys, client.ID, s.audiences(path), s.Now())
	if err != nil {
		return nil, err
	}
	for _, name := range repeated {
		if form.Get(name) != object.Get(name) {
			return nil, fault.In(fault.InvalidRequestObject, name)
		}
	}
	return object, s.once(ctx, once, fault.InvalidRequestObject)
}
