package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/local/assembly"
	"lineproof/shared/grant"
	"lineproof/shared/upstream"
	"lineproof/shared/web"
	"lineproof/shared/webhook"
)

const ownLine, otherLine = "+" + line, "+447700900124"

// A device whose line the network behind knows is given the code for it, as one of our own, and
// the next step begins for another line, and for one of which nobody can tell.
func TestSilentStepByAnUpstream(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		held    string // by the device, at the network behind
		answers http.HandlerFunc
		lost    bool
		change  func(*upstream.Upstream)
		status  int
		event   string // what the step's end is told as
		asked   int    // how often the network is, in all
	}{
		"the same":             {held: ownLine, status: 200, event: "completed", asked: 2},
		"another":              {held: otherLine, status: 403, event: "user_rejected", asked: 2},
		"nobody's":             {status: 409, event: "failed"},
		"worthless":            {held: ownLine, status: 409, event: "failed", asked: 1, change: func(u *upstream.Upstream) { u.AMR = "" }},
		"a token that is none": {held: ownLine, answers: says(200, `{}`), status: 409, event: "failed", asked: 1},
		"our credentials":      {held: ownLine, answers: says(401, `{"error":"invalid_client"}`), status: 409, event: "failed", asked: 1},
		"not to be reached":    {held: ownLine, lost: true, status: 409, event: "failed", asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPINWorld(t)
			a, network := w.behindCodes(test.change)
			if test.held != "" {
				network.attachNumber("192.0.2.1", test.held)
			}
			a.hostile, a.lost = test.answers, test.lost
			id := w.begun2(silently())
			network.advance(time.Second)
			came := w.travel(a, checkURLOf(id))
			if came.status != test.status || len(came.hops) > 5 || a.asked() != test.asked {
				t.Fatalf("%d %s by %v", came.status, came.body, came.hops)
			}
			if test.status == 200 {
				if checked := w.check2(id, came.member("code")); checked.status != 200 {
					t.Errorf("the code is answered %d %s", checked.status, checked.body)
				}
			} else {
				w.advance(time.Second)
				if checked := w.check2(id, w.sentCode2(id)); checked.status != 200 {
					t.Errorf("the SMS's code is answered %d %s", checked.status, checked.body)
				}
			}
			w.advance(time.Minute)
			w.wantStep(id, test.event)
			if strings.Contains(w.log.String(), line) {
				t.Error("the log has the number")
			}
		})
	}
}

// wantStep wants the silent step of a verification to be told so.
func (w *pinWorld) wantStep(id, status string) {
	w.t.Helper()
	body := w.summary(id)
	_, steps, _ := strings.Cut(body, `"workflow":[`)
	if first, _, _ := strings.Cut(steps, "}"); !strings.Contains(first, `"status":"`+status+`"`) {
		w.t.Errorf("told is %s, want the step %s", body, status)
	}
}

// What an upstream's verify comes to: one call, and but for a mismatch nothing says no.
func TestSilentStepByHostileUpstreams(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers http.HandlerFunc
		status  int
		reason  string
	}{
		"match":           {says(200, `{"devicePhoneNumberVerified":true}`), 200, ""},
		"mismatch":        {says(200, `{"devicePhoneNumberVerified":false}`), 403, ""},
		"a wrong type":    {says(200, `{"devicePhoneNumberVerified":"false"}`), 409, "internal"},
		"HTML":            {says(200, `<html>`), 409, "internal"},
		"500":             {says(500, `{}`), 409, "timeout"},
		"the answer lost": {nil, 409, "timeout"},
		"another network": {says(403, `{"code":"NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"}`), 409, "not network authenticated"},
		"not covered":     {says(422, `{"code":"SERVICE_NOT_APPLICABLE"}`), 409, "not covered"},
		"our credentials": {says(401, `{"code":"UNAUTHENTICATED"}`), 409, "upstream misconfigured"},
		"too often":       {says(429, `{}`), 409, "too many requests"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPINWorld(t)
			a, network := w.behindCodes(nil)
			network.attachNumber("192.0.2.1", ownLine)
			id := w.begun2(silently())
			network.advance(time.Second)
			back := w.landing(a, id)
			a.asked()
			a.hostile, a.lost = test.answers, test.answers == nil
			came := w.do(visitingWith(id, back))
			if came.status != test.status || a.asked() != 1 {
				t.Errorf("%d %s", came.status, came.body)
			}
			if facts := lastLine(t, w.log.String()); test.reason != "" {
				wantFacts(t, "the log", facts, "reason", test.reason)
			}
			if again := w.do(visitingWith(id, back)); again.status < 400 || a.asked() != 0 {
				t.Errorf("again it is %d %s", again.status, again.body)
			}
		})
	}
}

