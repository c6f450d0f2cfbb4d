// Package mxlabs owns the wire of MX Labs' SDKs for number verification: one address that takes a
// form, whose field action says what to do with a session.
//
// A session is a verification as any other, with a silent step whose address the end user's device
// opens, and two SMS that are sent when its caller wishes. Its caller asks how it stands.
package mxlabs

import (
	"net/http"
	"strings"

	"lineproof/shared/account"
	"lineproof/shared/api"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// keyHeader carries the account's api_key and api_secret, as HTTP Basic joins them (RFC 7617 §2).
const keyHeader = "X-API-Key"

// call is a form of an account's.
type call struct {
	request *http.Request
	form    form
	payer   account.Account
}

// Verify does what the form's action says (POST /mxlabs/number-verify), over its ports, what reads
// numbers, an outbox, and what tells whether a channel reaches a country. It fails with a
// fault.MissingCredentials or InvalidCredentials before it looks at the form, and with a
// fault.InvalidParam for an action that is none.
func Verify(
	p Ports, reader Reader, outbox verification.Outbox,
	routed func(country string, c verification.Channel) bool,
) web.Endpoint {
	s, accounts := newSessions(p, outbox), p.Accounts()
	actions := map[string]func(call) (any, error){
		"ping":       ping,
		"start":      starter(p, reader, outbox, routed),
		"verify":     s.verify,
		"sms_send":   s.send,
		"sms_verify": s.check,
	}
	return func(r *http.Request) (any, error) {
		body, err := web.Body(r)
		if err != nil {
			return nil, err
		}
		payer, err := authenticate(r, accounts)
		if err != nil {
			return nil, err
		}
		form, err := readForm(body)
		if err != nil {
			return nil, err
		}
		action, err := form.need("action")
		if err != nil {
			return nil, err
		}
		act, known := actions[action]
		if !known {
			return nil, fault.In(fault.InvalidParam, "action")
		}
		return act(call{r, form, payer})
	}
}

// authenticate returns the account that calls. It fails with a fault.MissingCredentials where half
// of them are missing, and as api.Authenticate does.
func authenticate(r *http.Request, accounts account.Authenticator) (account.Account, error) {
	given, _ := web.Header(r, keyHeader)
	key, secret, _ := strings.Cut(given, ":")
	if key == "" || secret == "" {
		return account.Account{}, fault.New(fault.MissingCredentials)
	}
	return api.Authenticate(r, accounts, account.Credentials{Key: key, Secret: secret})
}

// ping tells whose the credentials are.
func ping(c call) (any, error) {
	return answer{Status: "ok", Partner: c.payer.Key.String()}, nil
}

// answer is the body of whatever succeeds. Its status says which of the others there are.
type answer struct {
	Status  string `json:"status"`
	Partner string `json:"partner,omitempty"`
	// SessionID, AuthURL and CallbackURL are those of a session that has started.
	SessionID   string `json:"session_id,omitempty"`
	AuthURL     string `json:"auth_url,omitempty"`
	CallbackURL string `json:"callback_url,omitempty"`
	// Method and Phone are how a number was verified, and which.
	Method string `json:"method,omitempty"`
	Phone  string `json:"phone,omitempty"`
	// Reason is why there is nothing to tell, and Fallback what may help.
	Reason   string `json:"reason,omitempty"`
	Fallback string `json:"fallback,omitempty"`
	// Masked is whom a message goes to, and ExpiresIn for how many seconds its code is good.
	Masked    string `json:"masked,omitempty"`
	ExpiresIn int    `json:"expires_in,omitempty"`
	// AttemptsLeft is how many more codes can be tried after a wrong one.
	AttemptsLeft int `json:"attempts_left,omitempty"`
	// Sandbox tells that the number is a test number.
	Sandbox bool `json:"sandbox,omitempty"`
}

// done has the log tell how a call ended, and which of the account's verifications it was about.
func (c call) done(id string, a answer) answer {
	web.Note(c.request.Context(), "request_id", id)
	web.Note(c.request.Context(), web.Outcome, a.Status)
	return a
}
