package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/memory"
	"lineproof/shared/upstream"
)

type watchedBreakers struct {
	*watch
	breakers *memory.Breakers
}

func (s watchedBreakers) Breaker(ctx context.Context, c upstream.Circuit) (upstream.Breaker, error) {
	if err := s.note("breakers.Breaker"); err != nil {
		return upstream.Breaker{}, err
	}
	return s.breakers.Breaker(ctx, c)
}

func (s watchedBreakers) PutBreaker(ctx context.Context, c upstream.Circuit, b upstream.Breaker) (upstream.Breaker, error) {
	if err := s.note("breakers.PutBreaker"); err != nil {
		return upstream.Breaker{}, err
	}
	return s.breakers.PutBreaker(ctx, c, b)
}

func (s watchedBreakers) Breakers(ctx context.Context, name string) (map[upstream.Operation]upstream.Breaker, error) {
	if err := s.note("breakers.Breakers"); err != nil {
		return nil, err
	}
	return s.breakers.Breakers(ctx, name)
}

func (s watchedBreakers) Count(ctx context.Context, d upstream.Day, limit int64) error {
	if err := s.note("breakers.Count"); err != nil {
		return err
	}
	return s.breakers.Count(ctx, d, limit)
}

// spare puts an upstream that would be asked if the network behind were not there.
func (w *world) spare() {
	w.t.Helper()
	u := upstream.Upstream{
		Name: "spare", Profile: "camara", ClientID: "front", Terms: upstream.Terms{
			Authorization: "https://spare.example/authorize", Token: "https://spare.example/token",
			Verify: "https://spare.example/verify",
		}, Eligible: upstream.Eligible{Default: true},
	}
	if err := w.upstreams.Put(context.Background(), u); err != nil {
		w.t.Fatal(err)
	}
}

// sent has a client authorize a subscriber whom nobody here knows, and returns where the device is
// sent.
func (w *world) sent(asked url.Values) *url.URL {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, authorizePath+"?"+asked.Encode(), nil)
	r.RemoteAddr = "192.0.2.1:40000"
	to, err := url.Parse(w.do(r).header.Get("Location"))
	if err != nil {
		w.t.Fatal(err)
	}
	return to
}

// wantSent fails the test unless a device is sent to the upstream at a host, or, at none, is told an
// error.
func (w *world) wantSent(host, failure string, changes ...string) {
	w.t.Helper()
	to := w.sent(merged(authorization("camara"), changes...))
	if back := strings.HasPrefix(to.String(), callback); back != (host == "") || !back && to.Host != host || to.Query().Get("error") != failure {
		w.t.Errorf("sent to %s, want %q or %q", to, host, failure)
	}
}

func (w *world) lastLine() string {
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	return lines[len(lines)-1]
}

// wantLogged fails the test unless the last line has each of the parts.
func (w *world) wantLogged(parts ...string) {
	w.t.Helper()
	for _, part := range parts {
		if !strings.Contains(w.lastLine(), part) {
			w.t.Errorf("no %s in %s", part, w.lastLine())
		}
	}
}

// An upstream whose verify keeps failing is asked no more, and nobody is sent to it, until a probe
// goes well. Nobody else is asked in its place.
func TestUpstreamThatKeepsFailing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("telefonica", nil).attach("192.0.2.1")
	w.spare()
	var tokens [8]string
	for i := range tokens {
		tokens[i] = w.do(w.as("camara", tokenPath, codeForm(w.away("camara").Get("code")))).member("access_token")
	}
	w.asked, w.hostile = 0, says(500, `{"code":"INTERNAL"}`)
	for _, token := range tokens[:5] {
		if a := w.verify(token, subscriber); a.status != http.StatusGatewayTimeout {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	w.wantLogged(`"upstream":"network"`, `"asked":"verify"`, `"told":"burned"`, `"breaker":"opened"`)
	if a := w.verify(tokens[5], subscriber); a.status != http.StatusForbidden || w.asked != 5 {
		t.Errorf("%d %s after %d calls", a.status, a.body, w.asked)
	}
	w.wantLogged(`"asked":"verify"`, `"told":"resting"`)
	w.wantSent("", "access_denied")
	w.wantLogged(`"asked":"authorize"`, `"told":"resting"`)
	w.wantSent("", "login_required", "prompt", "none")
	w.advance(30 * time.Second)
	w.wantSent("network.example", "")
	w.wantLogged(`"asked":"authorize"`, `"told":"sent"`)
	w.hostile = nil
	for i, breaker := range []string{`"breaker":"closed"`, `"told":"match"`} {
		if a := w.verify(tokens[6+i], subscriber); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
		w.wantLogged(breaker)
	}
}

// What a device brings may be made up. However much of it comes, the upstream is asked as ever.
func TestMadeUpReturns(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]string{
		"a code": "code=made-up", "an error": "error=server_error", "our fault": "error=invalid_client",
		"nothing": "", "an unknown error": "error=oops",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.behind("camara", nil)
			for range 7 {
				state := w.sent(authorization("camara")).Query().Get("state")
				r := httptest.NewRequest(http.MethodGet, "/oauth2/callback/network?"+back+"&state="+state, nil)
				if a := w.do(r); a.status != http.StatusFound || !strings.Contains(a.header.Get("Location"), "error=") {
					t.Errorf("%d %s", a.status, a.header.Get("Location"))
				}
			}
			w.wantSent("network.example", "")
		})
	}
}

