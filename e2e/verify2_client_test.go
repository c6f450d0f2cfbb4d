package e2e_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// verify2 is the Verify API (v2), spoken by an application of the sandbox.
type verify2 struct {
	on   target
	app  application
	sign func(claims claims) string
}

// verify2 returns the API as the application of the account that is in a state has it.
func (on target) verify2(tb testing.TB, state string) verify2 {
	tb.Helper()
	key := on.account(tb, state).Key
	at := slices.IndexFunc(on.Sandbox.Applications, func(a application) bool {
		return a.Account == key
	})
	if at < 0 {
		tb.Fatalf("the sandbox has no application of the account that is %s", state)
	}
	app := on.Sandbox.Applications[at]
	private := app.key(tb)
	return verify2{on, app, func(c claims) string {
		raw, err := jwt.NewWithClaims(jwt.SigningMethodRS256, c).SignedString(private)
		if err != nil {
			tb.Error(err)
		}
		return raw
	}}
}

// asking is a call with a JWT of its own and of real time, as SDKs make it whatever clock the
// target has.
func (v verify2) asking(method, path, body string, others ...claims) call {
	all := lasting(time.Now(), append([]claims{{"application_id": v.app.ID}}, others...)...)
	header := bearing(v.sign(all)).header
	if body != "" {
		header.Set("Content-Type", typeJSON)
	}
	return call{Method: method, Path: path, Body: body, Header: header}
}

func (v verify2) ask(tb testing.TB, method, path, body string) answer {
	tb.Helper()
	return v.on.do(tb, v.asking(method, path, body))
}

const verify2Path = "/v2/verify"

// started is the answer of a request that was accepted.
type started struct {
	RequestID string `json:"request_id"`
	CheckURL  string `json:"check_url"`
}

// workflow writes a request for one number by these channels, with other members.
func workflow(tb testing.TB, to string, channels []string, others map[string]any) string {
	tb.Helper()
	var steps []map[string]string
	for _, channel := range channels {
		steps = append(steps, map[string]string{"channel": channel, "to": to})
	}
	body := map[string]any{"brand": "Acme", "workflow": steps}
	for name, value := range others {
		body[name] = value
	}
	return spell(tb, body)
}

// start begins a verification of a number by these channels, which must succeed.
func (v verify2) start(tb testing.TB, to string, channels ...string) started {
	tb.Helper()
	return v.ask(tb, http.MethodPost, verify2Path, workflow(tb, to, channels, nil)).wantStarted(tb)
}

var dashed = regexp.MustCompile(`\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z`)

func (a answer) wantStarted(tb testing.TB) started {
	tb.Helper()
	var s started
	err := json.Unmarshal(a.Body, &s)
	if err != nil || a.Status != http.StatusAccepted || !dashed.MatchString(s.RequestID) {
		tb.Fatalf("answered %d %s, want that it began", a.Status, a.Body)
	}
	a.wantType(tb, typeJSON)
	return s
}

func (v verify2) check(tb testing.TB, id, code string) answer {
	tb.Helper()
	return v.ask(tb, http.MethodPost, verify2Path+"/"+id, members(tb, "code", code))
}

func (v verify2) next(tb testing.TB, id string) answer {
	tb.Helper()
	return v.ask(tb, http.MethodPost, verify2Path+"/"+id+"/next_workflow", "")
}

func (v verify2) cancel(tb testing.TB, id string) answer {
	tb.Helper()
	return v.ask(tb, http.MethodDelete, verify2Path+"/"+id, "")
}

// device fetches the address that a device is given.
func (v verify2) device(tb testing.TB, s started) answer {
	tb.Helper()
	return v.on.get(tb, verify2Path+"/"+s.RequestID+"/silent-auth/redirect")
}

// shown is the code that a device was answered.
func (a answer) shown(tb testing.TB) string {
	tb.Helper()
	code, _ := a.object(tb)["code"].(string)
	if a.Status != http.StatusOK || code == "" {
		tb.Fatalf("the device is answered %d %s", a.Status, a.Body)
	}
	return code
}

// wantStatus asserts a status; of a failure, that it is a problem, and of an answer without a body,
// that it has none.
func (a answer) wantStatus(tb testing.TB, status int) {
	tb.Helper()
	if a.Status != status {
		tb.Errorf("answered %d %s, want %d", a.Status, a.Body, status)
		return
	}
	if status >= http.StatusBadRequest {
		a.wantType(tb, "application/problem+json")
		for _, name := range []string{"type", "title", "detail", "instance"} {
			if text, _ := a.object(tb)[name].(string); text == "" {
				tb.Errorf("no %s in %s", name, a.Body)
			}
		}
	}
}

// statuses counts how often each status was answered.
func statuses(answers []answer) map[int]int {
	counts := map[int]int{}
	for _, a := range answers {
		counts[a.Status]++
	}
	return counts
}

// callback is one of GET /local/callbacks.
type callback struct {
	Headers map[string]string `json:"headers"`
	Text    string            `json:"body"`
	Status  int               `json:"status"`
}

// callbackBody is what a callback tells.
type callbackBody struct {
	Type     string `json:"type"`
	Status   string `json:"status"`
	Workflow []struct{ Channel, Status string }
}

func (on target) callbacks(tb testing.TB, id string) []callback {
	tb.Helper()
	on.needLocal(tb)
	var all []callback
	a := on.get(tb, "/local/callbacks?request_id="+id)
	if json.Unmarshal(a.Body, &all) != nil || a.Status != http.StatusOK {
		tb.Fatalf("/local/callbacks answered %d %s", a.Status, a.Body)
	}
	return all
}

// wantCallbacks asserts the statuses of events, then the summary's, and those of its steps.
func (on target) wantCallbacks(tb testing.TB, id string, statuses []string, steps ...string) {
	tb.Helper()
	var got, workflow []string
	for _, c := range on.callbacks(tb, id) {
		var body callbackBody
		if err := json.Unmarshal([]byte(c.Text), &body); err != nil {
			tb.Fatal(err)
		}
		got = append(got, body.Status)
		for _, s := range body.Workflow {
			workflow = append(workflow, s.Status)
		}
	}
	if !slices.Equal(got, statuses) || !slices.Equal(workflow, steps) {
		tb.Errorf("callbacks told %q with the steps %q, want %q with %q", got, workflow, statuses, steps)
	}
}

// undash writes a request_id as the first version of the API does.
func undash(id string) string { return regexp.MustCompile("-").ReplaceAllString(id, "") }

// dash writes a request_id of the first version as the second does.
func dash(id string) string {
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}
