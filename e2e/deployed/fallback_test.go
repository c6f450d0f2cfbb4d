package deployed_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"lineproof/e2e/host"
)

// patience is how long a test waits for what comes by itself on a busy machine.
const patience = 2 * 60 * time.Second

// eventually waits until a condition holds.
func (w *world) eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain waited for %s; the functions wrote:\n%s", what, tail(w.Output()))
		}
	}
}

// call makes an HTTP call and gives status and body.
func (w *world) call(t testing.TB, method, path, user, password, contentType, body string, header http.Header) (int, []byte, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, w.BaseURL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	if user != "" {
		request.SetBasicAuth(user, password)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, text := carried(t, client, request)
	return response.StatusCode, text, response.Header
}

// carried has a client make a request, and returns the answer with its body.
func carried(t testing.TB, client *http.Client, request *http.Request) (*http.Response, []byte) {
	t.Helper()
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, text
}

// account gives the credentials of the sandbox account in that state.
func (w *world) account(t *testing.T, state string) (key, secret string) {
	t.Helper()
	for _, a := range w.sandbox.Accounts {
		if a.State == state {
			return a.Key, a.Secret
		}
	}
	t.Fatalf("no account is %s", state)
	return "", ""
}

// The client that has a secret and no PKCE, and what it registered.
const (
	webClient   = "sandbox-camara-2-basic"
	webSecret   = webClient + "-secret"
	webRedirect = "https://client.example/callback"
	purpose     = "dpv:FraudPreventionAndDetection"
)

// code gets an authorization code for a test number, as the mobile network would give it to the
// number's phone.
func (w *world) code(t testing.TB, number string) string {
	t.Helper()
	query := url.Values{
		"response_type": {"code"}, "client_id": {webClient}, "redirect_uri": {webRedirect}, "state": {"s"},
		"scope": {"openid " + purpose + " number-verification:verify"}, "login_hint": {"tel:" + number},
	}
	status, body, header := w.call(t, http.MethodGet, "/oauth2/authorize?"+query.Encode(), "", "", "", "", nil)
	back, err := url.Parse(header.Get("Location"))
	if err != nil || !back.Query().Has("code") {
		t.Fatalf("authorize answered %d %s, %s", status, body, header.Get("Location"))
	}
	return back.Query().Get("code")
}

// holder is the test number whose line every silent proof here is of.
const holder = "+990123450001"

// someNumber gives a number that no other test has, to which End User Messaging is asked to send.
func someNumber() string { return fmt.Sprintf("+4915%09d", rand.IntN(1_000_000_000)) }

// wanted is the body of POST /fallback.
type wanted struct {
	Number   string            `json:"number"`
	Brand    string            `json:"brand"`
	Length   string            `json:"code_length,omitempty"`
	Workflow string            `json:"workflow_id,omitempty"`
	Expiry   string            `json:"pin_expiry,omitempty"`
	Purpose  string            `json:"purpose,omitempty"`
	Silent   map[string]string `json:"silent,omitempty"`
}

// proof is the token request for a code.
func proof(code string) map[string]string {
	basic := (&http.Request{Header: http.Header{}})
	basic.SetBasicAuth(webClient, webSecret)
	return map[string]string{"code": code, "redirect_uri": webRedirect, "authorization": basic.Header.Get("Authorization")}
}

// run is a fallback that was started.
type run struct {
	w                    *world
	execution, key, pass string
	number               string
	sent                 []string // what must not be found in any history
}

// start starts a fallback of the unlimited account.
func (w *world) start(t *testing.T, want wanted) run {
	t.Helper()
	key, secret := w.account(t, "unlimited")
	body, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	id := fmt.Sprintf("+44%012d", rand.IntN(1_000_000_000_000)) // a number, as careless callers take
	header := http.Header{"Idempotency-Key": {id}}
	status, text, _ := w.call(t, http.MethodPost, "/fallback", key, secret, "application/json", string(body), header)
	var started struct {
		Execution string `json:"execution"`
		CheckURL  string `json:"check_url"`
	}
	if err := json.Unmarshal(text, &started); err != nil || status != http.StatusOK || !strings.HasPrefix(started.Execution, key+"-") ||
		started.CheckURL != w.BaseURL+"/fallback?execution="+started.Execution {
		t.Fatalf("POST /fallback answered %d %s", status, text)
	}
	again, repeated, _ := w.call(t, http.MethodPost, "/fallback", key, secret, "application/json", string(body), header)
	if again != http.StatusOK || !bytes.Equal(repeated, text) {
		t.Fatalf("repeated, POST /fallback answered %d %s", again, repeated)
	}
	want.Brand += "!"
	other, _ := json.Marshal(want) // strings alone: never fails
	if again, text, _ := w.call(t, http.MethodPost, "/fallback", key, secret, "application/json", string(other), header); again != http.StatusUnprocessableEntity {
		t.Fatalf("another request under the key is answered %d %s", again, text)
	}
	r := run{w: w, execution: started.Execution, key: key, pass: secret, number: want.Number, sent: []string{want.Number[1:], secret, webSecret, id[1:]}}
	for name, value := range want.Silent {
		if name != "redirect_uri" {
			r.sent = append(r.sent, value)
		}
	}
	return r
}

// state is the body of GET /fallback.
type state struct {
	Execution string  `json:"execution"`
	Number    string  `json:"number"`
	State     string  `json:"state"`
	RequestID string  `json:"request_id"`
	Result    *result `json:"result"`
}

type result struct {
	Verified  bool   `json:"verified"`
	Method    string `json:"method"`
	RequestID string `json:"request_id"`
	Reason    string `json:"reason"`
	Silent    silence
}

// silence is what the silent way came to.
type silence struct{ Outcome, Reason string }

var (
	proved   = silence{Outcome: "verified"}
	mismatch = silence{Outcome: "mismatch"}
	notTried = silence{Outcome: "not_tried"}
	unheard  = silence{"unknown", "late"}
)

func (r run) state(t *testing.T) state {
	t.Helper()
	status, text, _ := r.w.call(t, http.MethodGet, "/fallback?execution="+r.execution, r.key, r.pass, "", "", nil)
	var s state
	if err := json.Unmarshal(text, &s); err != nil || status != http.StatusOK || s.Execution != r.execution || s.Number != r.number {
		t.Fatalf("GET /fallback answered %d %s", status, text)
	}
	return s
}

// checkCode checks a code by the fallback's own operation.
func (r run) checkCode(t *testing.T, code string) (int, state) {
	t.Helper()
	body := `{"execution":"` + r.execution + `","code":"` + code + `"}`
	status, text, _ := r.w.call(t, http.MethodPost, "/fallback/check", r.key, r.pass, "application/json", body, nil)
	var s state
	_ = json.Unmarshal(text, &s) // a problem has no state
	return status, s
}

// pin waits for the PIN of a fallback that fell back, and gives its request_id.
func (r run) pin(t *testing.T, number string) (id, pin string) {
	t.Helper()
	r.w.eventually(t, "a PIN", func() bool {
		id = r.state(t).RequestID
		return id != "" && len(r.w.Messages(number)) > 0
	})
	return id, pinIn(t, r.w.Messages(number)[0].Text)
}

var digits = regexp.MustCompile(`\b[0-9]{4}\b`)

func pinIn(t *testing.T, text string) string {
	t.Helper()
	pin := digits.FindString(text)
	if pin == "" {
		t.Fatalf("no PIN in %q", text)
	}
	return pin
}

// verify calls an operation of the Verify API and gives its status.
func (r run) verify(t *testing.T, operation string, params url.Values) string {
	t.Helper()
	params.Set("api_key", r.key)
	params.Set("api_secret", r.pass)
	_, text, _ := r.w.call(t, http.MethodPost, "/verify/"+operation+"/json", "", "", "application/x-www-form-urlencoded", params.Encode(), nil)
	var answer struct{ Status string }
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatalf("%s answered %s", operation, text)
	}
	return answer.Status
}

