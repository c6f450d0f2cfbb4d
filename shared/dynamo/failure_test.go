package dynamo_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/dynamo"
	"lineproof/shared/dynamo/dynamodel"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/storetest"
)

// TestFirstTryFails holds the stores to all their promises while the first try of every single call
// fails: the client tries again, and what the first try did or did not do must not show. In the
// races, each racer still counts once.
func TestFirstTryFails(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]struct {
		local transport
		model dynamodel.Fault
	}{
		"answer lost": {loseAnswer, dynamodel.LoseAnswer},
		"throttled": {answer(http.StatusBadRequest, "ProvisionedThroughputExceededException"),
			dynamodel.Throttle},
		"broken": {answer(http.StatusInternalServerError, "InternalServerError"), dynamodel.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("local", func(t *testing.T) {
				t.Parallel()
				firstTryFails(t, patient(t, firstFails(fails.local)), tables(t), pinTables(t))
			})
			t.Run("model", func(t *testing.T) {
				t.Parallel()
				names, pins := named(), pinNamed()
				db := dynamodel.New(dynamodel.Options{}, append(names.Schemas(), pins.Schemas()...)...)
				client := dynamo.NewClient(db.Process(firstOf(fails.model)).Config())
				firstTryFails(t, atOnceRetrying(client), names, pins)
			})
		})
	}
}

// firstOf has the fault befall the first try of each call: the tries of one call have one input.
func firstOf(f dynamodel.Fault) func(dynamodel.Call) dynamodel.Fault {
	var seen sync.Map
	return func(c dynamodel.Call) dynamodel.Fault {
		if _, again := seen.LoadOrStore(c.Input, true); again {
			return dynamodel.None
		}
		return f
	}
}

func firstTryFails(t *testing.T, client *dynamodb.Client, names, pins dynamo.Tables) {
	grants, replays := dynamo.NewGrants(client, names.Grants, rand.Reader), dynamo.NewReplays(client, names.Replays, rand.Reader)
	clients, sessions := dynamo.NewClients(client, names.Clients), dynamo.NewSessions(client, names.Sessions, network.MaxSession)
	storetest.Grants(t, func(*testing.T) (storetest.GrantStore, grant.UseStore) { return grants, grants })
	storetest.Replays(t, func(*testing.T) grant.ReplayStore { return replays })
	storetest.Clients(t, func(*testing.T) (storetest.Registry, grant.ClientStore) { return clients, clients })
	storetest.Accounts(t, dynamo.NewAccounts(client, pins.Accounts, pins.Ledgers))
	storetest.Sessions(t, func(*testing.T) (network.Registry, network.Directory) { return sessions, sessions })
}

// TestConflictWithATransaction has a plain write come upon a transaction of the same item: the
// client that functions use tries it again, and when that does not help, the store is away for now.
func TestConflictWithATransaction(t *testing.T) {
	t.Parallel()
	conflict := answer(http.StatusBadRequest, "TransactionConflictException")
	names := tables(t)
	if err := dynamo.NewGrants(local(t, firstFails(conflict)), names.Grants, rand.Reader).Put(t.Context(), authorized()); err != nil {
		t.Errorf("once: %v", err)
	}
	err := dynamo.NewGrants(local(t, conflict), names.Grants, rand.Reader).Put(t.Context(), authorized())
	if err == nil || fault.Of(err) != fault.Unavailable {
		t.Errorf("always: %v", err)
	}
}

// canary is in every value that the calls of this test send, and the digits of its number.
const canary = "canary"

var (
	number, _ = phone.Parse("+34612345678")
	now       = time.Date(2126, 1, 1, 0, 0, 0, 0, time.UTC)
)

func authorized() grant.Grant {
	return grant.Grant{
		ID: canary + rand.Text(), Client: canary, State: grant.Authorized, Secret: []byte(canary), RedirectURI: "https://" + canary,
		Challenge: canary, Number: number, AMR: grant.NetworkBased, Expires: now.Add(time.Hour),
	}
}

func issued() grant.Grant {
	g := authorized()
	g.State = grant.Issued
	return g
}

