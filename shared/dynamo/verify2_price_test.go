package dynamo_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/golang-jwt/jwt/v5"

	"lineproof/local/assembly"
	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/grant"
	"lineproof/shared/memory"
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/sms"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
	"lineproof/shared/web"
	"lineproof/shared/webhook"
)

// applicationKey signs for the application of every service.
var applicationKey = sync.OnceValue(func() token.Key {
	key, err := token.Generate(token.RS256)
	if err != nil {
		panic(err)
	}
	return key
})

// signingKey signs the tokens of every service.
var signingKey = sync.OnceValue(func() token.Key {
	key, err := token.Generate(token.ES256)
	if err != nil {
		panic(err)
	}
	return key
})

// service is both versions of the Verify API, and silent verification, over tables whose requests
// are counted. What functions keep of clients and accounts is kept.
type service struct {
	tb         testing.TB
	counter    *capacity
	handler    http.Handler
	outbox     *memory.Outbox
	inbox      *sms.Inbox
	dispatcher verification.Dispatcher
	now        time.Time
	numbers    uint64
}

// callbacks is a queue that forgets.
type callbacks struct{}

func (callbacks) Put(context.Context, webhook.Job, time.Duration) error { return nil }

const (
	payer       account.Key = 0xabcd0001
	payerSecret             = "s3cret"
	caller                  = "5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4b5a"
)

// servedNames names the tables of a service.
func servedNames() dynamo.Tables {
	names, pins := named(), pinNamed()
	names.Accounts, names.Ledgers, names.Pins = pins.Accounts, pins.Ledgers, pins.Pins
	return names
}

// newService returns a service over a client of the named tables.
func newService(tb testing.TB, client *dynamodb.Client, names dynamo.Tables) *service {
	tb.Helper()
	s := &service{tb: tb, counter: newCapacity(client), now: pinNow, numbers: 447700000000}
	clock := func() time.Time { return s.now }
	s.outbox, s.inbox = memory.NewOutbox(clock), sms.NewInbox(clock)
	pepper, err := account.NewPepper(1, bytes.Repeat([]byte{1}, 32))
	if err != nil {
		tb.Fatal(err)
	}
	key, err := verification.NewKey(1, bytes.Repeat([]byte{2}, 32))
	if err != nil {
		tb.Fatal(err)
	}
	accounts := dynamo.NewAccounts(s.counter, names.Accounts, names.Ledgers)
	clients := dynamo.NewClients(s.counter, names.Clients)
	sessions := dynamo.NewSessions(s.counter, names.Sessions, network.MaxSession)
	s.register(pepper, accounts, clients)
	p := assembly.Ports{
		Settings: assembly.Settings{
			Issuer: "https://verify.example", Now: clock, Random: rand.Reader,
			Log: slog.New(slog.DiscardHandler), Outbox: s.outbox, Callbacks: callbacks{},
			Sender:          sms.Sandbox{Inbox: s.inbox, Next: s.inbox},
			Network:         network.Chain{network.Sessions{Directory: sessions, Now: clock}},
			UpstreamSecrets: ownSecrets{}, UpstreamClient: willing{},
		},
		Stores: assembly.Stores{
			Clients:  grant.NewCachedClients(clients, time.Hour, clock),
			Accounts: account.NewCached(accounts, time.Hour, clock),
			Replays:  dynamo.NewReplays(s.counter, names.Replays, rand.Reader), Sessions: sessions,
			PINs:      dynamo.NewVerifications(s.counter, names.Pins, names.Ledgers, rand.Reader),
			Grants:    dynamo.NewGrants(s.counter, names.Grants, rand.Reader),
			Upstreams: upstream.NewCached(pricedUpstreams{}, time.Hour, clock),
			Breakers:  dynamo.NewBreakers(s.counter, names.Breakers, rand.Reader),
		},
		Keys: assembly.Keys{
			PINs: verification.Ring{key}, AccountPeppers: account.Ring{pepper},
			Signing: token.Ring{signingKey(), applicationKey()}, PairwiseSalt: []byte("salt"),
		},
	}
	served := assembly.PIN(p)
	maps.Copy(served, assembly.Verify2(p))
	maps.Copy(served, assembly.Silent(p))
	s.handler, s.dispatcher = web.Router(p.Log(), served), assembly.Dispatcher(p, nil)
	return s
}