func (r run) check(t *testing.T, id, code string) string {
	t.Helper()
	return r.verify(t, "check", url.Values{"request_id": {id}, "code": {code}})
}

// wrong gives a code that is not the PIN.
func wrong(pin string) string {
	last := pin[len(pin)-1]
	return pin[:len(pin)-1] + string('0'+(last-'0'+1)%10)
}

// end waits for the end of the execution, which must be the result, and the state too; nothing
// secret is in its history.
func (r run) end(t *testing.T, want result, secrets ...string) {
	t.Helper()
	client := r.w.cloud.StepFunctions()
	arn := strings.Replace(r.w.Physical("FallbackMachine"), ":stateMachine:", ":execution:", 1) + ":" + r.execution
	var output string
	r.w.eventually(t, "the execution's end", func() bool {
		got, err := client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		if err != nil {
			t.Fatal(err)
		}
		if got.Status != types.ExecutionStatusRunning && got.Status != types.ExecutionStatusSucceeded {
			t.Fatalf("the execution is %s; the functions wrote:\n%s", got.Status, tail(r.w.Output()))
		}
		if got.Output != nil {
			output = *got.Output
		}
		return got.Status == types.ExecutionStatusSucceeded
	})
	var told result
	if err := json.Unmarshal([]byte(output), &told); err != nil || told != want {
		t.Errorf("the output is %s, want %+v", output, want)
	}
	if s := r.state(t); s.State != "done" || s.Result == nil || *s.Result != want {
		t.Errorf("the state is %+v %+v, want %+v", s, s.Result, want)
	}
	r.clean(t, secrets...)
}

