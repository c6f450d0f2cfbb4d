package admin_test

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"lineproof/shared/network"
)

// holder gives the number that a connection resolves to, or "".
func (w *world) holder(t *testing.T, at string) string {
	t.Helper()
	s, err := network.Sessions{Directory: w.sessions, Now: w.Now}.
		Resolve(t.Context(), connection(at))
	if errors.Is(err, network.ErrUnresolved) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return s.Number.E164()
}

func connection(at string) network.Connection {
	return network.Connection{Address: netip.MustParseAddrPort(at), Header: http.Header{}}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct{ session, at, end string }{
		{`"address": "192.0.2.1"`, "192.0.2.1:0", `"address": "192.0.2.1"`},
		{`"address": "192.0.2.2", "port_from": 1024, "port_to": 2047`, "192.0.2.2:1500", `"address": "192.0.2.2", "port": 1500`},
		{`"address": "192.0.2.3", "port_from": 1000, "port_to": 9000`, "192.0.2.3:8999", `"address": "192.0.2.3", "port": 1000`},
		{`"address": "2001:db8:0:1::/64"`, "[2001:db8:0:1::7]:443", `"address": "2001:db8:0:1::9"`},
		{`"address": "2001:db8:5::/48"`, "[2001:db8:5:1::7]:443", `"address": "2001:db8:5::9", "port": 7`},
		{`"address": "192.0.2.4", "start": "2030-01-02T03:00:00Z"`, "192.0.2.4:0", `"address": "::ffff:192.0.2.4"`},
	} {
		put := w.done(t, `{"command": "put-session", "number": "+447700900001", "end": "2030-01-02T04:00:00Z", `+tt.session+`}`)
		if got := w.holder(t, tt.at); got != "+447700900001" {
			t.Errorf("%s resolves to %q", tt.at, got)
		}
		if _, shown := put["number"]; shown {
			t.Error("the number is shown")
		}
		w.now = w.now.Add(time.Nanosecond)
		if r := w.done(t, `{"command": "end-session", `+tt.end+`}`); r["ended"] != 1.0 {
			t.Errorf("ending %s gives %v", tt.end, r)
		}
		if got := w.holder(t, tt.at); got != "" {
			t.Errorf("%s, ended, resolves to %q", tt.at, got)
		}
		if r := w.done(t, `{"command": "end-session", `+tt.end+`}`); r["ended"] != 0.0 {
			t.Errorf("ending %s again gives %v", tt.end, r)
		}
	}
}

// A session of the past lasts as long as a record does, so the answer tells when.
func TestSessionsEndAtTheirLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	put := w.done(t, `{"command": "put-session", "address": "192.0.2.1", "number": "+447700900001", "start": "2030-01-02T01:00:00Z", "end": "2030-01-04T01:00:00Z"}`)
	if put["end"] != "2030-01-03T01:00:00Z" {
		t.Errorf("recorded as %v", put)
	}
}

// An older session that also has the address must not come to light.
func TestEndSessionEndsThoseBelow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, start := range []string{"01:00:00", "02:00:00", "03:00:00"} {
		w.done(t, `{"command": "put-session", "address": "192.0.2.1", "number": "+447700900001", "start": "2030-01-02T`+start+`Z", "end": "2030-01-02T09:00:00Z"}`)
	}
	if r := w.done(t, `{"command": "end-session", "address": "192.0.2.1"}`); r["ended"] != 1.0 || w.holder(t, "192.0.2.1:0") != "" {
		t.Errorf("ended %v", r)
	}
}

func TestSessionsAreValidated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	whole := map[string]string{"address": `"192.0.2.1"`, "number": `"+447700900001"`, "end": `"2030-01-02T04:00:00Z"`}
	for field, bad := range map[string]string{
		"address": `"192.0.2.0/24"`, "number": `"0770"`, "end": `"2030-01-02T03:00:00Z"`, "start": `"yesterday"`, "port_from": "0", "port_to": "1",
	} {
		command := `{"command": "put-session"`
		for name, value := range whole {
			if name != field {
				command += `, "` + name + `": ` + value
			}
		}
		if whole[field] != "" {
			w.refused(t, command+"}", "missing field", field)
		}
		if strings.HasPrefix(field, "port") {
			command += `, "` + map[string]string{"port_from": "port_to", "port_to": "port_from"}[field] + `": 1000`
		}
		w.refused(t, command+`, "`+field+`": `+bad+"}", "invalid field", field)
	}
	for _, bad := range []string{"192.0.2.0/24", "fe80::1%eth0", "x"} {
		w.refused(t, `{"command": "end-session", "address": "`+bad+`"}`, "invalid field", "address")
	}
}

func TestFillSandbox(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jwks := `{"keys": [` + strings.TrimSuffix(strings.TrimPrefix(keySets["ES256"], `{"keys":[`), "]}") + "," +
		strings.TrimSuffix(strings.TrimPrefix(keySets["RS256"], `{"keys":[`), "]}") + `]}`
	for _, keys := range []string{"", `, "jwks": ` + jwks} {
		var made map[string]any
		for range 2 {
			made = w.done(t, `{"command": "fill-sandbox", "redirect_uris": ["https://a.example/cb"]`+keys+`}`)
		}
		clients, accounts, numbers := made["clients"].([]any), made["accounts"].([]any), made["numbers"].([]any)
		if len(clients) != 9 || len(accounts) != 3 || len(numbers) != 14 {
			t.Errorf("%d clients, %d accounts, %d numbers", len(clients), len(accounts), len(numbers))
		}
		for _, each := range clients {
			shown := each.(map[string]any)
			c := w.client(t, shown["client_id"].(string))
			secret, _ := shown["client_secret"].(string)
			if !c.Sandbox || (secret != "") != c.HasSecret(w.ClientPeppers, secret) || secret == "" && keys == "" || c.ID != "sandbox-"+c.Wire {
				t.Errorf("client %v", shown)
			}
		}
		for _, each := range accounts {
			shown := each.(map[string]any)
			a, err := w.login(shown["api_key"].(string), shown["api_secret"].(string))
			if err != nil || len(a.Terms.Countries) != 1 || a.Terms.Countries[0] != "ZZ" || shown["ledger"].(map[string]any)["free"] != 1e8 {
				t.Errorf("account %v: %v", shown, err)
			}
		}
	}
	w.refused(t, `{"command": "fill-sandbox", "redirect_uris": ["http://a.example/cb"]}`, "invalid field", "redirect_uris")
	w.refused(t, `{"command": "fill-sandbox", "redirect_uris": ["https://a.example/cb"], "jwks": `+keySets["ES256"]+`}`, "invalid field", "jwks")
}
