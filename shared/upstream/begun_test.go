package upstream_test

import (
	"strings"
	"testing"

	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// steps is an operator whose silent steps begin with the number, which answers so.
func steps(t *testing.T, status int, body string) (*operator, upstream.Peer) {
	t.Helper()
	o := operate(t, says(status, body))
	return o, o.peer(t, "vonage-v2", func(u *upstream.Upstream) { u.Verify = o.URL + "/v2/verify" })
}

// signing is a secret with an application's key.
func signing(t *testing.T) upstream.Secret {
	t.Helper()
	es, errES := token.Generate(token.ES256)
	rs, errRS := token.Generate(token.RS256)
	if errES != nil || errRS != nil {
		t.Fatal(errES, errRS)
	}
	return upstream.Secret{Keys: token.Ring{es, rs}}
}

// What begins with the number says that alone, under the JWT of our application.
func TestBegin(t *testing.T) {
	t.Parallel()
	o, p := steps(t, 202, `{"request_id":"c11236f4-00bf-4b89-84ba-88b25df97315"}`)
	s := signing(t)
	wantSigned := func(path, body string) {
		t.Helper()
		raw := strings.TrimPrefix(o.last.Header.Get("Authorization"), "Bearer ")
		if _, err := token.Application(raw, s.Keys, "client-a", noon); err != nil {
			t.Errorf("the JWT is refused: %v", err)
		}
		if o.last.Method+" "+o.last.URL.Path != "POST "+path || o.body != body || o.last.Header.Get("Content-Type") != "application/json" {
			t.Errorf("asked is %s %s %s", o.last.Method, o.last.URL.Path, o.body)
		}
	}
	made, got := caller().Begin(t.Context(), p, s, number(t, "+447700900000"))
	if got != upstream.NotCovered || made != (upstream.Begun{}) {
		t.Errorf("without an address it is %+v, %s", made, got)
	}
	wantSigned("/v2/verify", `{"brand":"Lineproof","workflow":[{"channel":"silent_auth","to":"447700900000"}]}`)
	first := o.last.Header.Get("Authorization")
	if got := caller().Check(t.Context(), p, s, "c11236f4", "si9sfG"); got != upstream.Malformed { // a 202
		t.Errorf("the check is %s", got)
	}
	wantSigned("/v2/verify/c11236f4", `{"code":"si9sfG"}`)
	if o.last.Header.Get("Authorization") == first {
		t.Error("both calls have one JWT")
	}
	o.calls.Store(0)
	if _, got := caller().Begin(t.Context(), p, upstream.Secret{Keys: s.Keys[:1]}, number(t, "+447700900000")); got != upstream.Misconfigured || o.calls.Load() != 0 {
		t.Errorf("without a key for RS256 it is %s after %d calls", got, o.calls.Load())
	}
}

// Devices are sent to the upstream's own host, to those of its profile or, in their place, of its
// record, and below these.
func TestWhereDevicesAreSent(t *testing.T) {
	t.Parallel()
	for address, hosts := range map[string][]string{
		"https://api-eu-3.vonage.com/v2/verify/x/silent-auth/redirect":   nil,
		"https://API.NEXMO.com/x":                                        nil,
		"https://nexmo.com/x?y=z":                                        nil,
		"https://eu.api.silent.auth/phone_check/v0.1/checks/x/redirect":  {"silent.auth"},
		"!https://eu.api.silent.auth/phone_check/v0.1/checks/x/redirect": nil,
		"!https://api.nexmo.com/x":                                       {"silent.auth"},
		"!https://api.nexmo.com:444/x":                                   nil,
		"!http://api.nexmo.com/x":                                        nil,
		"!https://evilnexmo.com/x":                                       nil,
		"!https://nexmo.com.evil.example/x":                              nil,
		"!https://api.nexmo.com@evil.example/x":                          nil,
		`!https://evil.example\\@api.nexmo.com/x`:                        nil,
		"!//api.nexmo.com/x":                                             nil,
		"!/x":                                                            nil,
		"!https:///x":                                                    nil,
		"!https://api.nexmo.com/x y":                                     nil,
		"!https://api.nexmo.com/x#":                                      nil,
	} {
		address, refused := strings.CutPrefix(address, "!")
		o, p := steps(t, 202, `{"request_id":"r","check_url":"`+address+`"}`)
		p = o.peer(t, "vonage-v2", func(u *upstream.Upstream) { u.Verify, u.Hosts = p.Verify, hosts })
		made, got := caller().Begin(t.Context(), p, signing(t), number(t, "+447700900000"))
		if refused != (got == upstream.Malformed) || refused == (made.Address == address) {
			t.Errorf("%s comes to %+v, %s", address, made, got)
		}
	}
}
