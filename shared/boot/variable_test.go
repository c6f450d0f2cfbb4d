package boot

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"lineproof/shared/network"
	"lineproof/shared/token"
)

const (
	good  = true
	wrong = false
)

func TestVariables(t *testing.T) {
	t.Parallel()
	fingerprint := strings.Repeat("ab", 32)
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

func TestOperatorsHoldTheirKeys(t *testing.T) {
	t.Parallel()
	key, err := token.Generate(token.ES256)
	if err != nil {
		t.Fatal(err)
	}
	ring, _ := token.NewRing(key)
	text, _ := json.Marshal(map[string]json.RawMessage{"https://op.example": ring.JWKS()})
	operators, err := parseOperators(string(text))
	if err != nil || len(operators) != 1 || operators["https://op.example"][0].ID != key.ID {
		t.Errorf("operators = %v, error %v", operators, err)
	}
}

func TestCertificatesInOrder(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("aa", 32), strings.Repeat("bb", 32)
	list, err := parseCertificates(a + ", " + b)
	wantA, _ := network.ParseFingerprint(a)
	wantB, _ := network.ParseFingerprint(b)
	if err != nil || len(list) != 2 || list[0] != wantA || list[1] != wantB {
		t.Errorf("certificates = %v, error %v", list, err)
	}
}

func FuzzVariables(f *testing.F) {
	f.Add("https://lineproof.example")
	f.Add(`{"https://op.example": {"keys": [{"kty": "EC"}]}}`)
	f.Add("arn:aws:secretsmanager:eu-west-1:123456789012:secret:signing-AbCdEf")
	f.Fuzz(func(t *testing.T, text string) {
		errs := []error{
			only(parseIssuer)(text), only(parseTable)(text), only(parseARN)(text), only(parseEndpoint)(text),
			only(parseLevel)(text), only(parseResolvers)(text), only(parseCertificates)(text), only(parseOperators)(text),
		}
		if joined := errors.Join(errs...); len(text) > 40 && joined != nil && strings.Contains(joined.Error(), text) {
			t.Errorf("an error quotes %q", text)
		}
	})
}