// register registers the account and its application.
func (s *service) register(
	pepper account.Pepper, accounts *dynamo.Accounts, clients *dynamo.Clients,
) {
	ctx := s.tb.Context()
	terms := account.StandardTerms("GB", verification.SandboxCountry)
	terms.PerSecond, terms.PerDay, terms.PerNetwork = 10_000, 1_000_000, 1_000_000
	signature, err := pepper.SealSignature(payer.String(), payerSecret, rand.Reader)
	if err != nil {
		s.tb.Fatal(err)
	}
	for _, err := range []error{
		accounts.PutAccount(ctx, account.Account{
			Key: payer, Secrets: []account.Hash{pepper.HashSecret(payerSecret)}, Terms: terms,
			Signature: signature, Method: account.HMACSHA256,
		}),
		accounts.TopUp(ctx, payer, 1_000_000_000, "first"),
		clients.Put(ctx, grant.Client{
			ID: caller, Method: grant.ApplicationJWT, Account: payer.String(),
			JWKS: token.Ring{applicationKey()}.JWKS(), StatusURL: "https://client.example/status",
		}),
		clients.Put(ctx, grant.Client{
			ID: verifier, Method: grant.PrivateKeyJWT, JWKS: token.Ring{applicationKey()}.JWKS(),
			RedirectURIs: []string{verifierBack}, Scopes: []string{"openid", fraud, verifyScope},
			Types: []grant.Type{grant.AuthorizationCode, grant.CIBA, grant.JWTBearer}, Policy: grant.StandardPolicy,
		}),
	} {
		if err != nil {
			s.tb.Fatal(err)
		}
	}
}

// do makes a call and returns its request_id. It fails the test at another status.
func (s *service) do(r *http.Request, status int) string {
	s.tb.Helper()
	answer := httptest.NewRecorder()
	s.handler.ServeHTTP(answer, r)
	var told struct {
		ID     string `json:"request_id"`
		Status string `json:"status"`
	}
	_ = json.Unmarshal(answer.Body.Bytes(), &told) // some have no body
	if answer.Code != status || strings.HasPrefix(r.URL.Path, "/verify/") && told.Status != "0" {
		s.tb.Fatalf("%s %s is answered %d %s", r.Method, r.URL.Path, answer.Code, answer.Body)
	}
	return told.ID
}

// byBasic and byJWT have the account and its application make a call.
func byBasic(r *http.Request) *http.Request {
	r.SetBasicAuth(payer.String(), payerSecret)
	return r
}

func (s *service) byJWT(r *http.Request) *http.Request {
	claims := jwt.MapClaims{"application_id": caller, "iat": s.now.Unix(), "jti": rand.Text()}
	raw, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).
		SignedString(applicationKey().Private())
	if err != nil {
		s.tb.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+raw)
	return r
}

// another returns a number that had no verification.
func (s *service) another() string { s.numbers++; return fmt.Sprint(s.numbers) }

// rehearsal returns such a test number, whose device has its line: no session is looked up for it.
func (s *service) rehearsal() string {
	s.numbers++
	return fmt.Sprintf("990%07d0001", s.numbers%1e7)
}

