package admin

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"lineproof/shared/account"
	"lineproof/shared/redact"
)

// secretSize is the entropy of a generated secret, in bytes.
const secretSize = 24

// secret is one that was just made. It prints and logs as redacted; the answer's JSON alone reveals
// it.
type secret struct {
	redact.PrintAs[label]

	reveal func() string
}

type label struct{}

// Label returns what stands for every secret.
func (label) Label() string { return "[secret]" }

// newSecret draws 192 bits, in 32 characters of base64url.
func newSecret(random io.Reader) (secret, string, error) {
	raw := make([]byte, secretSize)
	if _, err := io.ReadFull(random, raw); err != nil {
		return secret{}, "", fmt.Errorf("admin: draw secret: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString(raw)
	return newlyMade(text), text, nil
}

// newlyMade returns the secret whose text was just made; none of an empty one.
func newlyMade(text string) secret {
	if text == "" {
		return secret{}
	}
	return secret{reveal: func() string { return text }}
}

// MarshalJSON reveals the secret.
func (s secret) MarshalJSON() ([]byte, error) {
	if s.reveal == nil {
		return []byte("null"), nil
	}
	return json.Marshal(s.reveal())
}

// IsZero tells whether there is no secret, which an answer leaves out.
func (s secret) IsZero() bool { return s.reveal == nil }

// newKey draws an api_key.
func newKey(random io.Reader) (account.Key, error) {
	var raw [4]byte
	for {
		if _, err := io.ReadFull(random, raw[:]); err != nil {
			return 0, fmt.Errorf("admin: draw api_key: %w", err)
		}
		if key := account.Key(binary.BigEndian.Uint32(raw[:])); key != 0 {
			return key, nil
		}
	}
}

// newID draws a client_id.
func newID(random io.Reader) (string, error) {
	raw := make([]byte, 12)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("admin: draw client_id: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}
