package e2e_test

import (
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"testing"
	"time"
)

// backchannel begins a CIBA flow of the client for what a hint names.
func (on target) backchannel(tb testing.TB, c client, hint, scope string) answer {
	tb.Helper()
	return on.submit(tb, backchannelPath, c.credentials(tb, on), url.Values{"scope": {scope}, "login_hint": {hint}})
}

// authReqID reads the answer of CIBA Core §7.3.
func (a answer) authReqID(tb testing.TB) string {
	tb.Helper()
	object := a.object(tb)
	wantMembers(tb, object, "auth_req_id", "expires_in", "interval")
	id, _ := object["auth_req_id"].(string)
	if a.Status != http.StatusOK || id == "" || object["expires_in"] != 120.0 || object["interval"] != 5.0 {
		tb.Fatalf("answered %d %s, want an auth_req_id for 120 s, polled every 5", a.Status, a.Body)
	}
	return id
}

// poll asks for the tokens of an auth_req_id.
func (on target) poll(tb testing.TB, path string, c client, id string) answer {
	tb.Helper()
	return on.submit(tb, path, c.credentials(tb, on), url.Values{"grant_type": {grantCIBA}, "auth_req_id": {id}})
}

// ciba runs a whole CIBA flow for a subscriber who is known at once.
func (on target) ciba(tb testing.TB, w wire, c client, hint string) tokens {
	tb.Helper()
	return on.poll(tb, w.token, c, on.backchannel(tb, c, hint, w.verifyScope).authReqID(tb)).tokens(tb)
}

// TestCIBAByOperatorToken verifies by an operator token: SIM-based, and each token vouches once.
func TestCIBAByOperatorToken(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, w wire) {
			number := freshNumber()
			token := on.operatorToken(t, number, nil)
			granted := on.ciba(t, w, c, "operatortoken:"+token)
			if amr := payload(t, granted.IDToken)["amr"]; spell(t, amr) != `["sba"]` {
				t.Errorf("amr is %v, want sba", amr)
			}
			w.wantVerified(t, on.do(t, w.asking(granted.AccessToken, naming(number))), true)
			on.backchannel(t, c, "operatortoken:"+token, w.verifyScope).wantOAuth(t, 400, "unknown_user_id")
		})
	})
}

// TestOperatorTokens refuses operator tokens that are not quite.
func TestOperatorTokens(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c, now := on.withSecret(t), on.now(t)
		good := on.operatorToken(t, freshNumber(), nil)
		for name, token := range map[string]string{
			"altered":        altered(good),
			"unsigned":       unsigned(t, payload(t, good)),
			"by a client":    c.Key.sign(t, payload(t, good)),
			"another issuer": on.operatorToken(t, freshNumber(), claims{"iss": "https://other.example"}),
			"for another":    on.operatorToken(t, freshNumber(), claims{"aud": "https://other.example"}),
			"no number":      on.operatorToken(t, freshNumber(), claims{"sub": "somebody"}),
			"no jti":         on.operatorToken(t, freshNumber(), claims{"jti": nil}),
			"no iat":         on.operatorToken(t, freshNumber(), claims{"iat": nil}),
			"no exp":         on.operatorToken(t, freshNumber(), claims{"exp": nil}),
			"too long":       on.operatorToken(t, freshNumber(), claims{"iat": seconds(now, 0), "exp": seconds(now, 301)}),
			"expired":        on.operatorToken(t, freshNumber(), claims{"iat": seconds(now, -400), "exp": seconds(now, -301)}),
			"not yet":        on.operatorToken(t, freshNumber(), claims{"iat": seconds(now, 301), "exp": seconds(now, 400)}),
			"an assertion":   c.assertion(t, on, nil),
			"nonsense":       "nonsense",
		} {
			t.Log(name)
			on.backchannel(t, c, "operatortoken:"+token, wires[0].verifyScope).wantOAuth(t, 400, "unknown_user_id")
		}
		on.backchannel(t, c, "operatortoken:"+good, wires[0].verifyScope).authReqID(t)
	})
}

// TestCIBAByAddress verifies by the session that holds an address and port.
func TestCIBAByAddress(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, w wire) {
			address, number := freshIPv4(), freshNumber()
			if c.Dialect != "camara-2" { // the one dialect of the sandbox whose clients may name addresses
				on.backchannel(t, c, "ipport:"+address+":1500", w.verifyScope).wantOAuth(t, 400, "unknown_user_id")
				return
			}
			on.put(t, session{Address: address, PortFrom: 1024, PortTo: 2047, Number: number, Seconds: 600})
			granted := on.ciba(t, w, c, "ipport:"+address+":1500")
			if amr := payload(t, granted.IDToken)["amr"]; spell(t, amr) != `["nba"]` {
				t.Errorf("amr is %v, want nba", amr)
			}
			w.wantVerified(t, on.do(t, w.asking(granted.AccessToken, naming(number))), true)
			on.backchannel(t, c, "ipport:"+address+":1500", w.shareScope).wantOAuth(t, 400, "unknown_user_id")
		})
	})
}

