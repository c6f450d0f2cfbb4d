package api_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/local/assembly"
	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/memory"
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/token"
	"lineproof/shared/web"
)

const (
	issuer   = "https://api.example"
	operator = "https://operator.example"

	// subscriber holds the line in every test, and stranger does not.
	subscriber = "+34123456789"
	stranger   = "+34123456780"

	purpose     = "dpv:FraudPreventionAndDetection"
	scopeVerify = "number-verification:verify"
	scopeShare  = "number-verification:device-phone-number:read"
)

// noon is when every world begins.
var noon = time.Date(2026, 4, 1, 12, 30, 5, 0, time.UTC)

// world is the whole product over memory stores, with a clock that stands still, randomness that
// repeats, and everything logged and counted.
type world struct {
	t              testing.TB
	mu             sync.Mutex
	now            time.Time
	jti            int
	watch          *watch
	clients        *memory.Clients
	grants         *memory.Grants
	sessions       *memory.Sessions
	replays        *memory.Replays
	upstreams      *memory.Upstreams
	breakers       *memory.Breakers
	operators      token.Operators
	secrets        heldSecrets
	network        *world           // that is asked as upstream
	asked          int              // how often
	hostile        http.HandlerFunc // answers in its place
	silentUpstream bool             // never answers
	peppers        keyring.MAC
	random         io.Reader
	log            *safeBuffer
	handler        http.Handler
}

// safeBuffer is a buffer that many may write.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// repeatable is randomness that is the same in every run.
type repeatable struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (r *repeatable) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Read(p)
}

// keys are generated once per run: ours, an operator's, the clients', and one that nobody trusts.
var keys = sync.OnceValue(func() map[string]token.Key {
	made := map[string]token.Key{}
	for name, alg := range map[string]string{
		"ours": token.ES256, "ours-rsa": token.RS256, "operator": token.ES256, "stranger": token.ES256, "client": token.ES256, "client-rsa": token.RS256,
	} {
		key, err := token.Generate(alg)
		if err != nil {
			panic(err)
		}
		made[name] = key
	}
	return made
})

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{
		t: t, now: noon, log: &safeBuffer{}, watch: &watch{},
		clients: memory.NewClients(), grants: memory.NewGrants(), sessions: memory.NewSessions(),
		replays: memory.NewReplays(), upstreams: memory.NewUpstreams(), secrets: heldSecrets{},
		breakers: memory.NewBreakers(),
		operators: token.Operators{operator: {
			Keys: token.Ring{keys()["operator"]}, Prefixes: phone.Prefixes{"34", "990"},
		}},
		random: &repeatable{source: rand.NewChaCha8([32]byte{1})},
	}
	pepper, err := keyring.GenerateSecret(w.random)
	if err != nil {
		t.Fatal(err)
	}
	w.peppers = keyring.MAC{pepper}
	w.register()
	w.handler = w.mount(slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	return w
}

// mount mounts the operations as the local server does.
func (w *world) mount(log *slog.Logger) http.Handler {
	return web.Router(log, assembly.Silent(w.ports()))
}

// ports is what they are wired to: stores that are watched. The network is the sessions alone.
func (w *world) ports() assembly.Ports {
	directory := watchedSessions{w.watch, w.sessions}
	return assembly.Ports{
		Settings: assembly.Settings{
			Issuer: issuer, Now: w.Now, Random: w.random,
			Operators:       w.operators,
			Network:         network.Chain{network.Sessions{Directory: directory, Now: w.Now}},
			UpstreamSecrets: w.secrets, UpstreamClient: w,
		},
		Stores: assembly.Stores{
			Clients: watchedClients{w.watch, w.clients}, Replays: watchedReplays{w.watch, w.replays},
			Grants: watchedGrants{w.watch, w.grants}, Sessions: directory, Upstreams: w.upstreams,
			Breakers: watchedBreakers{w.watch, w.breakers},
		},
		Keys: assembly.Keys{
			Signing:       token.Ring{keys()["ours"], keys()["ours-rsa"]},
			ClientPeppers: w.peppers, RefreshKeys: w.peppers,
			PairwiseSalt: []byte("salt"),
		},
	}
}

