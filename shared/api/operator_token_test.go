package api_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/upstream"
)

// vouched puts a network behind a world that takes operator tokens, of which the world reads none.
func vouched(t testing.TB, way upstream.Vouching, change func(*upstream.Upstream)) *world {
	t.Helper()
	w := newWorld(t)
	clear(w.operators)
	w.behind("camara", func(u *upstream.Upstream) {
		u.OperatorTokens, u.Backchannel, u.Method = way, issuer+backchannelPath, grant.PrivateKeyJWT
		if change != nil {
			change(u)
		}
	})
	return w
}

// The ways of clients, each with what comes of an operator token.
var vouchedWays = map[string]func(w *world, vouch string) answer{
	"by an assertion": func(w *world, vouch string) answer {
		return w.do(post(tokenPath, bearerForm(w.bearerAssertion("camara", "operatortoken:"+vouch))))
	},
	"by CIBA": func(w *world, vouch string) answer {
		begun := w.start("login_hint", "operatortoken:"+vouch)
		begun.is(w.t, http.StatusOK, "")
		return w.poll("camara", begun.member("auth_req_id"))
	},
}

// An operator token that the upstream alone can read verifies its line, whichever way it is brought
// to us and by us, and brings nobody to the upstream twice.
func TestOperatorTokensOfUpstreams(t *testing.T) {
	t.Parallel()
	calls := map[upstream.Vouching]int{upstream.ByAssertion: 1, upstream.ByBackchannel: 2}
	for _, way := range []upstream.Vouching{upstream.ByAssertion, upstream.ByBackchannel} {
		for name, bring := range vouchedWays {
			for claimed, want := range map[string]string{
				subscriber: `"devicePhoneNumberVerified":true`, stranger: `"devicePhoneNumberVerified":false`,
			} {
				t.Run(name+", "+string(way)+", "+claimed[1:3], func(t *testing.T) {
					t.Parallel()
					w := vouched(t, way, nil)
					vouch := w.network.operatorToken()
					given := bring(w, vouch)
					given.is(t, http.StatusOK, "")
					if given.member("refresh_token") != "" || w.asked != calls[way] {
						t.Errorf("after %d calls there is %s", w.asked, given.body)
					}
					access := given.member("access_token")
					if a := w.verify(access, claimed); a.status != http.StatusOK || !strings.Contains(a.body, want) {
						t.Errorf("%d %s", a.status, a.body)
					}
					w.verify(access, claimed).is(t, http.StatusUnauthorized, "UNAUTHENTICATED")
					if w.asked != calls[way]+1 {
						t.Errorf("%d calls were made", w.asked)
					}
					again := w.do(post(tokenPath, bearerForm(w.bearerAssertion("camara", "operatortoken:"+vouch))))
					again.is(t, http.StatusBadRequest, "invalid_grant")
					if w.asked != calls[way]+1 {
						t.Error("a token that was brought before is brought again")
					}
				})
			}
		}
	}
}

// A token of a client that says who authenticated its subscriber says so of upstreams that
// guarantee it, and of no other.
func TestOperatorTokensCountAsGuaranteed(t *testing.T) {
	t.Parallel()
	for amr, want := range map[grant.AMR]struct {
		amr    any
		status int
	}{grant.NetworkBased: {"sba", 200}, "": {nil, 403}} {
		w := vouched(t, upstream.ByBackchannel, func(u *upstream.Upstream) { u.AMR = amr })
		given := vouchedWays["by CIBA"](w, w.network.operatorToken())
		var told any
		if all, _ := claimsOf(t, given.member("id_token"))["amr"].([]any); len(all) == 1 {
			told = all[0]
		}
		if told != want.amr {
			t.Errorf("%q: amr is %v", amr, told)
		}
		if a := w.verify(given.member("access_token"), subscriber); a.status != want.status {
			t.Errorf("%q: %d %s", amr, a.status, a.body)
		}
	}
}

