package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/api/authserver"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/silent"
)

// sandboxSubscriber is a test number that can stand in a session.
const sandboxSubscriber = "+990123450001"

// A client's word for an address counts for those that are registered for it, and never for share.
func TestWhoMayNameAnAddress(t *testing.T) {
	t.Parallel()
	const hint = "ipport:192.0.2.1:40000"
	for name, test := range map[string]struct {
		client, scope string
		code          string
	}{
		"registered":                {"camara", goodScope, ""},
		"not registered":            {"other", goodScope, "unknown_user_id"},
		"registered, share":         {"camara", purpose + " " + scopeShare, "unknown_user_id"},
		"registered, verify, share": {"camara", goodScope + " " + scopeShare, "unknown_user_id"},
	} {
		w := newWorld(t)
		w.attach("192.0.2.1")
		a := w.do(w.as(test.client, backchannelPath, form("scope", test.scope, "login_hint", hint)))
		if a.member("error") != test.code || (a.status == http.StatusOK) != (test.code == "") {
			t.Errorf("%s: %s", name, a.body)
		}
		if _, read := w.watch.take(); slices.Contains(read, "sessions.Session") != (test.code == "") {
			t.Errorf("%s: read %v", name, read)
		}
	}
}

func TestLookupsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("camara", func(c *grant.Client) { c.AddressLookups = 3 })
	ask := func(i int) answer { return w.start("login_hint", fmt.Sprintf("ipport:192.0.2.%d:40000", i)) }
	pending := ask(1).member("auth_req_id")
	w.advance(5 * time.Second)
	w.poll("camara", pending).is(t, 400, "authorization_pending") // looks again
	ask(2).is(t, 200, "")
	ask(3).is(t, 429, "temporarily_unavailable")
	w.advance(10 * time.Second)
	w.poll("camara", pending).is(t, 400, "slow_down")
	w.start("login_hint", "tel:"+subscriber).is(t, 200, "")
	w.advance(time.Hour)
	ask(4).is(t, 200, "")
	w.change("camara", func(c *grant.Client) { c.AddressLookups = 0 })
	ask(5).is(t, 400, "unknown_user_id")
}

// What a client was registered for may have changed while its request waits.
func TestPendingRequestsOfAClientThatMayNoLongerNameAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.backchannel("camara", "ipport:192.0.2.1:40000")
	w.attach("192.0.2.1")
	w.change("camara", func(c *grant.Client) { c.AddressLookups = 0 })
	w.poll("camara", id).is(t, 400, "access_denied")
}

// A client for tests learns of nobody, whatever vouches for them.
func TestSandboxClientsSeeNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.attach("192.0.2.1")
	back := w.authorize(authorization("sandbox")).redirected(t)
	if back.Get("error") != "access_denied" || back.Has("code") {
		t.Errorf("by code: %v", back)
	}
	start := func(hint string) answer {
		return w.do(w.as("sandbox", backchannelPath, form("scope", goodScope, "login_hint", hint)))
	}
	start("tel:"+subscriber).is(t, 400, "unknown_user_id")
	start("operatortoken:"+w.operatorToken()).is(t, 400, "unknown_user_id")
	id := start("ipport:192.0.2.1:40000").member("auth_req_id")
	w.advance(5 * time.Second)
	w.poll("sandbox", id).is(t, 400, "authorization_pending") // as if nobody had the address
	for _, subject := range []string{"tel:" + subscriber, "operatortoken:" + w.operatorToken()} {
		w.do(post(tokenPath, bearerForm(w.bearerAssertion("sandbox", subject)))).is(t, 400, "invalid_grant")
	}
}

func TestSandboxClientsSeeTestNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.attachNumber("192.0.2.1", sandboxSubscriber)
	code := w.authorize(authorization("sandbox")).redirected(t).Get("code")
	byCode := w.do(w.as("sandbox", tokenPath, codeForm(code)))
	w.verify(byCode.member("access_token"), sandboxSubscriber).is(t, 200, "")
	operatorToken := "operatortoken:" + w.operatorToken(map[string]any{"sub": "tel:" + sandboxSubscriber})
	for _, hint := range []string{"ipport:192.0.2.1:40000", operatorToken} {
		a := w.do(w.as("sandbox", backchannelPath, form("scope", goodScope, "login_hint", hint)))
		w.verify(w.poll("sandbox", a.member("auth_req_id")).member("access_token"), sandboxSubscriber).is(t, 200, "")
	}
	bearer := w.do(post(tokenPath, bearerForm(w.bearerAssertion("sandbox", "tel:"+sandboxSubscriber))))
	bearer.is(t, 200, "")
}