// redemption gives what redeems g, until two hours from now.
func redemption(g grant.Grant) grant.Redemption {
	return grant.Redemption{
		ID: g.ID, From: g.State, Client: g.Client, Secret: g.Secret, RedirectURI: g.RedirectURI, Challenge: g.Challenge,
		Now: now, Expires: now.Add(2 * time.Hour),
	}
}

func session() network.Session {
	prefix := netip.MustParsePrefix("192.0.2.1/32")
	return network.Session{Prefix: prefix, LastPort: 65535, Number: number, Start: now, End: now.Add(time.Hour)}
}

// calls gives every call of every store through client, by what its error begins with; the grant
// stands in the table.
func calls(client dynamo.API, names dynamo.Tables, g grant.Grant) map[string]func(context.Context) error {
	s, replays := dynamo.NewGrants(client, names.Grants, rand.Reader), dynamo.NewReplays(client, names.Replays, rand.Reader)
	clients, sessions := dynamo.NewClients(client, names.Clients), dynamo.NewSessions(client, names.Sessions, network.MaxSession)
	return map[string]func(context.Context) error{
		"put grant":  func(ctx context.Context) error { return s.Put(ctx, authorized()) },
		"read grant": func(ctx context.Context) error { _, err := s.Grant(ctx, g.ID); return err },
		"redeem grant": func(ctx context.Context) error {
			_, err := s.Redeem(ctx, redemption(g))
			return err
		},
		"poll grant": func(ctx context.Context) error {
			_, err := s.Poll(ctx, grant.Poll{ID: g.ID, NextPoll: now})
			return err
		},
		"rotate grant":  func(ctx context.Context) error { _, err := s.Rotate(ctx, g.ID, g.Client, 0, now); return err },
		"revoke grant":  func(ctx context.Context) error { return s.Revoke(ctx, g.ID) },
		"use grant":     func(ctx context.Context) error { _, err := s.Use(ctx, g.ID, now); return err },
		"record replay": func(ctx context.Context) error { return replays.Once(ctx, canary, canary, now, now.Add(time.Hour)) },
		"read client":   func(ctx context.Context) error { _, err := clients.Client(ctx, canary); return err },
		"put client":    func(ctx context.Context) error { return clients.Put(ctx, grant.Client{ID: canary}) },
		"put session":   func(ctx context.Context) error { return sessions.PutSession(ctx, session()) },
		"find session": func(ctx context.Context) error {
			_, err := sessions.Session(ctx, netip.AddrPortFrom(session().Prefix.Addr(), 0), now)
			return err
		},
	}
}

// broken sends the body of the request along with the error, as a careless transport would.
func broken(cause error) transport {
	return func(r *http.Request) (*http.Response, error) {
		sent, _ := io.ReadAll(r.Body)
		return nil, &url.Error{Op: "Post", URL: "https://" + string(sent), Err: fmt.Errorf("%s: %w", sent, cause)}
	}
}

// TestFailures lets every try of every call fail. The error must have its kind, name the operation
// and the cause, hold nothing of what was sent, and leave every store as it was.
func TestFailures(t *testing.T) {
	t.Parallel()
	names, healthy := tables(t), local(t, http.DefaultTransport)
	for _, failure := range []struct {
		transport transport
		kind      fault.Kind
		cause     string
	}{
		{answer(400, "ProvisionedThroughputExceededException"), fault.Unavailable, "ProvisionedThroughputExceededException"},
		{answer(400, "ThrottlingException"), fault.Unavailable, "ThrottlingException"},
		{answer(400, "RequestLimitExceeded"), fault.Unavailable, "RequestLimitExceeded"},
		{answer(400, "ReplicatedWriteConflictException"), fault.Unavailable, "ReplicatedWriteConflictException"},
		{answer(500, "InternalServerError"), fault.Unavailable, "InternalServerError"},
		{answer(503, "ServiceUnavailable"), fault.Unavailable, "ServiceUnavailable"},
		{answer(400, "AccessDeniedException"), fault.Internal, "AccessDeniedException"},
		{answer(400, "ResourceNotFoundException"), fault.Internal, "ResourceNotFoundException"},
		{answer(400, "ValidationException"), fault.Internal, "ValidationException"},
		{broken(io.ErrUnexpectedEOF), fault.Unavailable, "no answer"},
		{broken(&net.DNSError{Err: canary, Name: canary, IsTimeout: true}), fault.Unavailable, "no answer"},
		{broken(syscall.ECONNREFUSED), fault.Unavailable, "connection refused"},
		{broken(syscall.ECONNRESET), fault.Unavailable, "connection reset by peer"},
	} {
		t.Run(failure.cause, func(t *testing.T) {
			t.Parallel()
			g := authorized()
			store := dynamo.NewGrants(healthy, names.Grants, rand.Reader)
			if err := store.Put(t.Context(), g); err != nil {
				t.Fatal(err)
			}
			for operation, call := range calls(patient(t, failure.transport), names, g) {
				wantFailure(t, call(t.Context()), failure.kind, "dynamo: "+operation+": "+failure.kind.String()+": "+failure.cause)
			}
			if stands, err := store.Grant(t.Context(), g.ID); err != nil || !reflect.DeepEqual(stands, g) {
				t.Errorf("the grant stands as %+v (%v)", stands, err)
			}
			wantEmpty(t, healthy, names.Replays, names.Clients, names.Sessions)
		})
	}
}

