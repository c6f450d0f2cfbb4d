package dynamo_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"lineproof/shared/grant"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// pricedUpstreams are one of the code flow, and one that begins with the number.
type pricedUpstreams struct{}

func (pricedUpstreams) Upstreams(context.Context) ([]upstream.Upstream, error) {
	return []upstream.Upstream{
		{
			Name: "codes", Profile: "telefonica", ClientID: "ours",
			Terms: upstream.Terms{
				Authorization: "https://codes.example/authorize", Token: "https://codes.example/token",
				Verify: "https://codes.example/verify", AMR: grant.NetworkBased,
			},
			Eligible: upstream.Eligible{Prefixes: []string{"4477"}},
		},
		{
			Name: "steps", Profile: "vonage-v2", ClientID: "ours",
			Eligible: upstream.Eligible{Prefixes: []string{"4474"}},
		},
	}, nil
}

// ownSecrets are what is authenticated with there.
type ownSecrets struct{}

func (ownSecrets) Secret(context.Context, string) (upstream.Secret, error) {
	return upstream.Secret{Text: "secret", Keys: token.Ring{applicationKey()}}, nil
}

// willing answers every call of an upstream with success.
type willing struct{}

func (willing) Do(r *http.Request) (*http.Response, error) {
	rw := httptest.NewRecorder()
	answer, status := `{"devicePhoneNumberVerified":true}`, http.StatusOK
	switch r.URL.Path {
	case "/token":
		answer = `{"access_token":"theirs","token_type":"Bearer"}`
	case "/v2/verify":
		answer, status = `{"request_id":"r","check_url":"https://api.nexmo.com/r"}`, http.StatusAccepted
	case "/v2/verify/r":
		answer = `{"request_id":"r","status":"completed"}`
	}
	rw.WriteHeader(status)
	_, _ = rw.WriteString(answer)
	return rw.Result(), nil
}

// elsewhere returns a number that the upstream covers which begins with it.
func (s *service) elsewhere() string { s.numbers++; return fmt.Sprintf("4474%08d", s.numbers%1e8) }

// back takes a device to the upstream and to its callback, and returns its way to the check_url.
func (s *service) back(visit *http.Request) *http.Request {
	s.tb.Helper()
	location := func(r *http.Request) *url.URL {
		answer := httptest.NewRecorder()
		s.handler.ServeHTTP(answer, r)
		to, err := url.Parse(answer.Header().Get("Location"))
		if answer.Code != http.StatusFound || err != nil {
			s.tb.Fatalf("%s is answered %d %s, %v", r.URL.Path, answer.Code, answer.Body, err)
		}
		return to
	}
	state := location(visit).Query().Get("state")
	callback := "/oauth2/callback/codes?" + url.Values{"code": {"theirs"}, "state": {state}}.Encode()
	to := location(httptest.NewRequest(http.MethodGet, callback, nil))
	return httptest.NewRequest(http.MethodGet, strings.TrimPrefix(to.String(), "https://verify.example"), nil)
}