// What an upstream sends back in place of a code has a reason of its own.
func TestSilentStepRefusedAtAnUpstream(t *testing.T) {
	t.Parallel()
	for sent, reason := range map[string]string{
		"access_denied": "access denied", "login_required": "access denied",
		"consent_required": "consent required", "interaction_required": "consent required",
		"invalid_scope": "unavailable", "temporarily_unavailable": "unavailable", "canary": "unavailable",
	} {
		w := newPINWorld(t)
		a, _ := w.behindCodes(nil)
		id := w.begun2(silently())
		state := w.sent(id).Query().Get("state")
		came := w.travel(a, issuer+"/oauth2/callback/network?error="+sent+"&state="+state)
		if came.status != http.StatusConflict || len(came.hops) != 2 || a.asked() != 0 {
			t.Errorf("%s: %d %s by %v", sent, came.status, came.body, came.hops)
		}
		wantFacts(t, sent, lastLine(t, w.log.String()), "reason", reason)
		w.advance(time.Second)
		if checked := w.check2(id, w.sentCode2(id)); checked.status != 200 {
			t.Errorf("%s: the SMS's code is answered %d", sent, checked.status)
		}
		if strings.Contains(w.log.String(), "canary") {
			t.Error("the log tells what the upstream sent")
		}
	}
}

// landing takes a device to the upstream and back, and returns the query with which it comes to the
// check_url.
func (w *pinWorld) landing(a *abroad, id string) string {
	w.t.Helper()
	location := w.sent(id).String()
	for range 8 {
		if query, is := strings.CutPrefix(location, checkURLOf(id)+"?"); is {
			return query
		}
		handler := w.handler
		if strings.HasPrefix(location, networkIssuer) {
			handler = a.handler
		}
		location = serve(handler, get(strings.TrimPrefix(strings.TrimPrefix(location, networkIssuer), issuer))).
			header.Get("Location")
	}
	w.t.Fatal("the device does not come back")
	return ""
}

// visitingWith is the call of a device that comes back.
func visitingWith(id, query string) call {
	c := visiting(id)
	c.target += "?" + query
	return c
}

// A code takes one device through one step, once: it is worth nothing at another's check_url, at the
// token endpoint, or twice.
func TestSilentCodeOnce(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindCodes(nil)
	network.attachNumber("192.0.2.1", ownLine)
	id := w.begun2(silently())
	other := w.do(w.asApp(appOf(strangerKey), v2(http.MethodPost, "", asking2(silently())))).member("request_id")
	w.advance(time.Second)
	network.advance(2 * time.Second)
	back := w.landing(a, id)
	a.asked()
	for name, c := range map[string]call{
		"another's step": visitingWith(other, back), "no code": visitingWith(id, "code=x"),
		"another code": visitingWith(id, "code="+strings.Repeat("A", 64)), "two codes": visitingWith(id, back+"&code=x"),
	} {
		if got := w.do(c); got.status != http.StatusUnprocessableEntity || a.asked() != 0 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	answers := make(chan int, 20)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { answers <- w.do(visitingWith(id, back)).status })
	}
	all.Wait()
	close(answers)
	counted := map[int]int{}
	for status := range answers {
		counted[status]++
	}
	if counted[200] != 1 || counted[422] != 19 || a.asked() != 1 {
		t.Errorf("20 at once are answered %v", counted)
	}
}

