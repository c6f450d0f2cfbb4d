package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/grant"
	"lineproof/shared/token"
)

// fetch gives what a GET of the path answers.
func (w *world) fetch(path string) answer { return w.do(httptest.NewRequest("GET", path, nil)) }

// opened verifies a JWT of ours by the published keys alone, as a client would, and gives its
// claims.
func (w *world) opened(raw, alg string) jwt.MapClaims {
	w.t.Helper()
	published, err := token.ParseJWKS([]byte(w.fetch("/oauth2/jwks").body))
	if err != nil {
		w.t.Fatal(err)
	}
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		for _, key := range published {
			if key.ID == t.Header["kid"] {
				return key.Public, nil
			}
		}
		return nil, jwt.ErrTokenUnverifiable
	}, jwt.WithValidMethods([]string{alg}), jwt.WithTimeFunc(w.Now), jwt.WithIssuer(issuer))
	if err != nil {
		w.t.Fatal(err)
	}
	return claims
}

func TestIDTokens(t *testing.T) {
	t.Parallel()
	for client, alg := range map[string]string{"camara": "RS256", "ec": "ES256", "vonage": "RS256"} {
		w := newWorld(t)
		a := w.exchange(client)
		claims := w.opened(a.member("id_token"), alg)
		sum := sha256.Sum256([]byte(a.member("access_token")))
		for name, want := range map[string]any{
			"aud": client, "nonce": "a nonce", "iat": float64(noon.Unix()), "exp": float64(noon.Unix() + 300), "auth_time": float64(noon.Unix()),
			"at_hash": base64.RawURLEncoding.EncodeToString(sum[:16]),
		} {
			if claims[name] != want {
				t.Errorf("%s: %s is %v, want %v", client, name, claims[name], want)
			}
		}
		if amr, _ := claims["amr"].([]any); len(amr) != 1 || amr[0] != "nba" {
			t.Errorf("%s: amr is %v", client, claims["amr"])
		}
		if sub, _ := claims["sub"].(string); len(sub) != 43 || strings.Contains(sub, "34123456789") {
			t.Errorf("%s: sub is %v", client, claims["sub"])
		}
	}
}

func TestIDTokenOnlyWithOpenID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(merged(authorization("camara"), "scope", purpose+" "+scopeVerify))
	if a := w.do(w.as("camara", tokenPath, codeForm(code))); a.status != 200 || a.member("id_token") != "" {
		t.Errorf("answered %s", a.body)
	}
	code = w.code(merged(authorization("camara"), "nonce", ""))
	if claims := claimsOf(t, w.do(w.as("camara", tokenPath, codeForm(code))).member("id_token")); claims["nonce"] != nil {
		t.Errorf("a nonce out of nowhere: %v", claims)
	}
}

func TestOpenIDAloneOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(merged(authorization("camara"), "scope", "openid"))
	a := w.do(w.as("camara", tokenPath, codeForm(code)))
	if a.status != 200 || a.member("id_token") == "" {
		t.Fatalf("answered %s", a.body)
	}
	w.verify(a.member("access_token"), subscriber).is(t, 403, "PERMISSION_DENIED")
}

// subject gives the sub by which a client knows the subscriber.
func (w *world) subject(client string) any {
	return claimsOf(w.t, w.exchange(client).member("id_token"))["sub"]
}

func TestSubjectsArePairwise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if w.subject("camara") != w.subject("camara") {
		t.Error("one client knows one subscriber by two subjects")
	}
	if w.subject("camara") == w.subject("other") {
		t.Error("two clients know a subscriber by one subject")
	}
	if w.subject("ec") != w.subject("sector") {
		t.Error("two clients of one sector know a subscriber by two subjects")
	}
}

// A subscriber without a number gets a subject too, another for each authorization.
func TestSubjectsWithoutNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := map[any]bool{}
	for range 2 {
		code := w.code(merged(authorization("sandbox"), "login_hint", "tel:+990123450003"))
		a := w.do(w.as("sandbox", tokenPath, codeForm(code)))
		seen[claimsOf(t, a.member("id_token"))["sub"]] = true
		w.verify(a.member("access_token"), subscriber).is(t, 403, notNetwork)
	}
	if len(seen) != 2 {
		t.Errorf("subjects: %v", seen)
	}
}

