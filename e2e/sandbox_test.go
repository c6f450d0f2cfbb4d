package e2e_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// sandbox is the body of GET /local/sandbox, as far as silent verification goes.
type sandbox struct {
	Issuer    string            `json:"issuer"`
	Clients   []client          `json:"clients"`
	Accounts  []json.RawMessage `json:"accounts"`
	Numbers   []testNumber      `json:"numbers"`
	Operators []operator        `json:"operators"`

	Applications []application `json:"applications"`
}

type client struct {
	ID           string   `json:"client_id"`
	Dialect      string   `json:"dialect"`
	Method       string   `json:"token_endpoint_auth_method"`
	Secret       string   `json:"client_secret"`
	Key          jwk      `json:"private_jwk"`
	RedirectURIs []string `json:"redirect_uris"`
	Scopes       []string `json:"scopes"`
	GrantTypes   []string `json:"grant_types"`
	RequirePKCE  bool     `json:"require_pkce"`
}

type testNumber struct {
	Number  string `json:"number"`
	Outcome string `json:"outcome"`
}

type operator struct {
	Issuer string `json:"iss"`
	Key    jwk    `json:"private_jwk"`
}

// jwk is a private JSON Web Key (RFC 7517), P-256 or RSA.
type jwk struct {
	Type  string `json:"kty"`
	ID    string `json:"kid"`
	Alg   string `json:"alg"`
	Use   string `json:"use"`
	Curve string `json:"crv"`
	X     string `json:"x"`
	Y     string `json:"y"`
	N     string `json:"n"`
	E     string `json:"e"`
	D     string `json:"d"`
	P     string `json:"p"`
	Q     string `json:"q"`
	DP    string `json:"dp"`
	DQ    string `json:"dq"`
	QI    string `json:"qi"`
}

// client gives the first client of a dialect.
func (on target) client(tb testing.TB, dialect string) client {
	tb.Helper()
	at := slices.IndexFunc(on.Sandbox.Clients, func(c client) bool { return c.Dialect == dialect })
	if at < 0 {
		tb.Fatalf("the sandbox has no %s client", dialect)
	}
	return on.Sandbox.Clients[at]
}

// withSecret gives the camara-2 client that has a secret and no PKCE.
func (on target) withSecret(tb testing.TB) client {
	tb.Helper()
	at := slices.IndexFunc(on.Sandbox.Clients, func(c client) bool { return c.Dialect == "camara-2" && c.Method == "client_secret_basic" })
	if at < 0 {
		tb.Fatal("the sandbox has no camara-2 client with client_secret_basic")
	}
	return on.Sandbox.Clients[at]
}

// number gives the test number of an outcome.
func (on target) number(tb testing.TB, outcome string) string {
	tb.Helper()
	at := slices.IndexFunc(on.Sandbox.Numbers, func(n testNumber) bool { return n.Outcome == outcome })
	if at < 0 {
		tb.Fatalf("the sandbox has no number with the outcome %s", outcome)
	}
	return on.Sandbox.Numbers[at].Number
}

// private gives the key itself.
func (k jwk) private(tb testing.TB) crypto.Signer {
	tb.Helper()
	if k.Type == "EC" {
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), unbase64(tb, k.D))
		if err != nil {
			tb.Fatal(err)
		}
		return key
	}
	number := func(text string) *big.Int { return new(big.Int).SetBytes(unbase64(tb, text)) }
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: number(k.N), E: int(number(k.E).Int64())},
		D:         number(k.D),
		Primes:    []*big.Int{number(k.P), number(k.Q)},
	}
	key.Precompute()
	return key
}

// claims are those of a JWT.
type claims = jwt.MapClaims

// sign makes a JWT with the key's own algorithm and kid.
func (k jwk) sign(tb testing.TB, c claims) string {
	tb.Helper()
	t := jwt.NewWithClaims(jwt.GetSigningMethod(k.Alg), c)
	t.Header["kid"] = k.ID
	text, err := t.SignedString(k.private(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// lasting gives the claims of a JWT that is made at now, good for a minute and for one use, with
// those of each set on top; a nil among them takes a claim away.
func lasting(now time.Time, sets ...claims) claims {
	c := claims{"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": rand.Text()}
	for _, set := range sets {
		maps.Copy(c, set)
	}
	maps.DeleteFunc(c, func(_ string, value any) bool { return value == nil })
	return c
}

func unbase64(tb testing.TB, text string) []byte {
	tb.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}
