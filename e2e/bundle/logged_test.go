package bundle

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"lineproof/local/server"
	"lineproof/shared/account"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/memory"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/queue"
	"lineproof/shared/sms"
	"lineproof/shared/verification"
	"lineproof/shared/wire"
)

// journal is a log whose lines have the names that they have in Lambda.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) logger() *slog.Logger {
	options := slog.HandlerOptions{ReplaceAttr: lambdacontext.ReplaceAttr}
	return slog.New(slog.NewJSONHandler(j, &options))
}

// lines returns the lines so far by the log group that they stand in: requests in that of their
// operation, the others in that of the function that alone writes them.
func (j *journal) lines(t *testing.T) map[string][][]byte {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	writers := map[string]string{
		"verification ended": "pin-deliver", "message not sent": "pin-deliver",
		"network blocked": "pin-deliver", "delivery failed": "pin-deliver",
		"silent verification": "fallback-silent", "PIN verification": "fallback-pin",
		"upstream asked": "fallback-silent",
	}
	all := map[string][][]byte{}
	for text := range bytes.Lines(bytes.Clone(j.text.Bytes())) {
		var line struct{ Message, Operation string }
		if err := json.Unmarshal(text, &line); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{`"timestamp":`, `"level":`, `"message":`} {
			if bytes.Count(text, []byte(name)) != 1 {
				t.Errorf("a filter that asks for %s has no answer in %s", name, text)
			}
		}
		if writer := writers[line.Message]; writer != "" {
			line.Operation = writer
		}
		if line.Operation == "" {
			continue
		}
		group := Camel(line.Operation) + "Logs"
		all[group] = append(all[group], text)
	}
	return all
}

// caller calls a local server.
type caller struct {
	t *testing.T
	*server.Server
}

// do makes a call and returns the members of its answer.
func (c caller) do(method, path, user, body, kind string) map[string]any {
	c.t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:40000"
	r.Header.Set("Content-Type", kind)
	if user != "" {
		states := map[string]string{standard: "standard", penniless: "no_credit"}
		r.SetBasicAuth(user, "sandbox-"+states[user])
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	var members map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &members) // a list and a page have none
	if members == nil {
		members = map[string]any{"": w.Body.String()}
	}
	return members
}

func (c caller) post(path, user string, pairs ...string) map[string]any {
	c.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return c.do(http.MethodPost, path, user, form.Encode(), "application/x-www-form-urlencoded")
}

// The api_keys of sandbox accounts with and without credit.
const standard, penniless = "ace00001", "ace00004"

// begin begins a verification and returns its request_id and its PIN.
func (c caller) begin(number string) (id, code string) {
	c.t.Helper()
	begun := c.post("/verify/json", standard, "number", number, "brand", "Acme")
	id, _ = begun["request_id"].(string)
	text, _ := c.do(http.MethodGet, "/local/messages?request_id="+id, "", "", "")[""].(string)
	if found := regexp.MustCompile(`"pin": ?"(\d+)"`).FindStringSubmatch(text); found != nil {
		return id, found[1]
	}
	c.t.Fatalf("no PIN in %s after %v", text, begun)
	return "", ""
}

// verify has verifications end in each way.
func (c caller) verify() {
	_, _ = c.begin("447700900001") // expires
	id, code := c.begin("447700900002")
	c.post("/verify/check/json", standard, "request_id", id, "code", code)
	id, code = c.begin("447700900003")
	for range 4 {
		c.post("/verify/check/json", standard, "request_id", id, "code", wrong(code))
	}
	id, _ = c.begin("447700900004")
	c.advance("31s")
	c.post("/verify/control/json", standard, "request_id", id, "cmd", "cancel")
	c.post("/verify/json", penniless, "number", "447700900005", "brand", "Acme")
	for range 20 {
		c.advance("1m")
	}
}

func (c caller) advance(by string) {
	c.t.Helper()
	c.do(http.MethodPost, "/local/clock", "", `{"advance":"`+by+`"}`, "application/json")
}

func wrong(code string) string {
	return strings.Map(func(digit rune) rune { return '0' + (digit-'0'+1)%10 }, code)
}

// refuse has every operation refuse wrong credentials.
func (c caller) refuse() {
	for _, path := range []string{
		"json", "check/json", "search/json", "control/json", "network-unblock",
	} {
		c.post("/verify/"+path, "", "api_key", standard, "api_secret", "guess")
	}
	for _, operation := range []string{"send-code", "validate-code"} {
		c.do(http.MethodPost, "/one-time-password-sms/v1/"+operation, "", "{}", "application/json")
	}
	for path, method := range map[string]string{
		"/fallback": http.MethodPost, "/fallback?execution=x": http.MethodGet,
		"/fallback/check": http.MethodPost,
	} {
		c.do(method, path, "nobody", "{}", "application/json")
	}
	const kept = "/v2/verify/0123456789abcdef0123456789abcdef"
	for path, method := range map[string]string{
		"/v2/verify": http.MethodPost, kept: http.MethodPost, kept + "/next_workflow": http.MethodPost,
		kept + "/": http.MethodDelete,
	} {
		c.do(method, path, "nobody", "{}", "application/json")
	}
	c.do(http.MethodGet, kept+wire.SilentAuthPath, "", "", "")
	c.post("/mxlabs/number-verify", "")
}

