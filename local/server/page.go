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
	w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'")
	_, _ = w.Write(page)
}

// Welcome tells what to try.
func (s *Server) Welcome() string {
	return fmt.Sprintf(`Lineproof serves on %[1]s. Nothing leaves this machine; Ctrl-C ends it.

  %[1]s/                in a browser: every flow to try
  %[1]s/local/docs/     the OpenAPI documents of all wires
  %[1]s/local/sandbox   the sandbox's clients, accounts, numbers and keys

Verify a line silently:

  code=$(curl -s -o /dev/null -w '%%{redirect_url}' '%[1]s/oauth2/authorize?%[2]s' | sed 's/.*code=\([^&]*\).*/\1/')
  token=$(curl -s -u sandbox-camara-2-basic:%[3]s -d grant_type=authorization_code -d redirect_uri=https://client.example/callback -d "code=$code" %[1]s/oauth2/token | sed 's/.*"access_token":"\([^"]*\).*/\1/')
  curl -s -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d '{"phoneNumber":"%[4]s"}' %[1]s/number-verification/v2/verify

Send a PIN, and look at what the phone got:

  curl -s %[1]s/verify/json -d 'api_key=ace00001&api_secret=sandbox-standard&number=447700900000&brand=Acme'
  curl -s '%[1]s/local/messages?number=447700900000'

`, s.issuer, welcomeQuery(s.sandbox.listing.Numbers[0].Number), s.secretOf("sandbox-camara-2-basic"), s.sandbox.listing.Numbers[0].Number)
}

func welcomeQuery(number string) string {
	return "response_type=code&client_id=sandbox-camara-2-basic&redirect_uri=https://client.example/callback" +
		"&scope=openid%20dpv:FraudPreventionAndDetection%20number-verification:verify&state=x&login_hint=tel:%2B" + number[1:]
}

func (s *Server) secretOf(client string) string {
	for _, c := range s.sandbox.listing.Clients {
		if c.ClientID == client {
			return c.Secret
		}
	}
	return ""
}
