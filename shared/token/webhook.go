package token

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// callbackAge is how long before now a callback says that it was signed: receivers refuse one from
// the future, and no two clocks are quite alike.
const callbackAge = 5 * time.Second

// Webhook is what the signature of a callback says, as Vonage signs its webhooks.
type Webhook struct {
	// JTI names the signature.
	JTI string
	// PayloadHash is the SHA-256 of the body, in hexadecimal.
	PayloadHash string
	// APIKey is the account's api_key, ApplicationID the application's; without one the claim is
	// left out.
	APIKey, ApplicationID string
}

// Sign returns the JWT of a callback that is sent at now, whose claims iss and iat it adds: HS256
// with the subscriber's signature secret as key.
func (w Webhook) Sign(secret string, now time.Time) (string, error) {
	claims, err := json.Marshal(struct { //nolint:gosec // G117: an api_key is no secret
		IssuedAt      int64  `json:"iat"`
		JTI           string `json:"jti"`
		Issuer        string `json:"iss"`
		PayloadHash   string `json:"payload_hash"`
		APIKey        string `json:"api_key"`
		ApplicationID string `json:"application_id,omitempty"`
	}{now.Add(-callbackAge).Unix(), w.JTI, "Vonage", w.PayloadHash, w.APIKey, w.ApplicationID})
	if err != nil {
		return "", fmt.Errorf("token: write claims: %w", err)
	}
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(claims)
	signature, err := jwt.SigningMethodHS256.Sign(text, []byte(secret))
	if err != nil {
		return "", fmt.Errorf("token: sign: %w", err)
	}
	return text + "." + encode(signature), nil
}
