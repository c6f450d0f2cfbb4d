package server

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/numbering"
	"lineproof/shared/sms"
	"lineproof/shared/verification"
	"lineproof/shared/webhook"
)

const called = "+447700900123"

// world is a server whose jobs run when the local routes have
// them run, or the clock.
type world struct {
	t *testing.T
	*Server
	log *bytes.Buffer
}

func newWorld(t *testing.T, statusURL string) world {
	t.Helper()
	still, stop := context.WithCancel(t.Context())
	stop() // nothing runs by itself
	log := &bytes.Buffer{}
	s, err := New(still, Config{
		Issuer: "http://127.0.0.1:8080", Stores: InMemory(), StatusURL: statusURL,
		Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return world{t, s, log}
}

// ask calls the server, and returns the answer's status and body.
func (w world) ask(method, path, body string) (int, string) {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	if !strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer.Code, answer.Body.String()
}

// begin begins a verification of the standard account that its application is told of.
func (w world) begin(callback string) string {
	w.t.Helper()
	line, err := numbering.Parse(called, "GB")
	if err != nil {
		w.t.Fatal(err)
	}
	kept, err := w.stores.Accounts.Account(w.t.Context(), standardKey)
	if err != nil {
		w.t.Fatal(err)
	}
	nonce, err := verification.NewNonce(rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	id, err := verification.Requester{
		Store: w.stores.PINs, Outbox: w.outbox, Keys: w.dispatcher.Keys, Routed: sms.Anywhere, Now: w.clock.Now,
	}.Request(w.t.Context(), verification.Caller{Account: standardKey, Terms: kept.Terms}, verification.Order{
		Line: line, Brand: "Acme", Sender: "Acme", Locale: "en-gb", Digits: 4, Callback: callback,
		Plan: verification.Plan{
			Steps:  []verification.Step{{Channel: verification.SMS, Wait: 3 * time.Minute}, {Channel: verification.Voice}},
			Expiry: 3 * time.Minute,
		},
	}, nonce)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// check enters the PIN that was sent.
func (w world) check(id string) (pin string) {
	w.t.Helper()
	_, listed := w.ask(http.MethodGet, "/local/messages?request_id="+id, "")
	var messages []listedMessage
	if err := json.Unmarshal([]byte(listed), &messages); err != nil || len(messages) == 0 {
		w.t.Fatalf("%s, %v", listed, err)
	}
	pin = messages[0].PIN
	form := url.Values{"api_key": {standardKey.String()}, "api_secret": {"sandbox-standard"}, "request_id": {id}, "code": {pin}}
	if _, answer := w.ask(http.MethodPost, "/verify/check/json", form.Encode()); !strings.Contains(answer, `"status":"0"`) {
		w.t.Fatalf("the check answers %s", answer)
	}
	return pin
}

// advance moves the clock.
func (w world) advance(by string) {
	w.t.Helper()
	if status, answer := w.ask(http.MethodPost, "/local/clock", `{"advance":"`+by+`"}`); status != 200 {
		w.t.Fatalf("%d %s", status, answer)
	}
}

func (w world) listed(query string) []listedCallback {
	w.t.Helper()
	status, text := w.ask(http.MethodGet, "/local/callbacks"+query, "")
	var listed []listedCallback
	if err := json.Unmarshal([]byte(text), &listed); err != nil || status != 200 {
		w.t.Fatalf("%d %s, %v", status, text, err)
	}
	return listed
}

func dashedID(id string) string {
	return strings.ToUpper(id[:8]) + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// An application hears once of the end, wherever its address leads, and the list shows it under
// either spelling of the request_id.
func TestCallbackIsListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	id := w.begin(webhook.Prefix + standardApplication)
	w.check(id)
	w.advance("10m") // what was queued for the second step comes too
	for _, query := range []string{"", "?request_id=" + id, "?request_id=" + dashedID(id)} {
		listed := w.listed(query)
		if len(listed) != 1 {
			t.Fatalf("%s lists %+v", query, listed)
		}
		got := listed[0]
		if got.URL != "http://127.0.0.1:8080/local/callbacks" || got.Status != http.StatusNoContent ||
			got.Headers["Content-Type"] != "application/json" || got.SentAt.IsZero() {
			t.Errorf("listed %+v", got)
		}
		checkSignature(t, got, standardCaller.secret)
		var body struct {
			RequestID string `json:"request_id"`
			Type      string
			Status    string
		}
		if err := json.Unmarshal([]byte(got.Body), &body); err != nil || body.Type != "summary" ||
			body.Status != "completed" || body.RequestID != strings.ToLower(dashedID(id)) {
			t.Errorf("posted %s, %v", got.Body, err)
		}
	}
	if listed := w.listed("?request_id=" + strings.Repeat("0", 32)); len(listed) != 0 {
		t.Errorf("an unknown request_id lists %v", listed)
	}
	if status, _ := w.ask(http.MethodPost, "/local/callbacks", `{"any":"thing"}`); status != http.StatusNoContent {
		t.Errorf("the receiver answers %d", status)
	}
	if status, _ := w.ask(http.MethodPost, "/local/reset", ""); status != 200 || len(w.listed("")) != 0 {
		t.Errorf("after a reset, %d, %v are listed", status, w.listed(""))
	}
}

// checkSignature checks a signature by hand, and that it is not from the future of who reads it.
func checkSignature(t *testing.T, got listedCallback, secret string) {
	t.Helper()
	parts := strings.Split(strings.TrimPrefix(got.Headers["Authorization"], "Bearer "), ".")
	if len(parts) != 3 {
		t.Fatalf("no signature in %v", got.Headers)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(parts[0] + "." + parts[1]))
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		IAT         int64
		Application string `json:"application_id"`
		Hash        string `json:"payload_hash"`
	}
	if err := json.Unmarshal(text, &claims); err != nil || base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) != parts[2] {
		t.Errorf("signed %s, %v", text, err)
	}
	sum := sha256.Sum256([]byte(got.Body))
	if claims.Hash != hex.EncodeToString(sum[:]) || claims.Application != standardApplication ||
		claims.IAT > time.Now().Unix() || claims.IAT < time.Now().Unix()-60 {
		t.Errorf("signed %s at %d", text, time.Now().Unix())
	}
}

// The clock of the server has what fails tried again.
func TestClockAdvancesRetries(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	var bodies [][]byte
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, body)
		if calls.Add(1) < 3 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(receiver.Close)
	w := newWorld(t, receiver.URL+"/hooks")
	w.check(w.begin(webhook.Prefix + standardApplication))
	if listed := w.listed(""); len(listed) != 1 || listed[0].Status != 500 || listed[0].URL != receiver.URL+"/hooks" {
		t.Fatalf("first: %+v", listed)
	}
	w.advance("4s")
	if listed := w.listed(""); len(listed) != 1 {
		t.Fatalf("too early: %+v", listed)
	}
	w.advance("32s")
	w.advance("25h")
	var statuses []int
	var waits []time.Duration
	listed := w.listed("")
	for _, l := range listed {
		statuses, waits = append(statuses, l.Status), append(waits, l.SentAt.Sub(listed[0].SentAt).Round(time.Second))
		checkSignature(t, l, standardCaller.secret) // although this server's clock is ahead
	}
	if !slices.Equal(statuses, []int{500, 500, 200}) || !slices.Equal(waits, []time.Duration{0, 5 * time.Second, 35 * time.Second}) {
		t.Errorf("answered %v after %v", statuses, waits)
	}
	for _, body := range bodies {
		if !bytes.Equal(body, bodies[0]) {
			t.Errorf("posted %s and %s", bodies[0], body)
		}
	}
}

// A receiver may look at the messages and callbacks, and move the clock, before it answers.
func TestReceiverAsksBack(t *testing.T) {
	t.Parallel()
	var w world
	receiver := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		w.ask(http.MethodGet, "/local/messages", "")
		w.ask(http.MethodGet, "/local/callbacks", "")
		w.advance("1m")
	}))
	w = newWorld(t, "http://"+receiver.Listener.Addr().String())
	receiver.Start()
	t.Cleanup(receiver.Close)
	id := w.begin(webhook.Prefix + standardApplication)
	began, shown := time.Now(), w.clock.Now()
	w.check(id)
	w.advance("30s")
	listed := w.listed("?request_id=" + id)
	if len(listed) != 1 || listed[0].Status != http.StatusOK {
		t.Errorf("listed %+v", listed)
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the receiver waited %v", took)
	}
	if by := w.clock.Now().Sub(shown); by < time.Minute || by > 95*time.Second {
		t.Errorf("the clock moved by %v", by)
	}
}