// wantFailure compares the whole text: what is not in it cannot leak.
func wantFailure(t *testing.T, err error, kind fault.Kind, text string) {
	t.Helper()
	if !fault.Is(err, kind) || err.Error() != text {
		t.Errorf("gave %v of kind %v, want %s", err, fault.Of(err), text)
	}
}

func wantEmpty(t *testing.T, client *dynamodb.Client, names ...string) {
	t.Helper()
	for _, name := range names {
		if out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &name}); err != nil || out.Count > 0 {
			t.Errorf("%s holds %d items (%v)", name, out.Count, err)
		}
	}
}

// TestDeadline ends the caller's time while DynamoDB is silent.
func TestDeadline(t *testing.T) {
	t.Parallel()
	silent := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	for operation, call := range calls(local(t, transport(silent)), tables(t), issued()) {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			defer cancel()
			err := call(ctx)
			wantFailure(t, err, fault.Unavailable, "dynamo: "+operation+": unavailable: context deadline exceeded")
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Error("the error hides that the time was over")
			}
		})
	}
}

// TestEveryAnswerLost lets all tries of a redemption reach the table and none of the answers come
// back: the caller learns of a failure, and the grant stands as one redemption leaves it, never
// between.
func TestEveryAnswerLost(t *testing.T) {
	t.Parallel()
	names := tables(t)
	store := dynamo.NewGrants(local(t, http.DefaultTransport), names.Grants, rand.Reader)
	g := authorized()
	if err := store.Put(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	lost := calls(patient(t, loseAnswer), names, g)["redeem grant"]
	wantFailure(t, lost(t.Context()), fault.Unavailable, "dynamo: redeem grant: unavailable: no answer")
	g.State, g.Expires = grant.Issued, now.Add(2*time.Hour)
	if stands, err := store.Grant(t.Context(), g.ID); err != nil || !reflect.DeepEqual(stands, g) {
		t.Errorf("the grant stands as %+v (%v), want %+v", stands, err, g)
	}
}

// TestNoRandomness fails closed: a write that could not recognise itself is not tried.
func TestNoRandomness(t *testing.T) {
	t.Parallel()
	unreachable := local(t, transport(func(*http.Request) (*http.Response, error) {
		t.Error("a request went out")
		return nil, io.EOF
	}))
	empty := iotest.ErrReader(io.ErrNoProgress)
	s := dynamo.NewGrants(unreachable, "Grants", empty)
	_, used := s.Use(t.Context(), "id", now)
	for _, err := range []error{
		used, s.Put(t.Context(), authorized()), s.Revoke(t.Context(), "id"),
		dynamo.NewReplays(unreachable, "Replays", empty).Once(t.Context(), "key", "", now, now),
	} {
		if fault.Of(err) != fault.Internal || !strings.HasPrefix(err.Error(), "dynamo: name attempt: ") {
			t.Errorf("gave %v", err)
		}
	}
}
