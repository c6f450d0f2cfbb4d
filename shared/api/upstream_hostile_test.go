package api_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lineproof/local/assembly"
	"lineproof/shared/grant"
	"lineproof/shared/outbound"
	"lineproof/shared/upstream"
	"lineproof/shared/web"
)

// calling has another client carry a world's calls to upstreams from now on.
func (w *world) calling(by upstream.Doer) {
	ports := w.ports()
	ports.Settings.UpstreamClient = by
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	ports.Settings.Log = log
	w.handler = web.Router(log, assembly.Silent(ports))
}

// doer carries calls.
type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// trickle is a body of which a byte comes each second, for ever.
type trickle struct{ of context.Context }

func (b trickle) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	case <-b.of.Done():
		return 0, b.of.Err()
	}
}

// slowly are the ways of an upstream to take its time, of which the calls are counted.
func slowly(calls *int) map[string]doer {
	return map[string]doer{
		"nothing comes": func(r *http.Request) (*http.Response, error) {
			*calls++
			httptrace.ContextClientTrace(r.Context()).WroteHeaders()
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
		"a body that trickles": func(r *http.Request) (*http.Response, error) {
			*calls++
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(trickle{r.Context()})}, nil
		},
	}
}

// tokenAway is the access token of a client for a subscriber of the network behind.
func (w *world) tokenAway() string {
	w.t.Helper()
	raw := w.do(w.as("camara", tokenPath, codeForm(w.away("camara").Get("code")))).member("access_token")
	if raw == "" {
		w.t.Fatal("there is no token")
	}
	return raw
}

// Who takes their time is waited for as long as is said, once: 6 seconds for verify and share, 3 for
// all that a device waits for.
func TestSlowUpstreams(t *testing.T) {
	t.Parallel()
	keys()
	for name := range slowly(nil) {
		synctest.Test(t, func(t *testing.T) {
			w, calls := newWorld(t), 0
			w.behind("camara", nil).attach("192.0.2.1")
			raw := w.tokenAway()
			state := w.sent(authorization("camara")).Query().Get("state")
			shared := w.openedAway(goodScope + " " + scopeShare)
			w.calling(slowly(&calls)[name])
			wait := func(what string, want time.Duration, ask func()) {
				t.Helper()
				calls = 0
				begun := time.Now()
				ask()
				if took := time.Since(begun); took != want || calls != 1 {
					t.Errorf("%s, %s: it takes %s and %d calls", name, what, took, calls)
				}
			}
			wait("verify", 6*time.Second, func() { w.verify(raw, subscriber).is(t, 504, "TIMEOUT") })
			wait("share", 6*time.Second, func() {
				w.called(benchWire.shareCall("Bearer "+shared, ""), "").is(t, 504, "TIMEOUT")
			})
			wait("callback", 3*time.Second, func() {
				a := w.do(httptest.NewRequest(http.MethodGet, "/oauth2/callback/network?code=theirs&state="+state, nil))
				if back := a.redirected(t); back.Get("error") != "temporarily_unavailable" || back.Has("code") {
					t.Errorf("%s: back comes %v", name, back)
				}
			})
			calls = 0
			w.verify(raw, subscriber).is(t, 401, "UNAUTHENTICATED")
			w.called(benchWire.shareCall("Bearer "+shared, ""), "").is(t, 401, "UNAUTHENTICATED")
			again := httptest.NewRequest(http.MethodGet, "/oauth2/callback/network?code=theirs&state="+state, nil)
			if a := w.do(again); a.status != http.StatusBadRequest || calls != 0 {
				t.Errorf("%s: again it is %d after %d calls", name, a.status, calls)
			}
		})
	}
}

// openedAway is an access token of that scope for a subscriber of the network behind.
func (w *world) openedAway(scope string) string {
	w.t.Helper()
	back := w.travel(authorizePath + "?" + merged(authorization("camara"), "scope", scope).Encode())
	return w.do(w.as("camara", tokenPath, codeForm(back.Get("code")))).member("access_token")
}

// retryLater is an answer that says when to come again.
func retryLater(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Retry-After", "3600")
	rw.WriteHeader(http.StatusTooManyRequests)
}

