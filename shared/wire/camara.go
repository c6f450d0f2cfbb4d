package wire

import (
	"net/http"

	"lineproof/shared/fault"
)

// errorInfo is CAMARA's ErrorInfo: all three members are required.
type errorInfo struct {
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// shapeErrorInfo names the member at fault, if any, after the message.
func shapeErrorInfo(a Answer, failure *fault.Error) any {
	return errorInfo{a.Status, a.Code, Named(a.Message, failure)}
}

// Codes that more than one version uses.
const (
	codeNotNetwork = "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"
	textNotNetwork = "Client must authenticate via the mobile network to use this service"
	textNoNumber   = "Phone number cannot be deducted from access token context"
)

// camara0Failures are the responses of CAMARA Number Verification 0.3.1.
var camara0Failures = transport.but(Table{
	fault.BadRequest: answer(
		http.StatusBadRequest, "INVALID_ARGUMENT",
		"Client specified an invalid argument, request body or query param",
	),
	fault.Unauthenticated: answer(
		http.StatusUnauthorized, "UNAUTHENTICATED",
		"Request not authenticated due to missing, invalid, or expired credentials",
	),
	fault.Forbidden: answer(
		http.StatusForbidden, "PERMISSION_DENIED",
		"Client does not have sufficient permissions to perform this action",
	),
	fault.NotNetworkAuthenticated: answer(http.StatusForbidden, codeNotNetwork, textNotNetwork),
	// no document has a word for what an upstream does not answer for, or lacks consent to
	fault.NotCovered:      answer(http.StatusForbidden, codeNotNetwork, textNotNetwork),
	fault.ConsentRequired: answer(http.StatusForbidden, codeNotNetwork, textNotNetwork),
	fault.NoNumber: answer(
		http.StatusForbidden, "NUMBER_VERIFICATION.INVALID_TOKEN_CONTEXT", textNoNumber,
	),
	fault.Internal:    answer(http.StatusInternalServerError, "INTERNAL", "Server error"),
	fault.Unavailable: answer(http.StatusServiceUnavailable, "UNAVAILABLE", "Service unavailable"),
	fault.Timeout: answer(
		http.StatusGatewayTimeout, "TIMEOUT", "Request timeout exceeded. Try later.",
	),
})

// camara1Failures are those of 1.0.0, which tells lapsed credentials apart and shortens a code.
var camara1Failures = camara0Failures.but(Table{
	fault.Unauthenticated: answer(
		http.StatusUnauthorized, "UNAUTHENTICATED",
		"Request not authenticated due to missing, invalid, or expired credentials.",
	),
	fault.ExpiredCredentials: answer(
		http.StatusUnauthorized, "AUTHENTICATION_REQUIRED", "New authentication is required.",
	),
	fault.Forbidden: answer(
		http.StatusForbidden, "PERMISSION_DENIED",
		"Client does not have sufficient permissions to perform this action.",
	),
	fault.NoNumber: answer(http.StatusForbidden, "INVALID_TOKEN_CONTEXT", textNoNumber),
})

// textUnauthenticated2 is the text of a 401 since 2.1.0.
const textUnauthenticated2 = "Request not authenticated due to missing, invalid, or expired credentials. A new authentication is required."

// camara2Failures are those of 2.1.0, which has neither AUTHENTICATION_REQUIRED nor
// INVALID_TOKEN_CONTEXT: a token without a number is answered as one that is not network
// authenticated.
var camara2Failures = camara1Failures.but(Table{
	fault.Unauthenticated: answer(http.StatusUnauthorized, "UNAUTHENTICATED", textUnauthenticated2),
	fault.ExpiredCredentials: answer(
		http.StatusUnauthorized, "UNAUTHENTICATED", textUnauthenticated2,
	),
	fault.NoNumber: answer(http.StatusForbidden, codeNotNetwork, textNotNetwork),
})

// Scopes of CAMARA Number Verification since 1.0.0.
const (
	scopeVerify = "number-verification:verify"
	scopeShare  = "number-verification:device-phone-number:read"
)

// FraudPrevention is the purpose that all operators of number verification know.
const FraudPrevention = "dpv:FraudPreventionAndDetection"

// clientsCAMARA are registered as CAMARA's security profile has it.
var clientsCAMARA = Clients{Method: "private_key_jwt", PKCE: true, Purpose: FraudPrevention}

// strictly has a purpose required, as CAMARA does since 2.0.
func strictly(n Number) Number {
	n.Clients.RequirePurpose = true
	return n
}

// camaraNumber is how versions 1 and 2 read and answer.
var camaraNumber = Number{
	VerifyScopes: []string{scopeVerify},
	ShareScopes:  []string{scopeShare},
	Hashed:       true,
	// minProperties and maxProperties are 1; since 2.1.1 a rule in so many words
	OnlyKnown: true,
	Verified:  answerVerified,
	Shared:    answerShared,
	Clients:   clientsCAMARA,
}

// camara0Number is how 0.3.1 does.
var camara0Number = Number{
	VerifyScopes: []string{"number-verification-verify-read"},
	ShareScopes:  []string{"number-verification-share-read"},
	PlusOptional: true,
	Hashed:       true,
	Verified:     answerVerified,
	Shared:       answerShared,
	Clients:      clientsCAMARA,
}

// camaraRoutes are the two operations under a base path.
func camaraRoutes(base string) []Route {
	return append(
		routes(Verify, http.MethodPost, base+"/verify"),
		routes(Share, http.MethodGet, base+"/device-phone-number")...)
}

// camara gives the wire of one version under its base path.
func camara(
	version, source, base string, valid func(string) bool, failures Table, number Number,
) Wire {
	return Wire{
		Name:        "camara-" + version,
		Source:      "CAMARA NumberVerification " + source,
		Bases:       []string{base},
		Routes:      camaraRoutes(base),
		Correlation: Correlation{"x-correlator", valid},
		Media:       []string{"application/json"},
		Codec:       JSON,
		Failures:    failures,
		Shape:       shapeErrorInfo,
		Challenge:   "Bearer",
		Number:      number,
	}
}

// CAMARA0 is CAMARA Number Verification 0.3.1. It leaves '+' open, and its schema admits bodies
// without either number, which mean nothing and are refused. Orange publishes the same base path,
// so this wire has the apiRoot …/camara.
var CAMARA0 = declare(camara("0.3.1", "v0.3.1, number_verification.yaml",
	"/camara/number-verification/v0", printable, camara0Failures, camara0Number))

// CAMARA1 is CAMARA Number Verification 1.x: the codes of 1.0.0 and the x-correlator of 1.1.0.
var CAMARA1 = declare(camara("1", "1.0.0 and 1.1.0, number-verification.yaml",
	"/number-verification/v1", correlator55, camara1Failures, camaraNumber))

// CAMARA2 is CAMARA Number Verification 2.1.0 (r3.2) and 2.1.1 (r4.1), which differ in what a
// provider has to hold to, and in nothing on the wire.
var CAMARA2 = declare(camara("2", "2.1.0 and 2.1.1, number-verification.yaml",
	"/number-verification/v2", correlator256, camara2Failures, strictly(camaraNumber)))

// CAMARAWIP is CAMARA Number Verification as its main branch has it, on which single-use tokens
// became the rule.
var CAMARAWIP = declare(camara("wip", "main, number-verification.yaml",
	"/number-verification/vwip", correlator256, camara2Failures, strictly(camaraNumber)))
