package clients_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"
)

// scope asks for what number verification takes: an identity, a purpose and the permission to
// verify.
const scope = "openid dpv:FraudPreventionAndDetection number-verification:verify"

// otherNumber is nobody's in the sandbox.
const otherNumber = "+990123450000"

// sandbox is what the local server tells of itself, as far as the Go clients need it.
type sandbox struct {
	Issuer  string         `json:"issuer"`
	Clients []registration `json:"clients"`
	Numbers []struct{ Number, Outcome string }
}

type registration struct {
	ID           string   `json:"client_id"`
	Dialect      string   `json:"dialect"`
	Method       string   `json:"token_endpoint_auth_method"`
	Secret       string   `json:"client_secret"`
	RedirectURIs []string `json:"redirect_uris"`
}

func readSandbox(t *testing.T, base string) sandbox {
	t.Helper()
	var s sandbox
	if err := json.Unmarshal(get(t, base+"/local/sandbox"), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, body := send(t, http.DefaultClient, request)
	return body
}

func send(t *testing.T, client *http.Client, request *http.Request) (*http.Response, []byte) {
	t.Helper()
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

func (s sandbox) client(t *testing.T, dialect, method string) registration {
	t.Helper()
	for _, c := range s.Clients {
		if c.Dialect == dialect && c.Method == method {
			return c
		}
	}
	t.Fatalf("no %s client with %s in the sandbox", dialect, method)
	return registration{}
}

func (s sandbox) number(t *testing.T, outcome string) string {
	t.Helper()
	for _, n := range s.Numbers {
		if n.Outcome == outcome {
			return n.Number
		}
	}
	t.Fatalf("no number with the outcome %s in the sandbox", outcome)
	return ""
}

// visit opens the authorization URL as a browser would and returns the query with which it is sent
// back.
func visit(t *testing.T, address string) url.Values {
	t.Helper()
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, body := send(t, stay, request)
	if response.StatusCode != http.StatusFound {
		t.Fatalf("authorize answered %s: %s", response.Status, body)
	}
	location, err := response.Location()
	if err != nil {
		t.Fatal(err)
	}
	return location.Query()
}

// verify asserts what the API says about the number to this client, which adds its own access
// token.
func verify(t *testing.T, client *http.Client, address, number string, expected bool) {
	t.Helper()
	question, err := json.Marshal(map[string]string{"phoneNumber": number})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(question))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, body := send(t, client, request)
	var answer struct {
		Verified *bool `json:"devicePhoneNumberVerified"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("verify answered %s: %s", response.Status, body)
	}
	if answer.Verified == nil || *answer.Verified != expected {
		t.Errorf("verify answered %s, want %t", body, expected)
	}
}
