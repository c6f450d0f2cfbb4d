package dynamo_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/golang-jwt/jwt/v5"

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
				OperatorTokens: upstream.ByBackchannel, Backchannel: "https://codes.example/bc",
			},
			Eligible: upstream.Eligible{Prefixes: []string{"4477"}, Default: true},
		},
		{
			Name: "limited", Profile: "telefonica", ClientID: "ours", DailyLimit: 1000,
			Terms: upstream.Terms{
				Authorization: "https://codes.example/authorize", Token: "https://codes.example/token",
				Verify: "https://codes.example/verify", AMR: grant.NetworkBased,
			},
			Eligible: upstream.Eligible{Prefixes: []string{"4476"}},
		},
		{
			Name: "steps", Profile: "vonage-v2", ClientID: "ours",
			Eligible: upstream.Eligible{Prefixes: []string{"4474"}},
		},
	}, nil
}

// ourSecret is what one of them knows us by.
const ourSecret = "our-secret"

// ownSecrets are what is authenticated with there.
type ownSecrets struct{}

func (ownSecrets) Secret(context.Context, string) (upstream.Secret, error) {
	return upstream.Secret{Text: ourSecret, Keys: token.Ring{applicationKey()}}, nil
}

// willing answers every call of an upstream with success.
type willing struct{}

