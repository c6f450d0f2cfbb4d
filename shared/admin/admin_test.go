package admin_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/admin"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/memory"
	"lineproof/shared/network"
	"lineproof/shared/secrets"
	"lineproof/shared/token"
)

// world is an Admin over memory, with everything that reads what it writes.
type world struct {
	admin.Admin
	accounts *memory.Accounts
	clients  *memory.Clients
	sessions *memory.Sessions
	pins     *memory.Verifications
	secrets  *memory.UpstreamSecrets
	now      time.Time
	log      bytes.Buffer
}

func newWorld(t testing.TB) *world {
	t.Helper()
	ring, err := secrets.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	peppers, err := secrets.Derive(ring, account.NewPepper)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{accounts: memory.NewAccounts(), clients: memory.NewClients(), sessions: memory.NewSessions(),
		now: time.Date(2030, 1, 2, 3, 4, 5, 678, time.UTC)}
	w.pins = memory.NewVerifications(w.accounts)
	w.secrets = memory.NewUpstreamSecrets()
	w.Admin = admin.Admin{
		Accounts: w.accounts, Clients: w.clients, Roll: w.clients, Sessions: w.sessions, Denials: w.pins, Upstreams: memory.NewUpstreams(),
		UpstreamSecrets: w.secrets, Examiner: w.examiner(), Issuer: "https://us.example",
		AccountPeppers: peppers, ClientPeppers: keyring.MAC(ring), Algorithms: token.Algorithms, KeyPair: token.KeyPair, PublicKey: token.ParsePublicPEM, MaxSession: 24 * time.Hour, Random: rand.Reader, Now: func() time.Time { return w.now },
		Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
	}
	return w
}

// reply is an answer as its reader sees it.
type reply struct {
	Result map[string]any
	Error  *struct{ Kind, Field, Message string }
}

func (w *world) ask(t testing.TB, command string) reply {
	t.Helper()
	var r reply
	text := w.Do(context.Background(), []byte(command))
	if err := json.Unmarshal(text, &r); err != nil || (r.Result == nil) == (r.Error == nil) {
		t.Fatalf("%s is answered with %s", command, text)
	}
	return r
}

// done gives the result of a command that must succeed.
func (w *world) done(t testing.TB, command string) map[string]any {
	t.Helper()
	r := w.ask(t, command)
	if r.Error != nil {
		t.Fatalf("%s fails: %+v", command, *r.Error)
	}
	return r.Result
}

// refused checks that a command fails in the field.
func (w *world) refused(t testing.TB, command, kind, field string) {
	t.Helper()
	r := w.ask(t, command)
	if r.Error == nil || r.Error.Kind != kind || r.Error.Field != field || r.Error.Message == "" {
		t.Errorf("%s is answered with %+v, want %s (%s)", command, r, kind, field)
	}
}

func TestUnreadableCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for command, want := range map[string][2]string{
		``:                        {"invalid body", ""},
		`[]`:                      {"invalid body", ""},
		`null`:                    {"missing field", "command"},
		`{}`:                      {"missing field", "command"},
		`{"command": 1}`:          {"missing field", "command"},
		`{"command": "drop-all"}`: {"invalid field", "command"},
		`{"command": "create-account", "countrys": ["GB"]}`:                                                         {"invalid body", ""},
		`{"command": "create-account", "terms": 1}`:                                                                 {"invalid field", "terms"},
		`{"command": "credit-account", "amount": "canary"}`:                                                         {"invalid field", "amount"},
		`{"command": "put-session", "port_from": 70000}`:                                                            {"invalid field", "port_from"},
		`{"command": "register-client", "require_pkce": "yes"}`:                                                     {"invalid field", "require_pkce"},
		`{"command": "set-demo", "api_key": "00000001", "numbers": "canary"}`:                                       {"invalid field", "numbers"},
		`{"command": "set-demo", "api_key": "00000001", "numbers": ["+447700900000", {"canary": 1}], "demo": true}`: {"invalid field", "numbers"},
	} {
		w.refused(t, command, want[0], want[1])
		if strings.Contains(w.ask(t, command).Error.Message, "canary") {
			t.Errorf("%s: the message quotes a value", command)
		}
	}
}