// clean searches the history and the logs for what must not be there.
func (r run) clean(t *testing.T, secrets ...string) {
	t.Helper()
	history := r.history(t)
	if !strings.Contains(history, r.execution) {
		t.Fatal("the history does not even hold the name")
	}
	for _, secret := range append(r.sent, secrets...) {
		if strings.Contains(history, secret) {
			t.Errorf("%q is in the history", secret)
		}
		if len(secret) > 6 && strings.Contains(r.w.Output(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}

func TestFallbackSilentSuccess(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	r := w.start(t, wanted{Number: holder, Brand: "Acme", Purpose: purpose, Silent: proof(w.code(t, holder))})
	r.end(t, result{Verified: true, Method: "silent", Silent: proved})
}

// fall is a fallback that the silent way does not end, and why.
type fall struct {
	purpose string
	// silent returns what is to be redeemed: a code lives for a minute, so it is not got before.
	silent func(*testing.T) map[string]string
	why    silence
}

// falling returns fallbacks that the silent way does not end.
func falling(t *testing.T, w *world) map[string]fall {
	t.Helper()
	used := w.code(t, holder)
	w.call(t, http.MethodPost, "/oauth2/token", webClient, webSecret, "application/x-www-form-urlencoded",
		url.Values{"grant_type": {"authorization_code"}, "code": {used}, "redirect_uri": {webRedirect}}.Encode(), nil)
	unknown := func(reason string) silence { return silence{"unknown", reason} }
	const weak = "not_network_authenticated"
	of := func(number string) func(*testing.T) map[string]string {
		return func(t *testing.T) map[string]string { return proof(w.code(t, number)) }
	}
	nothing := func(*testing.T) map[string]string { return nil }
	again := func(*testing.T) map[string]string { return proof(used) }
	nobody := func(*testing.T) map[string]string {
		return map[string]string{
			"grant_type":  "urn:openid:params:grant-type:ciba",
			"auth_req_id": "auth-request-of-nobody", "authorization": proof("")["authorization"],
		}
	}
	stranger := func(t *testing.T) map[string]string {
		return map[string]string{
			"code": w.code(t, holder), "redirect_uri": webRedirect, "authorization": "Basic eDp5",
		}
	}
	return map[string]fall{
		"silent false":          {silent: of(holder), why: mismatch},
		"another purpose":       {"dpv:Marketing", of(holder), unknown("missing_scope")},
		"not covered":           {silent: nothing, why: notTried},
		"code already used":     {silent: again, why: unknown("invalid_grant")},
		"wrong client":          {silent: stranger, why: unknown("invalid_client")},
		"without a number":      {silent: of("+990123450003"), why: unknown("no_number")},
		"not network's own":     {silent: of("+990123450002"), why: unknown(weak)},
		"nobody at the network": {silent: nobody, why: unknown("invalid_grant")},
	}
}

func TestFallbackToPIN(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	for name, of := range falling(t, w) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			number := someNumber()
			r := w.start(t, wanted{
				Number: number, Brand: "Acme", Workflow: "6", Purpose: of.purpose, Silent: of.silent(t),
			})
			id, pin := r.pin(t, number)
			if status := r.check(t, id, wrong(pin)); status != "16" {
				t.Errorf("a wrong code is answered %s", status)
			}
			if status := r.check(t, id, pin); status != "0" {
				t.Errorf("the PIN is answered %s", status)
			}
			if s := r.state(t); s.State != "done" {
				t.Errorf("right after the PIN it stands %+v", s)
			}
			r.end(t, result{Verified: true, Method: "sms", RequestID: id, Silent: of.why}, pin+`"`)
			if n := len(w.Messages(number)); n != 1 {
				t.Errorf("%d messages were sent", n)
			}
		})
	}
}

