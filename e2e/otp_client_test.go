package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"testing"
)

const (
	grantClient = "client_credentials"
	scopeOTP    = "one-time-password-sms:send-validate"
	otpText     = "{{code}} is your short code to authenticate with Cool App via SMS"
	otpCodes    = "ONE_TIME_PASSWORD_SMS."
)

// otp is a version of CAMARA OneTimePasswordSMS, spoken with a client's token.
type otp struct {
	on             target
	version, token string
}

// otpVersions are those that are served.
var otpVersions = []string{"1", "2"}

// otpClient returns the sandbox client of that ID.
func (on target) otpClient(tb testing.TB, id string) client {
	tb.Helper()
	at := slices.IndexFunc(on.Sandbox.Clients, func(c client) bool { return c.ID == id })
	if at < 0 {
		tb.Fatalf("the sandbox has no client %s", id)
	}
	return on.Sandbox.Clients[at]
}

// own asks for a token of the client's own.
func (on target) own(tb testing.TB, c client, pairs ...string) answer {
	tb.Helper()
	form := url.Values{"grant_type": {grantClient}, "scope": {scopeOTP}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return on.submit(tb, tokenPath, c.credentials(tb, on), form)
}

// otp returns a version with a token of the client.
func (on target) otp(tb testing.TB, version, client string) otp {
	tb.Helper()
	return otp{on, version, on.own(tb, on.otpClient(tb, client)).tokens(tb).AccessToken}
}

// onEachOTP runs a test in each version, with a token of the standard account's client.
func onEachOTP(t *testing.T, on target, test func(t *testing.T, o otp)) {
	for _, version := range otpVersions {
		t.Run("v"+version, func(t *testing.T) {
			t.Parallel()
			test(t, on.otp(t, version, "sandbox-otp"))
		})
	}
}

// asking is a call of an operation with the members given; of the header x-correlator "" sends
// none.
func (o otp) asking(operation, correlator, body string) call {
	c := call{
		Method: http.MethodPost, Path: "/one-time-password-sms/v" + o.version + "/" + operation, Body: body,
		Header: http.Header{"Content-Type": {typeJSON}},
	}
	if o.token != "" {
		c.Header.Set("Authorization", "Bearer "+o.token)
	}
	if correlator != "" {
		c.Header.Set("x-correlator", correlator)
	}
	return c
}

func (o otp) sends(tb testing.TB, body string) answer {
	tb.Helper()
	return o.on.do(tb, o.asking("send-code", uuid, body))
}

func (o otp) validates(tb testing.TB, body string) answer {
	tb.Helper()
	return o.on.do(tb, o.asking("validate-code", uuid, body))
}

// members writes pairs of name and value as JSON.
func members(tb testing.TB, pairs ...string) string {
	tb.Helper()
	object := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		object[pairs[i]] = pairs[i+1]
	}
	return spell(tb, object)
}

// sendTo sends a code to the number, which must succeed, and returns its authenticationId.
func (o otp) sendTo(tb testing.TB, number string) string {
	tb.Helper()
	a := o.sends(tb, members(tb, "phoneNumber", number, "message", otpText))
	object := a.object(tb)
	id, _ := object["authenticationId"].(string)
	if a.Status != http.StatusOK || id == "" || len(id) > 36 {
		tb.Fatalf("send-code answered %d %s", a.Status, a.Body)
	}
	return id
}

// try validates a code.
func (o otp) try(tb testing.TB, id, code string) answer {
	tb.Helper()
	return o.validates(tb, members(tb, "authenticationId", id, "code", code))
}

// wantOTP asserts an answer: a status, of an error its code in an ErrorInfo and nothing else, and
// the correlator back.
func (a answer) wantOTP(tb testing.TB, status int, code string) {
	tb.Helper()
	if a.Status != status {
		tb.Errorf("answered %d %s, want %d %s", a.Status, a.Body, status, code)
		return
	}
	if got := a.Header.Get("x-correlator"); got != uuid {
		tb.Errorf("x-correlator is %q", got)
	}
	switch {
	case status == http.StatusNoContent:
		if len(a.Body) > 0 || a.Header.Get("Content-Type") != "" || a.Header.Get("Content-Length") != "" {
			tb.Errorf("a 204 with content: %q, %v", a.Body, a.Header)
		}
	case status >= http.StatusBadRequest:
		a.wantType(tb, typeJSON)
		wantMembers(tb, a.object(tb), "status", "code", "message")
		var info struct {
			Status        int
			Code, Message string
		}
		if err := json.Unmarshal(a.Body, &info); err != nil || info.Status != status || info.Code != code ||
			info.Message == "" || len(info.Message) > 512 {
			tb.Errorf("answered %s, want %s", a.Body, code)
		}
	}
}