// A member that a command does not have is named as what it is not: one of those listed.
func TestUnknownMembersAreToldTheKnownOnes(t *testing.T) {
	t.Parallel()
	r := newWorld(t).ask(t, `{"command": "bar-account", "apikey": "1"}`)
	if r.Error == nil || !strings.Contains(r.Error.Message, "it knows api_key") {
		t.Errorf("answer %+v", r.Error)
	}
}

func TestEveryCommandIsDescribed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range admin.Commands() {
		if c.Summary == "" || seen[c.Name] || len(c.Fields()) == 0 {
			t.Errorf("%s is listed twice, has no summary or no field", c.Name)
		}
		seen[c.Name] = true
		names := map[string]bool{}
		for _, f := range c.Fields() {
			if f.Help == "" || f.Type == "" || names[f.Name] {
				t.Errorf("%s: %s has no help or stands twice", c.Name, f.Name)
			}
			names[f.Name] = true
		}
	}
}

// No command without its fields does anything, but for two whose fields all have defaults, and those
// that have none.
func TestEmptyCommandsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range admin.Commands() {
		if slices.Contains([]string{"create-account", "fill-sandbox", "check-clients", "list-upstreams"}, c.Name) {
			w.done(t, `{"command": "`+c.Name+`"}`)
			continue
		}
		if r := w.ask(t, `{"command": "`+c.Name+`"}`); r.Error == nil || r.Error.Field == "" {
			t.Errorf("%s alone is answered with %+v", c.Name, r)
		}
	}
}

func TestUnknownAccountsAndClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"show-account", "rotate-account-secret", "drop-account-secret", "bar-account", "unbar-account"} {
		w.refused(t, `{"command": "`+name+`", "api_key": "0000abcd"}`, "not found", "api_key")
		w.refused(t, `{"command": "`+name+`", "api_key": "xyz"}`, "invalid field", "api_key")
	}
	for _, name := range []string{"show-client", "rotate-client-secret"} {
		w.refused(t, `{"command": "`+name+`", "client_id": "nobody"}`, "not found", "client_id")
	}
}

// away is every store, none of which answers.
type away struct{}

var errAway = fault.Wrap(fault.Unavailable, errors.New("canary"))

func (away) Account(context.Context, account.Key) (account.Account, error) {
	return account.Account{}, errAway
}
func (away) PutAccount(context.Context, account.Account) error       { return errAway }
func (away) TopUp(context.Context, account.Key, int64, string) error { return errAway }
func (away) Ledger(context.Context, account.Key) (account.Ledger, error) {
	return account.Ledger{}, errAway
}
func (away) Client(context.Context, string) (grant.Client, error) { return grant.Client{}, errAway }
func (away) Put(context.Context, grant.Client) error              { return errAway }
func (away) PutSession(context.Context, network.Session) error    { return errAway }

var valid = []string{
	`{"command": "create-account", "terms": "standard", "countries": ["GB"]}`,
	`{"command": "show-account", "api_key": "00000001"}`,
	`{"command": "rotate-account-secret", "api_key": "00000001"}`,
	`{"command": "credit-account", "api_key": "00000001", "amount": 1, "payment": "a"}`,
	`{"command": "register-client", "dialect": "konera", "redirect_uris": ["https://a.example/"]}`,
	`{"command": "replace-client", "client_id": "a", "dialect": "konera", "redirect_uris": ["https://a.example/"]}`,
	`{"command": "put-session", "address": "192.0.2.1", "number": "447700900000", "end": "2030-01-02T04:00:00Z"}`,
	`{"command": "deny-number", "api_key": "00000001", "number": "447700900000"}`,
	`{"command": "fill-sandbox", "redirect_uris": ["https://a.example/"]}`,
}

func TestStoresAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Accounts, w.Clients = away{}, away{}
	w.Sessions = struct {
		network.Directory
		network.Registry
	}{w.sessions, away{}}
	for _, command := range valid {
		r := w.ask(t, command)
		if r.Error == nil || r.Error.Kind != "unavailable" || strings.Contains(r.Error.Message, "canary") {
			t.Errorf("%s is answered with %+v", command, r)
		}
	}
}

