// Package server assembles the whole product in one process: every operation that Lambda serves,
// from the same constructors, over embedded stores, with generated keys, sandbox clients and the
// /local/ routes for people and test suites. The local command and the tests run this same
// assembly.
package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"

	"lineproof/local/assembly"
	"lineproof/shared/account"
	"lineproof/shared/admin"
	"lineproof/shared/fallback"
	"lineproof/shared/keyring"
	"lineproof/shared/memory"
	"lineproof/shared/network"
	"lineproof/shared/outbound"
	"lineproof/shared/phone"
	"lineproof/shared/secrets"
	"lineproof/shared/sms"
	"lineproof/shared/token"
	"lineproof/shared/verification"
	"lineproof/shared/web"
	"lineproof/shared/webhook"
)

// Config is what a local server is made of.
type Config struct {
	// Issuer is the base URL under which it is reached, without a slash at its end.
	Issuer string
	// Stores is what it keeps, as [InMemory] has it.
	Stores Stores
	// StatusURL is where verifications of the sandbox's applications are reported to; empty for
	// this server itself.
	StatusURL string
	// Remote serves the local routes also to other machines, as to those of a container's network.
	Remote bool
	// Log takes a line per request.
	Log *slog.Logger
	// Now is the clock that the server's own is ahead of; nil for real time.
	Now func() time.Time
}

// callbacksPath is where this server takes the reports of its own sandbox.
const callbacksPath = "/local/callbacks"

// Server is the assembled product, an http.Handler.
type Server struct {
	issuer     string
	remote     bool
	clock      *Clock
	stores     Stores
	outbox     *memory.Outbox
	inbox      *sms.Inbox
	dispatcher verification.Dispatcher
	sent       *callbackLog
	messenger  webhook.Deliverer
	admin      admin.Admin
	sandbox    sandbox
	router     http.Handler
	local      http.Handler
	steps      *steps

	upstreamSecrets *memory.UpstreamSecrets
}

// New assembles a server. It fails when the store is away.
func New(ctx context.Context, c Config) (*Server, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	clock := &Clock{other: c.Now}
	es, rs := promised(token.ES256), promised(token.RS256)
	keys, err := newKeys(rand.Reader)
	if err != nil {
		return nil, err
	}
	s := &Server{
		issuer: c.Issuer, remote: c.Remote, clock: clock, stores: c.Stores,
		outbox: memory.NewOutbox(clock.Now), inbox: sms.NewInbox(clock.Now),
		sent: &callbackLog{own: c.Issuer + callbacksPath, now: clock.Now},

		upstreamSecrets: memory.NewUpstreamSecrets(),
	}
	statusURL := cmp.Or(c.StatusURL, c.Issuer+callbacksPath)
	if s.sandbox, err = newSandbox(ctx, c.Issuer, statusURL, c.Stores, keys); err != nil {
		return nil, err
	}
	if keys.signing, err = ringOf(es, rs); err != nil {
		return nil, err
	}
	ports := s.ports(keys, c.Log)
	s.messenger = s.newMessenger(ports)
	s.mount(ports)
	if s.local, err = s.localRoutes(c.Log); err != nil {
		return nil, err
	}
	s.admin = s.newAdmin(keys, ports, c.Log)
	go s.outbox.Serve(ctx, s.dispatcher.Deliver)
	return s, nil
}

// keys are the generated keys of one run.
type keys struct {
	signing        token.Ring
	clientPeppers  keyring.MAC
	accountPeppers account.Ring
	refresh        keyring.MAC
	gateway        network.Keys
	pairwiseSalt   []byte
	pins           verification.Ring
	fallbacks      fallback.Ring
	names          fallback.Names
}

// newKeys makes all but those that sign.
func newKeys(random io.Reader) (keys, error) {
	var peppers, refresh, gateway, salt, pins, fallbacks, idempotency secrets.Ring
	var err error
	for _, ring := range []*secrets.Ring{
		&peppers, &refresh, &gateway, &salt, &pins, &fallbacks, &idempotency,
	} {
		made, errRing := secrets.Generate(random)
		*ring, err = made, errors.Join(err, errRing)
	}
	if err != nil {
		return keys{}, err
	}
	k := keys{
		clientPeppers: keyring.MAC(peppers), refresh: keyring.MAC(refresh), gateway: gateway,
		pairwiseSalt: salt.Active().Reveal(),
	}
	var errPINs, errPeppers, errFallbacks, errNames error
	k.pins, errPINs = secrets.Derive(pins, verification.NewKey)
	k.accountPeppers, errPeppers = secrets.Derive(peppers, account.NewPepper)
	k.fallbacks, errFallbacks = secrets.Derive(fallbacks, fallback.NewKey)
	k.names, errNames = fallback.NewNames(idempotency.Active().Reveal())
	return k, errors.Join(errPINs, errPeppers, errFallbacks, errNames)
}

// mount mounts every operation, and what runs the steps of fallbacks and sends messages.
func (s *Server) mount(p assembly.Ports) {
	s.steps = newSteps(p)
	s.dispatcher = assembly.Dispatcher(p, s.steps)
	served := assembly.Silent(p)
	maps.Copy(served, assembly.PIN(p))
	maps.Copy(served, assembly.OTP(p))
	maps.Copy(served, assembly.Verify2(p))
	maps.Copy(served, assembly.MXLabs(p))
	maps.Copy(served, assembly.Fallback(p, s.steps))
	s.router = web.Router(p.Log(), served)
}

// ports is what they are wired to.
func (s *Server) ports(k keys, log *slog.Logger) assembly.Ports {
	return assembly.Ports{
		Settings: assembly.Settings{
			Issuer: s.issuer, Operators: s.sandbox.operators, Network: s.chain(k),
			Now: s.clock.Now, Wall: s.clock.other, Random: rand.Reader, Log: log,
			Outbox: s.outbox, Sender: sms.Sandbox{Inbox: s.inbox, Next: s.inbox},
			Callbacks: s.callbacks(), UpstreamSecrets: s.upstreamSecrets,
			UpstreamClient: outbound.NewClient(here),
		},
		Stores: assembly.Stores{
			Clients: s.stores.Clients, Replays: s.stores.Replays, Grants: s.stores.Grants,
			Sessions: s.stores.Sessions, Accounts: s.stores.Accounts, PINs: s.stores.PINs,
			Fallbacks: s.stores.Fallbacks, Templates: s.stores.Templates,
			Upstreams: s.stores.Upstreams, Breakers: s.stores.Breakers,
		},
		Keys: assembly.Keys{
			Signing: k.signing, ClientPeppers: k.clientPeppers, RefreshKeys: k.refresh,
			PairwiseSalt: k.pairwiseSalt, AccountPeppers: k.accountPeppers, PINs: k.pins,
			Fallbacks: k.fallbacks, Names: k.names,
		},
	}
}

// chain resolves connections as a deployment does.
func (s *Server) chain(k keys) network.Chain {
	return network.Chain{
		network.Header{Keys: k.gateway, Prefixes: phone.Every, Now: s.clock.Now},
		network.Sessions{Directory: s.stores.Sessions, Now: s.clock.Now},
	}
}

// ServeHTTP serves the local routes and those of the product.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/local/") {
		s.local.ServeHTTP(w, r)
		return
	}
	s.router.ServeHTTP(w, r.WithContext(web.Identified(r.Context(), newName())))
}

// newName draws a UUID for a request.
func newName() string {
	id, _ := verification.NewUUID(rand.Reader) // which never fails
	return id
}
