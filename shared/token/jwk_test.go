package token_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"

	"lineproof/shared/token"
)

// The keys of RFC 7638 §3.1 and RFC 7515 appendix A.3.
const (
	rsaN       = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
	rsaKey     = `{"kty":"RSA","n":"` + rsaN + `","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`
	rsaUnnamed = `{"kty":"RSA","n":"` + rsaN + `","e":"AQAB"}`
	ecXY       = `"crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"`
	ecD        = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
	ecKey      = `{"kty":"EC","kid":"ec",` + ecXY + `}`
	ecPrivate  = `{"kty":"EC","kid":"ec",` + ecXY + `,"d":"` + ecD + `"}`
)

func set(keys ...string) []byte { return []byte(`{"keys":[` + strings.Join(keys, ",") + `]}`) }

func TestParseJWKS(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text []byte
		want string // kid and alg of each key
	}{
		"both":                 {set(rsaKey, ecKey), "2011-04-29 RS256, ec ES256"},
		"none":                 {set(), ""},
		"no alg, no kid":       {set(rsaUnnamed), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs RS256"},
		"PS256":                {set(strings.Replace(rsaKey, "RS256", "PS256", 1)), "2011-04-29 PS256"},
		"other alg":            {set(strings.Replace(rsaKey, "RS256", "RS512", 1), ecKey), "ec ES256"},
		"unknown kty":          {set(`{"kty":"OKP","crv":"Ed25519","x":"AA"}`, `{"kty":"oct","k":"AA"}`, `{}`, ecKey), "ec ES256"},
		"other curve":          {set(strings.Replace(ecKey, "P-256", "P-384", 1)), ""},
		"for encryption":       {set(strings.Replace(ecKey, `"kid"`, `"use":"enc","kid"`, 1), `{"kty":"EC","key_ops":["deriveKey"],"kid":"x",`+ecXY+`}`), ""},
		"private members":      {set(ecPrivate), "ec ES256"},
		"bad private members":  {set(`{"kty":"EC","kid":"ec",` + ecXY + `,"d":"!!"}`), "ec ES256"},
		"unknown members":      {set(`{"kty":"EC","kid":"ec","x5c":["AA"],"exp":5,` + ecXY + `}`), "ec ES256"},
		"for verification":     {set(`{"kty":"EC","kid":"ec","use":"sig","key_ops":["verify"],` + ecXY + `}`), "ec ES256"},
		"members beside keys":  {[]byte(`{"foo":1,"keys":[` + ecKey + `]}`), "ec ES256"},
		"RSA padded with zero": {set(strings.Replace(rsaUnnamed, rsaN, zeroed(rsaN), 1)), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs RS256"},
	} {
		r, err := token.ParseJWKS(c.text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, k := range r {
			got = append(got, k.ID+" "+k.Alg)
			if k.Private() != nil {
				t.Errorf("%s: read a private key", name)
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %q, want %q", name, strings.Join(got, ", "), c.want)
		}
	}
}

func TestParseJWKSRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text   []byte
		reason string
	}{
		"no JSON":        {[]byte(`{`), "no JSON Web Key Set"},
		"no object":      {[]byte(`[]`), "no JSON Web Key Set"},
		"too long":       {set(ecKey, `{"kty":"`+strings.Repeat("x", 70000)+`"}`), "no JSON Web Key Set"},
		"too many":       {set(strings.Split(strings.Repeat(`{"kty":"x"} `, 33)[:33*12-1], " ")...), "no JSON Web Key Set"},
		"one kid twice":  {set(ecKey, rsaKey, strings.Replace(rsaKey, "2011-04-29", "ec", 1)), "a kid stands twice"},
		"not a point":    {set(strings.Replace(ecKey, "f83O", "f93O", 1)), "no point of P-256"},
		"short point":    {set(`{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}`), "two coordinates"},
		"no coordinates": {set(`{"kty":"EC","crv":"P-256"}`), "two coordinates"},
		"not base64url":  {set(strings.Replace(ecKey, "f83O", "f8+O", 1)), "two coordinates"},
		"weak RSA":       {set(`{"kty":"RSA","n":"` + rsaN[:171] + `","e":"AQAB"}`), "shorter than 2048"},
		"monstrous RSA":  {set(`{"kty":"RSA","n":"` + strings.Repeat(rsaN[:340], 5) + `","e":"AQAB"}`), "longer than 8192"},
		"no modulus":     {set(`{"kty":"RSA","e":"AQAB"}`), "shorter than 2048"},
		"no exponent":    {set(`{"kty":"RSA","n":"` + rsaN + `"}`), "exponent"},
		"exponent 1":     {set(strings.Replace(rsaKey, "AQAB", "AQ", 1)), "exponent"},
		"even exponent":  {set(strings.Replace(rsaKey, "AQAB", "AQAC", 1)), "exponent"},
		"huge exponent":  {set(strings.Replace(rsaKey, "AQAB", "_____w", 1)), "exponent"},
	} {
		if r, err := token.ParseJWKS(c.text); err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v, %v, want %q", name, r, err, c.reason)
		}
	}
}

