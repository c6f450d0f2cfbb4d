package dynamo_test

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/dynamo"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/upstream"
)

// typical gives a grant as wide as real ones are: what its item weighs decides what a write costs.
func typical(state grant.State) grant.Grant {
	return grant.Grant{
		ID: rand.Text(), Client: "3f1c2a58-0c0e-4a3c-9d0f-7c1c5b1e9a11", State: state, Type: grant.AuthorizationCode,
		Scope:  "openid dpv:FraudPreventionAndDetection number-verification:verify number-verification:device-phone-number:read",
		Number: number, AMR: grant.NetworkBased, Policy: grant.StandardPolicy, Secret: make([]byte, 32),
		RedirectURI: "https://login.example.com/oauth2/number-verification/callback?tenant=0123456789abcdef",
		Challenge:   "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", Nonce: rand.Text(), AuthTime: now, Expires: now.Add(time.Minute),
	}
}

// priced is a call on a store and what it may cost.
type priced struct {
	name string
	call func() error
	want usage
	err  error
}

// charged returns what the call takes of the service, which charges the least, one unit, for a
// query that finds nothing. DynamoDB Local charges nothing.
func (p priced) charged() usage {
	if strings.HasPrefix(p.name, "Session ") {
		return usage{Requests: p.want.Requests, Read: float64(p.want.Requests)}
	}
	return p.want
}

// prices gives every call once in an order in which each finds what it needs.
func prices(tb testing.TB, api dynamo.API, names dynamo.Tables) []priced {
	ctx := tb.Context()
	s, replays := dynamo.NewGrants(api, names.Grants, rand.Reader), dynamo.NewReplays(api, names.Replays, rand.Reader)
	clients, sessions := dynamo.NewClients(api, names.Clients), dynamo.NewSessions(api, names.Sessions, network.MaxSession)
	breakers := dynamo.NewBreakers(api, names.Breakers, rand.Reader)
	circuit := upstream.Circuit{Upstream: rand.Text(), Operation: upstream.Verifying}
	day := upstream.Upstream{Name: circuit.Upstream}.Day(now)
	write, read, consistent := usage{Requests: 1, Write: 1}, usage{Requests: 1, Read: 0.5}, usage{Requests: 1, Read: 1}
	code, pending, reusable := typical(grant.Authorized), typical(grant.Pending), typical(grant.Issued)
	redeem := func() error { _, err := s.Redeem(ctx, redemption(code)); return err }
	use := func() error { _, err := s.Use(ctx, code.ID, now); return err }
	poll := func() error { _, err := s.Poll(ctx, grant.Poll{ID: pending.ID, NextPoll: now}); return err }
	rotate := func() error { _, err := s.Rotate(ctx, reusable.ID, reusable.Client, 0, now); return err }
	get := func(id string) func() error { return func() error { _, err := s.Grant(ctx, id); return err } }
	key, client := rand.Text(), grant.Client{ID: rand.Text(), JWKS: make([]byte, 600)}
	once := func() error { return replays.Once(ctx, key, "", now, now.Add(time.Minute)) }
	block := func(address string, first, last uint16) func() error {
		s := session()
		s.Prefix, s.FirstPort, s.LastPort = netip.MustParsePrefix(address), first, last
		return func() error { return sessions.PutSession(ctx, s) }
	}
	prefixed := func(prefix string) func() error {
		s := session()
		s.Prefix = netip.MustParsePrefix(prefix)
		return func() error { return sessions.PutSession(ctx, s) }
	}
	find := func(at string) func() error {
		return func() error { _, err := sessions.Session(ctx, netip.MustParseAddrPort(at), now); return err }
	}
	return []priced{
		{"Put", func() error { return s.Put(ctx, code) }, write, nil},
		{"Put pending", func() error { return s.Put(ctx, pending) }, write, nil},
		{"Put issued", func() error { return s.Put(ctx, reusable) }, write, nil},
		{"Redeem", redeem, write, nil},
		{"Redeem refused", redeem, write, grant.ErrRefused},
		{"Use", use, write, nil},
		{"Use refused", use, write, grant.ErrRefused},
		{"Poll", poll, write, nil},
		{"Rotate", rotate, write, nil},
		{"Grant", get(reusable.ID), read, nil},
		{"Grant not yet issued", get(pending.ID), usage{Requests: 2, Read: 1.5}, nil},
		{"Grant unknown", get(rand.Text()), usage{Requests: 2, Read: 1.5}, grant.ErrNotFound},
		{"Revoke", func() error { return s.Revoke(ctx, reusable.ID) }, write, nil},
		{"Once", once, write, nil},
		{"Once replayed", once, write, grant.ErrReplayed},
		{"Put client", func() error { return clients.Put(ctx, client) }, write, nil},
		{"Client", func() error { _, err := clients.Client(ctx, client.ID); return err }, read, nil},
		{"Breaker nobody wrote", func() error { _, err := breakers.Breaker(ctx, circuit); return err }, read, nil},
		{"PutBreaker", func() error { _, err := breakers.PutBreaker(ctx, circuit, upstream.Breaker{}); return err }, write, nil},
		{"PutBreaker refused", func() error { _, err := breakers.PutBreaker(ctx, circuit, upstream.Breaker{}); return err }, write, fault.New(fault.Changed)},
		{"Breaker", func() error { _, err := breakers.Breaker(ctx, circuit); return err }, read, nil},
		{"Breakers", func() error { _, err := breakers.Breakers(ctx, circuit.Upstream); return err }, read, nil},
		{"Count", func() error { return breakers.Count(ctx, day, 1) }, write, nil},
		{"Count refused", func() error { return breakers.Count(ctx, day, 1) }, write, fault.New(fault.QuotaExceeded)},
		{"PutSession address", func() error { return sessions.PutSession(ctx, session()) }, write, nil},
		{"PutSession block", block("192.0.2.3/32", 1024, 2047), usage{Requests: 2, Write: 2}, nil},
		{"PutSession four buckets", block("192.0.2.4/32", 1500, 4500), usage{Requests: 5, Write: 5}, nil},
		{"PutSession wide", block("192.0.2.5/32", 1024, 20479), usage{Requests: 2, Write: 2}, nil},
		{"Session IPv4", find("192.0.2.1:0"), consistent, nil},
		{"Session IPv4 port", find("192.0.2.1:1500"), usage{Requests: 2, Read: 1}, nil},
		{"Session IPv4 block", find("192.0.2.3:1500"), usage{Requests: 3, Read: 2}, nil},
		{"Session IPv4 four buckets", find("192.0.2.4:1500"), usage{Requests: 4, Read: 3}, nil},
		{"Session IPv4 wide", find("192.0.2.5:1500"), usage{Requests: 3, Read: 2}, nil},
		{"Session IPv4 shared", find("192.0.2.3:0"), usage{Requests: 2, Read: 1}, network.ErrUnresolved},
		{"PutSession /48", prefixed("2001:db8::/48"), write, nil},
		{"PutSession /56", prefixed("2001:db8::/56"), write, nil},
		{"PutSession /64", prefixed("2001:db8::/64"), write, nil},
		{"Session IPv6", find("[2001:db8::1]:0"), usage{Requests: 3, Read: 3}, nil},
		{"Session unknown", find("192.0.2.2:0"), usage{Requests: 1}, network.ErrUnresolved},
	}
}

