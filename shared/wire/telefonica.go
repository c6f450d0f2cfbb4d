package wire

import (
	"net/http"

	"lineproof/shared/fault"
)

type sharedTelefonica struct {
	PhoneNumber string `json:"phoneNumber"`
}

// Telefonica is Telefónica Open Gateway's Number Verification: no hashes, a device that identifies
// nobody, share by POST, and 422 where the token names no subscriber's number.
var Telefonica = declare(Wire{
	Name:   "telefonica",
	Source: "Telefónica Open Gateway Number Verification API 0.5.0, OpenAPI document",
	Bases:  []string{"/v1/number-verification"},
	Routes: append(
		routes(Verify, http.MethodPost, "/v1/number-verification/verify"),
		routes(Share, http.MethodPost, "/v1/number-verification/share")...),
	Correlation: Correlation{"x-correlator", printable},
	Media:       []string{"application/json"},
	Codec:       JSON,
	Failures: camara0Failures.but(Table{
		fault.NoNumber: answer(
			http.StatusUnprocessableEntity, "UNIDENTIFIABLE_DEVICE",
			"The device cannot be identified",
		),
	}),
	Shape:     shapeErrorInfo,
	Challenge: "Bearer",
	Number: Number{
		VerifyScopes: []string{scopeVerify},
		ShareScopes:  []string{"number-verification:read"},
		Device:       true,
		Clients:      clientsCAMARA,
		Verified:     answerVerified,
		Shared:       func(number string) any { return sharedTelefonica{number} },
	},
})