// redirecting is an answer that leads to where credentials of clouds are told.
func redirecting(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Location", "http://169.254.169.254/latest/meta-data/iam/security-credentials/")
	rw.WriteHeader(http.StatusFound)
}

// Whatever an upstream's token endpoint answers but a token, the client is told of once, in its own
// words, and the code is exchanged once.
func TestHostileTokenEndpoints(t *testing.T) {
	t.Parallel()
	const busy = "temporarily_unavailable"
	for name, test := range map[string]struct {
		answers     http.HandlerFunc
		error, told string
	}{
		"HTML":                      {says(200, `<html>`), "server_error", "malformed"},
		"64 KB":                     {says(200, `{"access_token":"`+strings.Repeat("x", 64<<10)+`"}`), "server_error", "malformed"},
		"no token":                  {says(200, `{"token_type":"Bearer"}`), "server_error", "malformed"},
		"a number for a token":      {says(200, `{"access_token":1}`), "server_error", "malformed"},
		"a list for a token":        {says(200, `{"access_token":["theirs"]}`), "server_error", "malformed"},
		"a number for an id_token":  {says(200, `{"access_token":"theirs","id_token":1}`), "server_error", "malformed"},
		"a token with a line break": {says(200, `{"access_token":"theirs\r\nX-Other: 1"}`), "server_error", "malformed"},
		"another type of token":     {says(200, `{"access_token":"theirs","token_type":"DPoP"}`), "server_error", "malformed"},
		"a list":                    {says(200, `[{"access_token":"theirs"}]`), "server_error", "malformed"},
		"a redirect":                {redirecting, "server_error", "malformed"},
		"500":                       {says(500, `{"access_token":"theirs"}`), busy, "burned"},
		"503":                       {says(503, `<html>`), busy, "burned"},
		"the answer lost":           {nil, busy, "burned"},
		"too often":                 {retryLater, busy, "busy"},
		"a secret that expired":     {says(401, `{"error":"invalid_client","error_description":"canary"}`), busy, "misconfigured"},
		"a client that may not":     {says(400, `{"error":"unauthorized_client"}`), busy, "misconfigured"},
		"a redirect_uri of others":  {says(400, `{"error":"invalid_request"}`), busy, "misconfigured"},
		"a code that was exchanged": {says(400, `{"error":"invalid_grant"}`), busy, "refusal"},
		"no consent":                {says(400, `{"error":"consent_required"}`), "consent_required", "no-consent"},
		"another network":           {says(400, `{"error":"access_denied"}`), "access_denied", "other-network"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.behind("telefonica", nil).attach("192.0.2.1")
			w.hostile, w.silentUpstream = test.answers, test.answers == nil
			back := w.away("camara")
			if back.Get("error") != test.error || back.Has("code") || back.Get("state") != "a state" || w.asked != 1 {
				t.Errorf("back comes %v after %d calls", back, w.asked)
			}
			w.wantLogged(`"upstream":"network"`, `"asked":"token"`, `"told":"`+test.told+`"`)
			if strings.Contains(back.Encode()+w.log.String(), "canary") {
				t.Error("it is told what the upstream says")
			}
		})
	}
}

