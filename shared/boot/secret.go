package boot

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"lineproof/shared/keyring"
	"lineproof/shared/network"
	"lineproof/shared/secrets"
	"lineproof/shared/token"
)

// secretKept is how long a secret is not fetched again, and so how long a rotation may take to
// arrive everywhere.
const secretKept = 5 * time.Minute

// getSecret is the IAM action that fetches a secret.
const getSecret = "secretsmanager:GetSecretValue"

// parsed is a version of a secret as it was read; each version has its own address.
type parsed struct{ value any }

// reading is a secret read as a type: admin reads the same one as the peppers of clients' secrets
// and of accounts'.
type reading struct {
	name secrets.Name
	as   reflect.Type
}

// pinned is the versions that a wiring was made with.
type pinned map[reading]*parsed

// follow gives a secret as it stands, or the zero value in the wiring that only learns what is
// needed.
func follow[T any](e *Env, name secrets.Name, parse func([]byte) (T, error)) T {
	return followIn(e, e.plan.secret(name), name, parse)
}

// followIn does the same with what stands elsewhere than the secrets.
func followIn[T any](
	e *Env, source secrets.Source, name secrets.Name, parse func([]byte) (T, error),
) T {
	r := reading{name, reflect.TypeFor[T]()}
	e.plan.follow(source, r, func(text []byte) (*parsed, error) {
		value, err := parse(text)
		return &parsed{value}, err
	})
	var none T
	version, ok := e.pinned[r]
	if !ok {
		return none
	}
	value, _ := version.value.(T) // the reading has the type
	return value
}

// follow has what stands in a source under that name fetched from now on.
func (p *plan) follow(source secrets.Source, r reading, parse func([]byte) (*parsed, error)) {
	if p.sealed || p.followed[r] != nil {
		return
	}
	p.followed[r] = secrets.Follow(source, r.name, parse, secretKept, p.now)
}

// variableOf gives the environment variable that holds a secret's ARN.
func variableOf(name secrets.Name) string {
	return strings.ToUpper(strings.ReplaceAll(string(name), "-", "_")) + "_SECRET"
}

// Opener opens what keeps the secrets of a deployment, each under its ARN.
type Opener func(cfg aws.Config, arns map[secrets.Name]string) secrets.Source

// With has secrets fetched from what open opens. A main whose function has secrets says so, for the
// client that fetches them costs each start that links it.
func (e *Env) With(open Opener) *Env {
	if !e.plan.sealed {
		e.plan.open = open
	}
	return e
}

var errNoOpener = errors.New("a secret, and nothing to fetch it from")

// secret notes that a secret is fetched, and gives where from.
func (p *plan) secret(name secrets.Name) secrets.Source {
	if p.sealed {
		return p.source
	}
	variable := variableOf(name)
	arn, err := parseARN(p.getenv(variable))
	p.record(resource(variable, getSecret), err)
	p.arns[name] = arn
	switch {
	case p.open == nil:
		p.problem(variable, errNoOpener)
	case p.source == nil:
		p.source = p.open(p.aws(secretsEndpoint), p.arns)
	}
	return p.source
}

// fetch gives the secrets as they stand, those that have served their time anew and all of these at
// once.
func (p *plan) fetch(ctx context.Context) (pinned, error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	var failed error
	now := pinned{}
	get := func(r reading, secret *secrets.Value[*parsed]) {
		version, err := secret.Get(ctx)
		mu.Lock()
		defer mu.Unlock()
		now[r], failed = version, errors.Join(failed, err)
	}
	for r, secret := range p.followed {
		if len(p.followed) == 1 { // on this stack: it has grown then for the first request, too
			get(r, secret)
			break
		}
		all.Go(func() { get(r, secret) })
	}
	all.Wait()
	return now, failed
}

// wired is what a function was wired to be, and is wired anew when a secret has changed.
type wired[T any] struct {
	*plan
	build func(*Env) T

	mu    sync.Mutex
	held  pinned // nil before the first wiring
	value T
}

// current gives the function as the secrets of this moment make it. It fails when a secret was
// never to be had.
func (w *wired[T]) current(ctx context.Context) (T, error) {
	now, err := w.fetch(ctx)
	if err != nil {
		var none T
		return none, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held == nil || !maps.Equal(w.held, now) {
		w.value, w.held = w.build(&Env{w.plan, now}), now
	}
	return w.value, nil
}

var errNoKeys = errors.New("no keys yet")

// keyed gives a parser that takes no set without keys: a new stack has one until its first rotation
// has made them, and then the secret is fetched again at the next request, not when its time is
// over.
func keyed(parse func([]byte) (token.Ring, error)) func([]byte) (token.Ring, error) {
	return func(text []byte) (token.Ring, error) {
		ring, err := parse(text)
		if err == nil && len(ring) == 0 {
			err = errNoKeys
		}
		return ring, err
	}
}

// Verifier gives what verifies our tokens: public keys, and no private one.
func (e *Env) Verifier() token.Issuer {
	return token.Issuer{
		Name: e.Issuer(),
		Ring: followIn(e, e.published(), secrets.Verification, keyed(token.ParseJWKS)),
	}
}

// Signer gives what signs our tokens.
func (e *Env) Signer() token.Issuer {
	return token.Issuer{
		Name: e.Issuer(),
		Ring: follow(e, secrets.Signing, keyed(token.ParsePrivateJWKS)),
	}
}

// PairwiseSalt returns the salt of pairwise subjects.
func (e *Env) PairwiseSalt() []byte { return follow(e, secrets.PairwiseSalt, parseFixed) }

// ClientPeppers returns the peppers of clients' secrets.
func (e *Env) ClientPeppers() keyring.MAC {
	return keyring.MAC(follow(e, secrets.Peppers, secrets.Parse))
}

// RefreshKeys returns the keys that authenticate refresh tokens.
func (e *Env) RefreshKeys() keyring.MAC {
	return keyring.MAC(follow(e, secrets.Refresh, secrets.Parse))
}

// CloudFrontSecret returns the secret by which CloudFront proves itself.
func (e *Env) CloudFrontSecret() network.Keys {
	return follow(e, secrets.CloudFrontSecret, func(text []byte) (network.Keys, error) {
		return network.Keys{keyring.NewSecret(string(secrets.CloudFrontSecret), text)}, nil
	})
}

// gatewayKeys returns the keys that operators' gateways sign with.
func (e *Env) gatewayKeys() network.Keys { return follow(e, secrets.Gateway, secrets.Parse) }

// parseFixed reads the one key of a secret that never rotates.
func parseFixed(text []byte) ([]byte, error) {
	ring, err := secrets.Parse(text)
	if err != nil {
		return nil, err
	}
	return ring.Active().Reveal(), nil
}