// fallBack starts fallbacks, one whose token request is wrong and one of an account without credit,
// and waits until both steps have told of them.
func (c caller) fallBack(j *journal) {
	for user, silent := range map[string]string{
		penniless: `{}`, standard: `{"code":"x","client_id":"nobody","client_secret":"guess"}`,
	} {
		body := `{"number":"+447700900011","brand":"Acme","silent":` + silent + `}`
		c.do(http.MethodPost, "/fallback", user, body, "application/json")
	}
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		lines := j.lines(c.t)
		if len(lines["FallbackSilentLogs"]) == 2 && len(lines["FallbackPinLogs"]) == 2 {
			return
		}
	}
	c.t.Fatal("the steps of fallbacks do not end")
}

// answering answers every message so.
type answering verification.SendResult

func (a answering) Send(context.Context, verification.OutboundMessage) verification.SendResult {
	return verification.SendResult(a)
}

// block has a dispatcher block a network, whose next message it does not send, and fail at a
// message.
func block(t *testing.T, log *slog.Logger) {
	t.Helper()
	courier := dispatch(t, log, answering{Outcome: verification.Accepted})
	batch := []queue.Record{{ID: "1", Body: "garbage"}}
	queue.Batches[verification.Job]{
		Decode: queue.Decode, Deliver: courier.Deliver, Log: log,
	}.Handle(t.Context(), batch)
}

// dispatch has a dispatcher deliver all messages of a verification by that sender, of a network
// that its first message blocks.
func dispatch(
	t *testing.T, log *slog.Logger, sender verification.Sender,
) verification.Dispatcher {
	t.Helper()
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	now := func() time.Time { return at }
	key, err := verification.NewKey(1, bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	keys := verification.Ring{key}
	accounts, outbox := memory.NewAccounts(), memory.NewOutbox(now)
	store := memory.NewVerifications(accounts)
	terms := account.StandardTerms("GB")
	terms.Prepaid, terms.Sample = false, 1
	order, err := nexmo.Reader{Line: numbering.Parse, Locale: message.LocaleFor}.Verify(func(name string) string {
		return map[string]string{"number": "447700900123", "brand": "Acme"}[name]
	}, terms)
	if err != nil {
		t.Fatal(err)
	}
	requester := verification.Requester{
		Store: store, Outbox: outbox, Keys: keys, Routed: sms.Anywhere, Now: now,
	}
	caller := verification.Caller{Account: 1, Terms: terms}
	if _, err := requester.Request(t.Context(), caller, order, 1); err != nil {
		t.Fatal(err)
	}
	courier := verification.Dispatcher{
		Store: store, Outbox: outbox, Sender: sender, Keys: keys, Now: now, Random: rand.Reader,
		Log: log,
	}
	outbox.Advance(t.Context(), time.Hour, func(d time.Duration) { at = at.Add(d) }, courier.Deliver)
	return courier
}

// seen returns what the filters count of lines that the product really writes: values of dimensions
// by metric and dimension.
func seen(t *testing.T, filters []Filter) map[string]map[string]bool {
	t.Helper()
	j := &journal{}
	s, err := server.New(t.Context(), server.Config{
		Issuer: "http://127.0.0.1:8080", Stores: server.InMemory(), Log: j.logger(),
	})
	if err != nil {
		t.Fatal(err)
	}
	c := caller{t, s}
	c.refuse()
	c.verify()
	c.fallBack(j)
	newAbroad(c, j).ask()
	block(t, j.logger())
	for _, reason := range verification.Reasons() {
		dispatch(t, j.logger(), answering{Outcome: verification.Refused, Reason: reason})
	}
	lines, all := j.lines(t), map[string]map[string]bool{}
	for _, f := range filters {
		matched := 0
		for _, line := range lines[f.Group] {
			values, counted := f.Counts(line)
			if !counted {
				continue
			}
			matched++
			for dimension, value := range values {
				name := f.Metric + " " + dimension
				if all[name] == nil {
					all[name] = map[string]bool{}
				}
				all[name][value] = true
			}
		}
		step := f.Name == "FallbackSilentFailuresFilter" // which fails in Lambda alone: see shared/boot
		if (matched == 0) != step {
			t.Errorf("%s counts %d of %d lines in %s", f.Name, matched, len(lines[f.Group]), f.Group)
		}
		if f.Default == (len(f.Dimensions) > 0) {
			t.Errorf("%s: a metric has either dimensions or a default", f.Name)
		}
	}
	return all
}