// TestPrices holds every call to its number of requests and capacity units: the floor of what
// DynamoDB can do it for.
func TestPrices(t *testing.T) {
	t.Parallel()
	names := named()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		counter := newCapacity(client)
		for _, p := range prices(t, counter, names) {
			counter.reset()
			if err := p.call(); !errors.Is(err, p.err) {
				t.Fatalf("%s: gave %v, want %v", p.name, err, p.err)
			}
			want := p.want
			if strings.HasSuffix(t.Name(), "/model") {
				want = p.charged()
			}
			if got := counter.usage(); got != want {
				t.Errorf("%s: took %+v, want %+v", p.name, got, want)
			}
		}
	})
}

// BenchmarkStore prints requests and capacity units of every call beside its time over DynamoDB
// Local.
func BenchmarkStore(b *testing.B) {
	client, names := local(b, http.DefaultTransport), tables(b)
	for i, p := range prices(b, client, names) {
		b.Run(p.name, func(b *testing.B) {
			counter := newCapacity(client)
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				sequence := prices(b, counter, names)
				for _, before := range sequence[:i] {
					_ = before.call()
				}
				counter.reset()
				b.StartTimer()
				if err := sequence[i].call(); !errors.Is(err, p.err) {
					b.Fatal(err)
				}
			}
			usage := counter.usage()
			b.ReportMetric(float64(usage.Requests), "requests/op")
			b.ReportMetric(usage.Read, "RCU/op")
			b.ReportMetric(usage.Write, "WCU/op")
		})
	}
}
