package boot

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/secrets"
	"lineproof/shared/template"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// clientsKept is how long a client is not read again, and so how long a change to it may take to
// count.
const clientsKept = time.Minute

// Env gives a function what it is wired to, each method exactly one thing, and notes that it was
// asked for.
type Env struct {
	plan   *plan
	pinned pinned
}

// plan is what all wirings of a process share.
type plan struct {
	needs
	getenv    func(string) string
	now       func() time.Time
	followed  map[reading]*secrets.Value[*parsed]
	arns      map[secrets.Name]string
	open      Opener             // nil in a function without secrets
	source    secrets.Source     // nil until a secret is asked for
	published secrets.Source     // nil until public keys are asked for
	database  dynamo.TransactAPI // nil until a table is asked for
	clients   *grant.CachedClients
	accounts  *account.Cached
	templates *template.Cached
	upstreams *upstream.Cached
	abroad    upstream.Doer // nil until an upstream may be called
	issuers   *upstream.Issuers

	upstreamSecrets *secrets.Value[upstream.SecretSet]
	// one read that the function may make; nil when it may make none
	warm func(context.Context) error
}

// assemble builds once, to learn what is needed.
func assemble[T any](getenv func(string) string, build func(*Env) T) *wired[T] {
	p := &plan{
		needs:    needs{known: map[string]Need{}, problems: map[string]error{}},
		getenv:   getenv,
		now:      time.Now,
		followed: map[reading]*secrets.Value[*parsed]{},
		arns:     map[secrets.Name]string{},
	}
	build(&Env{plan: p})
	p.sealed = true
	return &wired[T]{plan: p, build: build}
}

// setting reads a variable that is no resource's name.
func setting[T any](e *Env, variable string, parse func(string) (T, error)) T {
	return read(e, Need{Variable: variable}, parse)
}

func read[T any](e *Env, need Need, parse func(string) (T, error)) T {
	value, err := parse(e.plan.getenv(need.Variable))
	e.plan.record(need, err)
	return value
}

// Named gives what a variable that names a resource holds, and notes the IAM actions on the
// resource. It serves packages that wire what only some functions link.
func Named[T any](e *Env, variable string, parse func(string) (T, error), actions ...string) T {
	return read(e, resource(variable, actions...), parse)
}

// Setting gives what a variable that is no resource's name holds.
func Setting[T any](e *Env, variable string, parse func(string) (T, error)) T {
	return setting(e, variable, parse)
}

// AWS gives the configuration of an AWS client, whose endpoint is the URL in that variable where it
// holds one.
func (e *Env) AWS(endpointVariable string) aws.Config { return e.plan.aws(endpointVariable) }

// Now tells the time.
func (e *Env) Now() time.Time { return e.plan.now() }

// Wall tells the time that everybody has, which here is the same.
func (e *Env) Wall() time.Time { return e.Now() }

// Random gives the system's randomness.
func (e *Env) Random() io.Reader { return rand.Reader }

// Issuer gives our issuer identifier.
func (e *Env) Issuer() string { return setting(e, issuerVariable, parseIssuer) }

// Operators gives the issuers of operator tokens.
func (e *Env) Operators() token.Operators { return setting(e, operatorsVariable, parseOperators) }

// Covered tells whether silent verification knows lines of a country.
func (e *Env) Covered() func(country string) bool {
	return setting(e, coverageVariable, network.ParseCoverage).Has
}

// Network gives the resolvers of connections, in the configured order, with what each of them
// needs.
func (e *Env) Network() network.Chain {
	var chain network.Chain
	for _, name := range setting(e, resolversVariable, parseResolvers) {
		switch name {
		case byHeader:
			known := e.gateways()
			chain = append(chain, network.Header{
				Keys: e.gatewayKeys(), Prefixes: known.signing,
				Certificates: known.certificates, Now: e.Now,
			})
		case bySession:
			chain = append(chain, network.Sessions{Directory: e.Directory(), Now: e.Now})
		}
	}
	return chain
}

// warmUp makes the one read, so that the first request finds the connection open. Its answer does
// not matter. A function that fetches public keys has made it by that.
func (p *plan) warmUp(ctx context.Context, log *slog.Logger) {
	if p.warm == nil || p.published != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, warmTimeout)
	defer cancel()
	if err := p.warm(ctx); err != nil {
		log.Debug("store not warmed", "error", err.Error())
	}
}
