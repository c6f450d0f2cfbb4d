package fallback

import (
	"errors"
	"fmt"
	"io"

	"lineproof/shared/keyring"
	"lineproof/shared/redact"
	"lineproof/shared/seal"
	"lineproof/shared/verification"
)

// Request is what a caller asks for. It holds secrets and a number, and prints as neither.
type Request struct {
	redact.Print
	// Order is the verification that begins when silence fails. Its number is what to verify. A
	// request that a former build sealed has no more of it than that: the rest is in Params.
	Order verification.Order
	// Purpose is what the consent behind the token request must name, as
	// dpv:FraudPreventionAndDetection; empty for any.
	Purpose string
	// Token are the parameters of the token request (RFC 6749 §4.1.3, RFC 7523 §2.1) that proves
	// who holds the line; without any there is no silent way. Authorization is its Authorization
	// header.
	Token         map[string]string
	Authorization string
	// Params are the parameters that Order was read from. A build before orders were sealed knows
	// them alone, and may have to go on with the request while a deployment is under way.
	Params map[string]string
}

// Key is one version of the key that seals requests. It prints as its version.
type Key struct {
	keyring.Versioned
	sealer seal.Sealer
}

// NewKey derives a key from at least 32 random bytes. It fails with seal.ErrShortKey.
func NewKey(version uint32, material []byte) (Key, error) {
	derive, err := seal.Derive(material, "fallback")
	if err != nil {
		return Key{}, err
	}
	return Key{keyring.Version("key", version), seal.NewSealer(derive("request"))}, nil
}

// Ring is the keys in use.
type Ring = keyring.Ring[Key]

// errSealed says that a request cannot be opened: its key is gone, or it is another's.
var errSealed = errors.New("fallback: request cannot be opened")

// Seal encrypts a request for the fallback of that name alone.
func (k Key) Seal(q Request, execution string, random io.Reader) ([]byte, error) {
	text, err := encodeRequest(q)
	if err != nil {
		return nil, fmt.Errorf("fallback: seal request: %w", err)
	}
	return k.sealer.Seal(random, text, []byte(execution))
}

// Open decrypts what [Key.Seal] made, with whichever of the keys did. It fails when none did, or
// for another fallback.
func Open(keys Ring, sealed []byte, execution string) (Request, error) {
	for _, k := range keys {
		if text, ok := k.sealer.Open(sealed, []byte(execution)); ok {
			return decodeRequest(text)
		}
	}
	return Request{}, errSealed
}
