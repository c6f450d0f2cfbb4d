package token_test

import (
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/token"
)

const nonce = "canary-nonce"

// relying is what we want of the operator's id_tokens.
func relying() token.Relying {
	return token.Relying{Issuer: operator, Client: client, Nonce: nonce, Now: start}
}

func idClaims(changes jwt.MapClaims) jwt.MapClaims {
	return with(jwt.MapClaims{
		"iss": operator, "aud": client, "sub": "canary-sub", "nonce": nonce, "iat": at(0).Unix(), "exp": at(300).Unix(),
	}, changes)
}

func idToken(t testing.TB, k token.Key, changes jwt.MapClaims) string {
	t.Helper()
	return forge(t, k.Alg, k.Private(), map[string]any{"alg": k.Alg, "typ": "JWT", "kid": k.ID}, idClaims(changes))
}

// Of an id_token each claim is checked, by whose keys it is signed, and as much where TLS stands in
// for that.
func TestIDTokensOfOthers(t *testing.T) {
	t.Parallel()
	keys := public(t, operatorEC(), clientRSA())
	for name, test := range map[string]struct {
		changes jwt.MapClaims
		reason  string
	}{
		"good":                  {nil, ""},
		"with azp":              {jwt.MapClaims{"azp": client}, ""},
		"for more, with azp":    {jwt.MapClaims{"aud": []string{"a", client}, "azp": client}, ""},
		"for us in a list":      {jwt.MapClaims{"aud": []string{client}}, ""},
		"for more":              {jwt.MapClaims{"aud": []string{"a", client}}, "wrong azp"},
		"another's azp":         {jwt.MapClaims{"azp": "a"}, "wrong azp"},
		"azp is a list":         {jwt.MapClaims{"azp": []string{client}}, "wrong azp"},
		"another's aud":         {jwt.MapClaims{"aud": "a"}, "wrong aud"},
		"no aud":                {jwt.MapClaims{"aud": nil}, "wrong aud"},
		"a foreign iss":         {jwt.MapClaims{"iss": "https://canary.other.example"}, "wrong iss"},
		"the iss with a slash":  {jwt.MapClaims{"iss": operator + "/"}, "wrong iss"},
		"no iss":                {jwt.MapClaims{"iss": nil}, "wrong iss"},
		"another nonce":         {jwt.MapClaims{"nonce": nonce + "x"}, "wrong nonce"},
		"no nonce":              {jwt.MapClaims{"nonce": nil}, "wrong nonce"},
		"a nonce of a list":     {jwt.MapClaims{"nonce": []string{nonce}}, "wrong nonce"},
		"no exp":                {jwt.MapClaims{"exp": nil}, "a required claim is missing"},
		"no iat":                {jwt.MapClaims{"iat": nil}, "a required claim is missing"},
		"expired":               {jwt.MapClaims{"iat": at(-600).Unix(), "exp": at(-31).Unix()}, "expired"},
		"expired within skew":   {jwt.MapClaims{"iat": at(-600).Unix(), "exp": at(-30).Unix()}, ""},
		"of the future":         {jwt.MapClaims{"iat": at(31).Unix()}, "not valid yet"},
		"not valid before then": {jwt.MapClaims{"nbf": at(31).Unix()}, "not valid yet"},
	} {
		for _, key := range []token.Key{operatorEC(), clientRSA()} {
			raw := idToken(t, key, test.changes)
			for by, err := range map[string]error{"keys": relying().Verify(raw, keys), "TLS": relying().Trust(raw)} {
				if got := reasonOf(err); got != test.reason {
					t.Errorf("%s, %s, by %s: %q, want %q", name, key.Alg, by, got, test.reason)
				}
				if err != nil {
					leaksNothing(t, raw, err)
				}
			}
		}
	}
}

func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	return strings.TrimPrefix(err.Error(), "token: ")
}