// zeroed gives a base64url text with a zero byte before its bytes.
func zeroed(n string) string { return segment("\x00" + unsegment(n)) }

func TestRingsComeBack(t *testing.T) {
	t.Parallel()
	full := ring(t, ourEC(), ourRSA(), strangeEC())
	private, err := token.ParsePrivateJWKS(full.PrivateJWKS())
	if err != nil {
		t.Fatal(err)
	}
	public, err := token.ParseJWKS(full.JWKS())
	if err != nil {
		t.Fatal(err)
	}
	if string(private.PrivateJWKS()) != string(full.PrivateJWKS()) || string(public.JWKS()) != string(full.JWKS()) || string(private.JWKS()) != string(full.JWKS()) {
		t.Error("a ring comes back changed")
	}
	for _, alg := range []string{token.ES256, token.RS256} {
		raw, err := token.Issuer{Ring: private, Name: us}.ID(token.IDClaims{Client: client}, alg)
		if err != nil || len(raw) == 0 {
			t.Errorf("%s: %v", alg, err)
		}
	}
	if mixed, err := token.ParsePrivateJWKS(full.JWKS()); err != nil || len(mixed) != 3 || mixed[0].Private() != nil {
		t.Errorf("a public set as a private one: %v, %v", mixed, err)
	}
}

func TestJWKSIsPublic(t *testing.T) {
	t.Parallel()
	for _, text := range [][]byte{ring(t, ourEC(), ourRSA()).JWKS(), public(t, ourEC(), ourRSA()).PrivateJWKS()} {
		var set struct{ Keys []map[string]string }
		if err := json.Unmarshal(text, &set); err != nil || len(set.Keys) != 2 {
			t.Fatalf("%v: %s", err, text)
		}
		for _, k := range set.Keys {
			for _, member := range []string{"d", "p", "q", "dp", "dq", "qi"} {
				if k[member] != "" {
					t.Errorf("shows %s", member)
				}
			}
			if k["use"] != "sig" || k["kid"] == "" || k["alg"] == "" {
				t.Errorf("key %v", k)
			}
		}
	}
	if got := string(ring(t).JWKS()); got != `{"keys":[]}` {
		t.Errorf("the empty set is %s", got)
	}
}

