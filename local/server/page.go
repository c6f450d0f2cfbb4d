package server

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"lineproof/shared/grant"
	"lineproof/shared/wire"
)

//go:embed page.html
var pageText []byte

// pageWires stands in pageText for the wires that can be tried.
const pageWires = "{{.}}"

// tried is how the page tries a wire: where it verifies or sends a code, the scope that it asks
// for, and where it validates the code.
type tried struct {
	Path     string `json:"path"`
	Scope    string `json:"scope"`
	Validate string `json:"validate,omitempty"`
}

// pathOf returns where a wire has an operation; empty where it has none.
func pathOf(w *wire.Wire, o wire.Operation) string {
	at := slices.IndexFunc(w.Routes, func(r wire.Route) bool { return r.Operation == o })
	if at < 0 {
		return ""
	}
	return w.Routes[at].Path
}

// triedPasswords returns how each wire of one-time passwords is tried, by its name.
func triedPasswords() map[string]tried {
	all := map[string]tried{}
	for _, w := range wire.Wires() {
		if send := pathOf(w, wire.OTPSend); send != "" {
			all[w.Name] = tried{send, w.OneTime.Scopes[0], pathOf(w, wire.OTPValidate)}
		}
	}
	return all
}

// triedWires returns how each wire of number verification is tried, by its name.
func triedWires() map[string]tried {
	all := map[string]tried{}
	for _, w := range wire.Registering() {
		path := pathOf(w, wire.Verify)
		if path == "" {
			continue
		}
		scope := []string{grant.OpenID}
		switch spelt := special[w.Name].scopes; {
		case spelt != nil:
			scope = spelt[:2]
		case w.Number.Clients.RequirePurpose:
			scope = append(scope, w.Number.Clients.Purpose, w.Number.VerifyScopes[0])
		default:
			scope = append(scope, w.Number.VerifyScopes[0])
		}
		all[w.Name] = tried{Path: path, Scope: strings.Join(scope, " ")}
	}
	return all
}

// page shows the console: every flow to try, in a browser.
func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().
		Set("Content-Security-Policy", "default-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'")
	_, _ = w.Write(pageMade())
}

// pageMade returns the page with the wires in it.
var pageMade = sync.OnceValue(func() []byte {
	wires, _ := json.Marshal(map[string]map[string]tried{ // strings alone
		"numbers": triedWires(), "passwords": triedPasswords(),
	})
	return bytes.Replace(pageText, []byte(pageWires), wires, 1)
})

// Welcome tells what to try.
func (s *Server) Welcome() string {
	return fmt.Sprintf(`Lineproof serves on %[1]s. Nothing leaves this machine; Ctrl-C ends it.

  %[1]s/                in a browser: every flow to try
  %[1]s/local/docs/     the OpenAPI documents of all wires
  %[1]s/local/sandbox   the sandbox's clients, applications, accounts, numbers and keys

Verify a line silently:

  BASE=%[1]s CALLBACK=%[2]s CLIENT=%[3]s
  back=$(curl -s -G -o /dev/null -w '%%{redirect_url}' $BASE/oauth2/authorize -d response_type=code -d client_id=$CLIENT \
    -d redirect_uri=$CALLBACK -d state=x --data-urlencode login_hint=tel:%[5]s \
    --data-urlencode 'scope=openid dpv:FraudPreventionAndDetection number-verification:verify')
  code=$(sed -n 's/.*[?&]code=\([^&]*\).*/\1/p' <<<"$back")
  answer=$(curl -s -u $CLIENT:%[4]s $BASE/oauth2/token -d grant_type=authorization_code -d redirect_uri=$CALLBACK \
    -d "code=${code:?is not in: $back}")
  token=$(sed -n 's/.*"access_token":"\([^"]*\).*/\1/p' <<<"$answer")
  curl -s $BASE/number-verification/v2/verify -H "Authorization: Bearer ${token:?is not in: $answer}" \
    -H 'Content-Type: application/json' -d '{"phoneNumber":"%[5]s"}'

Send a PIN, and look at what the phone got:

  curl -s %[1]s/verify/json -d 'api_key=ace00001&api_secret=sandbox-standard&number=447700900000&brand=Acme'
  curl -s '%[1]s/local/messages?number=447700900000'

Requests are logged below.

`, s.issuer, "https://client.example/callback", welcomeClient, s.secretOf(welcomeClient),
		s.sandbox.listing.Numbers[0].Number)
}

// welcomeClient has a secret and needs no PKCE, so that curl can be it.
const welcomeClient = "sandbox-camara-2-basic"

func (s *Server) secretOf(client string) string {
	for _, c := range s.sandbox.listing.Clients {
		if c.ClientID == client {
			return c.Secret
		}
	}
	return ""
}
