package api_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
)

// poll asks for the tokens of an auth_req_id.
func (w *world) poll(client, id string) answer {
	return w.do(w.as(client, tokenPath, form("grant_type", cibaType, "auth_req_id", id)))
}

// start asks for a CIBA authentication of camara's.
func (w *world) start(pairs ...string) answer {
	return w.do(w.as("camara", backchannelPath, merged(form("scope", goodScope), pairs...)))
}

const notNetwork = "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"

func TestWhatAHintProves(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		hint   func(w *world) string
		amr    any
		status int
		code   string
	}{
		"a number proves nothing":           {func(*world) string { return "tel:" + subscriber }, nil, 403, notNetwork},
		"a test number proves nothing":      {func(*world) string { return "tel:+990123450001" }, nil, 403, notNetwork},
		"an operator token, the SIM":        {func(w *world) string { return "operatortoken:" + w.operatorToken() }, []any{"sba"}, 200, ""},
		"an address in a session, the line": {func(w *world) string { w.attach("192.0.2.1"); return "ipport:192.0.2.1:40000" }, []any{"nba"}, 200, ""},
		"an IPv6 address in a session":      {func(w *world) string { w.attach("2001:db8::1"); return "ipport:[2001:db8::1]:40000" }, []any{"nba"}, 200, ""},
	} {
		w := newWorld(t)
		a := w.start("login_hint", test.hint(w))
		if a.status != 200 || a.member("expires_in") != "120" || a.member("interval") != "5" {
			t.Fatalf("%s: %s", name, a.body)
		}
		issued := w.poll("camara", a.member("auth_req_id"))
		if issued.status != 200 || issued.member("expires_in") != "300" || issued.member("refresh_token") != "" {
			t.Fatalf("%s: %s", name, issued.body)
		}
		amr := claimsOf(t, issued.member("id_token"))["amr"]
		if want, _ := test.amr.([]any); len(want) > 0 && (amr == nil || amr.([]any)[0] != want[0]) || len(want) == 0 && amr != nil {
			t.Errorf("%s: amr %v", name, amr)
		}
		w.verify(issued.member("access_token"), subscriber).is(t, test.status, test.code)
		w.poll("camara", a.member("auth_req_id")).is(t, 400, "invalid_grant")
	}
}

func TestPollingUntilTheSessionAppears(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.backchannel("camara", "ipport:192.0.2.1:40000")
	w.poll("camara", id).is(t, 400, "authorization_pending") // the interval lies between polls
	w.poll("camara", id).is(t, 400, "slow_down")             // it is 10 s now
	w.advance(9 * time.Second)
	w.poll("camara", id).is(t, 400, "slow_down") // 15 s
	w.advance(15 * time.Second)
	w.poll("camara", id).is(t, 400, "authorization_pending")
	w.advance(14 * time.Second)
	w.poll("camara", id).is(t, 400, "slow_down") // 20 s
	w.advance(20 * time.Second)
	w.poll("camara", id).is(t, 400, "authorization_pending")
	w.attach("192.0.2.1")
	w.advance(20 * time.Second)
	issued := w.poll("camara", id)
	issued.is(t, 200, "")
	if g := w.stored(claimsOf(t, issued.member("access_token"))["jti"].(string)); g.AMR != grant.NetworkBased || g.Number != msisdn(t, subscriber) {
		t.Errorf("the grant is %+v", g)
	}
	w.verify(issued.member("access_token"), subscriber).is(t, 200, "")
	w.poll("camara", id).is(t, 400, "invalid_grant")
}

