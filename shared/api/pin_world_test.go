package api_test

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/local/assembly"
	"lineproof/shared/account"
	"lineproof/shared/api/authserver"
	"lineproof/shared/fault"
	"lineproof/shared/memory"
	"lineproof/shared/network"
	"lineproof/shared/numbering"
	"lineproof/shared/phone"
	"lineproof/shared/queue"
	"lineproof/shared/sms"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// The accounts of every pinWorld. The secret of each is "s3cret-" and its key.
const (
	standardKey account.Key = 0xabcd0001 + iota
	strangerKey
	noCreditKey
	barredKey
	demoKey
	strictKey
	unlimitedKey
	signedKey // and the next four: one for each method
)

// methods are the ways to sign; the account at signedKey+i signs by the ith.
var methods = []account.Method{account.MD5Hash, account.HMACMD5, account.HMACSHA1, account.HMACSHA256, account.HMACSHA512}

const (
	signatureSecret = "s1gnature"
	demoNumber      = "447700900999"
	budget          = 100_000_000
)

func secretOf(k account.Key) string { return "s3cret-" + k.String() }

// pinWorld is PIN verification over memory stores, with a clock that stands still, randomness that
// repeats, and all that it logs, queues and sends at hand.
type pinWorld struct {
	t      testing.TB
	issuer string
	mu     sync.Mutex
	now    time.Time
	bodies []string    // of all messages queued
	away   atomic.Bool // the verifications' store
	lost   atomic.Bool // what it answers to a beginning
	closed atomic.Bool // the accounts'
	mute   atomic.Bool // the outbox
	watch  *watch      // of clients and replays
	signed atomic.Int64

	templates     *memory.Templates
	templateReads atomic.Int64

	uncovered  bool // silent verification knows no country
	accounts   *memory.Accounts
	clients    *memory.Clients
	outbox     *memory.Outbox
	inbox      *sms.Inbox
	sessions   *memory.Sessions
	upstreams  *memory.Upstreams
	breakers   *memory.Breakers
	directory  upstream.Directory // where they are looked up
	grants     *memory.Grants
	held       heldSecrets
	client     upstream.Doer // carries calls to upstreams
	told       *told
	dispatcher verification.Dispatcher
	log        *safeBuffer
	logger     *slog.Logger
	handler    http.Handler
	master     verification.Key
	pepper     account.Pepper
}

func newPINWorld(t testing.TB) *pinWorld {
	t.Helper()
	return newPINWorldLogging(t, slog.LevelDebug)
}

// newPINWorldLogging gives a world that logs from that level on.
func newPINWorldLogging(t testing.TB, from slog.Level) *pinWorld {
	t.Helper()
	w := &pinWorld{
		t: t, issuer: issuer, now: noon, accounts: memory.NewAccounts(), clients: memory.NewClients(), log: &safeBuffer{},
		watch: &watch{}, sessions: memory.NewSessions(), told: &told{}, templates: memory.NewTemplates(),
		upstreams: memory.NewUpstreams(), breakers: memory.NewBreakers(), held: heldSecrets{}, grants: memory.NewGrants(),
	}
	w.outbox, w.inbox, w.directory = memory.NewOutbox(w.Now), sms.NewInbox(w.Now), w.upstreams
	var err error
	if w.master, err = verification.NewKey(7, bytes.Repeat([]byte{7}, 32)); err != nil {
		t.Fatal(err)
	}
	if w.pepper, err = account.NewPepper(8, bytes.Repeat([]byte{8}, 32)); err != nil {
		t.Fatal(err)
	}
	w.open(w.pepper)
	w.registerOTP()
	w.registerApplications()
	w.mount(slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: from})))
	return w
}

// open registers the accounts.
func (w *pinWorld) open(pepper account.Pepper) {
	countries := append(numbering.Countries(), verification.SandboxCountry)
	for k := standardKey; k < signedKey+account.Key(len(methods)); k++ {
		a := account.Account{Key: k, Secrets: []account.Hash{pepper.HashSecret(secretOf(k))}, Terms: account.StandardTerms(countries...)}
		a.Terms.Brand = "Acme"
		switch {
		case k == standardKey:
			a.Terms.Templates, a.Terms.Codeless = true, true
		case k == barredKey:
			a.Barred = true
		case k == demoKey:
			a.Demo, a.DemoNumbers = true, []account.Hash{pepper.HashNumber(demoNumber)}
		case k == strictKey:
			a.Terms = account.StrictTerms(countries...)
			a.Terms.Brand = "Acme"
		case k == unlimitedKey: // without a brand
			a.Terms = account.UnlimitedTerms(countries...)
		case k >= signedKey:
			a.Method = methods[k-signedKey]
			a.Signature, _ = pepper.SealSignature(k.String(), signatureSecret, w.randomness())
		}
		_ = w.accounts.PutAccount(context.Background(), a) // memory never fails
		if k != noCreditKey {
			_ = w.accounts.TopUp(context.Background(), k, budget, "first")
		}
	}
}

func (w *pinWorld) randomness() *repeatable { return &repeatable{source: rand.NewChaCha8([32]byte{2})} }

