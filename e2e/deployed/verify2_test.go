package deployed_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lineproof/e2e/bundle"
)

// verify2 is the Verify API (v2) of a deployment, as Vonage's SDK for Node speaks it.
type verify2 struct {
	*world
	listing, account string
}

func (w *world) verify2(t *testing.T) verify2 {
	t.Helper()
	listing := filepath.Join(t.TempDir(), "sandbox.json")
	if err := os.WriteFile(listing, w.listing, 0o600); err != nil {
		t.Fatal(err)
	}
	account, _ := w.account(t, "unlimited")
	return verify2{w, listing, account}
}

// ask has the SDK make a call, and reads what it answers.
func (v verify2) ask(t *testing.T, into any, method string, args ...any) {
	t.Helper()
	text, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(bundle.Root(), "e2e/clients/js/verify2-call.mjs")
	node := exec.CommandContext(t.Context(), "node", program, v.account, method, string(text))
	node.Env = append(os.Environ(), "BASE_URL="+v.BaseURL, "SANDBOX="+v.listing)
	output, err := node.CombinedOutput()
	if err == nil {
		err = json.Unmarshal(output, into)
	}
	if err != nil {
		t.Fatalf("%s: %v, %s\n%s", method, err, output, tail(v.Output()))
	}
}

type begun struct{ RequestID, CheckURL string }

// start begins a verification of a number.
func (v verify2) start(t *testing.T, number string, channels ...string) begun {
	t.Helper()
	var steps []map[string]string
	for _, channel := range channels {
		steps = append(steps, map[string]string{"channel": channel, "to": number})
	}
	var s begun
	v.ask(t, &s, "newRequest", map[string]any{"brand": "Acme", "codeLength": 10, "workflow": steps})
	return s
}

func (v verify2) want(t *testing.T, want, method string, args ...any) {
	t.Helper()
	var got any
	if v.ask(t, &got, method, args...); fmt.Sprint(got) != want {
		t.Errorf("%s is answered %v, want %s", method, got, want)
	}
}

// sent waits for the nth message to a number and returns its code.
func (v verify2) sent(t *testing.T, number string, n int) string {
	t.Helper()
	v.eventually(t, "the message", func() bool { return len(v.Messages(number)) >= n })
	text := element.ReplaceAllString(v.Messages(number)[n-1].Text, "")
	code := tenDigits.FindString(text)
	if code == "" {
		t.Fatalf("no code in %q", text)
	}
	return code
}

// element is one of SSML, as stands between the digits of a code that is spoken.
var element, tenDigits = regexp.MustCompile(`<[^>]*>`), regexp.MustCompile(`[0-9]{10}`)

// told waits until a callback was tried.
func (v verify2) told(t *testing.T, id, kind string) {
	t.Helper()
	id = strings.ReplaceAll(id, "-", "")
	v.eventually(t, "the callback "+kind, func() bool {
		for line := range strings.Lines(v.Output()) {
			if strings.Contains(line, "callback failed") && strings.Contains(line, id) &&
				strings.Contains(line, kind) {
				return true
			}
		}
		return false
	})
}

// device fetches a check_url from an address of its own, whose session tells that it holds the
// number.
func (v verify2) device(t *testing.T, number, checkURL string) (int, map[string]string) {
	t.Helper()
	address := net.IPv4(127, 77, byte(rand.IntN(256)), byte(1+rand.IntN(254)))
	now := time.Now().UTC()
	records := fmt.Sprintf(`{"records":[{"address":%q,"number":%q,"start":%q,"end":%q}]}`,
		address, number, now.Add(-time.Minute).Format(time.RFC3339),
		now.Add(10*time.Minute).Format(time.RFC3339))
	result, err := v.Invoke(t.Context(), "session-ingest", []byte(records))
	if err != nil || result.Failed {
		t.Fatalf("session-ingest gave %s, %v", result.Payload, err)
	}
	from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: address}}
	transport := &http.Transport{DialContext: from.DialContext, DisableKeepAlives: true}
	client := &http.Client{Transport: transport}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, checkURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, text := carried(t, client, request)
	shown := map[string]string{}
	if err := json.Unmarshal(text, &shown); err != nil {
		t.Fatalf("the device is answered %s", text)
	}
	return response.StatusCode, shown
}

// The SDK verifies by SMS, moves on to a call, cancels, and is told of what is live: while every
// process ends between the calls, as in the long run all do.
func TestVerify2BySDK(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	v, number := w.verify2(t), someNumber()
	s := v.start(t, number, "sms", "voice")
	first := v.sent(t, number, 1)
	w.Recycle()
	v.want(t, "409", "newRequest", map[string]any{
		"brand": "Acme", "workflow": []map[string]string{{"channel": "voice", "to": number}},
	})
	v.want(t, "true", "nextWorkflow", s.RequestID)
	second := v.sent(t, number, 2)
	w.Recycle()
	v.want(t, "400", "checkCode", s.RequestID, first)
	v.want(t, "completed", "checkCode", s.RequestID, second)
	v.want(t, "404", "checkCode", s.RequestID, second)
	v.told(t, s.RequestID, "summary")
	other := someNumber()
	cancelled := v.start(t, other, "sms")
	v.sent(t, other, 1)
	v.want(t, "true", "cancel", cancelled.RequestID)
	v.want(t, "false", "cancel", cancelled.RequestID)
	v.told(t, cancelled.RequestID, "summary")
	for _, canary := range []string{number, other, number[1:], first, second} {
		if strings.Contains(w.Output(), canary) {
			t.Errorf("%s is in the log", canary)
		}
	}
}

// A device is shown its code for the number that its session has; one of another number sends the
// workflow on to the SMS.
func TestVerify2BySession(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	v, number := w.verify2(t), someNumber()
	s := v.start(t, number, "silent_auth", "sms")
	v.told(t, s.RequestID, "pending")
	v.want(t, "409", "checkCode", s.RequestID, "1234567890")
	w.Recycle()
	status, shown := v.device(t, number, s.CheckURL)
	if status != http.StatusOK || shown["request_id"] != s.RequestID {
		t.Fatalf("the device is answered %d %v", status, shown)
	}
	w.Recycle()
	v.want(t, "completed", "checkCode", s.RequestID, shown["code"])
	v.told(t, s.RequestID, "summary")
	if sent := w.Messages(number); len(sent) != 0 {
		t.Errorf("%d messages were sent", len(sent))
	}
	number = someNumber()
	s = v.start(t, number, "silent_auth", "sms")
	status, other := v.device(t, someNumber(), s.CheckURL)
	if status != http.StatusForbidden || other["code"] != "" {
		t.Errorf("a device with another line is answered %d %v", status, other)
	}
	w.Recycle()
	v.want(t, "completed", "checkCode", s.RequestID, v.sent(t, number, 1))
	v.told(t, s.RequestID, "step")
	for _, canary := range []string{number, number[1:], shown["code"]} {
		if strings.Contains(w.Output(), canary) {
			t.Errorf("%s is in the log", canary)
		}
	}
}