// What share is answered is a number or none, told in the client's wire after one call.
func TestHostileShares(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers http.HandlerFunc
		status  int
		code    string
	}{
		"a number":               {says(200, `{"devicePhoneNumber":"`+subscriber+`"}`), 200, ""},
		"no number":              {says(200, `{}`), 500, "INTERNAL"},
		"an integer":             {says(200, `{"devicePhoneNumber":34123456789}`), 500, "INTERNAL"},
		"a boolean":              {says(200, `{"devicePhoneNumberVerified":true}`), 500, "INTERNAL"},
		"no phone's":             {says(200, `{"devicePhoneNumber":"+0"}`), 500, "INTERNAL"},
		"a script":               {says(200, `{"devicePhoneNumber":"<script>"}`), 500, "INTERNAL"},
		"HTML":                   {says(200, `<html>`), 500, "INTERNAL"},
		"64 KB":                  {says(200, `{"devicePhoneNumber":"`+subscriber+`","x":"`+strings.Repeat("x", 64<<10)+`"}`), 500, "INTERNAL"},
		"a redirect":             {redirecting, 500, "INTERNAL"},
		"500":                    {says(500, `{"devicePhoneNumber":"`+subscriber+`"}`), 504, "TIMEOUT"},
		"the answer lost":        {nil, 504, "TIMEOUT"},
		"too often":              {retryLater, 429, "TOO_MANY_REQUESTS"},
		"our credentials":        {says(401, `{}`), 503, "UNAVAILABLE"},
		"another network":        {says(403, `{"code":"`+notNetwork+`"}`), 403, notNetwork},
		"a token without number": {says(403, `{"code":"INVALID_TOKEN_CONTEXT"}`), 403, notNetwork}, // its word for both
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.behind("telefonica", nil).attach("192.0.2.1")
			raw := w.openedAway(goodScope + " " + scopeShare)
			w.asked, w.hostile, w.silentUpstream = 0, test.answers, test.answers == nil
			a := w.called(benchWire.shareCall("Bearer "+raw, ""), "")
			a.is(t, test.status, test.code)
			if strings.Contains(a.body, subscriber) != (test.status == 200) || a.header.Get("Retry-After") != "" {
				t.Errorf("answered %s with %v", a.body, a.header)
			}
			w.called(benchWire.shareCall("Bearer "+raw, ""), "").is(t, 401, "UNAUTHENTICATED")
			if w.asked != 1 {
				t.Errorf("%d calls were made", w.asked)
			}
		})
	}
}

// A callback that names its issuer names the upstream's, and has to where the upstream says that it
// does (RFC 9207 §2.4). Another's ends the leg before its code goes anywhere.
func TestIssuersOfCallbacks(t *testing.T) {
	t.Parallel()
	yes := true
	for name, test := range map[string]struct {
		iss        string
		advertises *bool
		good       bool
	}{
		"its own":            {"&iss=" + issuer, nil, true},
		"none":               {"", nil, true},
		"advertised":         {"&iss=" + issuer, &yes, true},
		"none, advertised":   {"", &yes, false},
		"another's":          {"&iss=https://other.example", nil, false},
		"another spelling":   {"&iss=" + issuer + "/", nil, false},
		"two, advertised":    {"&iss=" + issuer + "&iss=https://other.example", &yes, false},
		"another's, no code": {"&error=access_denied&iss=https://other.example", nil, false},
	} {
		w := newWorld(t)
		w.issuing(func(u *upstream.Upstream) { u.AdvertisesIssuer = test.advertises }).id = func(string) string { return "" }
		state := w.sent(authorization("camara")).Query().Get("state")
		a := w.do(httptest.NewRequest(http.MethodGet, "/oauth2/callback/network?code=theirs&state="+state+test.iss, nil))
		back := a.redirected(t)
		if back.Has("code") != test.good || !test.good && back.Get("error") != "server_error" || (w.asked == 1) != test.good {
			t.Errorf("%s: back comes %v after %d calls", name, back, w.asked)
		}
	}
}

// Many callbacks with one state and a good code come to one exchange and one code of ours, which is
// good once.
func TestCallbacksAtOnceComeToOneCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("camara", nil).attach("192.0.2.1")
	back := w.atCallback(w.sent(authorization("camara")))
	locations := make(chan string, 50)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { locations <- w.do(httptest.NewRequest(http.MethodGet, back, nil)).header.Get("Location") })
	}
	all.Wait()
	close(locations)
	var codes []string
	for location := range locations {
		if u, err := url.Parse(location); err == nil && u.Query().Has("code") {
			codes = append(codes, u.Query().Get("code"))
		} else if location != "" {
			t.Errorf("one is sent to %s", location)
		}
	}
	if len(codes) != 1 || w.asked != 1 {
		t.Fatalf("%d codes come of %d calls", len(codes), w.asked)
	}
	w.do(w.as("camara", tokenPath, codeForm(codes[0]))).is(t, 200, "")
	w.do(w.as("camara", tokenPath, codeForm(codes[0]))).is(t, 400, "invalid_grant")
}

// atCallback has the subscriber visit the network, and returns the path and query with which they
// come back.
func (w *world) atCallback(there *url.URL) string {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, there.RequestURI(), nil)
	r.RemoteAddr = "192.0.2.1:40000"
	back, err := url.Parse(w.network.do(r).header.Get("Location"))
	if err != nil || !back.Query().Has("code") {
		w.t.Fatalf("back comes %v, %v", back, err)
	}
	return back.RequestURI()
}

