package clients_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// party is a client of golang.org/x/oauth2 whose id_tokens go-oidc checks.
type party struct {
	oauth2.Config
	tokens *oidc.IDTokenVerifier
}

func newParty(t *testing.T, s sandbox, client registration, scopes string) party {
	t.Helper()
	provider, err := oidc.NewProvider(t.Context(), s.Issuer)
	if err != nil {
		t.Fatalf("discovery: %v", err)
	}
	return party{
		Config: oauth2.Config{
			ClientID:     client.ID,
			ClientSecret: client.Secret,
			Endpoint:     provider.Endpoint(),
			RedirectURL:  client.RedirectURIs[0],
			Scopes:       strings.Fields(scopes),
		},
		tokens: provider.VerifierContext(context.Background(), &oidc.Config{ClientID: client.ID}),
	}
}

// codeFlow is the authorization code flow with state, nonce and PKCE; it checks the id_token. How
// the client authenticates is left to the library, which tries HTTP Basic first and then the form.
func (p party) codeFlow(t *testing.T, number string) *oauth2.Token {
	t.Helper()
	verifier, state, nonce := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	answer := visit(t, p.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(nonce),
		oauth2.SetAuthURLParam("login_hint", "tel:"+number), oauth2.SetAuthURLParam("prompt", "none")))
	if answer.Get("state") != state || answer.Get("code") == "" {
		t.Fatalf("authorize sent back %v", answer)
	}
	tokens, err := p.Exchange(t.Context(), answer.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatalf("exchange: %v", err)
	}
	p.checkIDToken(t, tokens, nonce, number)
	return tokens
}

func (p party) checkIDToken(t *testing.T, tokens *oauth2.Token, nonce, number string) {
	t.Helper()
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		t.Fatal("no id_token")
	}
	token, err := p.tokens.Verify(t.Context(), raw)
	if err != nil {
		t.Fatalf("id_token: %v", err)
	}
	if token.Nonce != nonce {
		t.Errorf("id_token has nonce %q, want %q", token.Nonce, nonce)
	}
	if strings.Contains(token.Subject, strings.TrimPrefix(number, "+")) {
		t.Error("the subject must not be the number")
	}
}

func TestOAuth2WithGoOIDC(t *testing.T) {
	t.Parallel()
	base := localServer(t)
	s := readSandbox(t, base)
	number := s.number(t, "verified")
	p := newParty(t, s, s.client(t, "camara-2", "client_secret_basic"), scope)
	for claimed, expected := range map[string]bool{number: true, otherNumber: false} {
		client := p.Client(t.Context(), p.codeFlow(t, number))
		verify(t, client, base+"/number-verification/v2/verify", claimed, expected)
	}
}

// TestOAuth2Refreshes uses Konera's own endpoints, and the library's token source, which refreshes
// what has expired.
func TestOAuth2Refreshes(t *testing.T) {
	t.Parallel()
	base := localServer(t)
	s := readSandbox(t, base)
	number := s.number(t, "verified")
	p := newParty(t, s, s.client(t, "konera", "client_secret_post"), "openid offline_access number-verification:verify")
	p.Endpoint.AuthURL = base + "/camara/api/auth/v1/authorize"
	p.Endpoint.TokenURL = base + "/camara/api/auth/v1/token"
	first := p.codeFlow(t, number)

	expired := *first
	expired.Expiry = time.Now().Add(-time.Minute)
	second, err := p.TokenSource(t.Context(), &expired).Token()
	if err != nil {
		t.Fatalf("refresh: %v", err)
	}
	if second.AccessToken == first.AccessToken || second.RefreshToken == first.RefreshToken {
		t.Error("a refresh must renew both tokens")
	}
	client := p.Client(t.Context(), second)
	verify(t, client, base+"/camara/api/number-verification/v1/verify", number, true)
	verify(t, client, base+"/camara/api/number-verification/v1/verify", otherNumber, false)
}

// TestOAuth2ClientCredentials sends one-time passwords by the library's own HTTP client, which gets
// its token by itself and keeps it. How it authenticates is left to the library.
func TestOAuth2ClientCredentials(t *testing.T) {
	t.Parallel()
	base := localServer(t)
	s := readSandbox(t, base)
	registered := s.client(t, "otp", "client_secret_basic")
	client := (&clientcredentials.Config{
		ClientID: registered.ID, ClientSecret: registered.Secret, TokenURL: base + "/oauth2/token",
		Scopes: []string{"one-time-password-sms:send-validate"},
	}).Client(t.Context())
	for _, version := range []string{"v1", "v2"} {
		const body = `{"phoneNumber":"+990150000000101","message":"{{code}}"}`
		answer, err := client.Post(base+"/one-time-password-sms/"+version+"/send-code", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK || !strings.Contains(string(text), `"authenticationId"`) {
			t.Errorf("%s answers %d %s", version, answer.StatusCode, text)
		}
	}
}
