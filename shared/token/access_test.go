package token_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/fault"
	"lineproof/shared/token"
)

// part gives header (0) or claims (1) of a token.
func part(t testing.TB, raw string, i int) map[string]any {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[i])
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAccessTokenComesBack(t *testing.T) {
	t.Parallel()
	i := token.Issuer{Ring: ring(t, ourRSA(), ourEC()), Name: us}
	for _, single := range []bool{true, false} {
		a := token.Access{ID: "id", Client: client, Subject: "sub", Scope: "openid x", Issued: start, Expires: at(300), SingleUse: single}
		raw, err := i.Access(a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := i.VerifyAccess(raw, start)
		if err != nil || !got.Issued.Equal(a.Issued) || !got.Expires.Equal(a.Expires) {
			t.Fatalf("came back as %+v, %v", got, err)
		}
		got.Issued, got.Expires = a.Issued, a.Expires
		if got != a {
			t.Errorf("came back as %+v, want %+v", got, a)
		}
		want := map[string]any{"alg": "ES256", "typ": "at+jwt", "kid": ourEC().ID}
		if header := part(t, raw, 0); !reflect.DeepEqual(header, want) {
			t.Errorf("header is %v, want %v", header, want)
		}
	}
}

// RFC 9068 §2.2 names the claims; neither number nor amr may be among them.
func TestAccessTokenHoldsNoMoreThanItMust(t *testing.T) {
	t.Parallel()
	raw, err := token.Issuer{Ring: ring(t, ourEC()), Name: us}.Access(token.Access{SingleUse: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"aud", "client_id", "exp", "iat", "iss", "jti", "scope", "single_use", "sub"}
	if got := slices.Sorted(maps.Keys(part(t, raw, 1))); !slices.Equal(got, want) {
		t.Errorf("claims %v, want %v", got, want)
	}
}

func TestAccessTokenRefusals(t *testing.T) {
	t.Parallel()
	p := parties(t)[0]
	for name, raw := range map[string]string{
		"wrong typ":                   forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"typ": "JWT"}), p.claims),
		"algorithm not allowed":       forge(t, token.RS256, ourRSA().Private(), p.header(jwt.MapClaims{"alg": "RS256", "kid": ourRSA().ID}), p.claims),
		"a required claim is missing": p.changed(t, jwt.MapClaims{"client_id": nil}),
	} {
		refused(t, raw, p.verify(raw, start), fault.InvalidCredentials, name)
	}
	bare := forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"typ": nil}), p.claims)
	refused(t, bare, p.verify(bare, start), fault.InvalidCredentials, "wrong typ")
	long := forge(t, p.key.Alg, p.key.Private(), p.header(jwt.MapClaims{"typ": "application/AT+JWT"}), p.claims)
	if err := p.verify(long, start); err != nil {
		t.Errorf("the long typ is refused: %v", err)
	}
	nobody := token.Issuer{Ring: ring(t, ourEC())}
	raw := p.changed(t, jwt.MapClaims{"iss": "", "aud": ""})
	_, err := nobody.VerifyAccess(raw, start)
	refused(t, raw, err, fault.InvalidCredentials, "wrong iss")
}

func TestIDTokenIsNoAccessToken(t *testing.T) {
	t.Parallel()
	i := token.Issuer{Ring: ring(t, ourEC(), ourRSA()), Name: us}
	for _, alg := range []string{token.ES256, token.RS256} {
		raw, err := i.ID(token.IDClaims{Client: us, Subject: "sub", Issued: start, Expires: at(300)}, alg)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.VerifyAccess(raw, start); err == nil {
			t.Errorf("an id_token signed %s passed for an access token", alg)
		}
	}
}

// The at_hash is that of the example in OpenID Connect Core, appendix A.4.
func TestIDToken(t *testing.T) {
	t.Parallel()
	i := token.Issuer{Ring: ring(t, ourEC(), ourRSA()), Name: us}
	full := token.IDClaims{
		Client: client, Subject: "sub", Nonce: "n", AMR: []string{"nba"}, AuthTime: at(-5), Issued: start, Expires: at(300),
		AccessToken: "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
	}
	want := map[string]any{
		"iss": us, "sub": "sub", "aud": client, "nonce": "n", "amr": []any{"nba"}, "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
		"auth_time": float64(at(-5).Unix()), "iat": float64(start.Unix()), "exp": float64(at(300).Unix()),
	}
	for _, k := range []token.Key{ourEC(), ourRSA()} {
		raw, err := i.ID(full, k.Alg)
		if err != nil {
			t.Fatal(err)
		}
		if got := part(t, raw, 1); !reflect.DeepEqual(got, want) {
			t.Errorf("claims %v, want %v", got, want)
		}
		if got := part(t, raw, 0); got["alg"] != k.Alg || got["kid"] != k.ID {
			t.Errorf("header is %v", got)
		}
		if _, err := jwt.Parse(raw, func(*jwt.Token) (any, error) { return k.Public, nil }, jwt.WithTimeFunc(clockAt)); err != nil {
			t.Errorf("%s: %v", k.Alg, err)
		}
	}
	raw, _ := i.ID(token.IDClaims{Client: client, Subject: "sub", Issued: start, Expires: at(300)}, token.ES256)
	if got := slices.Sorted(maps.Keys(part(t, raw, 1))); !slices.Equal(got, []string{"aud", "exp", "iat", "iss", "sub"}) {
		t.Errorf("the least id_token has %v", got)
	}
}

func TestSigningNeedsAPrivateKeyOfTheAlgorithm(t *testing.T) {
	t.Parallel()
	i := token.Issuer{Ring: append(public(t, ourEC()), ourRSA()), Name: us}
	if _, err := i.Access(token.Access{}); err == nil || !strings.Contains(err.Error(), "no private ES256 key") {
		t.Errorf("signed with a public key: %v", err)
	}
	if _, err := i.ID(token.IDClaims{}, "none"); err == nil {
		t.Error("signed with no algorithm")
	}
}

// After a rotation the old key's tokens live on until it is dropped.
func TestRotation(t *testing.T) {
	t.Parallel()
	a := token.Access{ID: "id", Client: client, Subject: "sub", Issued: start, Expires: at(300)}
	old := token.Issuer{Ring: ring(t, ourEC(), ourRSA()), Name: us}
	raw, err := old.Access(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		rotated token.Ring
		lives   bool
	}{
		{ring(t, strangeEC(), ourEC(), ourRSA()), true},
		{ring(t, strangeEC(), ourRSA()), false},
	} {
		i := token.Issuer{Ring: tt.rotated, Name: us}
		if _, err := i.VerifyAccess(raw, start); (err == nil) != tt.lives {
			t.Errorf("under %v, the old token: %v", tt.rotated, err)
		}
		if fresh, _ := i.Access(a); part(t, fresh, 0)["kid"] != strangeEC().ID {
			t.Error("the new key does not sign")
		}
		if _, err := i.ID(token.IDClaims{}, token.RS256); err != nil {
			t.Errorf("the other algorithm's key went: %v", err)
		}
	}
}
