package e2e_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// mistake is something wrong with a call of a number verification operation.
type mistake string

// The mistakes that wires tell apart, or could.
const (
	noBody          mistake = "no body"
	badBody         mistake = "a body that is no JSON object"
	missingProperty mistake = "no property that names a number"
	badProperty     mistake = "a property with a bad value"
	badCorrelator   mistake = "an invalid correlation id"
	noToken         mistake = "no token"
	invalidToken    mistake = "an invalid token"
	expiredToken    mistake = "an expired token"
	noScope         mistake = "a token without the scope"
	notNetwork      mistake = "a token without network or SIM authentication"
	noNumber        mistake = "a token without a number"
	wrongPath       mistake = "a path that does not exist"
	wrongMethod     mistake = "a method that the path does not take"
	notAcceptable   mistake = "an Accept header without JSON"
	tooLarge        mistake = "a body above 8192 bytes"
	wrongType       mistake = "a body of another content type"
)

// problem is what a mistake is answered with. Code is a string, or a number in Orange's wire.
type problem struct {
	status int
	code   any
}

// wire is one published way of writing the operations, as the documents of its publisher have it.
type wire struct {
	dialect                  string
	authorize, token         string
	verify, share            string // the paths; share is empty where there is none
	shareMethod, shareMember string
	verifyScope, shareScope  string // whole scope parameters
	correlation              string
	correlators              correlators
	plusOptional             bool
	hashed                   bool // takes hashedPhoneNumber
	open                     bool // takes properties that it does not know
	assessed                 bool // says when
	reusable                 bool // its client's tokens are good for more than one call
	problems                 map[mistake]problem
	errorMembers             []string
}

// correlators are examples.
type correlators struct{ valid, invalid []string }

const (
	dpv          = "dpv:FraudPreventionAndDetection"
	scopeVerify  = "number-verification:verify"
	scopeShare   = "number-verification:device-phone-number:read"
	scopeVerify0 = "number-verification-verify-read"
	scopeShare0  = "number-verification-share-read"
	codeNetwork  = "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"
	codeContext  = "NUMBER_VERIFICATION.INVALID_TOKEN_CONTEXT"
)

// camaraProblems are those of CAMARA 2.1.0.
var camaraProblems = map[mistake]problem{
	noBody: {400, "INVALID_ARGUMENT"}, badBody: {400, "INVALID_ARGUMENT"}, missingProperty: {400, "INVALID_ARGUMENT"},
	badProperty: {400, "INVALID_ARGUMENT"}, badCorrelator: {400, "INVALID_ARGUMENT"},
	noToken: {401, "UNAUTHENTICATED"}, invalidToken: {401, "UNAUTHENTICATED"}, expiredToken: {401, "UNAUTHENTICATED"},
	noScope: {403, "PERMISSION_DENIED"}, notNetwork: {403, codeNetwork}, noNumber: {403, codeNetwork},
	wrongPath: {404, "NOT_FOUND"}, wrongMethod: {405, "METHOD_NOT_ALLOWED"},
	tooLarge: {413, "PAYLOAD_TOO_LARGE"}, wrongType: {415, "UNSUPPORTED_MEDIA_TYPE"},
}

// orangeProblems are Orange's codes.
var orangeProblems = map[mistake]problem{
	noBody: {400, 21.0}, badBody: {400, 22.0}, missingProperty: {400, 23.0}, badProperty: {400, 24.0}, badCorrelator: {400, 26.0},
	noToken: {401, 40.0}, invalidToken: {401, 41.0}, expiredToken: {401, 42.0},
	noScope: {403, 50.0}, notNetwork: {403, 52.0}, noNumber: {403, 52.0},
	wrongPath: {404, 60.0}, wrongMethod: {405, 61.0}, notAcceptable: {406, 62.0}, tooLarge: {413, 66.0}, wrongType: {415, 68.0},
}

func except(all, changes map[mistake]problem) map[mistake]problem {
	changed := maps.Clone(all)
	maps.Copy(changed, changes)
	return changed
}

var (
	errorInfo = []string{"status", "code", "message"}
	uuid      = "b4333c46-49c0-4f62-80d7-f0ef930f1c46"
	freely    = correlators{[]string{uuid, "one two", "one,two", "<{a_b}>;:./", strings.Repeat("x", 256)}, []string{strings.Repeat("x", 257), "caf\xe9"}}
	since06   = correlators{[]string{uuid, "a-Z0_:;./<>{}", strings.Repeat("x", 256)}, []string{"one two", "a,b", "é", strings.Repeat("x", 257)}}
	since05   = correlators{[]string{uuid, strings.Repeat("x", 55)}, []string{"a_b", "a.b", "one two", strings.Repeat("x", 56)}}
)