// The issuer that a token names decides who is asked, then the SIM's network; where nobody may be
// asked, the token is one that nobody knows.
func TestWhoIsAskedAboutOperatorTokens(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change  func(*upstream.Upstream)
		hint    []string
		claims  jwt.MapClaims
		started bool
	}{
		"the default":          {nil, nil, nil, true},
		"no default":           {func(u *upstream.Upstream) { u.Default = false }, nil, nil, false},
		"its issuer":           {func(u *upstream.Upstream) { u.Default, u.Issuer = false, "https://sim.example" }, nil, jwt.MapClaims{"iss": "https://sim.example"}, true},
		"the SIM's network":    {func(u *upstream.Upstream) { u.Default, u.Networks = false, []string{"26201"} }, []string{"carrier_hint", "26201"}, nil, true},
		"another SIM":          {func(u *upstream.Upstream) { u.Default, u.Networks = false, []string{"26201"} }, []string{"carrier_hint", "26202"}, nil, false},
		"takes none":           {func(u *upstream.Upstream) { u.OperatorTokens = "" }, nil, nil, false},
		"has ended":            {func(u *upstream.Upstream) { u.Ended = true }, nil, nil, false},
		"for another purpose":  {func(u *upstream.Upstream) { u.Purposes = []string{"dpv:Other"} }, nil, nil, false},
		"without authorize":    {func(u *upstream.Upstream) { u.Authorization = "" }, nil, nil, true},
		"a sandbox, for those": {func(u *upstream.Upstream) { u.Sandbox = true }, nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := vouched(t, upstream.ByAssertion, test.change)
			asked := append([]string{"login_hint", "operatortoken:" + w.network.operatorToken(test.claims)}, test.hint...)
			a := w.start(asked...)
			if started := a.status == http.StatusOK; started != test.started || !started && a.member("error") != "unknown_user_id" {
				t.Errorf("%d %s", a.status, a.body)
			}
			if w.asked != 0 {
				t.Errorf("%d calls were made before a poll", w.asked)
			}
		})
	}
}

// A token that an operator of ours would have issued is brought to nobody else, however wrong it is.
func TestOurOperatorsTokensAreNotForwarded(t *testing.T) {
	t.Parallel()
	w := vouched(t, upstream.ByAssertion, nil)
	w.operators[operator] = w.network.operators[operator]
	forged := sign(t, keys()["stranger"], "JWT", w.dated(jwt.MapClaims{"iss": operator, "sub": "tel:" + subscriber, "aud": issuer}))
	w.start("login_hint", "operatortoken:"+forged).is(t, http.StatusBadRequest, "unknown_user_id")
	if w.asked != 0 {
		t.Errorf("%d calls were made", w.asked)
	}
}

// entitled answers as an authorization server that takes opaque operator tokens; each answer is
// given once, the last one again.
func entitled(answers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		answer := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		answer(rw, r)
	}
}

const (
	begunThere = `{"auth_req_id":"theirs","expires_in":60,"interval":7}`
	givenThere = `{"access_token":"upstream-token","token_type":"Bearer","expires_in":60}`
)