// TestCIBAByNumber issues a token for a mere number that proves no SIM and so opens nothing.
func TestCIBAByNumber(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, w wire) {
			for _, number := range []string{on.number(t, "verified"), freshNumber()} {
				granted := on.ciba(t, w, c, "tel:"+number)
				if amr, has := payload(t, granted.IDToken)["amr"]; has {
					t.Errorf("amr is %v, want none", amr)
				}
				w.wantProblem(t, on.do(t, w.asking(granted.AccessToken, naming(number))), notNetwork)
			}
		})
	})
}

// TestWhoHoldsAnAddress looks up sessions by port range, prefix and age, through CIBA hints.
func TestWhoHoldsAnAddress(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c := on.withSecret(t)
		first, second := freshNumber(), freshNumber()
		held := func(hint, number string) {
			t.Helper()
			granted := on.ciba(t, wires[0], c, hint)
			wires[0].wantVerified(t, on.do(t, wires[0].asking(granted.AccessToken, naming(number))), true)
		}
		unknown := func(hint string) {
			t.Helper()
			id := on.backchannel(t, c, hint, wires[0].verifyScope).authReqID(t)
			if a := on.poll(t, tokenPath, c, id); a.object(t)["error"] != "authorization_pending" {
				t.Errorf("%s: the first poll answered %d %s, want authorization_pending", hint, a.Status, a.Body)
			}
		}
		v4 := freshIPv4()
		on.put(t, session{Address: v4, PortFrom: 1024, PortTo: 2047, Number: first, Seconds: 600})
		on.put(t, session{Address: v4, PortFrom: 2048, PortTo: 4095, Number: second, Seconds: 600})
		for port, number := range map[int]string{1024: first, 2047: first, 2048: second, 4095: second} {
			held("ipport:"+v4+":"+strconv.Itoa(port), number)
		}
		for _, port := range []string{":1023", ":4096", ""} {
			unknown("ipport:" + v4 + port)
		}
		whole := freshIPv4()
		on.put(t, session{Address: whole, Number: first, Seconds: 600})
		held("ipport:"+whole+":99", first)
		held("ipport:"+whole, first)
		v6 := freshIPv6()
		on.put(t, session{Address: v6 + "/64", Number: second, Seconds: 600})
		held("ipport:["+v6+"1]:443", second)
		held("ipport:["+v6+"dead:beef]:443", second)
		unknown("ipport:[" + netip.MustParsePrefix(v6+"/64").Addr().Next().Prev().Prev().String() + "]:443")
	})
}

// TestNewestSessionWins puts sessions over one another, and lets them end.
func TestNewestSessionWins(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		c, address := on.withSecret(t), freshIPv4()
		old, young := freshNumber(), freshNumber()
		is := func(number string) {
			t.Helper()
			granted := on.ciba(t, wires[0], c, "ipport:"+address+":5000")
			wires[0].wantVerified(t, on.do(t, wires[0].asking(granted.AccessToken, naming(number))), true)
		}
		on.put(t, session{Address: address, Number: old, Seconds: 600})
		is(old)
		on.advance(t, 2*time.Second)
		on.put(t, session{Address: address, PortFrom: 4096, PortTo: 8191, Number: young, Seconds: 60})
		is(young)
		nobody := func(port string) {
			t.Helper()
			id := on.backchannel(t, c, "ipport:"+address+port, wires[0].verifyScope).authReqID(t)
			on.poll(t, tokenPath, c, id).wantOAuth(t, 400, "authorization_pending")
		}
		nobody("")      // the older one's stop was lost: it is over for
		nobody(":3000") // the ports that nobody took over as well
		on.advance(t, 61*time.Second)
		nobody(":5000") // and does not come to light again
	})
}

