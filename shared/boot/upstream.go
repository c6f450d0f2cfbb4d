package boot

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"lineproof/shared/api/authserver"
	"lineproof/shared/dynamo"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/oauth"
	"lineproof/shared/outbound"
	"lineproof/shared/secrets"
	"lineproof/shared/upstream"
)

// The variables that name the tables of upstreams, and of how they fare.
const (
	upstreamsTable = "UPSTREAMS_TABLE"
	breakersTable  = "BREAKERS_TABLE"
)

// upstreamsKept is how long the upstreams are not read again, and so how long it may take until a
// change to one counts.
const upstreamsKept = time.Minute

// Upstreams looks up the upstreams, all of them kept for a minute.
func (e *Env) Upstreams() upstream.Directory {
	table := e.table(upstreamsTable, scan)
	if e.plan.upstreams == nil {
		store := dynamo.NewUpstreams(dynamo.NewClient(e.plan.aws(databaseEndpoint)), table)
		e.plan.upstreams = upstream.NewCached(store, upstreamsKept, e.Now)
	}
	return e.plan.upstreams
}

// UpstreamRegistry keeps the upstreams, read where all writes have arrived.
func (e *Env) UpstreamRegistry() upstream.Registry {
	return dynamo.NewUpstreams(
		dynamo.NewClient(e.plan.aws(databaseEndpoint)), e.table(upstreamsTable, put, scan),
	)
}

// UpstreamSecrets is what we authenticate with at upstreams. It is fetched when one is asked, which
// most requests do of none.
func (e *Env) UpstreamSecrets() upstream.Secrets {
	source := e.plan.secret(secrets.Upstreams)
	if e.plan.upstreamSecrets == nil {
		e.plan.upstreamSecrets = secrets.Follow(
			source, secrets.Upstreams, upstream.ParseSecrets, secretKept, e.Now,
		)
	}
	return upstreamSecrets{e.plan.upstreamSecrets}
}

// upstreamSecrets is an upstream.Secrets.
type upstreamSecrets struct {
	held *secrets.Value[upstream.SecretSet]
}

// Secret returns that of a name.
func (s upstreamSecrets) Secret(ctx context.Context, name string) (upstream.Secret, error) {
	set, err := s.held.Get(ctx)
	if err != nil {
		return upstream.Secret{}, err
	}
	return set.Secret(ctx, name)
}

// OpenUpstreamVault returns the vault in what open opens.
func OpenUpstreamVault[V replacer](
	e *Env, open func(aws.Config, map[secrets.Name]string) V,
) UpstreamVault {
	e.stored(secrets.Upstreams, describeSecret, getSecret, putSecret)
	return UpstreamVault{open(e.plan.aws(secretsEndpoint), e.plan.arns)}
}

// replacer keeps secrets in versions, of which one can be replaced.
type replacer interface {
	// Versions, Version and Replace are those of a manager.Store.
	Versions(ctx context.Context, name secrets.Name) (secrets.Versions, error)
	Version(ctx context.Context, name secrets.Name, version string) ([]byte, error)
	Replace(ctx context.Context, name secrets.Name, value []byte, v secrets.Versions) error
}

// UpstreamVault keeps what we authenticate with at upstreams, for the function that writes it.
type UpstreamVault struct{ kept replacer }

// Open returns the current text, and what replaces it.
func (s UpstreamVault) Open(
	ctx context.Context,
) ([]byte, func(context.Context, []byte) error, error) {
	versions, err := s.kept.Versions(ctx, secrets.Upstreams)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Unavailable, err)
	}
	text, err := s.kept.Version(ctx, secrets.Upstreams, versions.Current)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Unavailable, err)
	}
	return text, func(ctx context.Context, text []byte) error {
		err := s.kept.Replace(ctx, secrets.Upstreams, text, versions)
		switch {
		case errors.Is(err, secrets.ErrChanged):
			return fault.Wrap(fault.Changed, err)
		case err != nil:
			return fault.Wrap(fault.Unavailable, err)
		}
		return nil
	}, nil
}

// UpstreamExaminer tries upstreams.
func (e *Env) UpstreamExaminer() upstream.Examiner {
	return upstream.Examiner{
		Calls: e.calls(),
		Reach: func(ctx context.Context, address string) error {
			return outbound.Reach(ctx, outbound.Options{}, address)
		},
	}
}

// UpstreamCaller calls upstreams, at public addresses alone. Connections to them are kept.
func (e *Env) UpstreamCaller() upstream.Caller {
	return upstream.Caller{
		Calls: e.calls(), Breakers: e.breakers(get, update), Tell: authserver.Tell(e.Log()),
	}
}

func (e *Env) calls() upstream.Calls {
	return upstream.Calls{Client: e.abroad(), Now: e.Now, Random: e.Random()}
}

func (e *Env) abroad() upstream.Doer {
	if e.plan.abroad == nil {
		e.plan.abroad = outbound.NewClient(outbound.Options{})
	}
	return e.plan.abroad
}

// UpstreamIssuers checks upstreams' id_tokens, and keeps the keys for that from one wiring to the
// next.
func (e *Env) UpstreamIssuers() *upstream.Issuers {
	if e.plan.issuers == nil {
		e.plan.issuers = upstream.NewIssuers(e.abroad(), e.Now)
	}
	return e.plan.issuers
}

// UpstreamGate tells whether upstreams are asked.
func (e *Env) UpstreamGate() upstream.Gate {
	return upstream.Gate{
		Store: e.breakers(query, update), Tell: authserver.Tell(e.Log()), Now: e.Now,
	}
}

func (e *Env) breakers(actions ...string) *dynamo.Breakers {
	return dynamo.NewBreakers(e.database(), e.table(breakersTable, actions...), e.Random())
}

// SilentGrants keeps the grants of devices in silent steps that were sent to upstreams.
func (e *Env) SilentGrants() oauth.SilentGrants { return e.grants(put, update) }

// LegStore keeps the grants of subscribers who were sent to upstreams.
func (e *Env) LegStore() grant.LegStore { return e.grants(update) }