// Whose key it is counts where keys are known, and what it is signed with everywhere.
func TestForgedIDTokensOfOthers(t *testing.T) {
	t.Parallel()
	good, rsa := idToken(t, operatorEC(), nil), clientRSA()
	parts := strings.Split(good, ".")
	header := map[string]any{"alg": "ES256", "typ": "JWT", "kid": operatorEC().ID}
	for name, test := range map[string]struct{ raw, keys, tls string }{
		"another key":      {idToken(t, strangeEC(), nil), "no key for it", ""},
		"under the kid":    {forge(t, "ES256", strangeEC().Private(), header, idClaims(nil)), "wrong signature", ""},
		"no signature":     {parts[0] + "." + parts[1] + ".", "wrong signature", ""},
		"PS256":            {forge(t, "PS256", rsa.Private(), map[string]any{"alg": "PS256"}, idClaims(nil)), "no key for it", ""},
		"alg none":         {forge(t, "none", jwt.UnsafeAllowNoneSignatureType, map[string]any{"alg": "none"}, idClaims(nil)), "algorithm not allowed", "algorithm not allowed"},
		"HS256":            {forge(t, "HS256", []byte("secret"), map[string]any{"alg": "HS256"}, idClaims(nil)), "algorithm not allowed", "algorithm not allowed"},
		"an access token":  {forge(t, "ES256", operatorEC().Private(), with(header, jwt.MapClaims{"typ": "at+jwt"}), idClaims(nil)), "wrong typ", "wrong typ"},
		"encrypted":        {good + "." + parts[1] + "." + parts[2], "malformed", "malformed"},
		"two parts":        {parts[0] + "." + parts[1], "malformed", "malformed"},
		"nothing":          {"", "malformed", "malformed"},
		"no object inside": {forgeText(t, "ES256", operatorEC().Private(), header, "[]"), "malformed", "malformed"},
		"null inside":      {forgeText(t, "ES256", operatorEC().Private(), header, "null"), "wrong iss", "wrong iss"},
		"huge":             {good + strings.Repeat("A", 9000), "malformed", "malformed"},
	} {
		keys := public(t, operatorEC(), clientRSA())
		byKeys, byTLS := relying().Verify(test.raw, keys), relying().Trust(test.raw)
		if reasonOf(byKeys) != test.keys || reasonOf(byTLS) != test.tls {
			t.Errorf("%s: %v and %v, want %q and %q", name, byKeys, byTLS, test.keys, test.tls)
		}
		if token.UnknownKey(byKeys) != (test.keys == "no key for it") {
			t.Errorf("%s: an unknown key: %v", name, token.UnknownKey(byKeys))
		}
	}
}

// What a key for PS256 signs is taken as well.
func TestIDTokensByPS256(t *testing.T) {
	t.Parallel()
	key := clientRSA()
	set := strings.Replace(string(ring(t, key).JWKS()), "RS256", "PS256", 1)
	keys, err := token.ParseJWKS([]byte(set))
	if err != nil {
		t.Fatal(err)
	}
	raw := forge(t, "PS256", key.Private(), map[string]any{"alg": "PS256", "kid": key.ID}, idClaims(nil))
	if err := relying().Verify(raw, keys); err != nil {
		t.Error(err)
	}
}

// Where nobody told us the issuer, and where no nonce was sent, none is wanted; a client is always.
func TestIDTokensOfTheUnknown(t *testing.T) {
	t.Parallel()
	raw := idToken(t, operatorEC(), jwt.MapClaims{"iss": "https://canary.other.example", "nonce": nil})
	r := token.Relying{Client: client, Now: start}
	if err := r.Trust(raw); err != nil {
		t.Error(err)
	}
	r.Client = ""
	if err := r.Trust(idToken(t, operatorEC(), jwt.MapClaims{"aud": ""})); reasonOf(err) != "wrong aud" {
		t.Errorf("for nobody: %v", err)
	}
}

// FuzzRelying gives whatever to the checks of id_tokens: none panics, and what is accepted is
// signed.
func FuzzRelying(f *testing.F) {
	keys := public(f, operatorEC())
	good := idToken(f, operatorEC(), nil)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(idToken(f, strangeEC(), nil))
	f.Fuzz(func(t *testing.T, raw string) {
		if err := relying().Verify(raw, keys); err != nil {
			leaksNothing(t, raw, err)
		} else if raw != good {
			t.Errorf("accepted %q", raw)
		}
		if err := relying().Trust(raw); err != nil {
			leaksNothing(t, raw, err)
		}
	})
}
