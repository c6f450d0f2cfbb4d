package fallback

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"lineproof/shared/account"
	"lineproof/shared/redact"
	"lineproof/shared/seal"
)

// maxKey is the longest idempotency key, in characters.
const maxKey = 255

// ParseKey reads the value of an Idempotency-Key field
// (draft-ietf-httpapi-idempotency-key-header-07 §2.1): a String of RFC 9651 §3.3.3, or its
// characters without the quotes, which most callers send. It returns false for anything else: an
// open quote, parameters, a list, nothing, or more than 255 characters. A bare key holds no space,
// quote, backslash, comma or semicolon.
func ParseKey(field string) (key string, ok bool) {
	key = strings.Trim(field, " \t")
	if text, quoted := strings.CutPrefix(key, `"`); quoted {
		key, ok = unquote(text)
	} else {
		ok = !strings.ContainsAny(key, ` "\,;`)
	}
	return key, ok && key != "" && len(key) <= maxKey && !strings.ContainsFunc(key, unprintable)
}

func unprintable(c rune) bool { return c < ' ' || c > '~' }

// unquote reads a String behind its first quote: the next quote that is not escaped is its end.
func unquote(text string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return b.String(), i == len(text)-1
		case c != '\\':
			b.WriteByte(c)
		case i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			i++
			b.WriteByte(text[i])
		default:
			return "", false
		}
	}
	return "", false
}

// Names names executions after idempotency keys, and tells one request under a key from another.
// Its key never changes: under another, a key that is repeated would name another fallback.
type Names struct {
	redact.Print
	name, request []byte
}

// NewNames derives the keys from at least 32 random bytes. It fails with seal.ErrShortKey.
func NewNames(material []byte) (Names, error) {
	derive, err := seal.Derive(material, "idempotency")
	if err != nil {
		return Names{}, err
	}
	return Names{name: derive("name"), request: derive("request")}, nil
}

// nameSize is how much of the hash is in a name, in bytes: two keys of an account have the same
// name once in 2^80. Step Functions takes names of 80 characters, of which this makes 49.
const nameSize = 20

// Execution returns the name of the account's fallback under the key: the api_key, a hyphen, and a
// keyed hash in hexadecimal, for a caller may use what nobody should read, as a number.
func (n Names) Execution(owner account.Key, key string) string {
	of := binary.BigEndian.AppendUint32(nil, uint32(owner))
	return fmt.Sprintf("%s-%s", owner, hex.EncodeToString(sum(n.name, of, key)[:nameSize]))
}

var errNoJSON = errors.New("fallback: not JSON")

// Digest returns a keyed hash of a request's JSON that white space, the order of members and the
// way in which characters are escaped do not change. Under another execution it is another.
func (n Names) Digest(execution string, body []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var request any
	if decoder.Decode(&request) != nil {
		return nil, errNoJSON
	}
	canonical, err := json.Marshal(request) // members are sorted
	if err != nil {
		return nil, errNoJSON
	}
	return sum(n.request, canonical, execution), nil
}

// Same tells whether the fallback was begun by the request with that digest.
func (f Fallback) Same(digest []byte) bool { return hmac.Equal(f.Digest, digest) }

// sum returns the HMAC-SHA-256 of two parts, of which the length of the first is told.
func sum(key, first []byte, second string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(first))))
	h.Write(first)
	_, _ = io.WriteString(h, second)
	return h.Sum(nil)
}