func TestFallbackByItsOwnCheck(t *testing.T) {
	t.Parallel()
	w, number := theWorld(t), someNumber()
	r := w.start(t, wanted{Number: number, Brand: "Acme", Workflow: "6"})
	id, pin := r.pin(t, number)
	want := result{Verified: true, Method: "sms", RequestID: id, Silent: notTried}
	if status, _ := r.checkCode(t, wrong(pin)); status != http.StatusBadRequest {
		t.Errorf("a wrong code is answered %d", status)
	}
	if status, s := r.checkCode(t, pin); status != http.StatusOK || s.State != "done" || s.Result == nil || *s.Result != want {
		t.Errorf("the PIN is answered %d %+v", status, s)
	}
	if status, _ := r.checkCode(t, pin); status != http.StatusConflict {
		t.Errorf("after the end, a code is answered %d", status)
	}
	r.end(t, want, pin+`"`)
}

func TestFallbackByVoice(t *testing.T) {
	t.Parallel()
	w, number := theWorld(t), someNumber()
	r := w.start(t, wanted{Number: number, Brand: "Acme", Workflow: "7"})
	var id string
	w.eventually(t, "a call", func() bool {
		id = r.state(t).RequestID
		return id != "" && len(w.Messages(number)) > 0
	})
	call := w.Messages(number)[0]
	spoken := regexp.MustCompile(`[0-9]`).FindAllString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(call.Text, " "), 4)
	if !call.Voice || r.check(t, id, strings.Join(spoken, "")) != "0" {
		t.Fatalf("called %+v", call)
	}
	r.end(t, result{Verified: true, Method: "voice", RequestID: id, Silent: notTried})
}

func TestFallbackThreeWrongCodes(t *testing.T) {
	t.Parallel()
	w, number := theWorld(t), someNumber()
	r := w.start(t, wanted{Number: number, Brand: "Acme", Workflow: "6", Silent: proof(w.code(t, holder))})
	id, pin := r.pin(t, number)
	for _, want := range []string{"16", "16", "17"} {
		if status := r.check(t, id, wrong(pin)); status != want {
			t.Errorf("a wrong code is answered %s, want %s", status, want)
		}
	}
	r.end(t, result{Method: "sms", RequestID: id, Reason: "failed", Silent: mismatch})
}

func TestFallbackExpires(t *testing.T) {
	t.Parallel()
	w, number := theWorld(t), someNumber()
	r := w.start(t, wanted{Number: number, Brand: "Acme", Workflow: "6", Expiry: "60"})
	id, pin := r.pin(t, number)
	r.end(t, result{Method: "sms", RequestID: id, Reason: "expired", Silent: notTried})
	if status := r.check(t, id, pin); status != "6" {
		t.Errorf("a PIN that has expired is answered %s", status)
	}
}

