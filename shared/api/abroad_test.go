package api_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"

	"lineproof/shared/api/verify2"
	"lineproof/shared/grant"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
	"lineproof/shared/webhook"
)

// networkIssuer is where the network behind a pinWorld is reached.
const networkIssuer = "https://network.example"

// abroad is the network behind a pinWorld, and carries its calls.
type abroad struct {
	handler http.Handler
	move    func(time.Duration)

	mu       sync.Mutex
	calls    []string // the paths asked
	inFlight int      // how many are asked at once, and at most were
	most     int
	hostile  http.HandlerFunc // answers in its place
	lost     bool             // what is asked is never answered
}

// Do carries a call.
func (a *abroad) Do(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	a.calls = append(a.calls, r.URL.Path)
	a.inFlight++
	a.most = max(a.most, a.inFlight)
	handler, lost := a.handler, a.lost
	if a.hostile != nil {
		handler = a.hostile
	}
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.inFlight--
	}()
	answer := httptest.NewRecorder()
	r.RequestURI = r.URL.RequestURI()
	handler.ServeHTTP(answer, r)
	if lost { // it may have been carried out
		httptrace.ContextClientTrace(r.Context()).WroteHeaders()
		return nil, io.ErrUnexpectedEOF
	}
	return answer.Result(), nil
}

// answers has something answer in the network's place, nil the network itself.
func (a *abroad) answers(h http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hostile = h
}

// asked returns how often it was asked since the last time.
func (a *abroad) asked() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := len(a.calls)
	a.calls = nil
	return n
}

// put puts an upstream that all of the network is, changed.
func (w *pinWorld) putUpstream(u upstream.Upstream, change func(*upstream.Upstream)) upstream.Upstream {
	w.t.Helper()
	u.Name, u.Secret, u.Default = "network", "front", true
	if change != nil {
		change(&u)
	}
	if err := w.upstreams.Put(context.Background(), u); err != nil {
		w.t.Fatal(err)
	}
	w.held["front"] = frontSecret()
	return u
}

// behindCodes puts a network behind a world that knows subscribers of its own, as an upstream of
// the code flow.
func (w *pinWorld) behindCodes(change func(*upstream.Upstream)) (*abroad, *world) {
	w.t.Helper()
	network := newWorld(w.t)
	network.registerFront(w.putUpstream(upstream.Upstream{
		Profile: "camara", ClientID: "front",
		Terms: upstream.Terms{
			Authorization: networkIssuer + "/oauth2/authorize", Token: issuer + tokenPath,
			Verify: networkIssuer + "/number-verification/v2/verify", AMR: grant.NetworkBased,
		},
	}, change))
	a := &abroad{handler: network.handler, move: network.advance}
	w.client = a
	w.mount(w.logger)
	return a, network
}

// behindSteps puts a network behind a world, as an upstream whose silent steps begin with the
// number.
func (w *pinWorld) behindSteps(change func(*upstream.Upstream)) (*abroad, *pinWorld) {
	w.t.Helper()
	network := newPINWorld(w.t)
	var err error
	if network.master, err = verification.NewKey(9, bytes.Repeat([]byte{9}, 32)); err != nil {
		w.t.Fatal(err)
	}
	network.issuer = networkIssuer
	network.mount(network.logger)
	w.putUpstream(upstream.Upstream{
		Profile: "vonage-v2", ClientID: standardApp,
		Terms: upstream.Terms{Verify: networkIssuer + "/v2/verify"},
	}, change)
	a := &abroad{handler: network.handler, move: network.advance}
	w.client = a
	w.mount(w.logger)
	return a, network
}

// trip is where a device was, and what it was answered at last.
type trip struct {
	answer
	hops []string
}

// travel has a device go to an address and on to where it is sent, from world to world, until it
// is answered. Each answer on the way is one that nothing keeps and that shows nothing.
func (w *pinWorld) travel(a *abroad, location string) trip {
	w.t.Helper()
	var made trip
	for range 10 { // as many as SDKs go
		at, err := url.Parse(location)
		if err != nil {
			w.t.Fatal(err)
		}
		handler := w.handler
		if at.Scheme+"://"+at.Host == networkIssuer {
			handler = a.handler
		}
		made.hops = append(made.hops, location)
		made.answer = serve(handler, get(at.RequestURI()))
		if made.header.Get("Cache-Control") != "no-store" ||
			made.header.Get("Referrer-Policy") != "no-referrer" {
			w.t.Errorf("%s is answered with %v", at.Path, made.header)
		}
		if made.status != http.StatusFound {
			return made
		}
		if made.body != "" {
			w.t.Errorf("%s shows %s", at.Path, made.body)
		}
		location = made.header.Get("Location")
	}
	w.t.Fatalf("too many hops: %v", made.hops)
	return made
}

// sent returns where a device is sent from the check_url.
func (w *pinWorld) sent(id string) *url.URL {
	w.t.Helper()
	a := w.do(visiting(id))
	to, err := url.Parse(a.header.Get("Location"))
	if a.status != http.StatusFound || err != nil {
		w.t.Fatalf("the check_url is answered %d %s, %v", a.status, a.body, err)
	}
	return to
}

// serve has a handler answer a call.
func serve(h http.Handler, c call) answer {
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, httptest.NewRequest(c.method, c.target, nil))
	return answer{rw.Code, rw.Result().Header, rw.Body.String()}
}

// summary is what would be told of a verification of the standard account.
func (w *pinWorld) summary(id string) string {
	w.t.Helper()
	found, err := verification.Searcher{
		Store: w.dispatcher.Store, Now: w.Now, Keys: verification.IDKeys(verification.Ring{w.master}),
	}.Search(w.t.Context(), standardKey, []string{id})
	if err != nil {
		w.t.Fatal(err)
	}
	body, _ := verify2.Callbacks{Origin: issuer}.Body(webhook.Summary, id, found[0].Verification)
	return string(body)
}

// checkURLOf is the check_url of a request.
func checkURLOf(id string) string { return issuer + visiting(id).target }