// A code counts in the leg that it was given in alone: not with the state of another browser's, not
// at another upstream's callback, and not twice.
func TestSwappedCallbacks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		swap   func(w *world, mine, others url.Values) string // what is called
		status int
		asked  int
	}{
		"another browser's state": {func(_ *world, mine, others url.Values) string {
			return "network?" + merged(mine, "state", others.Get("state")).Encode()
		}, 302, 1},
		"another upstream's path": {func(_ *world, mine, _ url.Values) string { return "other?" + mine.Encode() }, 400, 0},
		"a path of nobody":        {func(_ *world, mine, _ url.Values) string { return "nobody?" + mine.Encode() }, 400, 0},
		"a code of one at the other's": {func(w *world, mine, _ url.Values) string {
			w.change("camara", func(c *grant.Client) { c.Upstream = "other" })
			state := w.sent(authorization("camara")).Query().Get("state")
			return "other?" + merged(mine, "state", state).Encode()
		}, 302, 1},
		"a code that was exchanged": {func(w *world, _, others url.Values) string {
			w.do(httptest.NewRequest(http.MethodGet, "/oauth2/callback/network?"+others.Encode(), nil)).redirected(w.t)
			state := w.sent(authorization("camara")).Query().Get("state")
			return "network?" + merged(others, "state", state).Encode()
		}, 302, 2},
		"a state that was used": {func(w *world, mine, _ url.Values) string {
			w.do(httptest.NewRequest(http.MethodGet, "/oauth2/callback/network?"+mine.Encode(), nil)).redirected(w.t)
			return "network?" + mine.Encode()
		}, 400, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.behind("camara", nil).attach("192.0.2.1")
			all, err := w.upstreams.Upstreams(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			other := all[0]
			other.Name, other.Default, other.Revision = "other", false, 0
			if err := w.upstreams.Put(t.Context(), other); err != nil {
				t.Fatal(err)
			}
			w.network.change("front", func(c *grant.Client) {
				c.RedirectURIs = append(c.RedirectURIs, issuer+"/oauth2/callback/other")
			})
			var brought [2]url.Values
			for i := range brought {
				back, err := url.Parse(w.atCallback(w.sent(authorization("camara"))))
				if err != nil {
					t.Fatal(err)
				}
				brought[i] = back.Query()
			}
			a := w.do(httptest.NewRequest(http.MethodGet, "/oauth2/callback/"+test.swap(w, brought[0], brought[1]), nil))
			location := a.header.Get("Location")
			if a.status != test.status || strings.Contains(location, "code=") || w.asked != test.asked {
				t.Errorf("%d %s after %d calls", a.status, location, w.asked)
			}
			if a.status == 302 && !strings.Contains(location, "error=temporarily_unavailable") {
				t.Errorf("sent to %s", location)
			}
		})
	}
}

// reached is an upstream that is called over the network, and counts what it is asked.
type reached struct {
	*httptest.Server
	calls atomic.Int64
}

func reach(t *testing.T, answer http.HandlerFunc) *reached {
	t.Helper()
	r := &reached{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.calls.Add(1)
		answer(w, q)
	}))
	t.Cleanup(r.Close)
	return r
}

