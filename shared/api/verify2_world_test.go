package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/local/assembly"
	"lineproof/shared/account"
	"lineproof/shared/api/verify2"
	"lineproof/shared/grant"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/sms"
	"lineproof/shared/token"
	"lineproof/shared/verification"
	"lineproof/shared/web"
	"lineproof/shared/webhook"
	"lineproof/shared/wire"
)

// The applications of every pinWorld. The first five call for the accounts from standardKey on.
const (
	standardApp = "5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4b50"
	vonageApp   = "5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4bf0" // with the outcomes of Vonage's operator
	lostApp     = "5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4bf1" // of an account that is nobody's
	disabledApp = "5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4bf2"
	quietApp    = "5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4bf3" // that nobody is told of
)

// landing is where devices may be sent.
const landing = "https://client.example/verified"

// instance names every request of a pinWorld.
const instance = "0f0e0d0c-0b0a-4908-8706-050403020100"

// appOf names the application that calls for an account.
func appOf(k account.Key) string {
	return fmt.Sprintf("%s%d", standardApp[:len(standardApp)-1], k-standardKey)
}

// registerApplications registers the applications.
func (w *pinWorld) registerApplications() {
	w.t.Helper()
	put := func(id, account string, change func(*grant.Client)) {
		c := grant.Client{
			ID: id, Wire: "vonage", Method: grant.ApplicationJWT, Account: account,
			JWKS: token.Ring{keys()["client-rsa"]}.JWKS(), RedirectURIs: []string{landing},
			StatusURL: "https://client.example/status",
		}
		change(&c)
		if err := w.clients.Put(context.Background(), c); err != nil {
			w.t.Fatal(err)
		}
	}
	same := func(*grant.Client) {}
	for k := standardKey; k <= unlimitedKey; k++ {
		put(appOf(k), k.String(), same)
	}
	standard := standardKey.String()
	put(vonageApp, standard, func(c *grant.Client) { c.Outcomes = grant.VonageOutcomes })
	put(lostApp, "abcdffff", same)
	put(disabledApp, standard, func(c *grant.Client) { c.Disabled = true })
	put(quietApp, standard, func(c *grant.Client) { c.StatusURL = "" })
}

// told are the callbacks that were queued. Their queue can be away.
type told struct {
	away atomic.Bool
	mu   sync.Mutex
	jobs []webhook.Job
}

// Put notes a callback.
func (o *told) Put(_ context.Context, m webhook.Job, _ time.Duration) error {
	if o.away.Load() {
		return errAway()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.jobs = append(o.jobs, m)
	return nil
}

// kinds returns of what kind they were, in their order.
func (o *told) kinds() []webhook.Kind {
	o.mu.Lock()
	defer o.mu.Unlock()
	var kinds []webhook.Kind
	for _, m := range o.jobs {
		kinds = append(kinds, m.Kind)
	}
	return kinds
}

// attach gives an address to who has the number, for an hour.
func (w *pinWorld) attach(address, held string) {
	w.t.Helper()
	attach(w.t, w.sessions, address, held, w.Now())
}

// uncover has silent verification know no country.
func (w *pinWorld) uncover() {
	w.uncovered = true
	w.mount(w.logger)
}

// verify2 are the operations of the Verify API (v2).
func (w *pinWorld) verify2(p assembly.Ports) map[wire.Operation]web.Endpoint {
	served := assembly.Verify2(p)
	if w.uncovered {
		reader := verify2.Reader{
			Line: numbering.Parse, Locale: message.LocaleNear,
			Covered: func(string) bool { return false }, Phrases: sms.Phrases(),
		}
		listener := webhook.Listener{Outbox: w.told, Now: w.Now}
		served[wire.Verify2Request] = verify2.Request(p, reader, p.Outbox, sms.Anywhere, listener)
	}
	return served
}

// identified names every request.
func identified(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(rw, r.WithContext(web.Identified(r.Context(), instance)))
	})
}

// appJWT makes a JWT of an application, as Vonage's SDKs do; a change of nil leaves a claim out.
func (w *pinWorld) appJWT(app string, changes jwt.MapClaims) string {
	w.t.Helper()
	claims := jwt.MapClaims{
		"application_id": app, "iat": w.Now().Unix(), "exp": w.Now().Unix() + 900,
		"jti": fmt.Sprint("jti-", w.signed.Add(1)),
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	raw, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).
		SignedString(keys()["client-rsa"].Private())
	if err != nil {
		w.t.Fatal(err)
	}
	return raw
}

// v2 is a call of the Verify API (v2) below its base path, without credentials.
func v2(method, below, body string) call {
	c := call{method: method, target: "/v2/verify" + below, body: body}
	if body != "" {
		c = c.with("Content-Type", "application/json")
	}
	return c
}

// asAccount has an account make a call.
func (c call) asAccount(k account.Key) call {
	return c.with("Authorization", basic(k.String(), secretOf(k)))
}

// asApp has an application make a call.
func (w *pinWorld) asApp(app string, c call) call {
	return c.with("Authorization", "Bearer "+w.appJWT(app, nil))
}

// step is one of a workflow, of channel, number and other members.
func step(channel, to string, more ...any) map[string]any {
	return membersOf(append([]any{"channel", channel, "to", to}, more...)...)
}

// membersOf makes an object of names and values; a value of nil leaves a member out.
func membersOf(pairs ...any) map[string]any {
	made := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		if name, _ := pairs[i].(string); pairs[i+1] != nil {
			made[name] = pairs[i+1]
		} else {
			delete(made, name)
		}
	}
	return made
}

// line is whom the requests of the Verify API (v2) reach.
const line = "447700900123"

// asking2 is the body of a request for these steps, changed.
func asking2(steps []map[string]any, pairs ...any) string {
	all := append([]any{"brand", "Acme", "workflow", steps}, pairs...)
	text, _ := json.Marshal(membersOf(all...)) // texts and numbers: never fails
	return string(text)
}

// steps are those of a workflow.
func steps(all ...map[string]any) []map[string]any { return all }

// bySMS and silently are workflows that most cases have.
func bySMS() []map[string]any    { return steps(step("sms", line)) }
func silently() []map[string]any { return steps(step("silent_auth", line), step("sms", line)) }

// begun2 has the standard account's application begin a verification, sends its first message, and
// returns its request_id.
func (w *pinWorld) begun2(workflow []map[string]any, pairs ...any) string {
	w.t.Helper()
	a := w.do(w.asApp(standardApp, v2(http.MethodPost, "", asking2(workflow, pairs...))))
	if a.status != http.StatusAccepted {
		w.t.Fatalf("request answered %d %s", a.status, a.body)
	}
	w.advance(time.Second)
	return a.member("request_id")
}

// sentCode2 returns the code last sent for a request_id.
func (w *pinWorld) sentCode2(id string) string {
	w.t.Helper()
	own, _ := verification.ParseRequestID(id)
	return w.sentPIN(own)
}

// check2 checks a code for the standard account.
func (w *pinWorld) check2(id, code string) answer {
	w.t.Helper()
	return w.do(w.asApp(standardApp, checking(id, code)))
}

// checking is a call that checks a code.
func checking(id, code string) call {
	return v2(http.MethodPost, "/"+id, bodyOf("code", code))
}

// visiting is the call of a device.
func visiting(id string) call { return v2(http.MethodGet, "/"+id+wire.SilentAuthPath, "") }