// Two devices on one check_url have legs of their own; the first proof stands, and the device with
// another line is given no code.
func TestDevicesAtAnUpstream(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindCodes(nil)
	network.attachNumber("192.0.2.1", ownLine)
	id := w.begun2(silently())
	network.advance(time.Second)
	right := w.landing(a, id)
	network.attachNumber("192.0.2.1", otherLine)
	wrong := w.landing(a, id)
	first := w.do(visitingWith(id, right))
	if first.status != 200 || first.member("code") == "" {
		t.Fatalf("the first is answered %d %s", first.status, first.body)
	}
	if second := w.do(visitingWith(id, wrong)); second.status != 403 || second.member("code") != "" {
		t.Errorf("the second is answered %d %s", second.status, second.body)
	}
	if checked := w.check2(id, first.member("code")); checked.status != 200 {
		t.Errorf("the code is answered %d", checked.status)
	}
}

// The callback takes a device back once, and a device that never comes back leaves the step to its
// time.
func TestDeviceStaysAway(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindCodes(nil)
	network.attachNumber("192.0.2.1", ownLine)
	id := w.begun2(silently())
	network.advance(time.Second)
	to := serve(a.handler, get(w.sent(id).RequestURI())).header.Get("Location")
	callback := get(strings.TrimPrefix(to, issuer))
	if first := w.do(callback); !strings.HasPrefix(first.header.Get("Location"), checkURLOf(id)+"?code=") {
		t.Fatalf("back it goes to %s", first.header.Get("Location"))
	}
	if again := w.do(callback); again.status != http.StatusBadRequest || again.header.Get("Location") != "" {
		t.Errorf("the callback is answered %d again", again.status)
	}
	w.advance(61 * time.Second)
	if checked := w.check2(id, w.sentCode2(id)); checked.status != 200 {
		t.Errorf("the SMS's code is answered %d %s", checked.status, checked.body)
	}
	w.advance(time.Minute)
	w.wantStep(id, "expired")
}

// A silent step to a country that is not ours begins where an upstream covers its number, and is
// passed over elsewhere.
func TestUpstreamsCover(t *testing.T) {
	t.Parallel()
	eligible := func(e upstream.Eligible) func(*upstream.Upstream) {
		return func(u *upstream.Upstream) { u.Eligible = e }
	}
	for name, test := range map[string]struct {
		change func(*upstream.Upstream)
		step   []any
		covers bool
	}{
		"its country":               {eligible(upstream.Eligible{Countries: []string{"GB"}}), nil, true},
		"its prefix":                {eligible(upstream.Eligible{Prefixes: []string{"4477"}}), nil, true},
		"by default":                {nil, nil, true},
		"another country":           {eligible(upstream.Eligible{Countries: []string{"FR"}}), nil, false},
		"another prefix":            {eligible(upstream.Eligible{Prefixes: []string{"33"}}), nil, false},
		"nothing":                   {eligible(upstream.Eligible{}), nil, false},
		"ended":                     {func(u *upstream.Upstream) { u.Ended = true }, nil, false},
		"a sandbox":                 {func(u *upstream.Upstream) { u.Sandbox = true }, nil, false},
		"another purpose":           {func(u *upstream.Upstream) { u.Purposes = []string{"dpv:Marketing"} }, nil, false},
		"by codes, with a redirect": {nil, []any{"redirect_url", landing}, true},
		"with the number, with a redirect": {func(u *upstream.Upstream) {
			u.Profile, u.Terms = "vonage-v2", upstream.Terms{}
		}, []any{"redirect_url", landing}, false},
		"with the number": {func(u *upstream.Upstream) {
			u.Profile, u.Terms = "vonage-v2", upstream.Terms{}
		}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPINWorld(t)
			w.behindCodes(test.change)
			w.uncover()
			first := step("silent_auth", line, test.step...)
			begun := w.do(w.asApp(standardApp, v2(http.MethodPost, "", asking2(steps(first, step("sms", line))))))
			if covers := begun.member("check_url") != ""; begun.status != 202 || covers != test.covers {
				t.Errorf("answered %d %s", begun.status, begun.body)
			}
			w.advance(time.Second)
			alone := w.do(v2(http.MethodPost, "", asking2(steps(first))).asAccount(strangerKey))
			if test.step == nil && (alone.status == 202) != test.covers {
				t.Errorf("alone it is answered %d %s", alone.status, alone.body)
			}
			if kinds := w.told.kinds(); slices.Contains(kinds, webhook.Pending) != test.covers {
				t.Errorf("told is %v", kinds)
			}
		})
	}
}

