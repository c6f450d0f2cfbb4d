package admin_test

import (
	"fmt"
	"testing"
)

const putOperator = `{"command": "put-upstream", "name": "operator", "profile": "konera", "client_id": "ours",
	"authorization_endpoint": "https://a.example/authorize", "token_endpoint": "https://a.example/token",
	"verify_url": "https://a.example/verify"`

// An upstream is shown as it was put, until it has ended, and put again as a whole.
func TestUpstreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, putOperator+`, "countries": ["GB"], "daily_limit": 10, "hashed": true, "hashing": "digits", "moved": "refuse", "addresses": ["198.51.100.0/24"], "until": "2031-01-01T01:00:00+01:00"}`)
	shown := w.done(t, `{"command": "show-upstream", "name": "operator"}`)
	if shown["verify_url"] != "https://a.example/verify" || shown["until"] != "2031-01-01T00:00:00Z" || shown["ended"] != nil || shown["daily_limit"] != 10.0 || shown["hashing"] != "digits" || shown["moved"] != "refuse" {
		t.Errorf("shown as %v", shown)
	}
	if ended := w.done(t, `{"command": "end-upstream", "name": "operator"}`); ended["ended"] != true {
		t.Errorf("ended as %v", ended)
	}
	if again := w.done(t, putOperator+`, "moved": "mark"}`); again["moved"] != nil || again["ended"] != nil || again["countries"] != nil {
		t.Errorf("put again as %v", again)
	}
	all, _ := w.done(t, `{"command": "list-upstreams"}`)["upstreams"].([]any)
	if len(all) != 1 {
		t.Errorf("listed as %v", all)
	}
}

// What cannot be asked is not put.
func TestUpstreamsThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for field, change := range map[string]string{
		"name":       `, "name": "Operator"`,
		"profile":    `, "profile": "nobody"`,
		"verify_url": `, "verify_url": "http://a.example/verify"`,
		"share_url":  `, "share_url": "https://169.254.169.254/latest"`,
		"countries":  `, "countries": ["Germany"]`,
		"prefixes":   `, "prefixes": ["+44"]`,
		"networks":   `, "networks": ["262-02"]`,
		"addresses":  `, "addresses": ["198.51.100.1/24"]`,
		"purposes":   `, "purposes": ["fraud"]`,
		"amr":        `, "amr": "sms"`,
		"until":      `, "until": "tomorrow"`,
		"secret":     `, "secret": "a/b"`,
		"client_id":  `, "client_id": "a\u0000"`,

		"daily_limit": `, "daily_limit": -1`,
		"hashing":     `, "hashing": "sha256"`,
		"moved":       `, "moved": "yes"`,
	} {
		w.refused(t, putOperator+change+`}`, "invalid field", field)
	}
	w.refused(t, `{"command": "put-upstream", "name": "operator", "profile": "camara", "client_id": "ours"}`,
		"missing field", "authorization_endpoint")
	w.refused(t, `{"command": "put-upstream", "name": "operator", "profile": "vonage-v2", "client_id": "app", "moved": "refuse"}`,
		"invalid field", "moved")
	w.refused(t, `{"command": "show-upstream", "name": "operator"}`, "not found", "name")
}

// A client may be registered for an upstream that is there.
func TestClientOfAnUpstream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	register := func(name string) string {
		return `{"command": "register-client", "dialect": "camara-2", "method": "client_secret_basic",
			"redirect_uris": ["https://client.example/cb"], "upstream": "` + name + `"}`
	}
	w.refused(t, register("operator"), "invalid field", "upstream")
	w.refused(t, register("Operator"), "invalid field", "upstream")
	w.done(t, putOperator+`}`)
	if made := w.done(t, register("operator")); made["upstream"] != "operator" {
		t.Errorf("registered as %v", made)
	}
}

// The hosts where devices may be sent are names, and are shown as they were put.
func TestCheckHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const put = `{"command": "put-upstream", "name": "verifier", "profile": "vonage-v2", "client_id": "app", "check_hosts": [%s]}`
	shown := w.done(t, fmt.Sprintf(put, `"silent.auth", "eu.check.example"`))
	if got := fmt.Sprint(shown["check_hosts"]); got != "[silent.auth eu.check.example]" {
		t.Errorf("shown is %s", got)
	}
	for _, host := range []string{"", "auth", "localhost", "127.0.0.1", "a.example:443", "*.example", "A.example", "a.example/x", "https://a.example"} {
		r := w.ask(t, fmt.Sprintf(put, `"`+host+`"`))
		if r.Error == nil || r.Error.Field != "check_hosts" {
			t.Errorf("%q is answered %+v", host, r)
		}
	}
}
