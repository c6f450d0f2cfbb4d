package memory_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/memory"
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/storetest"
)

func TestGrants(t *testing.T) {
	t.Parallel()
	s := memory.NewGrants()
	storetest.Grants(t, func(*testing.T) (storetest.GrantStore, grant.UseStore) { return s, s })
}

func TestUpstreams(t *testing.T) {
	t.Parallel()
	storetest.Upstreams(t, memory.NewUpstreams())
}

func TestBreakers(t *testing.T) {
	t.Parallel()
	storetest.Breakers(t, memory.NewBreakers())
}

func TestReplays(t *testing.T) {
	t.Parallel()
	s := memory.NewReplays()
	storetest.Replays(t, func(*testing.T) grant.ReplayStore { return s })
}

func TestClients(t *testing.T) {
	t.Parallel()
	s := memory.NewClients()
	storetest.Clients(t, func(*testing.T) (storetest.Registry, grant.ClientStore) { return s, s })
}

func TestClientRoll(t *testing.T) {
	t.Parallel()
	s := memory.NewClients()
	storetest.Roll(t, s, s.EachClient)
}

func TestSessions(t *testing.T) {
	t.Parallel()
	s := memory.NewSessions()
	storetest.Sessions(t, func(*testing.T) (network.Registry, network.Directory) { return s, s })
}

func TestResetForgets(t *testing.T) {
	t.Parallel()
	ctx, now := t.Context(), time.Unix(1_800_000_000, 0)
	grants, replays, sessions := memory.NewGrants(), memory.NewReplays(), memory.NewSessions()
	number, _ := phone.Parse("+34600000001")
	at := netip.MustParseAddrPort("192.0.2.1:443")
	session := network.Session{Prefix: netip.PrefixFrom(at.Addr(), 32), LastPort: 65535, Number: number, Start: now, End: now.Add(1)}
	for _, err := range []error{
		grants.Put(ctx, grant.Grant{ID: "g"}), replays.Once(ctx, "k", "", now, now.Add(1)), sessions.PutSession(ctx, session),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	grants.Reset()
	replays.Reset()
	sessions.Reset()
	if _, err := grants.Grant(ctx, "g"); !errors.Is(err, grant.ErrNotFound) {
		t.Errorf("the grant is still there: %v", err)
	}
	if err := replays.Once(ctx, "k", "", now, now.Add(1)); err != nil {
		t.Errorf("the key is still there: %v", err)
	}
	if _, err := sessions.Session(ctx, at, now); !errors.Is(err, network.ErrUnresolved) {
		t.Errorf("the session is still there: %v", err)
	}
}