func TestFallbackCancelled(t *testing.T) {
	t.Parallel()
	w, number := theWorld(t), someNumber()
	r := w.start(t, wanted{Number: number, Brand: "Acme", Workflow: "6"})
	id, _ := r.pin(t, number)
	w.eventually(t, "leave to cancel", func() bool {
		return r.verify(t, "control", url.Values{"request_id": {id}, "cmd": {"cancel"}}) == "0"
	})
	r.end(t, result{Method: "sms", RequestID: id, Reason: "cancelled", Silent: notTried})
}

func TestFallbackOfABusyNumber(t *testing.T) {
	t.Parallel()
	w, number := theWorld(t), someNumber()
	first := w.start(t, wanted{Number: number, Brand: "Acme", Workflow: "6"})
	id, pin := first.pin(t, number)
	second := w.start(t, wanted{Number: number, Brand: "Acme", Workflow: "6"})
	second.end(t, result{RequestID: id, Reason: "concurrent", Silent: notTried})
	if status := first.check(t, id, pin); status != "0" {
		t.Errorf("the PIN is answered %s", status)
	}
	first.end(t, result{Verified: true, Method: "sms", RequestID: id, Silent: notTried})
	if n := len(w.Messages(number)); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestFallbackRefusals(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	key, secret := w.account(t, "unlimited")
	for body, want := range map[string]int{
		`{"brand":"Acme"}`:            http.StatusUnprocessableEntity,
		`{"number":"+4915112345678"}`: http.StatusUnprocessableEntity,
		`{"number":"+4915112345678","brand":"Acme","workflow_id":"8"}`:               http.StatusUnprocessableEntity,
		`{"number":"+4915112345678","brand":"A brand that is longer than eighteen"}`: http.StatusUnprocessableEntity,
		`{"number":"+4915112345678","brand":"Acme","silent":{"code":1}}`:             http.StatusUnprocessableEntity,
		`{"number":"+4915112345678","brand":"Acme","callback":"x"}`:                  http.StatusUnprocessableEntity,
		`[]`: http.StatusBadRequest,
		`{`:  http.StatusBadRequest,
	} {
		if status, text, _ := w.call(t, http.MethodPost, "/fallback", key, secret, "application/json", body, nil); status != want {
			t.Errorf("%s is answered %d %s, want %d", body, status, text, want)
		}
	}
	good := `{"number":"+4915112345678","brand":"Acme"}`
	if status, _, _ := w.call(t, http.MethodPost, "/fallback", key, secret+"x", "application/json", good, nil); status != http.StatusUnauthorized {
		t.Errorf("a wrong secret is answered %d", status)
	}
	if status, _, _ := w.call(t, http.MethodPost, "/fallback", "", "", "application/json", good, nil); status != http.StatusUnauthorized {
		t.Errorf("no secret is answered %d", status)
	}
	bad := http.Header{"Idempotency-Key": {"order-1,a"}}
	if status, _, _ := w.call(t, http.MethodPost, "/fallback", key, secret, "application/json", good, bad); status != http.StatusUnprocessableEntity {
		t.Errorf("a list of keys is answered %d", status)
	}
	barred, barredPass := w.account(t, "barred")
	if status, _, _ := w.call(t, http.MethodPost, "/fallback", barred, barredPass, "application/json", good, nil); status != http.StatusForbidden {
		t.Errorf("a barred account is answered %d", status)
	}
	r := w.start(t, wanted{Number: holder, Brand: "Acme", Silent: proof(w.code(t, holder))})
	other, pass := w.account(t, "standard")
	if status, _, _ := w.call(t, http.MethodGet, "/fallback?execution="+r.execution, other, pass, "", "", nil); status != http.StatusNotFound {
		t.Errorf("another account's execution is answered %d", status)
	}
}

// The store is away when the silent step begins and back at its next try.
func TestFallbackStoreAwayThenBack(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	code := w.code(t, holder)
	var refused atomic.Int32
	w.Befall(func(operation, body string) host.Mishap {
		if operation == "UpdateItem" && strings.Contains(body, w.Physical("GrantsTable")) && refused.Add(1) <= 3 { // every try of one call
			return host.Away
		}
		return host.None
	})
	r := w.start(t, wanted{Number: holder, Brand: "Acme", Silent: proof(code)})
	r.end(t, result{Verified: true, Method: "silent", Silent: proved})
	if refused.Load() < 4 {
		t.Errorf("only %d calls met a store that was away", refused.Load())
	}
}

// The silent step succeeds and nobody hears of it: its repetition finds what was decided.
func TestFallbackSilentSuccessLost(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	code := w.code(t, holder)
	var lost atomic.Int32
	w.Befall(func(operation, body string) host.Mishap {
		if operation == "UpdateItem" && strings.Contains(body, w.Physical("FallbacksTable")) && strings.Contains(body, ":verified") && lost.Add(1) <= 3 {
			return host.Lost
		}
		return host.None
	})
	r := w.start(t, wanted{Number: holder, Brand: "Acme", Silent: proof(code)})
	r.end(t, result{Verified: true, Method: "silent", Silent: proved})
	if lost.Load() < 3 {
		t.Errorf("only %d answers were lost", lost.Load())
	}
}

// hasten has the state machine wait for less long: each old text of its definition becomes the new
// one after it.
func (w *world) hasten(t *testing.T, oldnew ...string) {
	t.Helper()
	client, arn := w.cloud.StepFunctions(), w.Physical("FallbackMachine")
	machine, err := client.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &arn})
	if err != nil {
		t.Fatal(err)
	}
	definition := strings.NewReplacer(oldnew...).Replace(*machine.Definition)
	if definition == *machine.Definition {
		t.Fatalf("nothing of %q is in the definition", oldnew)
	}
	if _, err := client.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: &arn, Definition: &definition}); err != nil {
		t.Fatal(err)
	}
}