// A disabled client has no access, and nothing that it was granted opens anything; enabled again,
// what has not expired does.
func TestDisabledClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(authorization("camara"))
	unused := w.exchange("camara").member("access_token")
	refresh := w.exchange("konera").member("refresh_token")
	pending := w.backchannel("camara", "ipport:192.0.2.1:40000")
	for _, client := range []string{"camara", "konera"} {
		w.change(client, func(c *grant.Client) { c.Disabled = true })
	}
	for name, a := range map[string]answer{
		"code":        w.do(w.as("camara", tokenPath, codeForm(code))),
		"refresh":     w.do(w.as("konera", tokenPath, form("grant_type", "refresh_token", "refresh_token", refresh))),
		"poll":        w.poll("camara", pending),
		"bearer":      w.do(post(tokenPath, bearerForm(w.bearerAssertion("camara", "tel:"+subscriber)))),
		"backchannel": w.start("login_hint", "tel:"+subscriber),
		"revoke":      w.do(w.as("camara", revokePath, form("token", unused))),
	} {
		if a.status != 401 || a.member("error") != "invalid_client" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := w.authorize(authorization("camara")); a.status != 400 || a.header.Get("Location") != "" || !strings.Contains(a.body, "client_id") {
		t.Errorf("authorize: %d %s", a.status, a.body)
	}
	w.verify(unused, subscriber).is(t, 401, "UNAUTHENTICATED")
	w.change("camara", func(c *grant.Client) { c.Disabled = false })
	w.verify(unused, subscriber).is(t, 200, "")
}

func TestRevokedTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tokens := w.exchange("konera")
	access, refresh := tokens.member("access_token"), tokens.member("refresh_token")
	next := w.do(w.as("konera", tokenPath, form("grant_type", "refresh_token", "refresh_token", refresh)))
	w.konera(access).is(t, 200, "")
	w.do(w.as("camara", revokePath, form("token", refresh))).is(t, 200, "") // no token of camara's, and so none
	w.konera(access).is(t, 200, "")
	w.do(w.as("camara", revokePath, form("token", access))).is(t, 400, "invalid_grant")
	w.konera(access).is(t, 200, "")
	w.do(w.as("konera", revokePath, form("token", refresh, "token_type_hint", "access_token"))).is(t, 200, "") // an older one of its family
	w.konera(access).is(t, 401, "UNAUTHENTICATED")
	w.konera(next.member("access_token")).is(t, 401, "UNAUTHENTICATED")
	w.do(w.as("konera", tokenPath, form("grant_type", "refresh_token", "refresh_token", next.member("refresh_token")))).is(t, 400, "invalid_grant")
	w.do(w.as("konera", revokePath, form("token", access))).is(t, 200, "") // again

	single := w.exchange("camara")
	w.do(w.as("camara", revokePath, form("token", single.member("id_token")))).is(t, 400, "unsupported_token_type")
	a := w.do(w.as("camara", revokePath, form("token", single.member("access_token"))))
	if a.status != 200 || a.body != "" {
		t.Errorf("answered %d %q", a.status, a.body)
	}
	w.verify(single.member("access_token"), subscriber).is(t, 401, "UNAUTHENTICATED")
	w.do(w.as("konera", revokePath, form("token", single.member("access_token"), "client_secret", "x"))).is(t, 401, "invalid_client")
}

// Whose grant is revoked whatever has become of it; what has expired is as good as revoked.
func TestExpiredTokensNeedNoRevocation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	access := w.exchange("camara").member("access_token")
	w.advance(301 * time.Second)
	w.watch.take()
	w.do(w.as("camara", revokePath, form("token", access))).is(t, 200, "")
	if written, _ := w.watch.take(); slices.Contains(written, "grants.Revoke") {
		t.Errorf("wrote %v", written)
	}
}

// konera calls Konera's verify.
func (w *world) konera(raw string) answer {
	i := slices.IndexFunc(numberWires, func(n numberWire) bool { return n.name == "konera" })
	return w.from("192.0.2.1:40000", numberWires[i].verifyCall("Bearer "+raw, goodBody))
}

// A token for more than one call opens the one wire that has such tokens, whatever its scope is
// called there.
func TestReusableTokensOpenOneWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, wire := range numberWires {
		raw := w.accessToken(wire.verifyScope+" "+wire.shareScope, func(g *grant.Grant) { g.Client, g.Policy = "konera", grant.KoneraPolicy })
		calls := []call{wire.verifyCall("Bearer "+raw, goodBody)}
		if wire.share != "" {
			calls = append(calls, wire.shareCall("Bearer "+raw, ""))
		}
		for _, c := range calls {
			want := http.StatusForbidden
			if wire.name == "konera" {
				want = http.StatusOK
			}
			for range 2 {
				if a := w.from("192.0.2.1:40000", c); a.status != want {
					t.Errorf("%s: %s answers %d %s", wire.name, c.target, a.status, a.body)
				}
			}
		}
	}
}

// A fallback's silent way redeems as the token endpoint does: it shows a client no more than that.
func TestFallbacksSeeNoMoreThanTheirClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	prover := authserver.Prover(w.ports())
	ask := func(client string) silent.Proof {
		assertion := w.bearerAssertion(client, "operatortoken:"+w.operatorToken())
		form := url.Values{"grant_type": {bearerType}, "assertion": {assertion}}
		proof, err := prover.Prove(t.Context(), silent.Claim{Number: msisdn(t, subscriber), Form: form})
		if err != nil {
			t.Error(err)
		}
		return proof
	}
	if got := ask("camara"); got.Outcome != silent.Same {
		t.Errorf("a client: %v", got)
	}
	if got := ask("sandbox"); got != (silent.Proof{Why: fault.InvalidGrant}) {
		t.Errorf("a client for tests: %v", got)
	}
	w.change("camara", func(c *grant.Client) { c.Disabled = true })
	if got := ask("camara"); got != (silent.Proof{Why: fault.InvalidClient}) {
		t.Errorf("a disabled client: %v", got)
	}
}
