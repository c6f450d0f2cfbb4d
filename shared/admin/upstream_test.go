package admin_test

import (
	"fmt"
	"testing"
)

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
