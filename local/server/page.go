package server

import (
	_ "embed"
	"fmt"
	"net/http"
)

//go:embed page.html
var page []byte

// page shows the console: every flow to try, in a browser.
func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().
		Set("Content-Security-Policy", "default-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'")
	_, _ = w.Write(page)
}

// Welcome tells what to try.
func (s *Server) Welcome() string {
	return fmt.Sprintf(`Lineproof serves on %[1]s. Nothing leaves this machine; Ctrl-C ends it.

  %[1]s/                in a browser: every flow to try
  %[1]s/local/docs/     the OpenAPI documents of all wires
  %[1]s/local/sandbox   the sandbox's clients, accounts, numbers and keys

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