func TestAccessTokensSayNeitherNumberNorAMR(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.exchange("camara")
	claims := w.opened(a.member("access_token"), "ES256")
	want := []string{"aud", "client_id", "exp", "iat", "iss", "jti", "scope", "single_use", "sub"}
	if got := slices.Sorted(maps.Keys(claims)); !slices.Equal(got, want) {
		t.Errorf("the claims are %v", got)
	}
	if claims["aud"] != issuer || claims["client_id"] != "camara" || claims["exp"] != float64(noon.Unix()+300) || claims["scope"] != goodScope {
		t.Errorf("the token says %v", claims)
	}
	for _, raw := range []string{a.member("access_token"), a.member("id_token"), w.exchange("konera").member("access_token")} {
		text, _ := json.Marshal(claimsOf(t, raw))
		if strings.Contains(string(text), "34123456789") {
			t.Errorf("a token holds the number: %s", text)
		}
	}
	header, _ := base64.RawURLEncoding.DecodeString(strings.Split(a.member("access_token"), ".")[0])
	if !strings.Contains(string(header), `"typ":"at+jwt"`) || !strings.Contains(string(header), `"alg":"ES256"`) || !strings.Contains(string(header), `"kid":"`+keys()["ours"].ID) {
		t.Errorf("the header is %s", header)
	}
	if g := w.stored(claims["jti"].(string)); g.State != grant.Issued || g.AMR != grant.NetworkBased {
		t.Errorf("jti names %+v", g)
	}
}

func TestAccessTokensAreNoIDTokensAndTheReverse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.exchange("camara")
	w.verify(a.member("id_token"), subscriber).is(t, 401, "UNAUTHENTICATED")
	w.verify(a.member("access_token"), subscriber).is(t, 200, "")
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.fetch("/.well-known/openid-configuration")
	var metadata map[string]any
	if err := json.Unmarshal([]byte(a.body), &metadata); err != nil || a.header.Get("Cache-Control") != "public, max-age=3600" {
		t.Fatalf("%v, %v", err, a.header)
	}
	for name, want := range map[string]any{
		"issuer": issuer, "authorization_endpoint": issuer + authorizePath, "token_endpoint": issuer + tokenPath,
		"backchannel_authentication_endpoint": issuer + backchannelPath, "jwks_uri": issuer + "/oauth2/jwks",
		"request_parameter_supported": true, "request_uri_parameter_supported": false, "claims_parameter_supported": false,
		"backchannel_user_code_parameter_supported": false, "authorization_response_iss_parameter_supported": true,
	} {
		if got, there := metadata[name]; !there || got != want {
			t.Errorf("%s is %v (there: %v), want %v", name, got, there, want)
		}
	}
	for name, want := range map[string]string{
		"response_types_supported": "code", "subject_types_supported": "pairwise", "code_challenge_methods_supported": "S256",
		"response_modes_supported": "query", "backchannel_token_delivery_modes_supported": "poll", "prompt_values_supported": "none",
		"grant_types_supported":                                           "authorization_code " + cibaType + " " + bearerType + " refresh_token client_credentials",
		"token_endpoint_auth_methods_supported":                           "private_key_jwt client_secret_basic client_secret_post",
		"id_token_signing_alg_values_supported":                           "ES256 RS256",
		"token_endpoint_auth_signing_alg_values_supported":                "ES256 RS256 PS256",
		"request_object_signing_alg_values_supported":                     "ES256 RS256 PS256",
		"backchannel_authentication_request_signing_alg_values_supported": "ES256 RS256 PS256",
		"claims_supported":                                                "iss sub aud exp iat auth_time nonce amr at_hash",
		"scopes_supported": "dpv:FraudPreventionAndDetection number-verification number-verification-share-read number-verification-verify-read " +
			"number-verification:device-phone-number:read number-verification:read number-verification:verify offline_access one-time-password-sms:send-validate openid",
	} {
		if got := words(metadata[name]); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// words gives a JSON array of texts as one.
func words(value any) string {
	list, _ := value.([]any)
	var all []string
	for _, item := range list {
		text, _ := item.(string)
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func TestPublishedKeysAreOnlyPublic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.fetch("/oauth2/jwks")
	var set struct{ Keys []map[string]any }
	if err := json.Unmarshal([]byte(a.body), &set); err != nil || len(set.Keys) != 2 || a.header.Get("Cache-Control") != "public, max-age=300" {
		t.Fatalf("%v: %s, %v", err, a.body, a.header)
	}
	for _, key := range set.Keys {
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
			if key[private] != nil {
				t.Errorf("a key has %s", private)
			}
		}
		if key["kid"] == "" || key["use"] != "sig" || key["alg"] == "" {
			t.Errorf("a key is %v", key)
		}
	}
}
