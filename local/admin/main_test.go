package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/admin"
	"lineproof/shared/keyring"
	"lineproof/shared/memory"
	"lineproof/shared/secrets"
	"lineproof/shared/token"
)

// lambda is the service with the admin function in it, over memory.
type lambda struct {
	admin.Admin
	clients *memory.Clients
	fail    string // status, "function" or "garbage"
	asked   []string
}

const adminARN = "arn:aws:lambda:eu-west-1:123456789012:function:lineproof-admin:live"

func newLambda(t *testing.T) (*lambda, program) {
	t.Helper()
	ring, err := secrets.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	peppers, err := secrets.Derive(ring, account.NewPepper)
	if err != nil {
		t.Fatal(err)
	}
	accounts, clients := memory.NewAccounts(), memory.NewClients()
	l := &lambda{clients: clients, Admin: admin.Admin{
		Accounts: accounts, Clients: clients, Roll: clients, Sessions: memory.NewSessions(), Upstreams: memory.NewUpstreams(), Denials: memory.NewVerifications(accounts), AccountPeppers: peppers, ClientPeppers: keyring.MAC(ring),
		Algorithms: func([]byte) ([]string, error) { return []string{"ES256"}, nil }, PublicKey: token.ParsePublicPEM, MaxSession: time.Hour, Random: rand.Reader, Now: time.Now,
		Log: slog.New(slog.DiscardHandler),
	}}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	env := map[string]string{
		"ADMIN_FUNCTION": adminARN, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "canary",
		"AWS_SESSION_TOKEN": "session", "AWS_ENDPOINT_URL_LAMBDA": server.URL + "/",
	}
	return l, program{
		getenv: func(name string) string { return env[name] }, readFile: func(string) ([]byte, error) { return nil, errors.New("no file") },
		now: time.Now, stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{},
	}
}

func (l *lambda) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signature := r.Header.Get("Authorization")
	if r.Method != http.MethodPost || r.URL.EscapedPath() != "/2015-03-31/functions/"+strings.ReplaceAll(adminARN, ":", "%3A")+"/invocations" ||
		!strings.HasPrefix(signature, "AWS4-HMAC-SHA256 Credential=AKID/") || !strings.Contains(signature, "/eu-west-1/lambda/aws4_request") ||
		r.Header.Get("X-Amz-Security-Token") != "session" {
		http.Error(w, "not what a client should send", http.StatusTeapot)
		return
	}
	body, _ := io.ReadAll(r.Body)
	l.asked = append(l.asked, string(body))
	switch l.fail {
	case "":
		_, _ = w.Write(l.Do(r.Context(), body))
	case "function":
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		_, _ = w.Write([]byte(`{"errorMessage": "boot: panic"}`))
	case "garbage":
		_, _ = w.Write([]byte("garbage"))
	default:
		w.Header().Set("X-Amzn-Errortype", l.fail)
		w.WriteHeader(http.StatusForbidden)
	}
}

// run runs the program with these arguments and gives its exit code and what it wrote.
func run(p program, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	p.args, p.stdout, p.stderr = args, &out, &err
	code = p.run(context.Background())
	return code, out.String(), err.String()
}

func TestFromTheShellToTheStore(t *testing.T) {
	t.Parallel()
	_, p := newLambda(t)
	code, stdout, stderr := run(p, "create-account", "-api_key", "0000cafe", "-terms", "strict", "-countries", "GB, FR", "-prepaid", "no", "-price", "5")
	var made struct {
		Result struct {
			APISecret string `json:"api_secret"`
			Terms     struct {
				Strict, Prepaid bool
				Price           int
				Countries       []string
			}
		}
	}
	if err := json.Unmarshal([]byte(stdout), &made); err != nil || code != done || stderr != "" {
		t.Fatalf("code %d, %s, %s", code, stdout, stderr)
	}
	if r := made.Result; len(r.APISecret) != 32 || !r.Terms.Strict || r.Terms.Prepaid || r.Terms.Price != 5 || len(r.Terms.Countries) != 2 {
		t.Errorf("made %+v", made)
	}
	if code, stdout, _ := run(p, "create-account", "-api_key", "0000cafe", "-terms", "strict", "-countries", "GB"); code != refused || !strings.Contains(stdout, `"field": "api_key"`) {
		t.Errorf("code %d, %s", code, stdout)
	}
}

