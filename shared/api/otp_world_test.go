package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/grant"
	"lineproof/shared/token"
)

const (
	scopeOTP   = "one-time-password-sms:send-validate"
	otpNumber  = "+447700900123"
	otpMessage = "{{code}} is your code for Canary Shop"
)

// otpClient names the client whose account that is.
func otpClient(k account.Key) string { return "otp-" + k.String() }

// registerOTP registers a client for each account, one without, one whose account is nobody's, one
// that is for tests and one that is disabled.
func (w *pinWorld) registerOTP() {
	w.t.Helper()
	put := func(id, account string, change func(*grant.Client)) {
		c := grant.Client{
			ID: id, Wire: "otp", Scopes: []string{scopeOTP}, Types: []grant.Type{grant.ClientCredentials},
			Policy: grant.OwnPolicy, Account: account,
		}
		change(&c)
		if err := w.clients.Put(context.Background(), c); err != nil {
			w.t.Fatal(err)
		}
	}
	same := func(*grant.Client) {}
	for k := standardKey; k <= unlimitedKey; k++ {
		put(otpClient(k), k.String(), same)
	}
	put("otp-free", "", same)
	put("otp-lost", "abcdffff", same)
	put("otp-sandbox", standardKey.String(), func(c *grant.Client) { c.Sandbox = true })
	put("otp-disabled", standardKey.String(), func(c *grant.Client) { c.Disabled = true })
}

// ownToken makes a client's access token in its own name, changed.
func (w *pinWorld) ownToken(client string, changes ...func(*token.Access)) string {
	w.t.Helper()
	a := token.Access{
		ID: "id", Client: client, Subject: client, Scope: scopeOTP, Issued: w.Now(),
		Expires: w.Now().Add(10 * time.Minute),
	}
	for _, change := range changes {
		change(&a)
	}
	raw, err := token.Issuer{Ring: token.Ring{keys()["ours"]}, Name: issuer}.Access(a)
	if err != nil {
		w.t.Fatal(err)
	}
	return raw
}

// otpCall is a call of an operation below the base path of a version, as the client.
func (w *pinWorld) otpCall(version, operation, client, body string) call {
	c := call{method: http.MethodPost, target: "/one-time-password-sms/v" + version + "/" + operation, body: body}
	c = c.with("Authorization", "Bearer "+w.ownToken(client))
	if body != "" {
		c = c.with("Content-Type", "application/json")
	}
	return c
}

// bodyOf writes members as JSON.
func bodyOf(pairs ...string) string {
	members := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		members[pairs[i]] = pairs[i+1]
	}
	text, _ := json.Marshal(members) // texts alone: never fails
	return string(text)
}

// sendsCode makes a call of the standard account's client, by version 1.
func (w *pinWorld) sendsCode(number, message string) answer {
	return w.do(w.otpCall("1", "send-code", otpClient(standardKey), bodyOf("phoneNumber", number, "message", message)))
}

// sentCode has a code sent and returns its authenticationId and the code.
func (w *pinWorld) sentCode(number string) (id, code string) {
	w.t.Helper()
	a := w.sendsCode(number, otpMessage)
	if a.status != http.StatusOK {
		w.t.Fatalf("send-code answered %d %s", a.status, a.body)
	}
	w.advance(time.Second)
	id = a.member("authenticationId")
	return id, w.sentPIN(id)
}

func (w *pinWorld) validates(id, code string) answer {
	return w.do(w.otpCall("1", "validate-code", otpClient(standardKey), bodyOf("authenticationId", id, "code", code)))
}

// otherCode returns a code that is not this one.
func otherCode(code string) string {
	return code[:len(code)-1] + string('0'+(code[len(code)-1]-'0'+1)%10)
}

// arrived returns the texts that came to a number.
func (w *pinWorld) arrived(number string) []string {
	w.t.Helper()
	var texts []string
	for _, m := range w.inbox.Messages("", msisdn(w.t, number)) {
		texts = append(texts, m.Text)
	}
	return texts
}

// wantCode wants a status and a code, and of an error nothing but ErrorInfo.
func (a answer) wantCode(t testing.TB, name string, status int, code string) {
	t.Helper()
	if a.status != status || status < 400 {
		if a.status != status {
			t.Errorf("%s: answered %d %s, want %d", name, a.status, a.body, status)
		}
		return
	}
	var info struct {
		Status        int
		Code, Message string
	}
	if err := json.Unmarshal([]byte(a.body), &info); err != nil || info.Status != status || info.Code != code || info.Message == "" {
		t.Errorf("%s: answered %s, want %s", name, a.body, code)
	}
}