func TestPendingRequestsExpire(t *testing.T) {
	t.Parallel()
	for name, hint := range map[string]string{"identified": "tel:" + subscriber, "pending": "ipport:192.0.2.1:40000"} {
		w := newWorld(t)
		id := w.backchannel("camara", hint)
		w.advance(120 * time.Second)
		w.attach("192.0.2.1")
		w.poll("camara", id).is(t, 400, "expired_token")
		w.poll("other", id).is(t, 400, "invalid_grant")
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestForeignAndForgedAuthReqIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.attach("192.0.2.1")
	id := w.backchannel("camara", "ipport:192.0.2.1:40000")
	pending := w.backchannel("camara", "ipport:192.0.2.2:40000")
	for name, a := range map[string]answer{
		"another client's":          w.poll("other", id),
		"another client's, pending": w.poll("other", pending),
		"forged":                    w.poll("camara", id[:30]+"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		"forged, pending":           w.poll("camara", pending[:30]+"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		"malformed":                 w.poll("camara", "x"),
		"a code's":                  w.poll("camara", w.code(authorization("camara"))),
		"as a code":                 w.do(w.as("camara", tokenPath, codeForm(id))),
	} {
		if a.status != 400 || a.member("error") != "invalid_grant" {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	w.poll("camara", "").is(t, 400, "invalid_request")
	w.poll("camara", id).is(t, 200, "")
}

func TestFiftyPollsOfOneRequest(t *testing.T) {
	t.Parallel()
	for name, early := range map[string]bool{"identified": true, "pending": false} {
		w := newWorld(t)
		if early {
			w.attach("192.0.2.1")
		}
		id := w.backchannel("camara", "ipport:192.0.2.1:40000")
		w.attach("192.0.2.1")
		if counted := parallel(50, func() answer { return w.poll("camara", id) }); counted[200] != 1 || counted[400] != 49 {
			t.Errorf("%s: %v", name, counted)
		}
	}
}

func TestOperatorTokensWorkOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := w.operatorToken()
	w.start("login_hint", "operatortoken:"+raw).is(t, 200, "")
	w.start("login_hint", "operatortoken:"+raw).is(t, 400, "unknown_user_id")
	w.do(post(tokenPath, form("grant_type", bearerType, "assertion", w.bearerAssertion("camara", "operatortoken:"+raw)))).is(t, 400, "invalid_grant")
	for name, changes := range map[string]jwt.MapClaims{
		"expired":             {"iat": noon.Unix() - 300, "exp": noon.Unix() - 31},
		"of too long a life":  {"exp": noon.Unix() + 301},
		"in the future":       {"iat": noon.Unix() + 31},
		"of another operator": {"iss": "https://other.example"},
		"for another":         {"aud": "https://other.example"},
		"without jti":         {"jti": nil},
		"without iat":         {"iat": nil},
		"without number":      {"sub": "tel:"},
		"with another sub":    {"sub": subscriber},
	} {
		if a := w.start("login_hint", "operatortoken:"+w.operatorToken(changes)); a.status != 400 || a.member("error") != "unknown_user_id" {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	forged := sign(t, keys()["stranger"], "JWT", w.dated(jwt.MapClaims{"iss": operator, "sub": "tel:" + subscriber, "aud": issuer}))
	w.start("login_hint", "operatortoken:"+forged).is(t, 400, "unknown_user_id")
}

// A request that is refused for another reason leaves the operator token for the next.
func TestRefusedRequestsSpendNoOperatorToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := "operatortoken:" + w.operatorToken()
	w.start("login_hint", raw, "scope", "unknown").is(t, 400, "invalid_scope")
	w.start("login_hint", raw, "login_hint_token", "x").is(t, 400, "invalid_request")
	w.do(w.as("camara", backchannelPath, form("scope", goodScope, "login_hint", raw, "client_assertion", "x"))).is(t, 401, "invalid_client")
	w.do(w.as("konera", backchannelPath, form("scope", goodScope, "login_hint", raw))).is(t, 400, "unauthorized_client")
	w.start("login_hint", raw).is(t, 200, "")
}

func TestHintsThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, hint := range []string{
		"", "tel:", "tel:34123456789", "tel:+3412", "TEL:" + subscriber, "34123456789", "mailto:a@example", "ipport:", "ipport:192.0.2.1:x",
		"ipport:192.0.2.1:65536", "ipport:[2001:db8::1", "ipport:example:1", "operatortoken:", " tel:" + subscriber, "tel: " + subscriber, "\x00",
	} {
		if a := w.start("login_hint", hint); a.status != 400 || a.member("error") != "invalid_request" {
			t.Errorf("%q: %s", hint, a.body)
		}
	}
	w.start("login_hint", "operatortoken:x").is(t, 400, "unknown_user_id")
	w.start("login_hint", "tel:"+subscriber, "id_token_hint", "x").is(t, 400, "invalid_request")
	w.start("login_hint", "tel:"+subscriber, "login_hint_token", "x").is(t, 400, "invalid_request")
	if written, _ := w.watch.take(); slices.Contains(written, "grants.Put") {
		t.Errorf("wrote %v", written)
	}
}

func TestSignedBackchannelRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inside := jwt.MapClaims{"scope": goodScope, "login_hint": "tel:" + subscriber}
	for name, test := range map[string]struct {
		claims jwt.MapClaims
		beside []string
		code   string
	}{
		"good":                 {inside, nil, ""},
		"other beside":         {inside, []string{"scope", "unknown", "login_hint", "x"}, ""},
		"for the endpoint":     {jwt.MapClaims{"scope": goodScope, "login_hint": "tel:" + subscriber, "aud": issuer + backchannelPath}, nil, ""},
		"hint only beside":     {jwt.MapClaims{"scope": goodScope}, []string{"login_hint", "tel:" + subscriber}, "invalid_request"},
		"scope only beside":    {jwt.MapClaims{"login_hint": "tel:" + subscriber}, []string{"scope", goodScope}, "invalid_scope"},
		"of another client":    {jwt.MapClaims{"iss": "other", "scope": goodScope, "login_hint": "tel:" + subscriber}, nil, "invalid_request_object"},
		"expired":              {jwt.MapClaims{"iat": noon.Unix() - 300, "exp": noon.Unix() - 31}, nil, "invalid_request_object"},
		"a client's assertion": {jwt.MapClaims{"sub": "camara"}, nil, "invalid_request_object"},
	} {
		values := merged(form("request", w.requestObject("camara", test.claims)), test.beside...)
		a := w.do(w.as("camara", backchannelPath, values))
		if a.member("error") != test.code || (a.status == 200) != (test.code == "") {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	replayed := form("request", w.requestObject("camara", inside))
	w.do(w.as("camara", backchannelPath, replayed)).is(t, 200, "")
	w.do(w.as("camara", backchannelPath, replayed)).is(t, 400, "invalid_request_object")
}

func TestDirectoryAwayWhilePolling(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.backchannel("camara", "ipport:192.0.2.1:40000")
	w.advance(5 * time.Second)
	w.watch.fail(fault.New(fault.Unavailable), "sessions")
	w.poll("camara", id).is(t, 503, "temporarily_unavailable")
	w.watch.fail(errors.New("broken"), "grants.Poll")
	w.poll("camara", id).is(t, 500, "server_error")
	w.watch.fail(nil, "")
	w.attach("192.0.2.1")
	w.poll("camara", id).is(t, 200, "")
}

// A session that ended before the poll identifies nobody.
func TestEndedSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := netip.MustParseAddr("192.0.2.1")
	ended := network.Session{Prefix: netip.PrefixFrom(at, 32), LastPort: 65535, Number: msisdn(t, subscriber), Start: noon.Add(-time.Hour), End: noon}
	if err := w.sessions.PutSession(t.Context(), ended); err != nil {
		t.Fatal(err)
	}
	id := w.backchannel("camara", "ipport:192.0.2.1:40000")
	w.advance(5 * time.Second)
	w.poll("camara", id).is(t, 400, "authorization_pending")
}