// mount mounts the operations as the local server does, with an empty store.
func (w *pinWorld) mount(log *slog.Logger) {
	w.logger = log
	ports := w.ports(log)
	w.dispatcher = assembly.Dispatcher(ports, idleMachine{})
	served := assembly.PIN(ports)
	maps.Copy(served, assembly.OTP(ports))
	maps.Copy(served, w.verify2(ports))
	maps.Copy(served, w.mxLabs(ports))
	served[wire.Callback] = authserver.Callback(ports)
	w.handler = identified(web.Router(log, served))
}

// ports is what they are wired to. Of silent verification there are the sessions alone.
func (w *pinWorld) ports(log *slog.Logger) assembly.Ports {
	var p assembly.Ports
	p.Settings.Now, p.Settings.Random, p.Settings.Log = w.Now, w.randomness(), log
	p.Outbox, p.Sender = recordedOutbox{w.outbox, w}, sms.Sandbox{Inbox: w.inbox, Next: w.inbox}
	p.Settings.Callbacks = w.told
	p.Settings.Network = network.Chain{network.Sessions{Directory: w.sessions, Now: w.Now}}
	p.Stores.Replays = watchedReplays{w.watch, memory.NewReplays()}
	p.Stores.Accounts = awayAccounts{w.accounts, &w.closed}
	p.Stores.PINs = awayPins{memory.NewVerifications(w.accounts), &w.away, &w.lost}
	p.Stores.Fallbacks, p.Stores.Upstreams = memory.NewFallbacks(), w.directory
	p.Stores.Breakers = w.breakers
	p.Stores.Grants = watchedGrants{w.watch, w.grants}
	p.Settings.UpstreamSecrets, p.Settings.UpstreamClient = w.held, w.client
	p.Stores.Templates = awayTemplates{w.templates, &w.away, &w.templateReads}
	p.Stores.Clients, p.Settings.Issuer = watchedClients{w.watch, w.clients}, w.issuer
	p.Keys.Signing = token.Ring{keys()["ours"]}
	p.Keys.PINs, p.AccountPeppers = verification.Ring{w.master}, account.Ring{w.pepper}
	return p
}

// Now tells the world's time.
func (w *pinWorld) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *pinWorld) move(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// advance moves the clock and delivers what falls due on the way.
func (w *pinWorld) advance(d time.Duration) {
	w.outbox.Advance(context.Background(), d, w.move, w.dispatcher.Deliver)
}

// do makes a call within the process.
func (w *pinWorld) do(c call) answer {
	w.t.Helper()
	r := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
	r.Header = c.header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	rw := httptest.NewRecorder()
	w.handler.ServeHTTP(rw, r)
	return answer{rw.Code, rw.Result().Header, rw.Body.String()}
}

// credentials are those of an account, as parameters.
func credentials(k account.Key) url.Values {
	return form("api_key", k.String(), "api_secret", secretOf(k))
}

// verifying makes a call of an operation below /verify, with the standard account's credentials.
func verifying(path string, pairs ...string) call {
	return plain("/verify/"+path, merged(credentials(standardKey), pairs...).Encode())
}

// good are the parameters of a request that succeeds.
var good = []string{"number", "447700900123", "brand", "Acme"}

// begun begins a verification, has its first message sent and gives its request_id.
func (w *pinWorld) begun(pairs ...string) string {
	w.t.Helper()
	a := w.do(verifying("json", append(append([]string{}, good...), pairs...)...))
	if a.member("status") != "0" {
		w.t.Fatalf("request answered %s", a.body)
	}
	w.advance(time.Second)
	return a.member("request_id")
}

// sentPIN gives the PIN last sent for a verification.
func (w *pinWorld) sentPIN(id string) string {
	w.t.Helper()
	all := w.inbox.Messages(id, phone.Number{})
	if len(all) == 0 {
		w.t.Fatal("no message was sent")
	}
	return all[len(all)-1].PIN.Reveal()
}

// wrongPIN gives a code that is not the PIN last sent.
func (w *pinWorld) wrongPIN(id string) string {
	right := w.sentPIN(id)
	return right[:len(right)-1] + string('0'+(right[len(right)-1]-'0'+1)%10)
}

func (w *pinWorld) check(id, code string) answer {
	w.t.Helper()
	return w.do(verifying("check/json", "request_id", id, "code", code))
}

// recordedOutbox keeps the bodies of messages, as they stand in a queue.
type recordedOutbox struct {
	*memory.Outbox
	w *pinWorld
}

func (o recordedOutbox) Put(ctx context.Context, m verification.Job, delay time.Duration) error {
	if o.w.mute.Load() {
		return errAway()
	}
	o.w.mu.Lock()
	o.w.bodies = append(o.w.bodies, queue.Encode(m))
	o.w.mu.Unlock()
	return o.Outbox.Put(ctx, m, delay)
}

// errAway is what a store fails with that does not answer.
func errAway() error { return fault.New(fault.Unavailable) }

type awayAccounts struct {
	account.Accounts
	away *atomic.Bool
}

func (a awayAccounts) Account(ctx context.Context, k account.Key) (account.Account, error) {
	if a.away.Load() {
		return account.Account{}, errAway()
	}
	return a.Accounts.Account(ctx, k)
}