// What an upstream says of an opaque token reaches the client as its own wire says it, and costs one
// call a poll.
func TestOpaqueOperatorTokens(t *testing.T) {
	t.Parallel()
	refused := func(code string) http.HandlerFunc {
		return says(400, `{"error":"`+code+`","error_description":"canary"}`)
	}
	for name, test := range map[string]struct {
		answers http.HandlerFunc // of the token endpoint; nil for an answer that is lost
		bearer  string           // what a client with an assertion is told, status and error
		ciba    string           // what a client that polls is told
	}{
		"it is not good":      {refused("invalid_grant"), "400 invalid_grant", "400 access_denied"},
		"nobody has it":       {refused("unknown_user_id"), "400 invalid_grant", "400 access_denied"},
		"no consent":          {refused("consent_required"), "400 invalid_grant", "400 access_denied"},
		"denied":              {refused("access_denied"), "400 invalid_grant", "400 access_denied"},
		"it expired":          {refused("expired_token"), "400 invalid_grant", "400 expired_token"},
		"our credentials":     {says(401, `{"error":"invalid_client"}`), "503 temporarily_unavailable", "503 temporarily_unavailable"},
		"our scope":           {refused("invalid_scope"), "503 temporarily_unavailable", "503 temporarily_unavailable"},
		"too often":           {says(429, `{}`), "429 temporarily_unavailable", "429 temporarily_unavailable"},
		"500":                 {says(500, `{}`), "503 temporarily_unavailable", "503 temporarily_unavailable"},
		"HTML":                {says(200, `<html>canary`), "500 server_error", "500 server_error"},
		"64 KB":               {says(200, strings.Repeat("x", 65<<10)), "500 server_error", "500 server_error"},
		"no token":            {says(200, `{"access_token":7}`), "500 server_error", "500 server_error"},
		"the answer lost":     {nil, "503 temporarily_unavailable", "503 temporarily_unavailable"},
		"waiting, not by him": {refused("authorization_pending"), "503 temporarily_unavailable", ""},
	} {
		for way, want := range map[string]string{"by an assertion": test.bearer, "by CIBA": test.ciba} {
			if want == "" {
				continue
			}
			t.Run(name+" "+way, func(t *testing.T) {
				t.Parallel()
				kind, calls := upstream.ByAssertion, 1
				if way == "by CIBA" && test.answers != nil {
					kind, calls = upstream.ByBackchannel, 2
				}
				if strings.HasPrefix(name, "waiting") {
					kind, calls = upstream.ByBackchannel, 2
				}
				w := vouched(t, kind, nil)
				if kind == upstream.ByBackchannel {
					w.hostile = entitled(says(200, begunThere), test.answers)
				} else {
					w.hostile, w.silentUpstream = test.answers, test.answers == nil
				}
				a := vouchedWays[way](w, "opaque-canary-token")
				if got := strconv.Itoa(a.status) + " " + a.member("error"); got != want {
					t.Errorf("%s %s, want %s", got, a.body, want)
				}
				if w.asked != calls {
					t.Errorf("%d calls were made, want %d", w.asked, calls)
				}
				if strings.Contains(a.body, "canary") || strings.Contains(w.log.String(), "canary") {
					t.Errorf("it tells %s", a.body)
				}
			})
		}
	}
}

// A request that waits at the upstream waits here, at the upstream's pace; one poll of the client's
// is one there at most, and of many at once one asks.
func TestPollsWaitAsTheUpstreamDoes(t *testing.T) {
	t.Parallel()
	w := vouched(t, upstream.ByBackchannel, nil)
	w.hostile = entitled(
		says(200, begunThere), says(400, `{"error":"authorization_pending"}`), says(400, `{"error":"slow_down"}`),
		says(200, givenThere), says(200, `{"devicePhoneNumberVerified":true}`),
	)
	begun := w.start("login_hint", "operatortoken:opaque-canary-token")
	id := begun.member("auth_req_id")
	for _, step := range []struct {
		after time.Duration
		error string
		asked int
	}{
		{0, "authorization_pending", 2},
		{5 * time.Second, "slow_down", 2}, // theirs is 7 s
		{5 * time.Second, "slow_down", 2}, // and 5 more for the haste
		{20 * time.Second, "slow_down", 3},
		{30 * time.Second, "", 4},
	} {
		w.advance(step.after)
		a := w.poll("camara", id)
		if a.member("error") != step.error || w.asked != step.asked {
			t.Fatalf("after %v: %s, %d calls, want %+v", step.after, a.body, w.asked, step)
		}
		if step.error == "" {
			w.verify(a.member("access_token"), subscriber).is(t, http.StatusOK, "")
		}
	}
	w.poll("camara", id).is(t, http.StatusBadRequest, "invalid_grant")
	if strings.Contains(w.log.String(), "canary") {
		t.Error("the log tells the token")
	}

	w = vouched(t, upstream.ByAssertion, nil)
	w.hostile = says(200, givenThere)
	id = w.start("login_hint", "operatortoken:opaque").member("auth_req_id")
	var all sync.WaitGroup
	given := make(chan string, 50)
	for range 50 {
		all.Go(func() { given <- w.poll("camara", id).member("access_token") })
	}
	all.Wait()
	close(given)
	tokens := 0
	for token := range given {
		if token != "" {
			tokens++
		}
	}
	if tokens != 1 || w.asked != 1 {
		t.Errorf("50 polls at once come to %d tokens by %d calls", tokens, w.asked)
	}
}

