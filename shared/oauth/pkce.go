package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

// checkChallenge checks PKCE (RFC 7636 §4.3, only S256), and that a request without it has a state.
func checkChallenge(client grant.Client, asked url.Values) error {
	challenge := asked.Get("code_challenge")
	switch {
	case challenge == "" && asked.Has("code_challenge_method"),
		challenge == "" && client.RequirePKCE:
		return fault.In(fault.MissingParam, "code_challenge")
	case challenge == "" && !asked.Has("state"):
		return fault.In(fault.MissingParam, "state")
	case challenge == "":
		return nil
	case asked.Get("code_challenge_method") != "S256":
		return fault.In(fault.InvalidParam, "code_challenge_method")
	case !isChallenge(challenge):
		return fault.In(fault.InvalidParam, "code_challenge")
	}
	return nil
}

// isChallenge tells whether text can be an S256 code_challenge: 43 characters of base64url (RFC
// 7636 §4.2).
func isChallenge(text string) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	size := base64.RawURLEncoding.EncodedLen(sha256.Size) // what is longer holds line breaks
	return err == nil && len(raw) == sha256.Size && len(text) == size
}

// isVerifier tells whether text can be a code_verifier: 43 to 128 unreserved characters (RFC 7636
// §4.1).
func isVerifier(text string) bool {
	if len(text) < 43 || len(text) > 128 {
		return false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-' || c == '.' || c == '_' || c == '~':
		default:
			return false
		}
	}
	return true
}

// challengeOf returns the S256 code_challenge of a verifier.
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
