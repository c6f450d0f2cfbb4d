package wire

import (
	"net/http"
	"time"

	"lineproof/shared/fault"
)

type verifiedKonera struct {
	DevicePhoneNumberVerified bool   `json:"devicePhoneNumberVerified"`
	AssessedAt                string `json:"assessedAt"`
}

var koneraInternal = answer(http.StatusInternalServerError, "INTERNAL", "Server error")

// Konera is Konera's Number Verification V1: one resource under two paths, its own correlation
// header, and an answer that says when it was found. It documents 500 as its only server error.
var Konera = declare(Wire{
	Name:   "konera",
	Source: "Konera Number Verification V1, reference page",
	Bases:  []string{"/camara/api/number-verification/v1", "/api/number-verification/v1"},
	Routes: routes(Verify, http.MethodPost,
		"/camara/api/number-verification/v1/verify",
		"/api/number-verification/v1/verify"),
	Correlation: Correlation{"x-correlation-id", printable},
	Media:       []string{"application/json"},
	Codec:       JSON,
	Failures: camara0Failures.but(Table{
		fault.NoNumber:    answer(http.StatusForbidden, "INVALID_TOKEN_CONTEXT", textNoNumber),
		fault.Internal:    koneraInternal,
		fault.Unavailable: koneraInternal,
		fault.Timeout:     koneraInternal,
	}),
	Shape:     shapeErrorInfo,
	Challenge: "Bearer",
	Number: Number{
		VerifyScopes: []string{scopeVerify},
		Reusable:     true,
		Clients:      Clients{Method: "client_secret_post", PKCE: true},
		Verified: func(match bool, at time.Time) any {
			return verifiedKonera{match, at.UTC().Format(time.RFC3339)}
		},
	},
})