func (willing) Do(r *http.Request) (*http.Response, error) {
	rw := httptest.NewRecorder()
	answer, status := `{"devicePhoneNumberVerified":true}`, http.StatusOK
	switch r.URL.Path {
	case "/token":
		answer = `{"access_token":"theirs","token_type":"Bearer"}`
	case "/bc":
		answer = `{"auth_req_id":"theirs"}`
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

// verifier is a client that verifies the lines of an upstream.
const (
	verifier     = "7d0c6a52-0a1f-4a7c-8a52-3a3f5b1e9a11"
	verifierBack = "https://verifier.example/back"
	fraud        = "dpv:FraudPreventionAndDetection"
	verifyScope  = "number-verification:verify"
)

// assertion authenticates the verifier.
func (s *service) assertion() string { return s.asserted(verifier, "") }

// asserted is an assertion of the verifier's about a subject.
func (s *service) asserted(subject, scope string) string {
	claims := jwt.MapClaims{
		"iss": verifier, "sub": subject, "scope": scope, "aud": "https://verify.example/oauth2/token",
		"jti": rand.Text(), "iat": s.now.Unix(), "exp": s.now.Add(time.Minute).Unix(),
	}
	raw, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(applicationKey().Private())
	if err != nil {
		s.tb.Fatal(err)
	}
	return raw
}

// call makes a call, and returns its answer and what it took of the store.
func (s *service) call(r *http.Request, status int) (*httptest.ResponseRecorder, usage) {
	s.tb.Helper()
	s.counter.reset()
	answer := httptest.NewRecorder()
	s.handler.ServeHTTP(answer, r)
	if answer.Code != status {
		s.tb.Fatalf("%s is answered %d %s", r.URL.Path, answer.Code, answer.Body)
	}
	return answer, s.counter.usage()
}

// way has the verifier verify a line of an upstream, and returns what each call took.
func (s *service) way(hint, at string) (took map[string]usage) {
	s.tb.Helper()
	took = map[string]usage{}
	do := func(name string, r *http.Request, status int) *httptest.ResponseRecorder {
		answer, used := s.call(r, status)
		took[name] = used
		return answer
	}
	to := func(answer *httptest.ResponseRecorder, name string) string {
		u, err := url.Parse(answer.Header().Get("Location"))
		if err != nil || u.Query().Get(name) == "" {
			s.tb.Fatalf("sent to %v, %v", u, err)
		}
		return u.Query().Get(name)
	}
	asked := url.Values{
		"response_type": {"code"}, "client_id": {verifier}, "redirect_uri": {verifierBack},
		"scope": {"openid " + fraud + " " + verifyScope}, "login_hint": {"tel:+" + hint}, "state": {"x"},
	}
	state := to(do("authorize", httptest.NewRequest(http.MethodGet, "/oauth2/authorize?"+asked.Encode(), nil), http.StatusFound), "state")
	back := url.Values{"code": {"theirs"}, "state": {state}}
	code := to(do("callback", httptest.NewRequest(http.MethodGet, "/oauth2/callback/"+at+"?"+back.Encode(), nil), http.StatusFound), "code")
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {verifierBack},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {s.assertion()},
	}
	redeem := httptest.NewRequest(http.MethodPost, "/oauth2/token", strings.NewReader(form.Encode()))
	redeem.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var made struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(do("token", redeem, http.StatusOK).Body.Bytes(), &made); err != nil {
		s.tb.Fatal(err)
	}
	verify := httptest.NewRequest(http.MethodPost, "/number-verification/v2/verify", strings.NewReader(`{"phoneNumber":"+`+hint+`"}`))
	verify.Header.Set("Content-Type", "application/json")
	verify.Header.Set("Authorization", "Bearer "+made.Access)
	do("verify", verify, http.StatusOK)
	return took
}

// posted posts a form, and returns its answer and what it took of the store.
func (s *service) posted(path string, form url.Values) (*httptest.ResponseRecorder, usage) {
	s.tb.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.call(r, http.StatusOK)
}

// vouched has the verifier bring operator tokens, and returns what each call took.
func (s *service) vouched() (took map[string]usage) {
	s.tb.Helper()
	took = map[string]usage{}
	const scope, assertions = "openid " + fraud + " " + verifyScope, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	_, took["assertion"] = s.posted("/oauth2/token", url.Values{
		"grant_type": {string(grant.JWTBearer)}, "assertion": {s.asserted("operatortoken:"+rand.Text(), scope)},
	})
	begun, used := s.posted("/oauth2/bc-authorize", url.Values{
		"scope": {scope}, "login_hint": {"operatortoken:" + rand.Text()},
		"client_assertion_type": {assertions}, "client_assertion": {s.assertion()},
	})
	took["backchannel"] = used
	var request struct {
		ID string `json:"auth_req_id"`
	}
	if err := json.Unmarshal(begun.Body.Bytes(), &request); err != nil {
		s.tb.Fatal(err)
	}
	_, took["poll"] = s.posted("/oauth2/token", url.Values{
		"grant_type": {string(grant.CIBA)}, "auth_req_id": {request.ID},
		"client_assertion_type": {assertions}, "client_assertion": {s.assertion()},
	})
	return took
}

// TestOperatorTokenPrices holds what brings an operator token to an upstream to its requests of the
// store: an assertion and a token are spent; a poll is taken before the upstream is asked, by CIBA
// in two calls with a breaker each.
func TestOperatorTokenPrices(t *testing.T) {
	t.Parallel()
	names := servedNames()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		s := newService(t, client, names)
		s.vouched() // the client is kept from now on
		took := s.vouched()
		for name, want := range map[string]usage{
			"assertion": {Requests: 6, Write: 3}, "backchannel": {Requests: 3, Write: 3},
			"poll": {Requests: 7, Write: 4},
		} {
			got := took[name]
			got.Read = 0
			if got != want {
				t.Errorf("%s takes %+v, want %+v", name, got, want)
			}
		}
	})
}

// TestUpstreamPrices holds each call of a verification by an upstream that is well to its requests
// of the store. Beside what one of our own takes, that is a read of breakers each, and a write where
// the upstream has a limit.
func TestUpstreamPrices(t *testing.T) {
	t.Parallel()
	names := servedNames()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		s := newService(t, client, names)
		s.way("447700900001", "codes") // the client is kept from now on
		const sessions = 4             // of the look-up that finds nobody
		for at, authorize := range map[string]usage{
			"codes": {Requests: sessions + 2, Write: 1}, "limited": {Requests: sessions + 3, Write: 2},
		} {
			hint := map[string]string{"codes": "447700900001", "limited": "447600900001"}[at]
			took := s.way(hint, at)
			for name, want := range map[string]usage{
				"authorize": authorize, "callback": {Requests: 3, Write: 2},
				"token": {Requests: 2, Write: 2}, "verify": {Requests: 2, Write: 1},
			} {
				got := took[name]
				got.Read = 0 // DynamoDB Local charges less for what finds nothing
				if got != want {
					t.Errorf("%s of %s takes %+v, want %+v", name, hint, got, want)
				}
			}
		}
	})
}