// Of many devices at once as many are sent as the day's limit has, and none elsewhere.
func TestDailyLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("camara", func(u *upstream.Upstream) { u.DailyLimit = 10 })
	w.spare()
	hosts := make(chan string, 50)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { hosts <- w.sent(authorization("camara")).Host })
	}
	all.Wait()
	close(hosts)
	counted := map[string]int{}
	for host := range hosts {
		counted[host]++
	}
	if counted["network.example"] != 10 || counted["client.example"] != 40 {
		t.Errorf("sent to %v", counted)
	}
	w.wantSent("", "access_denied")
	w.wantLogged(`"upstream":"network"`, `"asked":"authorize"`, `"told":"spent"`)
	w.wantSent("", "login_required", "prompt", "none")
	w.advance(12 * time.Hour)
	w.wantSent("network.example", "")
}

// A request object is good once, so its repetition costs nothing. What is refused costs nothing
// either.
func TestRepeatedAuthorizationCostsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("camara", func(u *upstream.Upstream) { u.DailyLimit = 2 })
	asked := w.object("camara", nil)
	if to := w.sent(asked); to.Host != "network.example" {
		t.Fatalf("sent to %s", to)
	}
	for range 5 {
		if to := w.sent(asked); to.Query().Get("error") != "invalid_request_object" {
			t.Errorf("repeated, it is sent to %s", to)
		}
		w.wantSent("", "invalid_scope", "scope", "nothing")
	}
	w.wantSent("network.example", "")
	w.wantSent("", "access_denied")
}

// While the store of breakers is away, the upstream is asked, but not beyond what is known to be
// within its limit.
func TestBreakersAway(t *testing.T) {
	t.Parallel()
	for limit, host := range map[int64]string{0: "network.example", 10: ""} {
		w := newWorld(t)
		w.behind("telefonica", func(u *upstream.Upstream) { u.DailyLimit = limit }).attach("192.0.2.1")
		token := w.do(w.as("camara", tokenPath, codeForm(w.away("camara").Get("code")))).member("access_token")
		w.watch.fail(fault.New(fault.Unavailable), "breakers.")
		if a := w.verify(token, subscriber); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
		failure := ""
		if host == "" {
			failure = "temporarily_unavailable"
		}
		w.wantSent(host, failure)
	}
}

// What is on its way at an upstream whose contract is over, or that was taken out of use, is refused
// as not covered, and the upstream is not asked.
func TestUpstreamEndsMeanwhile(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world, *upstream.Upstream){
		"ended": func(_ *world, u *upstream.Upstream) { u.Ended = true },
		"over":  func(w *world, u *upstream.Upstream) { u.Until = w.Now() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.behind("camara", nil).attach("192.0.2.1")
			token := w.do(w.as("camara", tokenPath, codeForm(w.away("camara").Get("code")))).member("access_token")
			state := w.sent(authorization("camara")).Query().Get("state")
			all, err := w.upstreams.Upstreams(t.Context())
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			end(w, &all[0])
			if err := w.upstreams.Put(t.Context(), all[0]); err != nil {
				t.Fatal(err)
			}
			w.asked = 0
			a := w.do(httptest.NewRequest(http.MethodGet, "/oauth2/callback/network?code=theirs&state="+state, nil))
			to, err := url.Parse(a.header.Get("Location"))
			if err != nil || to.Query().Get("error") != "access_denied" || to.Query().Has("code") {
				t.Errorf("the device is sent to %s, %v", to, err)
			}
			w.wantLogged(`"told":"not-covered"`)
			if a := w.verify(token, subscriber); a.status != http.StatusForbidden || w.asked != 0 {
				t.Errorf("verify is %d %s after %d calls", a.status, a.body, w.asked)
			}
			w.wantLogged(`"upstream":"network"`, `"asked":"verify"`, `"told":"not-covered"`)
			w.wantSent("", "access_denied")
		})
	}
}

// The line of each call says what was asked of whom and what came of it, and nothing of what was
// sent.
func TestUpstreamsAreLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("camara", nil).attach("192.0.2.1")
	to := w.sent(authorization("camara"))
	w.wantLogged(`"upstream":"network"`, `"asked":"authorize"`, `"told":"sent"`)
	visit := httptest.NewRequest(http.MethodGet, to.RequestURI(), nil)
	visit.RemoteAddr = "192.0.2.9:40000" // which is no line
	theirs := w.network.do(visit)
	back, err := url.Parse(theirs.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	w.do(httptest.NewRequest(http.MethodGet, back.RequestURI(), nil))
	w.wantLogged(`"asked":"authorize"`, `"told":"other-network"`)
	token := w.do(w.as("camara", tokenPath, codeForm(w.away("camara").Get("code")))).member("access_token")
	if !strings.Contains(w.log.String(), `"asked":"token","told":"match"`) {
		t.Error("the exchange is not logged")
	}
	w.verify(token, stranger)
	w.wantLogged(`"upstream":"network"`, `"asked":"verify"`, `"told":"mismatch"`)
	if log := w.log.String(); strings.Contains(log, stranger[1:]) || strings.Contains(log, subscriber[1:]) || strings.Contains(log, token) {
		t.Error("the log tells of what was sent")
	}
}