func TestNoRandomness(t *testing.T) {
	t.Parallel()
	for _, broken := range []io.Reader{iotest.ErrReader(io.ErrClosedPipe), strings.NewReader("12345678")} {
		w := newWorld(t)
		w.done(t, `{"command": "create-account", "api_key": "00000001", "terms": "standard", "countries": ["GB"]}`)
		w.done(t, `{"command": "register-client", "client_id": "a", "dialect": "konera", "redirect_uris": ["https://a.example/"]}`)
		w.Random = broken
		for _, command := range []string{
			valid[0], valid[2], valid[4], valid[8], `{"command": "rotate-client-secret", "client_id": "a"}`,
			`{"command": "set-signature", "api_key": "00000001", "method": "sha256"}`,
		} {
			if r := w.ask(t, command); r.Error == nil || r.Error.Kind != "internal" {
				t.Errorf("%s without randomness is answered with %+v", command, r)
			}
		}
	}
}

// The log tells which command was about whom and how it ended, and holds no secret, number or
// payload.
func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	log := &w.log
	made := w.done(t, `{"command": "create-account", "api_key": "0000cafe", "terms": "standard", "countries": ["GB"]}`)
	signed := w.done(t, `{"command": "set-signature", "api_key": "0000cafe", "method": "sha256"}`)
	w.done(t, `{"command": "deny-number", "api_key": "0000cafe", "number": "+447700900123"}`)
	w.ask(t, `{"command": "deny-number", "api_key": "0000cafe", "number": "+4477009001234567890"}`)
	w.ask(t, `{"command": "bar-account", "api_key": "`+made["api_secret"].(string)+`"}`)
	w.ask(t, `{"command": "`+made["api_secret"].(string)+`"}`)
	w.ask(t, `{"command": "bar-account", "`+made["api_secret"].(string)+`": 1}`)
	w.ask(t, `{"command": "show-client", "client_id": "+447700900123"}`)
	for _, leak := range []string{made["api_secret"].(string), signed["signature_secret"].(string), "7700900123"} {
		if strings.Contains(log.String(), leak) {
			t.Errorf("the log holds %s", leak)
		}
	}
	for _, told := range []string{`"command":"create-account"`, `"command":"deny-number","subject":"0000cafe","outcome":"done"`, `"outcome":"invalid field"`} {
		if !strings.Contains(log.String(), told) {
			t.Errorf("the log lacks %s:\n%s", told, log.String())
		}
	}
}

// Who gives a command may say who asked for it, as the log then tells.
func TestBy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	log := &w.log
	w.done(t, create)
	for _, by := range []string{
		"alice", "arn:aws:sts::123456789012:assumed-role/Admin+_=,.@-x/alice@example.com",
		strings.Repeat("a", 256),
	} {
		log.Reset()
		w.done(t, `{"command": "bar-account", "api_key": "0000cafe", "by": "`+by+`"}`)
		if !strings.Contains(log.String(), `"by":"`+by+`"`) {
			t.Errorf("logged %s, want who asked: %s", log.String(), by)
		}
	}
	w.done(t, `{"command": "bar-account", "api_key": "0000cafe", "by": ""}`)
	for _, by := range []string{
		`"+447700900123"`, `"447700900123"`, `"a b"`, `"a\nb"`, `"é"`, `1`,
		`"` + strings.Repeat("a", 257) + `"`,
	} {
		log.Reset()
		command := `{"command": "unbar-account", "api_key": "0000cafe", "by": ` + by + `}`
		w.refused(t, command, "invalid field", "by")
		if strings.Contains(log.String(), `"by":`) {
			t.Errorf("%s is logged", by)
		}
	}
	if a, err := w.accounts.Account(t.Context(), 0xcafe); err != nil || !a.Barred {
		t.Error("a refused command was carried out")
	}
}

func FuzzDo(f *testing.F) {
	for _, command := range valid {
		f.Add(command)
	}
	f.Add(`{"command": "set-demo", "api_key": "00000001", "demo": true, "numbers": ["447700900000"]}`)
	f.Add(`{"command": "end-session", "address": "2001:db8::1", "port": 1}`)
	f.Add(`{"command": "set-status-url", "api_key": "00000001", "status_url": "https://[::ffff:10.0.0.1]:0/?a#b"}`)
	f.Add(`{"command": "create-application", "account": "00000001", "public_key": "-----BEGIN PUBLIC KEY-----", "redirect_urls": [""], "outcomes": "own"}`)
	f.Add(`{"command": "unblock-network", "api_key": "00000001", "network": "44770090", "unblock_duration": -1}`)
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, command string) {
		if r := w.ask(t, command); r.Error != nil && (r.Error.Kind == "internal" || r.Error.Message == "") {
			t.Errorf("%q is answered with %+v", command, *r.Error)
		}
	})
}