func TestKeysFromAFile(t *testing.T) {
	t.Parallel()
	l, p := newLambda(t)
	p.readFile = func(name string) ([]byte, error) { return []byte(`{"keys": [{"kid": "` + name + `"}]}`), nil }
	code, stdout, stderr := run(p, "register-client", "-client_id", "shop", "-dialect", "camara-2", "-redirect_uris", "https://a.example/cb", "-jwks", "@keys.json", "-sandbox", "yes")
	c, err := l.clients.Client(t.Context(), "shop")
	if code != done || err != nil || !strings.Contains(string(c.JWKS), "keys.json") || !c.Sandbox {
		t.Errorf("code %d, %s, %s", code, stdout, stderr)
	}
}

// Every field of every command can be given, and arrives as the type that the function reads.
func TestEveryFieldArrives(t *testing.T) {
	t.Parallel()
	l, p := newLambda(t)
	for _, c := range admin.Commands() {
		args := []string{c.Name}
		for _, f := range c.Fields() {
			args = append(args, "-"+f.Name, map[string]string{"text": "x", "list": "x,y", "number": "1", "yes-or-no": "yes", "json": "{}"}[f.Type])
		}
		code, stdout, stderr := run(p, args...)
		if code == misused || strings.Contains(stdout, "it is a ") || strings.Contains(stdout, "invalid body") {
			t.Errorf("%v: %s%s", args, stdout, stderr)
		}
	}
	if len(l.asked) != len(admin.Commands()) {
		t.Errorf("%d commands were asked for", len(l.asked))
	}
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	l, p := newLambda(t)
	for told, args := range map[string][]string{
		"usage:":                      {},
		`no command is called "drop"`: {"drop"},
		"flag provided but not":       {"bar-account", "-key", "1"},
		`"0000cafe" belongs to no`:    {"bar-account", "0000cafe"},
		"it is yes or no":             {"set-demo", "-demo", "perhaps"},
		"invalid syntax":              {"credit-account", "-amount", "1.5"},
		"it is not JSON":              {"fill-sandbox", "-jwks", "keys.json"},
		"no file":                     {"fill-sandbox", "-jwks", "@keys.json"},
		"needs an argument":           {"bar-account", "-api_key"},
	} {
		if code, stdout, stderr := run(p, args...); code != misused || stdout != "" || !strings.Contains(stderr, told) {
			t.Errorf("%v: code %d, %q, %q", args, code, stdout, stderr)
		}
	}
	if len(l.asked) != 0 {
		t.Error("something was asked")
	}
	for _, c := range admin.Commands() {
		code, _, stderr := run(p, c.Name, "-h")
		for _, f := range c.Fields() {
			if code != done || !strings.Contains(stderr, "-"+f.Name+" "+f.Type) {
				t.Errorf("%s -h does not list %s", c.Name, f.Name)
			}
		}
		if _, _, usage := run(p); !strings.Contains(usage, c.Name) {
			t.Errorf("%s is not listed", c.Name)
		}
	}
	for _, name := range admin.Dialects() {
		if _, _, stderr := run(p, "register-client", "-h"); !strings.Contains(stderr, name) {
			t.Errorf("register-client -h does not list %s", name)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	_, p := newLambda(t)
	whole := p.getenv
	for variable, bad := range map[string][]string{
		"ADMIN_FUNCTION": {"", "a/b", "a b", strings.Repeat("a", 65), "arn:aws:sqs:eu-west-1:123456789012:x", "a:b:c"}, "AWS_REGION": {"", "mars", "eu-west-1/"},
		"AWS_ENDPOINT_URL_LAMBDA": {"localhost", "ftp://localhost"}, "AWS_ACCESS_KEY_ID": {""}, "AWS_SECRET_ACCESS_KEY": {""},
	} {
		for _, value := range bad {
			p.getenv = func(name string) string {
				if name == variable {
					return value
				}
				return whole(name)
			}
			code, _, stderr := run(p, "show-account", "-api_key", "0000cafe")
			if named := strings.Contains(stderr, variable) || strings.HasSuffix(variable, "_KEY") || strings.HasSuffix(variable, "KEY_ID"); code != misused || !named {
				t.Errorf("%s=%q: code %d, %s", variable, value, code, stderr)
			}
		}
	}
}

func TestFunctionNames(t *testing.T) {
	t.Parallel()
	_, p := newLambda(t)
	for name, path := range map[string]string{
		"lineproof-admin": "lineproof-admin", "lineproof-admin:live": "lineproof-admin%3Alive",
		"arn:aws-cn:lambda:cn-north-1:123456789012:function:a": "arn%3Aaws-cn%3Alambda%3Acn-north-1%3A123456789012%3Afunction%3Aa",
	} {
		f, err := newFunction(func(variable string) string {
			if variable == "ADMIN_FUNCTION" {
				return name
			}
			return p.getenv(variable)
		}, p.now)
		if err != nil || !strings.HasSuffix(f.url, "/2015-03-31/functions/"+path+"/invocations") {
			t.Errorf("%s is at %s, %v", name, f.url, err)
		}
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1": "https://lambda.eu-west-1.amazonaws.com", "cn-north-1": "https://lambda.cn-north-1.amazonaws.com.cn",
	} {
		if got, err := endpoint("", region); err != nil || got != want {
			t.Errorf("%s has %s, %v", region, got, err)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	l, p := newLambda(t)
	for fail, told := range map[string]string{
		"AccessDeniedException": "403 Forbidden: AccessDeniedException", "function": "its log tells why", "garbage": "not JSON",
	} {
		l.fail = fail
		code, stdout, stderr := run(p, "show-account", "-api_key", "0000cafe")
		if code != misused || stdout != "" || !strings.Contains(stderr, told) || strings.Contains(stderr, "canary") {
			t.Errorf("%s: code %d, %q, %q", fail, code, stdout, stderr)
		}
	}
}

// A URL in place of the function is that of a local server, which needs no credentials.
func TestLocalServer(t *testing.T) {
	t.Parallel()
	var asked []string
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		signed := r.Header.Get("Authorization")
		asked = append(asked, r.Method+" "+r.URL.Path+" "+string(body)+signed)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"result":{"api_key":"0000cafe"}}`))
	}))
	t.Cleanup(server.Close)
	at := func(url string) (code int, stdout, stderr string) {
		env := map[string]string{"ADMIN_FUNCTION": url}
		p := program{getenv: func(name string) string { return env[name] }, now: time.Now}
		return run(p, "show-account", "-api_key", "0000cafe")
	}
	want := `POST /local/admin {"api_key":"0000cafe","command":"show-account"}`
	for _, url := range []string{server.URL, server.URL + "/"} {
		code, stdout, stderr := at(url)
		if code != done || !strings.Contains(stdout, "0000cafe") || asked[len(asked)-1] != want {
			t.Errorf("%s: code %d, %q, %q, asked %v", url, code, stdout, stderr, asked)
		}
	}
	wantMisuse := func(url, told string) {
		t.Helper()
		if code, stdout, stderr := at(url); code != misused || !strings.Contains(stderr, told) {
			t.Errorf("%s: code %d, %q, %q", url, code, stdout, stderr)
		}
	}
	status = http.StatusForbidden
	wantMisuse(server.URL, "403 Forbidden")
	for _, url := range []string{
		"http://", "http://127.0.0.1:8080/local", "ftp://127.0.0.1", "http://a:b@127.0.0.1",
		"http://127.0.0.1?a", "127.0.0.1:8080",
	} {
		wantMisuse(url, "ADMIN_FUNCTION")
	}
	server.Close()
	wantMisuse(server.URL, "no local server answers")
}