// history gives the history of the execution as JSON.
func (r run) history(t *testing.T) string {
	t.Helper()
	arn := strings.Replace(r.w.Physical("FallbackMachine"), ":stateMachine:", ":execution:", 1) + ":" + r.execution
	history, err := r.w.cloud.StepFunctions().GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, MaxResults: 1000})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(history.Events)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The store is slow, so the state machine gives the silent step up and goes on to the PIN, which
// alone decides from then on: the step's late success changes nothing and no second verification
// begins.
func TestFallbackSilentTimesOutThenSucceeds(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	code, first := w.code(t, holder), someNumber()
	w.start(t, wanted{Number: first, Brand: "Acme", Workflow: "6"}).pin(t, first) // both steps have a process now
	w.hasten(t, `"TimeoutSeconds": 12`, `"TimeoutSeconds": 1`)
	var slowed, succeeded, begun, written atomic.Int32
	var waits atomic.Bool
	w.Befall(func(operation, body string) host.Mishap {
		if operation == "UpdateItem" && strings.Contains(body, `"V#`) && strings.Contains(body, "#"+holder[1:]) {
			written.Add(1) // the dispatcher: that it sends, and how that went
		}
		decides := operation == "UpdateItem" && strings.Contains(body, w.Physical("FallbacksTable"))
		proves := operation == "GetItem" && strings.Contains(body, w.Physical("ClientsTable")) ||
			operation == "UpdateItem" && strings.Contains(body, w.Physical("GrantsTable"))
		switch {
		case decides && strings.Contains(body, ":verified"):
			succeeded.Add(1)
		case decides:
			waits.Store(true)
		case w.begins(operation, body):
			begun.Add(1)
		case !proves || waits.Load():
		case slowed.Add(1)%3 == 0: // the last try of a call, which outlasts the step
			return host.Slow
		default:
			return host.SlowlyAway
		}
		return host.None
	})
	r := w.start(t, wanted{Number: holder, Brand: "Acme", Length: "6", Workflow: "6", Silent: proof(code)})
	w.eventually(t, "the late success", func() bool { return succeeded.Load() > 0 })
	if !waits.Load() {
		t.Fatal("the success was not late")
	}
	var id string
	w.eventually(t, "a PIN", func() bool {
		id = r.state(t).RequestID
		return id != "" && written.Load() > 1 // a code that comes before its message is of no channel
	})
	if n := begun.Load(); n != 1 {
		t.Errorf("%d verifications were begun", n)
	}
	for i, want := range []string{"16", "16", "17"} {
		if status := r.check(t, id, fmt.Sprintf("00000%d", i)); status != want { // right once in 333,333 runs
			t.Errorf("a wrong code is answered %s, want %s", status, want)
		}
	}
	r.end(t, result{Method: "sms", RequestID: id, Reason: "failed", Silent: unheard})
	if !strings.Contains(r.history(t), "States.Timeout") {
		t.Error("no step timed out")
	}
}