// canonical gives CAMARA's wire of some version under its base path.
func canonical(dialect, base string, changes func(*wire)) wire {
	w := wire{
		dialect: dialect, authorize: authorizePath, token: tokenPath,
		verify: base + "/verify", share: base + "/device-phone-number", shareMethod: http.MethodGet, shareMember: "devicePhoneNumber",
		verifyScope: "openid " + dpv + " " + scopeVerify, shareScope: "openid " + dpv + " " + scopeShare,
		correlation: "x-correlator", correlators: since06, hashed: true, problems: camaraProblems, errorMembers: errorInfo,
	}
	if changes != nil {
		changes(&w)
	}
	return w
}

// before1 changes a wire to what 0.3.1 had.
func before1(w *wire) {
	w.verifyScope, w.shareScope = "openid "+dpv+" "+scopeVerify0, "openid "+dpv+" "+scopeShare0
	w.correlators, w.plusOptional, w.open = freely, true, true
	w.problems = except(camaraProblems, map[mistake]problem{noNumber: {403, codeContext}})
}

// wires are all that the product speaks.
var wires = []wire{
	canonical("camara-2", "/number-verification/v2", nil),
	canonical("camara-wip", "/number-verification/vwip", nil),
	canonical("camara-1", "/number-verification/v1", func(w *wire) {
		w.correlators = since05
		w.problems = except(camaraProblems, map[mistake]problem{
			noNumber: {403, "INVALID_TOKEN_CONTEXT"}, expiredToken: {401, "AUTHENTICATION_REQUIRED"},
		})
	}),
	canonical("camara-0.3.1", "/camara/number-verification/v0", before1),
	canonical("vonage", "/camara/number-verification/v031", func(w *wire) {
		before1(w)
		w.authorize, w.share = "/oauth2/auth", ""
		w.verifyScope = "openid " + dpv + "#" + scopeVerify0
	}),
	canonical("telefonica", "/v1/number-verification", func(w *wire) {
		w.share, w.shareMethod, w.shareMember = "/v1/number-verification/share", http.MethodPost, "phoneNumber"
		w.shareScope = "openid " + dpv + " number-verification:read"
		w.correlators, w.hashed, w.open = freely, false, true
		w.problems = except(camaraProblems, map[mistake]problem{noNumber: {422, "UNIDENTIFIABLE_DEVICE"}})
	}),
	canonical("konera", "/camara/api/number-verification/v1", func(w *wire) {
		w.authorize, w.token, w.share = "/camara/api/auth/v1/authorize", "/camara/api/auth/v1/token", ""
		w.verifyScope = "openid " + scopeVerify
		w.correlation, w.correlators = "x-correlation-id", freely
		w.hashed, w.open, w.assessed, w.reusable = false, true, true, true
		w.problems = except(camaraProblems, map[mistake]problem{noNumber: {403, "INVALID_TOKEN_CONTEXT"}})
	}),
	canonical("orange", "/number-verification/v0", func(w *wire) {
		w.verifyScope, w.shareScope = "openid "+dpv+"#"+scopeVerify, "openid "+dpv+"#"+scopeShare
		w.correlators, w.plusOptional, w.open = freely, true, true
		w.problems, w.errorMembers = orangeProblems, []string{"code", "message", "description"}
	}),
}

// TestEachClientOfTheSandboxSpeaksAWire tries every dialect that the sandbox has a client for.
func TestEachClientOfTheSandboxSpeaksAWire(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		for _, c := range on.Sandbox.Clients {
			if c.Dialect != "otp" { // which TestClientCredentials tries
				speaking(t, c.Dialect)
			}
		}
	})
}

// speaking gives the wire of a dialect.
func speaking(tb testing.TB, dialect string) wire {
	tb.Helper()
	at := slices.IndexFunc(wires, func(w wire) bool { return w.dialect == dialect })
	if at < 0 {
		tb.Fatalf("no wire %s", dialect)
	}
	return wires[at]
}

// onEachWire runs a test on every wire, beside each other.
func onEachWire(t *testing.T, test func(t *testing.T, w wire)) {
	for _, w := range wires {
		t.Run(w.dialect, func(t *testing.T) {
			t.Parallel()
			test(t, w)
		})
	}
}

// access gets an access token by the wire's own code flow, with the sandbox number of an outcome.
func (w wire) access(tb testing.TB, on target, outcome, scope string) string {
	tb.Helper()
	return w.authorization(tb, on, outcome, scope).tokens(tb, on).AccessToken
}

