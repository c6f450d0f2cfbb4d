package account

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // the scheme's own default; accounts may choose better
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Method is how an account signs its requests, as the SDKs name it.
type Method string

// The methods.
const (
	// MD5Hash is the MD5 hash of the text followed by the secret.
	MD5Hash Method = "md5hash"
	// HMACMD5, HMACSHA1, HMACSHA256 and HMACSHA512 are the HMAC of the text, keyed with the secret.
	HMACMD5    Method = "md5"
	HMACSHA1   Method = "sha1"
	HMACSHA256 Method = "sha256"
	HMACSHA512 Method = "sha512"
)

// The parameters that make a signed request.
const (
	sigParam       = "sig"
	timestampParam = "timestamp"
)

// Freshness is how far a signed request's timestamp may lie from now, so that its signature has to
// be remembered for twice as long to be used once.
const Freshness = 300 * time.Second

var hashes = map[Method]func() hash.Hash{
	HMACMD5:    md5.New,
	HMACSHA1:   sha1.New,
	HMACSHA256: sha256.New,
	HMACSHA512: sha512.New,
}

// underscores takes the place of what separates parameters.
var underscores = strings.NewReplacer("&", "_", "=", "_")

// signedText gives what is signed: every parameter but sig in the order of their names, as
// &name=value, where a value's & and = are underscores ("Signing messages", Vonage's
// documentation). A repeated parameter keeps the order of its values.
func signedText(params map[string][]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if name == sigParam {
			continue
		}
		for _, value := range params[name] {
			b.WriteString("&" + name + "=" + underscores.Replace(value))
		}
	}
	return b.String()
}

// isAmbiguous tells whether a name holds what separates parameters. Such a name could stand for
// several of them in the text that is signed, as "a=6&b" does, whereas values have their separators
// replaced.
func isAmbiguous(name string) bool { return strings.ContainsAny(name, "&=") }

// Sign gives the signature of a request with these parameters, in lower-case hexadecimal digits, or
// "" for an unknown method.
func (m Method) Sign(secret string, params map[string][]string) string {
	text := signedText(params)
	if m == MD5Hash {
		sum := md5.Sum([]byte(text + secret)) //nolint:gosec // the scheme's own
		return hex.EncodeToString(sum[:])
	}
	newHash, known := hashes[m]
	if !known {
		return ""
	}
	mac := hmac.New(newHash, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// verifies tells whether the request bears the signature of the secret. SDKs write it in either
// case.
func (m Method) verifies(secret string, params map[string][]string) bool {
	for name := range params {
		if isAmbiguous(name) {
			return false
		}
	}
	want := m.Sign(secret, params)
	got := strings.ToLower(first(params[sigParam]))
	return want != "" && hmac.Equal([]byte(want), []byte(got))
}

// fresh tells whether the request was signed within 5 minutes of now. Older ones might be someone
// else's, seen on their way.
func fresh(params map[string][]string, now time.Time) bool {
	seconds, err := strconv.ParseInt(first(params[timestampParam]), 10, 64)
	if err != nil {
		return false
	}
	age := now.Sub(time.Unix(seconds, 0))
	return -Freshness <= age && age <= Freshness
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
