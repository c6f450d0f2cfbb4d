package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lineproof/shared/api/number"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/phone"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// Every request that is refused, by the token's or by its own fault, leaves the token for a good
// one.
func TestRefusedCallsBurnNoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, n := range numberWires {
		raw := w.accessToken(n.verifyScope)
		good := n.verifyCall("Bearer "+raw, goodBody)
		for name, body := range bodiesOfVerify {
			if a := w.called(good, body); a.status == http.StatusOK {
				raw = w.accessToken(n.verifyScope)
				good = n.verifyCall("Bearer "+raw, goodBody)
			} else if a.status >= 500 {
				t.Errorf("%s, %s: %d %s", n.name, name, a.status, a.body)
			}
		}
		for name, change := range n.headers() {
			if a := w.called(change(good), ""); a.status == http.StatusOK {
				raw = w.accessToken(n.verifyScope)
				good = n.verifyCall("Bearer "+raw, goodBody)
			} else if a.status >= 500 {
				t.Errorf("%s, %s: %d %s", n.name, name, a.status, a.body)
			}
		}
		w.watch.fail(fault.New(fault.Unavailable), "grants")
		if a := w.called(good, goodBody); a.status < 500 {
			t.Errorf("%s: without a store %d", n.name, a.status)
		}
		w.watch.fail(nil, "")
		if a := w.called(good, goodBody); a.status != http.StatusOK {
			t.Errorf("%s: a refused call burnt the token: %d %s", n.name, a.status, a.body)
		}
		if a := w.called(good, goodBody); a.status != http.StatusUnauthorized {
			t.Errorf("%s: the second use: %d %s", n.name, a.status, a.body)
		}
	}
}

// called makes a call with the body, or its own when that is "" and no method was changed.
func (w *world) called(c call, body string) answer {
	if body != "" {
		c.body = body
	}
	return w.from("198.51.100.1:40000", c)
}

// from makes a call from an address.
func (w *world) from(address string, c call) answer {
	r := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
	for name, values := range c.header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	r.RemoteAddr = address
	return w.do(r)
}

func TestFiftyUsesOfOneToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, n := range numberWires {
		good := n.verifyCall("Bearer "+w.accessToken(n.verifyScope), goodBody)
		if counted := parallel(50, func() answer { return w.called(good, "") }); counted[200] != 1 || counted[401] != 49 {
			t.Errorf("%s: %v", n.name, counted)
		}
	}
}

// A token of both scopes is good for one call in all.
func TestOneTokenForVerifyAndShare(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := numberWires[2]
	authorization := "Bearer " + w.accessToken(n.verifyScope+" "+n.shareScope)
	w.called(n.shareCall(authorization, ""), "").is(t, 200, "")
	w.called(n.verifyCall(authorization, goodBody), "").is(t, 401, "UNAUTHENTICATED")
}

func TestTheOrderOfRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := numberWires[2]
	stale := func(g *grant.Grant) { g.AMR, g.Number = "", phone.Number{} }
	bad := `{"foo":1}`
	n.verifyCall("", bad).with(n.correlation, "a b").expect(w, 400, "INVALID_ARGUMENT")
	n.verifyCall("", bad).expect(w, 401, "UNAUTHENTICATED")
	n.verifyCall("Bearer "+w.accessToken("openid", stale), bad).expect(w, 403, "PERMISSION_DENIED")
	n.verifyCall("Bearer "+w.accessToken(n.verifyScope, stale), bad).expect(w, 403, notNetwork)
	numberWires[1].verifyCall("Bearer "+w.accessToken(n.verifyScope, func(g *grant.Grant) { g.Number = phone.Number{} }), bad).expect(w, 403, "INVALID_TOKEN_CONTEXT")
	n.verifyCall("Bearer "+w.accessToken(n.verifyScope), bad).expect(w, 400, "INVALID_ARGUMENT")
}

func (c call) expect(w *world, status int, code string) {
	w.t.Helper()
	w.called(c, "").is(w.t, status, code)
}

func TestEveryWayToWriteAScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, n := range numberWires {
		fields := strings.Fields(strings.ReplaceAll(n.verifyScope, purpose+"#", ""))
		bare := fields[len(fields)-1]
		for _, scope := range []string{bare, purpose + " " + bare, purpose + "#" + bare, "openid " + purpose + "#" + bare, bare + " openid x", "x#y " + bare} {
			if a := w.called(n.verifyCall("Bearer "+w.accessToken(scope), goodBody), ""); a.status != http.StatusOK {
				t.Errorf("%s, %q: %d %s", n.name, scope, a.status, a.body)
			}
		}
		for _, scope := range []string{"", "x#" + bare, bare + "#x", bare + ":x", strings.ToUpper(bare), purpose + "#x " + purpose} {
			if a := w.called(n.verifyCall("Bearer "+w.accessToken(scope), goodBody), ""); a.status != http.StatusForbidden {
				t.Errorf("%s, %q: %d %s", n.name, scope, a.status, a.body)
			}
		}
	}
}

// Access tokens live to the second: the skew is for other parties' clocks.
func TestAccessTokensEnd(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]int{
		-31 * time.Second: 401, -30 * time.Second: 200, 0: 200, 299 * time.Second: 200, 300 * time.Second: 401, 301 * time.Second: 401, 48 * time.Hour: 401,
	} {
		w := newWorld(t)
		raw := w.accessToken(scopeVerify)
		w.advance(wait)
		if a := w.verify(raw, subscriber); a.status != want {
			t.Errorf("after %v: %d %s", wait, a.status, a.body)
		}
	}
}

func TestAssessedAtIsTheInjectedTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.advance(90 * time.Second)
	for _, path := range []string{"/camara/api/number-verification/v1/verify", "/api/number-verification/v1/verify"} {
		c := numberWires[7].verifyCall("Bearer "+w.accessToken(scopeVerify), goodBody)
		c.target = path
		if a := w.called(c, ""); a.member("assessedAt") != "2026-04-01T12:31:35Z" {
			t.Errorf("%s: %s", path, a.body)
		}
	}
}

// refusing is a store whose Use refuses a grant that looks good, as one with coarser times may.
type refusing struct{ grant.Grant }

func (s refusing) Use(context.Context, string, time.Time) (grant.Grant, error) {
	return s.Grant, grant.ErrRefused
}

type refusingUses struct{ refusing }

func (s refusingUses) Grant(context.Context, string) (grant.Grant, error) {
	return s.refusing.Grant, nil
}

type refusedPorts struct {
	number.Ports
	uses grant.UseStore
}

func (p refusedPorts) UseStore() grant.UseStore { return p.uses }

func TestARefusalIsNeverASuccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := w.accessToken(scopeVerify)
	good := w.stored(claimsOf(t, raw)["jti"].(string))
	refused := refusedPorts{w.ports(), refusingUses{refusing{good}}}
	for _, endpoint := range []web.Endpoint{number.Verify(refused), number.Share(refused)} {
		route := wire.Route{Operation: wire.Verify, Method: http.MethodPost, Path: "/own"}
		own := *wire.CAMARA2
		own.Routes, own.Number.ShareScopes = []wire.Route{route}, own.Number.VerifyScopes
		r := verifyRequest(raw, goodBody)
		r.URL.Path = "/own"
		rw := httptest.NewRecorder()
		web.Mount(slog.New(slog.DiscardHandler), endpoint, wire.New(own).Routes).ServeHTTP(rw, r)
		if rw.Code != http.StatusUnauthorized {
			t.Errorf("%d %s", rw.Code, rw.Body)
		}
	}
}

// FuzzVerify sends any body with a good token: the answer is a wire's own, never a server error.
func FuzzVerify(f *testing.F) {
	for _, body := range bodiesOfVerify {
		f.Add(body, uint8(len(body)))
	}
	f.Fuzz(func(t *testing.T, body string, which uint8) {
		w := newWorld(t)
		n := numberWires[int(which)%len(numberWires)]
		a := w.do(httptest.NewRequest(http.MethodPost, n.verify, strings.NewReader(body)))
		if a.status != http.StatusUnauthorized {
			t.Fatalf("without a token: %d %s", a.status, a.body)
		}
		c := n.verifyCall("Bearer "+w.accessToken(n.verifyScope), "x")
		c.body = body
		switch a := w.called(c, ""); a.status {
		case 200, 400, 413:
		default:
			t.Errorf("%s, %q: %d %s", n.name, body, a.status, a.body)
		}
	})
}