// TestSessionsOfOneSecond puts sessions over one another as fast as it can, in both orders: the
// last put is the newest.
func TestSessionsOfOneSecond(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c := on.withSecret(t)
		for range 4 {
			whole, ported := freshIPv4(), freshIPv4()
			old, young := freshNumber(), freshNumber()
			on.put(t, session{Address: whole, PortFrom: 4096, PortTo: 8191, Number: old, Seconds: 600})
			on.put(t, session{Address: whole, Number: young, Seconds: 600})
			on.put(t, session{Address: ported, Number: old, Seconds: 600})
			on.put(t, session{Address: ported, PortFrom: 4096, PortTo: 8191, Number: young, Seconds: 600})
			for _, address := range []string{whole, ported} {
				granted := on.ciba(t, wires[0], c, "ipport:"+address+":5000")
				wires[0].wantVerified(t, on.do(t, wires[0].asking(granted.AccessToken, naming(young))), true)
			}
		}
	})
}

// TestPolling polls a request whose subscriber is not known yet: too fast, in time, after the
// session came, and again.
func TestPolling(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		c, address, number := on.client(t, "camara-2"), freshIPv4(), freshNumber()
		id := on.backchannel(t, c, "ipport:"+address+":5000", wires[0].verifyScope).authReqID(t)
		step := func(after time.Duration, want string) {
			t.Helper()
			on.advance(t, after)
			on.poll(t, tokenPath, c, id).wantOAuth(t, 400, want)
		}
		step(0, "authorization_pending")
		step(0, "slow_down")
		step(9*time.Second, "slow_down")
		step(16*time.Second, "authorization_pending")
		step(14*time.Second, "slow_down")
		step(21*time.Second, "authorization_pending")
		on.poll(t, tokenPath, on.withSecret(t), id).wantOAuth(t, 400, "invalid_grant")
		on.put(t, session{Address: address, Number: number, Seconds: 600})
		on.advance(t, 30*time.Second)
		granted := on.poll(t, tokenPath, c, id).tokens(t)
		wires[0].wantVerified(t, on.do(t, wires[0].asking(granted.AccessToken, naming(number))), true)
		on.poll(t, tokenPath, c, id).wantOAuth(t, 400, "invalid_grant")
	})
}

// TestPollingTooLong lets auth_req_ids run out, of a subscriber unknown and of one known.
func TestPollingTooLong(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		c := on.withSecret(t)
		pending := on.backchannel(t, c, "ipport:"+freshIPv4()+":5000", wires[0].verifyScope).authReqID(t)
		ready := on.backchannel(t, c, "operatortoken:"+on.operatorToken(t, freshNumber(), nil), wires[0].verifyScope).authReqID(t)
		on.advance(t, 121*time.Second)
		on.poll(t, tokenPath, c, pending).wantOAuth(t, 400, "expired_token")
		on.poll(t, tokenPath, c, ready).wantOAuth(t, 400, "expired_token")
	})
}

// TestBackchannelRefusals makes CIBA requests that are not quite.
func TestBackchannelRefusals(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c := on.client(t, "camara-2")
		for _, try := range []struct {
			change url.Values
			status int
			code   string
		}{
			{url.Values{"login_hint": nil}, 400, "invalid_request"},
			{url.Values{"login_hint": {"somebody"}}, 400, "invalid_request"},
			{url.Values{"login_hint": {"tel:0123"}}, 400, "invalid_request"},
			{url.Values{"login_hint": {"ipport:300.1.1.1:5"}}, 400, "invalid_request"},
			{url.Values{"login_hint": {"operatortoken:"}}, 400, "invalid_request"},
			{url.Values{"login_hint": {"tel:+990123450001", "tel:+990123450001"}}, 400, "invalid_request"},
			{url.Values{"login_hint_token": {"x"}}, 400, "invalid_request"},
			{url.Values{"id_token_hint": {"x"}}, 400, "invalid_request"},
			{url.Values{"scope": nil}, 400, "invalid_scope"},
			{url.Values{"scope": {"openid number-verification:verify"}}, 400, "invalid_scope"},
			{url.Values{"scope": {dpv + " everything"}}, 400, "invalid_scope"},
			{url.Values{"client_id": {"another"}}, 401, "invalid_client"},
		} {
			form := url.Values{"scope": {wires[0].verifyScope}, "login_hint": {"tel:" + on.number(t, "verified")}}
			for name, values := range try.change {
				form[name] = values
			}
			t.Log(try.change)
			on.submit(t, backchannelPath, c.credentials(t, on), form).wantOAuth(t, try.status, try.code)
		}
		ignored := url.Values{
			"scope": {wires[0].verifyScope}, "login_hint": {"tel:" + freshNumber()},
			"binding_message": {"x"}, "user_code": {"1234"}, "requested_expiry": {"soon"}, "acr_values": {"9"},
		}
		on.submit(t, backchannelPath, c.credentials(t, on), ignored).authReqID(t)
	})
}
