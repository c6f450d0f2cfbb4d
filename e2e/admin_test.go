package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lineproof/shared/admin"
)

// administered is the answer to a command.
type administered struct {
	Result map[string]any
	Error  struct{ Kind, Field, Message string }
}

func (a administered) text(name string) string {
	text, _ := a.Result[name].(string)
	return text
}

// administer runs the command line that administers against the target. It returns the answer, the
// exit code, and what was complained about.
func (on target) administer(tb testing.TB, args ...string) (a administered, code int, told string) {
	tb.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(tb.Context(), local(tb, "admin"), args...)
	cmd.Env = append(os.Environ(), "ADMIN_FUNCTION="+on.BaseURL)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		tb.Fatal(err)
	}
	if stdout.Len() > 0 {
		if err := json.Unmarshal(stdout.Bytes(), &a); err != nil {
			tb.Fatalf("%v answered %s", args, stdout.String())
		}
	}
	return a, cmd.ProcessState.ExitCode(), stderr.String()
}

// administered is administer for a command that must succeed.
func (on target) administered(tb testing.TB, args ...string) administered {
	tb.Helper()
	a, code, complaint := on.administer(tb, args...)
	if code != 0 || a.Result == nil {
		tb.Fatalf("%v ended with %d: %+v %s", args, code, a.Error, complaint)
	}
	return a
}

// TestOwnClient registers a client by the command line. It signs in at once, with the secret that
// was drawn and back to its own redirect_uri, until it is disabled.
func TestOwnClient(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		const redirect = "http://127.0.0.1:4711/signed-in"
		made := on.administered(t, "register-client", "-dialect", "camara-2",
			"-method", "client_secret_basic", "-sandbox", "yes", "-redirect_uris", redirect)
		own := client{
			ID: made.text("client_id"), Secret: made.text("client_secret"), RequirePKCE: true,
			Method: "client_secret_basic", RedirectURIs: []string{redirect},
		}
		w := speaking(t, "camara-2")
		number := on.number(t, "verified")
		flow := own.authorization(number, w.verifyScope)
		access := flow.tokens(t, on).AccessToken
		w.wantVerified(t, on.do(t, w.asking(access, naming(number))), true)

		on.administered(t, "disable-client", "-client_id", own.ID)
		refused := on.submit(t, tokenPath, own.credentials(t, on), flow.exchange("x"))
		refused.wantOAuth(t, 401, "invalid_client")
	})
}

// TestOwnAccount opens an account by the command line and sends a PIN with it.
func TestOwnAccount(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		made := on.administered(t, "create-account", "-countries", "GB,ZZ")
		own := apiAccount{Key: made.text("api_key"), Secret: made.text("api_secret")}
		number := freshMobile()
		poor := on.ask(t, "json", own.params("number", number, "brand", "Acme"))
		if poor.values["status"] != "9" {
			t.Errorf("before anything is paid in, a request is answered %+v", poor)
		}
		on.administered(t, "credit-account", "-api_key", own.Key, "-amount", "1000000",
			"-payment", "first")
		id := on.request(t, own, number)
		if got := on.check(t, own, id, on.pin(t, id)); got.values["status"] != "0" {
			t.Errorf("the right code is answered %+v", got)
		}
		shown := on.administered(t, "show-account", "-api_key", own.Key)
		if _, has := shown.Result["api_secret"]; has {
			t.Error("a secret is shown again")
		}
		bad, code, _ := on.administer(t, "create-account", "-api_key", own.Key)
		if code != 1 || bad.Error.Message != "an account has it already" {
			t.Errorf("a key that is taken: %d %+v", code, bad.Error)
		}
	})
}

// TestLocalAdminRefusesAsDeployed sends what no command is to the route itself: it is answered as
// the function answers.
func TestLocalAdminRefusesAsDeployed(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		deployed := admin.Admin{Now: time.Now, Log: logs.logger()}
		for _, command := range []string{
			"", "{}", "[]", `{"command":"drop"}`, `{"command":"create-account","typo":1}`,
			`{"command":"show-account"}`, `{"command":"create-account","api_key":"x"}`,
			`{"command":"register-client","dialect":"konera","redirect_uris":["http://a.example"]}`,
			`{"command":"put-session","address":"localhost","number":"1"}`,
		} {
			want := string(deployed.Do(t.Context(), []byte(command)))
			a := on.post(t, "/local/admin", command)
			if a.Status != http.StatusOK || strings.TrimSpace(string(a.Body)) != want {
				t.Errorf("%s is answered %d %s, want %s", command, a.Status, a.Body, want)
			}
		}
		long := `{"command":"create-account","domain":"` + strings.Repeat("a", 7<<20) + `"}`
		if a := on.post(t, "/local/admin", long); a.Status != http.StatusBadRequest {
			t.Errorf("7 MiB are answered %d", a.Status)
		}
		foreign := call{
			Method: "POST", Path: "/local/admin", Body: "{}",
			Header: http.Header{"Origin": {"https://evil.example"}},
		}
		if a := on.do(t, foreign); a.Status != http.StatusForbidden {
			t.Errorf("a foreign page's command is answered %d", a.Status)
		}
	})
}