// countedUpstreams counts how often the upstreams are read.
type countedUpstreams struct {
	upstream.Directory
	reads *atomic.Int64
}

func (d countedUpstreams) Upstreams(ctx context.Context) ([]upstream.Upstream, error) {
	d.reads.Add(1)
	return d.Directory.Upstreams(ctx)
}

// A request reads the upstreams, which functions keep for a minute, only where a silent step is to
// a country that is not ours; a device, only when nobody here knows it.
func TestUpstreamsAreReadWhereTheyCount(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		uncovered bool
		workflow  []map[string]any
		held      string
		reads     int64
	}{
		"by SMS":               {true, bySMS(), "", 0},
		"our own country":      {false, silently(), ownLine, 0},
		"nobody's device":      {false, silently(), "", 1},
		"another country":      {true, silently(), "", 1},
		"another's, and alone": {true, steps(step("silent_auth", line)), "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPINWorld(t)
			counted := countedUpstreams{w.upstreams, &atomic.Int64{}}
			w.directory = counted
			w.uncovered = test.uncovered
			w.mount(w.logger)
			begun := w.do(w.asApp(standardApp, v2(http.MethodPost, "", asking2(test.workflow))))
			if id := begun.member("request_id"); begun.member("check_url") != "" {
				if test.held != "" {
					w.attach("192.0.2.1", test.held)
				}
				w.do(visiting(id))
			}
			if n := counted.reads.Load(); n != test.reads {
				t.Errorf("the upstreams were read %d times", n)
			}
		})
	}
}

// The grant of a silent step is no client's: its code is redeemed at the check_url alone, and stays
// good there when a client has tried it.
func TestSilentCodesAreNoClients(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindCodes(nil)
	network.attachNumber("192.0.2.1", ownLine)
	ports := w.ports(w.logger)
	ports.Keys.ClientPeppers = network.peppers
	tokens := web.Router(w.logger, assembly.Silent(ports))
	id := w.begun2(silently())
	network.advance(time.Second)
	back := w.landing(a, id)
	parameters, err := url.ParseQuery(back)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"shop", "silent-auth"} {
		err := w.clients.Put(t.Context(), grant.Client{
			ID: name, Method: grant.SecretBasic, SecretHash: grant.HashSecret(network.peppers, name, secret),
			RedirectURIs: []string{checkURLOf(id)}, Types: []grant.Type{grant.AuthorizationCode},
			Scopes: []string{purpose, scopeVerify}, Policy: grant.StandardPolicy,
		})
		r := post(tokenPath, form("grant_type", "authorization_code", "code", parameters.Get("code"),
			"redirect_uri", checkURLOf(id)))
		r.SetBasicAuth(name, url.QueryEscape(secret))
		rw := httptest.NewRecorder()
		tokens.ServeHTTP(rw, r)
		if err != nil || rw.Code != http.StatusBadRequest || !strings.Contains(rw.Body.String(), "invalid_grant") {
			t.Errorf("%s is answered %d %s", name, rw.Code, rw.Body)
		}
	}
	if came := w.do(visitingWith(id, back)); came.status != http.StatusOK {
		t.Errorf("the device is answered %d %s", came.status, came.body)
	}
}
