package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/token"
)

// Applications tells which application a call of the Verify API (v2) comes from.
type Applications struct {
	// Clients are those registered, applications among them.
	Clients grant.ClientStore
	// Replays remembers the JWTs that were used.
	Replays grant.ReplayStore
	// Now tells the time.
	Now func() time.Time
}

// Signed is a request that an application signed.
type Signed struct {
	// Application is who signed it.
	Application grant.Client
	// Name is 32 bytes that this very request alone has, however often it comes.
	Name string
	// Repeated tells that it came before, and was perhaps carried out.
	Repeated bool
}

// Authenticate returns the request and the application that signed raw, the JWT of a Bearer header,
// as Vonage's SDKs sign it (see token.Application). The request is its method, path and body: a JWT
// is good for one, which may come again within grant.RepeatFor as long as nothing in it has
// changed. It fails with a fault.ExpiredCredentials when nothing but the JWT's time is wrong, and
// else with a fault.InvalidCredentials, for a client that is no application as for an unknown one.
func (a Applications) Authenticate(
	ctx context.Context, raw string, request []byte,
) (Signed, error) {
	application, err := grant.Enabled(ctx, a.Clients, token.ApplicationID(raw))
	switch {
	case errors.Is(err, grant.ErrNotFound):
		return Signed{}, fault.Wrap(fault.InvalidCredentials, err)
	case err != nil:
		return Signed{}, err
	case !application.IsApplication():
		return Signed{}, fault.New(fault.InvalidCredentials)
	}
	keys, err := token.ParseJWKS(application.JWKS)
	if err != nil {
		return Signed{}, err
	}
	now := a.Now()
	once, err := token.Application(raw, keys, application.ID, now)
	if err != nil {
		return Signed{}, err
	}
	name := nameOf(raw, request)
	err = a.Replays.Once(ctx, once.Key, name, now, once.Expires)
	switch {
	case errors.Is(err, grant.ErrReplayed):
		return Signed{}, fault.Wrap(fault.InvalidCredentials, err)
	case err != nil && !errors.Is(err, grant.ErrRepeated):
		return Signed{}, err
	}
	return Signed{application, name, err != nil}, nil
}

// nameOf names a request with its JWT: SHA-256 of both, the length of the first before them.
func nameOf(raw string, request []byte) string {
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(raw)))) // token.Application bounds it
	h.Write([]byte(raw))
	h.Write(request)
	return string(h.Sum(nil))
}
