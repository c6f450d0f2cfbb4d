package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// somebodyElse is a well-formed number that no test number is.
const somebodyElse = "+990999999999"

// scenario is one of CAMARA's published acceptance scenarios of phoneNumberVerify, under its tag.
type scenario struct {
	tag string
	// token says what is wrong with the access token; empty for nothing.
	token mistake
	// body gives the request body for the token's number.
	body func(number string) string
	// wrong is the mistake that is answered; empty for a 200 that says match.
	wrong mistake
	match bool
}

// verifyScenarios are those of number-verification-phoneNumberVerify.feature, 2.1.1. Its expired
// token is in TestExpiry, as it needs another clock.
var verifyScenarios = []scenario{
	{tag: "phone_number_verify_01_generic_success_scenario", body: naming, match: true},
	{tag: "phone_number_verify.02_validate_phone_number_success_true", body: naming, match: true},
	{tag: "phone_number_verify.03_validate_phone_number_success_false", body: other(naming)},
	{tag: "phone_number_verify.04_validate_hashed_phone_number_success_true", body: hashing, match: true},
	{tag: "phone_number_verify.05_validate_hashed_phone_number_success_false", body: other(hashing)},
	{tag: "phone_number_verify_400.1_no_request_body", body: saying(""), wrong: noBody},
	{tag: "phone_number_verify_400.2_empty_request_body", body: saying("{}"), wrong: missingProperty},
	{tag: "phone_number_verify_400.3_invalid_request_non_existing_property", body: saying(`{"additional_property":"foo_value"}`), wrong: missingProperty},
	{tag: "phone_number_verify_400.4_both_phone_number_and_hashed_in_request", body: both, wrong: badProperty},
	{tag: "phone_number_verify_401.1_no_authorization_header", token: noToken, body: naming, wrong: noToken},
	{tag: "phone_number_verify_401.3_invalid_access_token", token: invalidToken, body: naming, wrong: invalidToken},
	{tag: "phoneNumberVerify_403.1_invalid_token_permissions", token: noScope, body: naming, wrong: noScope},
	{tag: "phoneNumberVerify_403.2_not_authenticated_using_network_or_sim_based_authentication", token: notNetwork, body: naming, wrong: notNetwork},
	{tag: "phone_number_verify_C02.01_phone_number_not_schema_compliant", body: saying(naming("+0123")), wrong: badProperty},
}

// shareScenarios are those of number-verification-phoneNumberShare.feature, without its expired
// token. Three carry verify's tag there, too.
var shareScenarios = []scenario{
	{tag: "phone_number_share_01_generic_success_scenario"},
	{tag: "phone_number_share_02_success_scenario"},
	{tag: "phone_number_verify_401.1_no_authorization_header", token: noToken, wrong: noToken},
	{tag: "phone_number_verify_401.3_invalid_access_token", token: invalidToken, wrong: invalidToken},
	{tag: "phoneNumberShare_403.1_invalid_token_permissions", token: noScope, wrong: noScope},
	{tag: "phoneNumberShare_403.2_not_authenticated_using_network_or_sim_based_authentication", token: notNetwork, wrong: notNetwork},
}

func saying(body string) func(string) string { return func(string) string { return body } }

func other(claiming func(string) string) func(string) string {
	return func(string) string { return claiming(somebodyElse) }
}

// hashing claims a number by its SHA-256.
func hashing(number string) string { return `{"hashedPhoneNumber":"` + hash(number) + `"}` }

func both(number string) string {
	return strings.TrimSuffix(naming(number), "}") + "," + strings.TrimPrefix(hashing(number), "{")
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// TestVerifyScenarios runs the acceptance scenarios of phoneNumberVerify in every wire.
func TestVerifyScenarios(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			for _, s := range verifyScenarios {
				if !w.hashed && strings.Contains(s.tag, "hashed") {
					continue // this wire has no hashes
				}
				t.Run(s.tag, func(t *testing.T) {
					a := on.do(t, w.asking(w.tokenWith(t, on, s.token, w.verifyScope), s.body(on.number(t, "verified"))))
					if s.wrong != "" {
						w.wantProblem(t, a, s.wrong)
						w.wantEcho(t, a, uuid)
						return
					}
					w.wantVerified(t, a, s.match)
				})
			}
		})
	})
}

// TestShareScenarioOfCorrelator runs phone_number_share_400.1_invalid_x-correlator, which 2.1.1
// adds, in every wire whose header has a pattern. What is refused is not echoed.
func TestShareScenarioOfCorrelator(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			if w.share == "" || !strings.HasPrefix(w.dialect, "camara-") || w.dialect == "camara-0.3.1" {
				return
			}
			c := w.sharing(w.access(t, on, "verified", w.shareScope))
			c.Header.Set(w.correlation, "no correlator: ä")
			a := on.do(t, c)
			w.wantProblem(t, a, badCorrelator)
			w.wantEcho(t, a, "")
			c.Header.Set(w.correlation, uuid)
			w.wantShared(t, on.do(t, c), on.number(t, "verified"))
		})
	})
}

// TestShareScenarios runs those of phoneNumberShare in every wire that has it.
func TestShareScenarios(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			if w.share == "" {
				return
			}
			for _, s := range shareScenarios {
				t.Run(s.tag, func(t *testing.T) {
					a := on.do(t, w.sharing(w.tokenWith(t, on, s.token, w.shareScope)))
					if s.wrong != "" {
						w.wantProblem(t, a, s.wrong)
						w.wantEcho(t, a, uuid)
						return
					}
					w.wantShared(t, a, on.number(t, "verified"))
				})
			}
		})
	})
}

// tokenWith gives an access token with something wrong, "" for one that is left out.
func (w wire) tokenWith(tb testing.TB, on target, wrong mistake, scope string) string {
	tb.Helper()
	switch wrong {
	case noToken:
		return ""
	case invalidToken:
		return w.forged(tb, on, scope)
	case noScope:
		return w.access(tb, on, "verified", "openid")
	case notNetwork:
		return w.access(tb, on, "not_network", scope)
	case noNumber:
		return w.access(tb, on, "no_number", scope)
	default:
		return w.access(tb, on, "verified", scope)
	}
}

// forged gives a good token whose last signature character is another.
func (w wire) forged(tb testing.TB, on target, scope string) string {
	tb.Helper()
	return altered(w.access(tb, on, "verified", scope))
}

// altered changes the first character of a JWT's signature, all of whose bits count.
func altered(token string) string {
	at := strings.LastIndexByte(token, '.') + 1
	replacement := "A"
	if token[at] == 'A' {
		replacement = "B"
	}
	return token[:at] + replacement + token[at+1:]
}
