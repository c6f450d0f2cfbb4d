package boot

import (
	"time"

	"lineproof/shared/api/authserver"
	"lineproof/shared/dynamo"
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

// UpstreamSecrets is what we authenticate with at upstreams.
func (e *Env) UpstreamSecrets() upstream.Secrets {
	return follow(e, secrets.Upstreams, upstream.ParseSecrets)
}

// UpstreamCaller calls upstreams, at public addresses alone. Connections to them are kept.
func (e *Env) UpstreamCaller() upstream.Caller {
	if e.plan.abroad == nil {
		e.plan.abroad = outbound.NewClient(outbound.Options{})
	}
	return upstream.Caller{
		Guard: upstream.Guard{
			Breakers: e.breakers(get, update), Tell: authserver.Tell(e.Log()), Now: e.Now,
		},
		Client: e.plan.abroad, Random: e.Random(),
	}
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
