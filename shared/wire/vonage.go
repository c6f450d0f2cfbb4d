package wire

import (
	"net/http"

	"lineproof/shared/fault"
)

var badGateway = answer(http.StatusBadGateway, "INTERNAL", "Bad Gateway")

// Vonage is Vonage's Number Verification, CAMARA 0.3.1 with a purpose before the scope. Its only
// server error is 502.
var Vonage = declare(Wire{
	Name:        "vonage",
	Source:      "Vonage Number Verification API 0.3.1, OpenAPI document",
	Bases:       []string{"/camara/number-verification/v031"},
	Routes:      routes(Verify, http.MethodPost, "/camara/number-verification/v031/verify"),
	Correlation: Correlation{"x-correlator", printable},
	Media:       []string{"application/json"},
	Codec:       JSON,
	Failures: camara0Failures.but(Table{
		fault.Internal:    badGateway,
		fault.Unavailable: badGateway,
		fault.Timeout:     badGateway,
	}),
	Shape:     shapeErrorInfo,
	Challenge: "Bearer",
	Number: Number{
		VerifyScopes: []string{"number-verification-verify-read"},
		PlusOptional: true,
		Hashed:       true,
		IgnoreEmpty:  true,
		// Its SDKs send no PKCE.
		Clients:  Clients{Method: "application_jwt", Purpose: FraudPrevention},
		Verified: answerVerified,
	},
})
