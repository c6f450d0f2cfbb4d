package e2e_test

import (
	"strings"
	"testing"
)

// badNumbers are the examples of NumberVerification_verify.feature, tag
// NumberVerification_verify0_phoneNumber_does_not_match_schema, with one that only some versions
// refuse apart.
var badNumbers = []string{"string_value", "+12334foo22222", "+00012230304913849", "123", "++49565456787", "", "+", " +990123450001", "+1234567890123456", "+١٢٣٤٥٦"}

// withoutPlus is the example that the versions refuse which do not leave '+' open.
const withoutPlus = "1234567890"

// TestNumbersThatDoNotMatchTheSchema holds each wire to its own pattern, and shows that a refusal
// spends nothing.
func TestNumbersThatDoNotMatchTheSchema(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			token := w.access(t, on, "verified", w.verifyScope)
			for _, number := range badNumbers {
				wrong := badProperty
				if number == "" && w.dialect == "vonage" {
					wrong = missingProperty // it takes an empty text as none
				}
				w.wantProblem(t, on.do(t, w.asking(token, naming(number))), wrong)
			}
			a := on.do(t, w.asking(token, naming(withoutPlus)))
			if w.plusOptional {
				w.wantVerified(t, a, false)
				return
			}
			w.wantProblem(t, a, badProperty)
			w.wantVerified(t, on.do(t, w.asking(token, naming(on.number(t, "verified")))), true)
		})
	})
}

// TestPlusAndCase compares numbers and hashes in every form that a wire admits.
func TestPlusAndCase(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		number := on.number(t, "verified")
		onEachWire(t, func(t *testing.T, w wire) {
			bare := strings.TrimPrefix(number, "+")
			ask := func(body string) answer {
				return on.do(t, w.asking(w.access(t, on, "verified", w.verifyScope), body))
			}
			w.wantVerified(t, ask(`{"phoneNumber":"\u002b`+bare+`"}`), true)
			if w.plusOptional {
				w.wantVerified(t, ask(naming(bare)), true)
			}
			if !w.hashed {
				w.wantProblem(t, ask(hashing(number)), missingProperty)
				return
			}
			w.wantVerified(t, ask(`{"hashedPhoneNumber":"`+strings.ToUpper(hash(number))+`"}`), true)
			w.wantVerified(t, ask(`{"hashedPhoneNumber":"`+hash(bare)+`"}`), w.plusOptional)
			for _, bad := range []string{hash(number)[1:], hash(number) + "0", "g" + hash(number)[1:], number} {
				w.wantProblem(t, ask(`{"hashedPhoneNumber":"`+bad+`"}`), badProperty)
			}
		})
	})
}

// TestTokenWithoutNumber answers as each version documents it:
// NumberVerification_phone_number_verify204 and _share203 of the older features, 422 at Telefónica.
func TestTokenWithoutNumber(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			token := w.access(t, on, "no_number", w.verifyScope)
			w.wantProblem(t, on.do(t, w.asking(token, naming(somebodyElse))), noNumber)
			if w.share != "" {
				w.wantProblem(t, on.do(t, w.sharing(w.access(t, on, "no_number", w.shareScope))), noNumber)
			}
		})
	})
}

// TestUnknownProperty refuses a property that nobody knows beside the number where the schema
// counts properties, and only there.
func TestUnknownProperty(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			token := w.access(t, on, "verified", w.verifyScope)
			a := on.do(t, w.asking(token, `{"phoneNumber":"`+on.number(t, "verified")+`","additional_property":"foo_value"}`))
			if w.open {
				w.wantVerified(t, a, true)
				return
			}
			w.wantProblem(t, a, badBody)
		})
	})
}

// TestScopeForms opens each operation by every form of its scope that the publisher has used, and
// by no other operation's.
func TestScopeForms(t *testing.T) {
	forms := map[string]struct{ verify, share []string }{
		"vonage": {verify: []string{dpv + "#" + scopeVerify0, dpv + " " + scopeVerify0, scopeVerify0}},
		"orange": {
			verify: []string{dpv + "#" + scopeVerify, dpv + "#number-verification"},
			share:  []string{dpv + "#" + scopeShare, dpv + "#number-verification"},
		},
		"konera":       {verify: []string{scopeVerify}},
		"telefonica":   {verify: []string{scopeVerify, dpv + " " + scopeVerify}, share: []string{"number-verification:read", dpv + "#number-verification:read"}},
		"camara-0.3.1": {verify: []string{scopeVerify0, dpv + " " + scopeVerify0}, share: []string{scopeShare0}},
		"camara-1":     {verify: []string{scopeVerify, dpv + "#" + scopeVerify}, share: []string{scopeShare}},
		"camara-2":     {verify: []string{dpv + " " + scopeVerify, dpv + "#" + scopeVerify}, share: []string{scopeShare + " " + dpv}},
		"camara-wip":   {verify: []string{dpv + " " + scopeVerify}, share: []string{dpv + "#" + scopeShare}},
	}
	everywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			number := on.number(t, "verified")
			if len(forms[w.dialect].verify) == 0 {
				t.Fatalf("no form of the scopes of %s is listed", w.dialect)
			}
			for _, scope := range forms[w.dialect].verify {
				token := w.access(t, on, "verified", scope)
				if w.share != "" && !strings.HasSuffix(scope, "#number-verification") {
					w.wantProblem(t, on.do(t, w.sharing(token)), noScope)
				}
				w.wantVerified(t, on.do(t, w.asking(token, naming(number))), true)
			}
			for _, scope := range forms[w.dialect].share {
				token := w.access(t, on, "verified", scope)
				if !strings.HasSuffix(scope, "#number-verification") {
					w.wantProblem(t, on.do(t, w.asking(token, naming(number))), noScope)
				}
				w.wantShared(t, on.do(t, w.sharing(token)), number)
			}
		})
	})
}

// TestPurpose wants exactly one purpose of the clients of 2.x, and never two of anybody.
func TestPurpose(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		onEachWire(t, func(t *testing.T, w wire) {
			refuse := func(scope string) {
				t.Helper()
				a := w.authorization(t, on, "verified", scope)
				if back := on.visit(t, a.authorize, a.query, nil); back.Get("error") != "invalid_scope" || back.Has("code") {
					t.Errorf("scope %q: sent back with %v, want invalid_scope", scope, back)
				}
			}
			refuse(w.verifyScope + " dpv:ServiceProvision")
			refuse(w.verifyScope + " dpv:ServiceProvision#" + scopeVerify)
			refuse(w.verifyScope + " number-verification:everything")
			refuse(dpv)
			refuse("")
			if w.dialect == "camara-2" || w.dialect == "camara-wip" {
				refuse("openid " + scopeVerify)
			}
		})
	})
}
