// Package e2e_test tries the product from outside: by HTTP alone, against a base URL. Without
// further ado it starts the product in this process, once with each store; with BASE_URL set it
// tries what runs there.
//
// What a test needs to know of a target (clients and their keys, test numbers, operators) is the
// listing of GET /local/sandbox. A deployment without /local/ routes gives the same JSON in a file
// that SANDBOX names; tests that must move its clock or tell it of sessions are then skipped.
package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/e2e/dynamolocal"
	"lineproof/local/server"
	"lineproof/local/tables"
)

// target is a running product.
type target struct {
	// BaseURL has no slash at its end.
	BaseURL string
	// Sandbox is what it tells of itself.
	Sandbox sandbox
	// Local says that it has the /local/ routes that change something: clock, sessions, reset.
	Local bool
	// Address is where it sees our requests come from.
	Address string
}

// deployment is a way to have a target.
type deployment struct {
	name string
	// shared gives the one target of all tests that leave it as it is.
	shared func(testing.TB) target
	// own gives a target that no other test uses meanwhile.
	own func(testing.TB) target
}

// deployments are those that this run tries.
var deployments = sync.OnceValue(func() []deployment {
	if base := os.Getenv("BASE_URL"); base != "" {
		return []deployment{deployed(base)}
	}
	return []deployment{embedded("memory"), embedded("dynamodb")}
})

// everywhere runs a test on the shared target of each deployment, beside others.
func everywhere(t *testing.T, test func(t *testing.T, on target)) {
	t.Parallel()
	for _, d := range deployments() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			test(t, d.shared(t))
		})
	}
}

// anywhere runs a test on one deployment alone, beside others: for what no store has a part in.
func anywhere(t *testing.T, test func(t *testing.T, on target)) {
	t.Parallel()
	test(t, deployments()[0].shared(t))
}

// alone runs a test on a target of its own in each deployment, so that it may move the clock and
// make it forget.
func alone(t *testing.T, test func(t *testing.T, on target)) {
	if os.Getenv("BASE_URL") == "" {
		t.Parallel()
	}
	for _, d := range deployments() {
		t.Run(d.name, func(t *testing.T) { test(t, d.own(t)) })
	}
}

// embedded starts the product in this process.
func embedded(store string) deployment {
	var once sync.Once
	var shared target
	return deployment{
		name: store,
		shared: func(tb testing.TB) target {
			once.Do(func() { shared, _ = start(tb, store, server.Config{}) })
			if shared.BaseURL == "" {
				tb.Fatal("the shared server did not start; an earlier test says why")
			}
			return shared
		},
		own: func(tb testing.TB) target {
			on, stop := start(tb, store, server.Config{})
			tb.Cleanup(stop)
			return on
		},
	}
}

// start serves the assembled product on a free port of 127.0.0.1 over a store, memory or dynamodb;
// config says with which clock.
func start(tb testing.TB, store string, config server.Config) (on target, stop func()) {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	config.Issuer, config.Log = "http://"+listener.Addr().String(), logs.logger()
	config.Stores = opened(tb, store)
	product, err := server.New(context.WithoutCancel(tb.Context()), config)
	if err != nil {
		_ = listener.Close()
		tb.Fatal(err)
	}
	s := &httptest.Server{Listener: listener, Config: &http.Server{Handler: product}}
	s.Start()
	return connect(tb, config.Issuer), s.Close
}

// opened returns empty stores.
func opened(tb testing.TB, store string) server.Stores {
	tb.Helper()
	if store == "memory" {
		return server.InMemory()
	}
	held, err := tables.Open(tb.Context(), dynamolocal.Endpoint(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return held
}

// held runs a test on a target of its own with each store, whose time stands still until pass moves
// it.
func held(t *testing.T, test func(t *testing.T, on target, pass func(time.Duration))) {
	t.Parallel()
	if os.Getenv("BASE_URL") != "" {
		t.Skip("the product runs elsewhere, where time passes by itself")
	}
	for _, d := range deployments() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			var passed atomic.Int64
			now := func() time.Time { return began.Add(time.Duration(passed.Load())) }
			on, stop := start(t, d.name, server.Config{Now: now})
			t.Cleanup(stop)
			test(t, on, func(by time.Duration) { passed.Add(int64(by)) })
		})
	}
}

// deployed is what runs at a base URL. There is one, so tests that want it for themselves do not
// run in parallel.
func deployed(base string) deployment {
	return deployment{
		name:   "deployed",
		shared: func(tb testing.TB) target { return connect(tb, base) },
		own: func(tb testing.TB) target {
			on := connect(tb, base)
			if !on.Local {
				tb.Skip("the deployment has no clock to move")
			}
			tb.Cleanup(func() { on.reset(tb) })
			return on
		},
	}
}

// connect reads what the target tells of itself.
func connect(tb testing.TB, base string) target {
	tb.Helper()
	on := target{BaseURL: base, Address: "127.0.0.1"}
	listing, err := os.ReadFile(os.Getenv("SANDBOX"))
	if os.Getenv("SANDBOX") == "" {
		listing, err = on.get(tb, "/local/sandbox").Body, nil
		on.Local = on.post(tb, "/local/clock", `{"advance":"0s"}`).Status == http.StatusOK
	}
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(listing, &on.Sandbox); err != nil || len(on.Sandbox.Clients) == 0 {
		tb.Fatal(fmt.Errorf("%s lists no sandbox; name a file that does with SANDBOX=: %w", base, err))
	}
	return on
}

// issuer is the target's issuer identifier.
func (on target) issuer() string { return on.Sandbox.Issuer }