// Over a network: no redirect of the token endpoint, of verify or of the keys is followed, and what
// is reset after it was sent is not sent again.
func TestUpstreamsOverANetwork(t *testing.T) {
	t.Parallel()
	reset := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
	for _, at := range []string{"token", "verify", "jwks"} {
		for name, test := range map[string]struct {
			answers func(trap string) http.HandlerFunc
			verify  int
			back    string
		}{
			"a redirect": {func(trap string) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, trap, http.StatusTemporaryRedirect) }
			}, 500, "server_error"},
			"reset": {func(string) http.HandlerFunc { return reset }, 504, "temporarily_unavailable"},
		} {
			trap := reach(t, says(200, `{"access_token":"theirs","devicePhoneNumberVerified":true,"keys":[]}`))
			ill := reach(t, test.answers(trap.URL))
			w := newWorld(t)
			i := w.issuing(nil)
			i.id = func(nonce string) string { return i.signed("operator", issuer, nonce) }
			well := reach(t, i.answer)
			w.relocate(func(u *upstream.Upstream) {
				u.Authorization, u.Token, u.Verify = well.URL+authorizePath, well.URL+tokenPath, well.URL+"/verify"
				u.JWKS = well.URL + "/oauth2/jwks"
				*map[string]*string{"token": &u.Token, "verify": &u.Verify, "jwks": &u.JWKS}[at] = ill.URL + "/" + at
			})
			w.calling(outbound.NewClient(outbound.Options{Loopback: true}))
			back := i.back()
			wantBack := test.back
			if at == "jwks" {
				wantBack = "temporarily_unavailable" // nobody can tell whose token it is
			}
			if at != "verify" && (back.Get("error") != wantBack || back.Has("code")) {
				t.Errorf("%s, %s: back comes %v", at, name, back)
			}
			if at == "verify" {
				raw := w.do(w.as("camara", tokenPath, codeForm(back.Get("code")))).member("access_token")
				if a := w.verify(raw, subscriber); a.status != test.verify {
					t.Errorf("%s, %s: verify is %d %s", at, name, a.status, a.body)
				}
				w.verify(raw, subscriber).is(t, 401, "UNAUTHENTICATED")
			}
			if ill.calls.Load() != 1 || trap.calls.Load() != 0 {
				t.Errorf("%s, %s: %d calls, and %d to where it leads", at, name, ill.calls.Load(), trap.calls.Load())
			}
		}
	}
}

// relocate changes the upstream behind.
func (w *world) relocate(change func(*upstream.Upstream)) {
	w.t.Helper()
	all, err := w.upstreams.Upstreams(w.t.Context())
	if err == nil {
		change(&all[0])
		err = w.upstreams.Put(w.t.Context(), all[0])
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// Where the code itself opens verify, a device may have made it up, and it is verify that refuses
// it then: however many are, the upstream is asked as ever.
func TestMadeUpCodesAsTokens(t *testing.T) {
	t.Parallel()
	for status, body := range map[int]string{400: `{"code":"INVALID_ARGUMENT"}`, 401: `{"code":"UNAUTHENTICATED"}`, 403: `{}`} {
		w := newWorld(t)
		w.behind("infobip", nil)
		w.hostile = says(status, body)
		for i := range 7 {
			w.verify(w.openedBare(), subscriber).is(t, 503, "UNAVAILABLE")
			w.wantLogged(`"asked":"verify"`, `"told":"misconfigured"`)
			if w.asked != i+1 {
				t.Fatalf("%d: of %d made up, %d are asked about", status, i+1, w.asked)
			}
		}
		w.wantSent("network.example", "")
		w.hostile = says(500, `{}`) // which is its own doing
		for range 5 {
			w.verify(w.openedBare(), subscriber).is(t, 504, "TIMEOUT")
		}
		w.wantSent("", "access_denied")
	}
}

// openedBare is an access token for a code that some device brought back from the upstream behind.
func (w *world) openedBare() string {
	w.t.Helper()
	state := w.sent(authorization("camara")).Query().Get("state")
	back := w.do(httptest.NewRequest(http.MethodGet, "/oauth2/callback/network?code=theirs&state="+state, nil))
	at, err := url.Parse(back.header.Get("Location"))
	if err != nil {
		w.t.Fatal(err)
	}
	return w.do(w.as("camara", tokenPath, codeForm(at.Query().Get("code")))).member("access_token")
}

// What cannot be a code is never sent anywhere, least of all in a header.
func TestCodesThatAreNone(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"a line break": "a%0d%0aX-Other:%20b", "a null": "a%00b", "no ASCII": "%c3%a9", "a delete": "%7f",
		"too long": strings.Repeat("a", 4097), "two": "a&code=b", "none": "",
	} {
		for _, profile := range []string{"camara", "infobip"} {
			w := newWorld(t)
			w.behind(profile, nil)
			state := w.sent(authorization("camara")).Query().Get("state")
			a := w.do(httptest.NewRequest(http.MethodGet, "/oauth2/callback/network?state="+state+"&code="+code, nil))
			if back := a.redirected(t); back.Get("error") != "server_error" || back.Has("code") || w.asked != 0 {
				t.Errorf("%s, %s: back comes %v after %d calls", profile, name, back, w.asked)
			}
		}
	}
}