// The state machine gives up waiting for the PIN, and the right code comes after that: the Verify
// API takes it, and the result stays.
func TestFallbackPINTimesOutThenSucceeds(t *testing.T) {
	t.Parallel()
	w, number := ownWorld(t), someNumber()
	w.hasten(t, `"TimeoutSeconds": 6300`, `"TimeoutSeconds": 30`) // a busy machine sends a PIN in less
	r := w.start(t, wanted{Number: number, Brand: "Acme", Workflow: "6"})
	id, pin := r.pin(t, number)
	r.end(t, result{RequestID: id, Reason: "unavailable", Silent: notTried})
	if status := r.check(t, id, pin); status != "0" {
		t.Errorf("the PIN is answered %s", status)
	}
	if !strings.Contains(r.history(t), "States.Timeout") {
		t.Error("no step timed out")
	}
	again, err := w.Invoke(t.Context(), "fallback-pin", []byte(`{"execution":"`+r.execution+`","token":"of a repetition"}`))
	if err != nil || again.Failed {
		t.Errorf("repeated, the PIN step gave %s, %v", again.Payload, err)
	}
	r.end(t, result{RequestID: id, Reason: "unavailable", Silent: notTried}, pin+`"`)
	if n := len(w.Messages(number)); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
}

// The PIN step begins its verification and fails; the state machine repeats it with another token;
// the silent step, given up long ago, comes to its success only now. There is one verification, one
// message, one result.
func TestFallbackNeverTwoPINs(t *testing.T) {
	t.Parallel()
	w, number := ownWorld(t), someNumber()
	code := w.code(t, holder)
	var away atomic.Bool
	var lost atomic.Int32
	away.Store(true)
	w.Befall(func(operation, body string) host.Mishap {
		switch {
		case away.Load() && strings.Contains(body, w.Physical("GrantsTable")):
			return host.Away
		case w.begins(operation, body) && lost.Add(1) <= 2: // it is put, also at the second try of the call
			return host.Lost
		case operation == "UpdateItem" && strings.Contains(body, "requestID = :id,") && strings.Contains(body, "attribute_exists") && lost.Add(1) <= 9:
			return host.Lost
		}
		return host.None
	})
	r := w.start(t, wanted{Number: number, Brand: "Acme", Workflow: "6", Silent: proof(code)})
	id, pin := r.pin(t, number)
	away.Store(false)
	late, err := w.Invoke(t.Context(), "fallback-silent", []byte(`{"execution":"`+r.execution+`"}`))
	if err != nil || late.Failed || strings.Contains(string(late.Payload), "true") {
		t.Errorf("the late silent step gave %s, %v", late.Payload, err)
	}
	w.eventually(t, "the repetitions' end", func() bool { return lost.Load() > 9 })
	if status := r.check(t, id, pin); status != "0" {
		t.Errorf("the PIN is answered %s", status)
	}
	r.end(t, result{Verified: true, Method: "sms", RequestID: id, Silent: unheard})
	if n := len(w.Messages(number)); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
	again, err := w.Invoke(t.Context(), "fallback-pin", []byte(`{"execution":"`+r.execution+`","token":"of a task that nobody remembers"}`))
	if err != nil || again.Failed || len(w.Messages(number)) != 1 {
		t.Errorf("repeated after its end the PIN step gave %s, %v, and %d messages are sent", again.Payload, err, len(w.Messages(number)))
	}
}