func TestParsePrivateJWKSRefuses(t *testing.T) {
	t.Parallel()
	rsa := string(ring(t, ourRSA()).PrivateJWKS())
	other := string(ring(t, strangeRSA()).PrivateJWKS())
	for name, text := range map[string]string{
		"another EC key's half":  strings.Replace(string(set(ecPrivate)), ecD, "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE", 1),
		"EC zero":                strings.Replace(string(set(ecPrivate)), ecD, strings.Repeat("A", 43), 1),
		"EC short":               strings.Replace(string(set(ecPrivate)), ecD, "AA", 1),
		"EC no base64":           strings.Replace(string(set(ecPrivate)), ecD, "!", 1),
		"another RSA key's half": strings.Replace(rsa, member(t, rsa, "d"), member(t, other, "d"), 1),
		"another RSA prime":      strings.Replace(rsa, member(t, rsa, "p"), member(t, other, "p"), 1),
		"RSA no primes":          strings.Replace(rsa, member(t, rsa, "p"), "", 1),
		"RSA no base64":          strings.Replace(rsa, member(t, rsa, "q"), "!", 1),
		"PS256 signs":            strings.Replace(rsa, "RS256", "PS256", 1),
	} {
		_, err := token.ParsePrivateJWKS([]byte(text))
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		if strings.Contains(err.Error(), member(t, rsa, "d")[:10]) || strings.Contains(err.Error(), ecD[:10]) {
			t.Errorf("%s: a key shows in %v", name, err)
		}
	}
}

func member(t *testing.T, set, name string) string {
	t.Helper()
	var s struct{ Keys []map[string]string }
	if err := json.Unmarshal([]byte(set), &s); err != nil {
		t.Fatal(err)
	}
	return s.Keys[0][name]
}

func TestNewRing(t *testing.T) {
	t.Parallel()
	ec := ourEC().Private()
	swapped := token.NewKey("x", token.ES256, ec)
	swapped.Public = strangeEC().Public
	swappedRSA := ourRSA()
	swappedRSA.Public = strangeRSA().Public
	unnamed, mislabelled := token.NewKey("", token.ES256, ec), token.NewKey("x", token.RS256, ec)
	empty, pss := token.Key{Alg: token.ES256}, token.NewKey("x", token.PS256, ourRSA().Private())
	empty.ID = "x"
	for name, keys := range map[string][]token.Key{
		"swapped": {swapped}, "swapped RSA": {swappedRSA}, "unnamed": {unnamed}, "mislabelled": {mislabelled}, "empty": {empty}, "twice": {ourEC(), ourEC()}, "PS256 signs": {pss},
	} {
		if _, err := token.NewRing(keys...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := token.Generate("HS256"); err == nil {
		t.Error("made a key for HS256")
	}
	if a, b := ourEC(), strangeEC(); a.ID == b.ID || a.ID != a.Thumbprint() {
		t.Error("a key's ID is not its thumbprint")
	}
}

func TestNothingPrintsAKey(t *testing.T) {
	t.Parallel()
	r := ring(t, ourEC(), ourRSA())
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "ring", r, "key", r[0], "pointer", &r[1])
	inside := struct{ r token.Ring }{r}
	encoded, _ := json.Marshal(r)
	shown := log.String() + string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		shown += fmt.Sprintf(verb, r) + fmt.Sprintf(verb, r[0]) + fmt.Sprintf(verb, inside)
	}
	for _, k := range r {
		private := string(token.Ring{k}.PrivateJWKS())
		d := member(t, private, "d")
		decimal := new(big.Int).SetBytes([]byte(unsegment(d))).String()
		words := strings.Trim(fmt.Sprint([]byte(unsegment(d)[:4])), "[]")
		if strings.Contains(shown, d) || strings.Contains(shown, fmt.Sprintf("%x", unsegment(d))) || strings.Contains(shown, decimal) || strings.Contains(shown, words) {
			t.Errorf("a private key shows in %s", shown)
		}
	}
	k := r[0]
	text, _ := k.MarshalText()
	for _, shown := range []string{fmt.Sprint(k), fmt.Sprintf("%#v", k), string(text), k.LogValue().String()} {
		if shown != "key "+k.ID {
			t.Errorf("a key prints as %s", shown)
		}
	}
	if strings.Contains(shown, "big.Int") || strings.Contains(shown, "Primes") {
		t.Errorf("a key's fields show in %s", shown)
	}
}
