package boot

import (
	"slices"
	"strings"
	"testing"

	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/token"
)

const (
	good  = true
	wrong = false
)

func TestVariables(t *testing.T) {
	t.Parallel()
	fingerprint, other := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	for name, tt := range map[string]struct {
		parse func(string) error
		texts map[string]bool
	}{
		issuerVariable: {only(parseIssuer), map[string]bool{
			"https://lineproof.example": good, "https://lineproof.example/base": good, "http://127.0.0.1:8080": good,
			"http://localhost:8080": good, "http://[::1]:8080": good,
			"": wrong, "https://lineproof.example/": wrong, "http://lineproof.example": wrong, "lineproof.example": wrong,
			"https://": wrong, "https://a@lineproof.example": wrong, "https://lineproof.example?a": wrong, "https://lineproof.example#": wrong,
			"https://lineproof.example/%zz": wrong, "ftp://127.0.0.1": wrong, "http://localhost.example": wrong,
		}},
		grantsTable: {only(parseTable), map[string]bool{
			"lineproof-Grants_1.x": good, "": wrong, "ab": wrong, "a b c": wrong, "arn:aws:dynamodb": wrong, strings.Repeat("a", 256): wrong,
		}},
		"SIGNING_SECRET": {only(parseARN), map[string]bool{
			"arn:aws:secretsmanager:eu-west-1:123456789012:secret:signing-AbCdEf": good,
			"arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:a/b-AbCdEf": good,
			"": wrong, "signing": wrong, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:": wrong,
			"arn:aws:ssm:eu-west-1:123456789012:secret:signing": wrong,
		}},
		databaseEndpoint: {only(parseEndpoint), map[string]bool{
			"": good, "http://127.0.0.1:8000": good, "https://vpce.example": good, "127.0.0.1:8000": wrong, "file:///etc": wrong, "http://": wrong,
		}},
		levelVariable: {only(parseLevel), map[string]bool{
			"": good, "DEBUG": good, "INFO": good, "WARN": good, "ERROR": good, "LOUD": wrong,
		}},
		resolversVariable: {only(parseResolvers), map[string]bool{
			"": good, "header": good, "session, header": good, "sandbox": wrong, "header,header": wrong, "header,": wrong,
		}},
		certificatesVariable: {only(parseCertificates), map[string]bool{
			"": good, fingerprint: good, fingerprint + "," + fingerprint: good, fingerprint + ",": wrong, "abcd": wrong,
			fingerprint + "=44": good, fingerprint + "=4477/4478," + other + "=33": good, fingerprint + "=": wrong, fingerprint + "=4477/": wrong,
			fingerprint + "=+44": wrong, fingerprint + "=44=33": wrong,
		}},
		sessionMinutesVariable: {only(parseSession), map[string]bool{
			"": good, "1": good, "10080": good, "0": wrong, "-1": wrong, "10081": wrong, "1h": wrong, "99999999999999999999": wrong,
		}},
		prefixesVariable: {only(parsePrefixes), map[string]bool{
			"": good, "44": good, "4477, 33": good, "+44": wrong, "44,": wrong, "all": wrong,
		}},
		operatorsVariable: {only(parseOperators), map[string]bool{
			"": good, "{}": good, "[]": wrong, "null": good, `{"https://op.example": {}}`: wrong, `{"https://op.example": {"keys": []}}`: wrong,
		}},
	} {
		for text, want := range tt.texts {
			err := tt.parse(text)
			if (err == nil) != want {
				t.Errorf("%s=%q: error %v, want success %v", name, text, err, want)
			}
			if err != nil && len(text) > 3 && strings.Contains(err.Error(), text) {
				t.Errorf("%s: the error quotes the value: %v", name, err)
			}
		}
	}
}

// only drops a parser's value.
func only[T any](parse func(string) (T, error)) func(string) error {
	return func(text string) error { _, err := parse(text); return err }
}

func TestOperatorsHoldTheirKeysAndPrefixes(t *testing.T) {
	t.Parallel()
	key, err := token.Generate(token.ES256)
	if err != nil {
		t.Fatal(err)
	}
	keys := strings.TrimSuffix(string(token.Ring{key}.JWKS()), "}")
	plain, named := keys+"}", keys+`, "prefixes": ["4477", "33"]}`
	for text, want := range map[string]map[string]phone.Prefixes{
		`{"https://op.example": ` + plain + `}`:                                       {"https://op.example": phone.Every},
		`{"https://op.example": ` + named + `}`:                                       {"https://op.example": {"4477", "33"}},
		`{"https://op.example": ` + named + `, "https://two.example": ` + named + `}`: {"https://op.example": {"4477", "33"}, "https://two.example": {"4477", "33"}},
	} {
		operators, err := parseOperators(text)
		if err != nil || len(operators) != len(want) {
			t.Errorf("operators = %v, error %v", operators, err)
		}
		for issuer, prefixes := range want {
			if got := operators[issuer]; got.Keys[0].ID != key.ID || !slices.Equal(got.Prefixes, prefixes) {
				t.Errorf("%s speaks for %v", issuer, got.Prefixes)
			}
		}
	}
	for _, text := range []string{
		`{"https://op.example": ` + named + `, "https://two.example": ` + plain + `}`, // one would speak for all
		`{"https://op.example": ` + keys + `, "prefixes": "44"}}`,
		`{"https://op.example": ` + keys + `, "prefixes": ["+44"]}}`,
	} {
		if operators, err := parseOperators(text); err == nil {
			t.Errorf("%s: operators %v", text, operators)
		}
	}
}

// A gateway alone speaks for every number; of several each has to say for which.
func TestGatewaysNameTheirPrefixes(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("aa", 32), strings.Repeat("bb", 32)
	for name, tt := range map[string]struct{ certificates, prefixes, wrong, signing, first string }{
		"nothing said":            {"", "", "", "", ""},
		"one certificate":         {a, "", "", "", ""},
		"prefixes of the secret":  {"", "44,33", "", "44 33", ""},
		"all named":               {a + "=1/2, " + b + "=3", "44", "", "44", "1 2"},
		"one certificate, named":  {a + "=1", "", prefixesVariable, "", "1"},
		"one certificate, not":    {a, "44", certificatesVariable, "44", ""},
		"two certificates":        {a + "," + b, "44", certificatesVariable, "44", ""},
		"two certificates, half":  {a + "=1," + b, "44", certificatesVariable, "44", "1"},
		"two, but not the secret": {a + "=1," + b + "=2", "", prefixesVariable, "", "1"},
	} {
		env := complete()
		env[certificatesVariable], env[prefixesVariable] = tt.certificates, tt.prefixes
		var got gateways
		err := assemble(from(env), func(e *Env) any { got = e.gateways(); return nil }).err()
		if (err == nil) != (tt.wrong == "") || err != nil && !strings.HasPrefix(err.Error(), "boot: "+tt.wrong+": ") {
			t.Errorf("%s: the start fails with %v", name, err)
		}
		first, _ := network.ParseFingerprint(a)
		if signing := strings.Join(got.signing, " "); signing != tt.signing {
			t.Errorf("%s: the secret speaks for %q", name, signing)
		}
		if prefixes := strings.Join(got.certificates[first], " "); prefixes != tt.first {
			t.Errorf("%s: the certificate speaks for %q", name, prefixes)
		}
		n, _ := phone.Parse("+447700900001")
		if every := tt.prefixes == "" && !strings.Contains(tt.certificates, "="); every && !got.signing.Cover(n) {
			t.Errorf("%s: the secret does not speak for every number", name)
		}
	}
}