// When the store goes away while an upstream is asked, it is asked no second time: the client begins
// anew.
func TestOperatorTokensAreBroughtOnce(t *testing.T) {
	t.Parallel()
	w := vouched(t, upstream.ByAssertion, nil)
	w.hostile = func(rw http.ResponseWriter, r *http.Request) {
		w.watch.fail(fault.New(fault.Unavailable), "grants.Redeem")
		says(200, givenThere)(rw, r)
	}
	id := w.start("login_hint", "operatortoken:opaque").member("auth_req_id")
	w.poll("camara", id).is(t, http.StatusServiceUnavailable, "temporarily_unavailable")
	w.watch.fail(nil, "")
	w.advance(time.Minute)
	w.poll("camara", id).is(t, http.StatusServiceUnavailable, "temporarily_unavailable")
	w.poll("camara", id).is(t, http.StatusBadRequest, "invalid_grant")
	if w.asked != 1 {
		t.Errorf("%d calls were made", w.asked)
	}
}

// What we send is what CAMARA's profile asks for: the scope stands in the assertion alone, which is
// our authentication, and a CIBA request carries that of our client.
func TestWhatUpstreamsAreSentOfOperatorTokens(t *testing.T) {
	t.Parallel()
	var sent []url.Values
	record := func(answer http.HandlerFunc) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			sent = append(sent, r.PostForm)
			answer(rw, r)
		}
	}
	w := vouched(t, upstream.ByAssertion, nil)
	w.hostile = record(says(200, givenThere))
	vouchedWays["by an assertion"](w, "opaque")
	w = vouched(t, upstream.ByBackchannel, nil)
	w.hostile = record(entitled(says(200, begunThere), says(200, givenThere)))
	vouchedWays["by CIBA"](w, "opaque")
	if len(sent) != 3 {
		t.Fatalf("%d calls were made", len(sent))
	}
	assertion := claimsOf(t, sent[0].Get("assertion"))
	for claim, want := range map[string]any{
		"iss": "front", "sub": "operatortoken:opaque", "aud": issuer + tokenPath,
		"scope": "openid " + purpose + " " + scopeVerify,
	} {
		if assertion[claim] != want {
			t.Errorf("%s is %v", claim, assertion[claim])
		}
	}
	if len(sent[0]) != 2 || sent[0].Get("grant_type") != bearerType {
		t.Errorf("an assertion comes with %v", sent[0])
	}
	if sent[1].Get("login_hint") != "operatortoken:opaque" || sent[1].Get("scope") == "" ||
		claimsOf(t, sent[1].Get("client_assertion"))["aud"] != issuer+backchannelPath {
		t.Errorf("CIBA begins with %v", sent[1])
	}
	if sent[2].Get("auth_req_id") != "theirs" || sent[2].Get("grant_type") != cibaType ||
		claimsOf(t, sent[2].Get("client_assertion"))["aud"] != issuer+tokenPath {
		t.Errorf("a poll is %v", sent[2])
	}
}

// A poll that comes while the upstream is asked for an earlier one is too fast, and takes nothing
// from that.
func TestPollsWhileTheUpstreamIsAsked(t *testing.T) {
	t.Parallel()
	w := vouched(t, upstream.ByBackchannel, nil)
	id, early := "", answer{}
	w.hostile = entitled(
		says(200, begunThere),
		func(rw http.ResponseWriter, r *http.Request) {
			w.advance(5 * time.Second)
			early = w.poll("camara", id)
			says(400, `{"error":"authorization_pending"}`)(rw, r)
		},
		says(200, givenThere),
	)
	id = w.start("login_hint", "operatortoken:opaque").member("auth_req_id")
	w.poll("camara", id).is(t, http.StatusBadRequest, "authorization_pending")
	early.is(t, http.StatusBadRequest, "slow_down")
	w.advance(time.Minute)
	w.poll("camara", id).is(t, http.StatusOK, "")
	if w.asked != 3 {
		t.Errorf("%d calls were made", w.asked)
	}
}