// Now tells the world's time.
func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func msisdn(t testing.TB, text string) phone.Number {
	t.Helper()
	n, err := phone.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// attach gives an address to the subscriber, for an hour.
func (w *world) attach(address string) {
	w.t.Helper()
	w.attachNumber(address, subscriber)
}

// attachNumber gives an address to who has the number.
func (w *world) attachNumber(address, held string) {
	w.t.Helper()
	attach(w.t, w.sessions, address, held, w.Now())
}

// attach records an hour's session of who has the number at an address.
func attach(t testing.TB, sessions *memory.Sessions, address, held string, now time.Time) {
	t.Helper()
	at := netip.MustParseAddr(address)
	session := network.Session{
		Prefix: netip.PrefixFrom(at, at.BitLen()), LastPort: 65535, Number: msisdn(t, held),
		Start: now.Add(-time.Minute), End: now.Add(time.Hour),
	}
	if err := sessions.PutSession(context.Background(), session); err != nil {
		t.Fatal(err)
	}
}

// watch notes every call of a store, and makes those fail that it is told to.
type watch struct {
	mu    sync.Mutex
	calls []string
	err   error  // what calls fail with, if any
	only  string // the beginning of the calls that fail; empty for all
}

func (w *watch) note(call string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, call)
	if w.err != nil && strings.HasPrefix(call, w.only) {
		return w.err
	}
	return nil
}

// fail makes the calls fail that begin with only.
func (w *watch) fail(err error, only string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err, w.only = err, only
}

// reads are the calls that write nothing.
var reads = []string{"clients.Client", "grants.Grant", "sessions.Session", "breakers.Breaker", "breakers.Breakers"}

// take gives the writes and the reads since it was last asked.
func (w *watch) take() (written, read []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, call := range w.calls {
		if slices.Contains(reads, call) {
			read = append(read, call)
		} else {
			written = append(written, call)
		}
	}
	w.calls = nil
	return written, read
}

type watchedClients struct {
	*watch
	clients grant.ClientStore
}

func (s watchedClients) Client(ctx context.Context, id string) (grant.Client, error) {
	if err := s.note("clients.Client"); err != nil {
		return grant.Client{}, err
	}
	return s.clients.Client(ctx, id)
}

type watchedReplays struct {
	*watch
	replays grant.ReplayStore
}

func (s watchedReplays) Once(ctx context.Context, key, by string, now, expires time.Time) error {
	if err := s.note("replays.Once"); err != nil {
		return err
	}
	return s.replays.Once(ctx, key, by, now, expires)
}

type watchedSessions struct {
	*watch
	directory network.Directory
}

func (s watchedSessions) Session(ctx context.Context, at netip.AddrPort, now time.Time) (network.Session, error) {
	if err := s.note("sessions.Session"); err != nil {
		return network.Session{}, err
	}
	return s.directory.Session(ctx, at, now)
}

type watchedGrants struct {
	*watch
	grants *memory.Grants
}

func (s watchedGrants) Put(ctx context.Context, g grant.Grant) error {
	if err := s.note("grants.Put"); err != nil {
		return err
	}
	return s.grants.Put(ctx, g)
}

func (s watchedGrants) Redeem(ctx context.Context, r grant.Redemption) (grant.Grant, error) {
	if err := s.note("grants.Redeem"); err != nil {
		return grant.Grant{}, err
	}
	return s.grants.Redeem(ctx, r)
}

func (s watchedGrants) Land(ctx context.Context, l grant.Landing) (grant.Grant, error) {
	if err := s.note("grants.Land"); err != nil {
		return grant.Grant{}, err
	}
	return s.grants.Land(ctx, l)
}

func (s watchedGrants) Authorize(ctx context.Context, a grant.Authorization) (grant.Grant, error) {
	if err := s.note("grants.Authorize"); err != nil {
		return grant.Grant{}, err
	}
	return s.grants.Authorize(ctx, a)
}

func (s watchedGrants) Poll(ctx context.Context, p grant.Poll) (grant.Grant, error) {
	if err := s.note("grants.Poll"); err != nil {
		return grant.Grant{}, err
	}
	return s.grants.Poll(ctx, p)
}

func (s watchedGrants) Rotate(ctx context.Context, id, client string, generation int, now time.Time) (grant.Grant, error) {
	if err := s.note("grants.Rotate"); err != nil {
		return grant.Grant{}, err
	}
	return s.grants.Rotate(ctx, id, client, generation, now)
}

func (s watchedGrants) Revoke(ctx context.Context, id string) error {
	if err := s.note("grants.Revoke"); err != nil {
		return err
	}
	return s.grants.Revoke(ctx, id)
}

func (s watchedGrants) Use(ctx context.Context, id string, now time.Time) (grant.Grant, error) {
	if err := s.note("grants.Use"); err != nil {
		return grant.Grant{}, err
	}
	return s.grants.Use(ctx, id, now)
}

func (s watchedGrants) Grant(ctx context.Context, id string) (grant.Grant, error) {
	if err := s.note("grants.Grant"); err != nil {
		return grant.Grant{}, err
	}
	return s.grants.Grant(ctx, id)
}