func (w wire) authorization(tb testing.TB, on target, outcome, scope string) authorization {
	tb.Helper()
	a := on.client(tb, w.dialect).authorization(on.number(tb, outcome), scope)
	a.authorize, a.token = w.authorize, w.token
	return a
}

// asking calls verify with a body, as the holder of a token; an empty token sends none.
func (w wire) asking(token, body string) call {
	return call{Method: http.MethodPost, Path: w.verify, Header: w.header(token), Body: body}
}

// sharing calls share as the holder of a token.
func (w wire) sharing(token string) call {
	c := call{Method: w.shareMethod, Path: w.share, Header: w.header(token)}
	if w.shareMethod == http.MethodPost {
		c.Body = "{}"
	}
	return c
}

func (w wire) header(token string) http.Header {
	h := http.Header{"Content-Type": {typeJSON}}
	h.Set(w.correlation, uuid)
	if token != "" {
		h.Set("Authorization", "Bearer "+token)
	}
	return h
}

// naming is a body that claims a number.
func naming(number string) string { return `{"phoneNumber":"` + number + `"}` }

// wantVerified asserts a 200 of verify.
func (w wire) wantVerified(tb testing.TB, a answer, match bool) {
	tb.Helper()
	object := w.wantOK(tb, a)
	members := []string{"devicePhoneNumberVerified"}
	if w.assessed {
		members = append(members, "assessedAt")
		if text, _ := object["assessedAt"].(string); !isTime(text) {
			tb.Errorf("assessedAt is %v, want an RFC 3339 time", object["assessedAt"])
		}
	}
	wantMembers(tb, object, members...)
	if object["devicePhoneNumberVerified"] != match {
		tb.Errorf("answered %s, want %t", a.Body, match)
	}
}

func isTime(text string) bool {
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}

// wantShared asserts a 200 of share.
func (w wire) wantShared(tb testing.TB, a answer, number string) {
	tb.Helper()
	object := w.wantOK(tb, a)
	wantMembers(tb, object, w.shareMember)
	if object[w.shareMember] != number {
		tb.Errorf("shared another number than the token's")
	}
}

func (w wire) wantOK(tb testing.TB, a answer) map[string]any {
	tb.Helper()
	if a.Status != http.StatusOK {
		tb.Fatalf("answered %d %s, want 200", a.Status, a.Body)
	}
	a.wantType(tb, typeJSON)
	w.wantEcho(tb, a, uuid)
	return a.object(tb)
}

func (w wire) wantEcho(tb testing.TB, a answer, correlator string) {
	tb.Helper()
	if got := a.Header.Get(w.correlation); got != correlator {
		tb.Errorf("%s is %q, want %q back", w.correlation, got, correlator)
	}
}

// wantProblem asserts the wire's own answer to a mistake.
func (w wire) wantProblem(tb testing.TB, a answer, m mistake) {
	tb.Helper()
	want, known := w.problems[m]
	if !known {
		tb.Fatalf("%s documents nothing for %s", w.dialect, m)
	}
	object := a.object(tb)
	wantMembers(tb, object, w.errorMembers...)
	if a.Status != want.status || object["code"] != want.code {
		tb.Errorf("%s: answered %d %s, want %d %v", m, a.Status, a.Body, want.status, want.code)
	}
	if status, has := object["status"]; has && status != float64(want.status) {
		tb.Errorf("the body says status %v, the answer is %d", status, want.status)
	}
	if text, _ := object["message"].(string); len(text) < 10 {
		tb.Errorf("the message %q is not a friendly text", text)
	}
	a.wantType(tb, typeJSON)
	wantChallenge(tb, a, m)
}

// wantChallenge asserts the WWW-Authenticate header of RFC 6750 §3, which has no error code for who
// sent no token at all.
func wantChallenge(tb testing.TB, a answer, m mistake) {
	tb.Helper()
	got := a.Header.Get("WWW-Authenticate")
	_, code, coded := strings.Cut(got, `error="`)
	code, _, _ = strings.Cut(code, `"`)
	want, wanted := map[mistake]string{noToken: "", invalidToken: "invalid_token", expiredToken: "invalid_token", noScope: "insufficient_scope"}[m]
	if strings.HasPrefix(got, "Bearer") != wanted || code != want || coded != (want != "") {
		tb.Errorf("%s: WWW-Authenticate is %q, want a Bearer challenge: %t, with the error %q", m, got, wanted, want)
	}
}