// request1 is a request of version 1, signed or with the secret.
func (s *service) request1(signed bool) *http.Request {
	form := url.Values{
		"api_key": {payer.String()}, "number": {s.another()}, "brand": {"Acme Incorporated"},
	}
	if signed {
		form.Set("timestamp", strconv.FormatInt(s.now.Unix(), 10))
		mac := hmac.New(sha256.New, []byte(payerSecret))
		for _, name := range slices.Sorted(maps.Keys(form)) {
			_, _ = mac.Write([]byte("&" + name + "=" + form.Get(name)))
		}
		form.Set("sig", hex.EncodeToString(mac.Sum(nil)))
	} else {
		form.Set("api_secret", payerSecret)
	}
	r := httptest.NewRequest(http.MethodPost, "/verify/json", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// request2 is one of version 2 for a number by these channels.
func request2(number string, channels ...string) *http.Request {
	steps := []string{}
	for _, channel := range channels {
		steps = append(steps, fmt.Sprintf(`{"channel":%q,"to":%q}`, channel, number))
	}
	return httptest.NewRequest(http.MethodPost, "/v2/verify", strings.NewReader(
		`{"brand":"Acme Incorporated","workflow":[`+strings.Join(steps, ",")+`]}`))
}

func v2call(method, path, body string) *http.Request {
	return httptest.NewRequest(method, "/v2/verify/"+path, strings.NewReader(body))
}

// begun begins a verification of a number by these channels and has what is due sent.
func (s *service) begun(number string, channels ...string) string {
	s.tb.Helper()
	id := s.do(byBasic(request2(number, channels...)), http.StatusAccepted)
	s.deliver()
	return id
}

// deliver has what is due sent.
func (s *service) deliver() {
	move := func(d time.Duration) { s.now = s.now.Add(d) }
	s.outbox.Advance(s.tb.Context(), time.Second, move, s.dispatcher.Deliver)
}

// sent returns the code that was sent last.
func (s *service) sent(id string) string {
	own, _ := verification.ParseRequestID(id)
	all := s.inbox.Messages(own, phone.Number{})
	if len(all) == 0 {
		s.tb.Fatal("no message was sent")
	}
	return all[len(all)-1].PIN.Reveal()
}

// servedPrice is a call of the service and what it takes of the store. What it needs happens
// before.
type servedPrice struct {
	name    string
	prepare func() *http.Request
	status  int
	want    int // requests of the store
}

// servedPrices lists the calls. A JWT costs one write, as a signature of version 1 does; else a
// request costs what one of version 1 does.
func (s *service) servedPrices() []servedPrice {
	device := func() string { return s.begun(s.rehearsal(), "silent_auth", "sms") }
	visit := func(id string) *http.Request {
		return v2call(http.MethodGet, id+"/silent-auth/redirect", "")
	}
	all := []servedPrice{
		{"v1 request/secret", func() *http.Request { return s.request1(false) }, 200, 4},
		{"v1 request/signature", func() *http.Request { return s.request1(true) }, 200, 5},
		{"v1 check/secret", func() *http.Request {
			id := s.do(s.request1(false), http.StatusOK)
			s.deliver()
			return httptest.NewRequest(http.MethodPost, "/verify/check/json?"+url.Values{
				"api_key": {payer.String()}, "api_secret": {payerSecret}, "request_id": {id},
				"code": {s.sent(id)},
			}.Encode(), nil)
		}, 200, 1},
		{"device/first", func() *http.Request { return visit(device()) }, 200, 2},
		{"device/again", func() *http.Request {
			id := device()
			s.do(visit(id), http.StatusOK)
			return visit(id)
		}, 200, 1},
		// With the four of the look-up of a session, but for who comes back.
		{"device/to an upstream", func() *http.Request {
			return visit(s.begun(s.another(), "silent_auth", "sms"))
		}, 302, 7},
		{"device/back from one", func() *http.Request {
			return s.back(visit(s.begun(s.another(), "silent_auth", "sms")))
		}, 200, 4},
		{"device/begins at one", func() *http.Request {
			return visit(s.begun(s.elsewhere(), "silent_auth", "sms"))
		}, 302, 9},
		{"device/begun at one", func() *http.Request {
			id := s.begun(s.elsewhere(), "silent_auth", "sms")
			s.do(visit(id), http.StatusFound)
			return visit(id)
		}, 302, 5},
	}
	for name, by := range map[string]func(*http.Request) *http.Request{
		"Basic": byBasic, "JWT": s.byJWT,
	} {
		more := 0
		if name == "JWT" {
			more = 1
		}
		add := func(of string, status, requests int, prepare func() *http.Request) {
			all = append(all, servedPrice{of + "/" + name, func() *http.Request { return by(prepare()) },
				status, requests + more})
		}
		add("request by SMS", 202, 4, func() *http.Request { return request2(s.another(), "sms") })
		add("request silently", 202, 4, func() *http.Request {
			return request2(s.another(), "silent_auth", "sms")
		})
		add("check", 200, 1, func() *http.Request {
			id := s.begun(s.another(), "sms")
			return v2call(http.MethodPost, id, fmt.Sprintf(`{"code":%q}`, s.sent(id)))
		})
		add("check at an upstream", 200, 4, func() *http.Request {
			id := s.begun(s.elsewhere(), "silent_auth", "sms")
			s.do(visit(id), http.StatusFound)
			return v2call(http.MethodPost, id, `{"code":"theirs"}`)
		})
		add("check, wrong", 400, 1, func() *http.Request {
			return v2call(http.MethodPost, s.begun(s.another(), "sms"), `{"code":"x"}`)
		})
		add("next", 200, 1, func() *http.Request {
			return v2call(http.MethodPost, s.begun(s.another(), "sms", "voice")+"/next_workflow", "")
		})
		add("cancel", 204, 1, func() *http.Request {
			return v2call(http.MethodDelete, s.begun(s.another(), "sms"), "")
		})
	}
	slices.SortStableFunc(all, func(a, b servedPrice) int { return strings.Compare(a.name, b.name) })
	return all
}

// TestServedPrices holds every call of the Verify API (v2) to its requests of the store.
func TestServedPrices(t *testing.T) {
	t.Parallel()
	names := servedNames()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		s := newService(t, client, names)
		s.warm()
		for _, p := range s.servedPrices() {
			r := p.prepare()
			s.counter.reset()
			s.do(r, p.status)
			if got := s.counter.usage(); got.Requests != p.want {
				t.Errorf("%s takes %+v, want %d requests", p.name, got, p.want)
			}
		}
	})
}

// warm has what functions keep, and the meters of the hour, be there.
func (s *service) warm() {
	s.do(s.byJWT(request2(s.another(), "sms")), http.StatusAccepted)
}

// BenchmarkVerify2Store prints what each call takes of the store: requests and capacity units.
func BenchmarkVerify2Store(b *testing.B) {
	names := created(b, servedNames())
	s := newService(b, local(b, http.DefaultTransport), names)
	s.warm()
	for _, p := range s.servedPrices() {
		b.Run(p.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				r := p.prepare()
				s.counter.reset()
				b.StartTimer()
				s.do(r, p.status)
			}
			usage := s.counter.usage()
			b.ReportMetric(float64(usage.Requests), "requests/op")
			b.ReportMetric(usage.Read, "RCU/op")
			b.ReportMetric(usage.Write, "WCU/op")
		})
	}
}