// A receiver that is gone is given up after a day, and the log tells neither address nor number,
// nor code or secret.
func TestGivenUpCallbacksLeakNothing(t *testing.T) {
	t.Parallel()
	receiver := httptest.NewServer(nil)
	receiver.Close()
	w := newWorld(t, receiver.URL+"/canary")
	pin := w.check(w.begin(webhook.Prefix + standardApplication))
	w.advance("25h")
	listed := w.listed("")
	if len(listed) != 14 || listed[13].Status != 0 {
		t.Fatalf("%d tries: %+v", len(listed), listed)
	}
	for _, l := range listed {
		for _, canary := range []string{called[1:], called[3:], `"` + pin + `"`, standardCaller.secret} {
			if strings.Contains(l.Body+fmt.Sprint(l.Headers), canary) {
				t.Errorf("%s is in %+v", canary, l)
			}
		}
	}
	text := w.log.String()
	if !strings.Contains(text, "callback given up") {
		t.Fatalf("logged %s", text)
	}
	for _, canary := range []string{"canary", called[1:], called[3:], `"` + pin + `"`, standardCaller.secret, "Bearer", "completed"} {
		if strings.Contains(text, canary) {
			t.Errorf("%s is in the log:\n%s", canary, text)
		}
	}
}

// An account hears at its own address, and of what nobody asked nobody is told.
func TestCallbackOfAnAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	kept, err := w.stores.Accounts.Account(t.Context(), standardKey)
	if err != nil {
		t.Fatal(err)
	}
	kept.StatusURL = w.issuer + callbacksPath
	if err := w.stores.Accounts.PutAccount(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	form := url.Values{
		"api_key": {standardKey.String()}, "api_secret": {"sandbox-standard"}, "brand": {"Acme"},
		"number": {called[1:]},
	}
	_, answer := w.ask(http.MethodPost, "/verify/json", form.Encode())
	var begun struct {
		ID string `json:"request_id"`
	}
	if err := json.Unmarshal([]byte(answer), &begun); err != nil || begun.ID == "" {
		t.Fatalf("%s, %v", answer, err)
	}
	id := begun.ID
	w.check(id)
	listed := w.listed("?request_id=" + dashedID(id))
	if len(listed) != 1 || !strings.Contains(listed[0].Body, `{"request_id":"`+id+`",`) {
		t.Fatalf("listed %+v", listed)
	}
	if _, signed := listed[0].Headers["Authorization"]; signed {
		t.Error("signed without a secret")
	}
	w.advance("10m")
	w.check(w.begin(""))
	w.advance("10m")
	if listed := w.listed(""); len(listed) != 1 {
		t.Errorf("listed %+v", listed)
	}
}
