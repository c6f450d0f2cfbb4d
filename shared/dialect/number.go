package dialect

import (
	"strings"
	"time"
)

// Number says how a wire's number verification reads requests and writes answers. The zero Number serves none.
type Number struct {
	// VerifyScopes and ShareScopes each hold the scopes of which one opens the operation, without purpose.
	VerifyScopes, ShareScopes []string
	// PlusOptional takes numbers without '+', and hashes of either form.
	PlusOptional bool
	// Hashed takes hashedPhoneNumber instead of phoneNumber.
	Hashed bool
	// OnlyKnown refuses bodies with a property that the wire does not know.
	OnlyKnown bool
	// IgnoreEmpty takes a property that is null or "" as absent.
	IgnoreEmpty bool
	// Device takes a device property, which is validated and identifies nobody. With it, share reads a body.
	Device bool
	// Verified makes the answer of verify: whether the number is the subscriber's, and when that was found.
	Verified func(match bool, at time.Time) any
	// Shared makes the answer of share from a number in E.164 with '+'.
	Shared func(number string) any
}

type verified struct {
	DevicePhoneNumberVerified bool `json:"devicePhoneNumberVerified"`
}

type shared struct {
	DevicePhoneNumber string `json:"devicePhoneNumber"`
}

func answerVerified(match bool, _ time.Time) any { return verified{match} }
func answerShared(number string) any             { return shared{number} }

// purposePrefix begins every purpose of the W3C Data Privacy Vocabulary.
const purposePrefix = "dpv:"

// Scope is a scope parameter (RFC 6749 §3.3) taken apart.
type Scope struct {
	// Names are the scopes without purpose, in the order asked for, each once: "openid", "number-verification:verify".
	Names []string
	// Purposes are the distinct dpv: purposes, whether each stood alone or before a '#'.
	Purposes []string
}

// ParseScope takes a scope parameter apart. CAMARA writes a purpose as a scope of its own, dpv:Purpose, and wrote it
// before each scope, dpv:Purpose#scope; both mean the same.
func ParseScope(parameter string) Scope {
	var s Scope
	for part := range strings.FieldsSeq(parameter) {
		name := part
		if strings.HasPrefix(part, purposePrefix) {
			purpose, after, _ := strings.Cut(part, "#")
			s.Purposes = appendNew(s.Purposes, purpose)
			name = after
		}
		if name != "" {
			s.Names = appendNew(s.Names, name)
		}
	}
	return s
}

// Opens tells whether one of the scopes is among names.
func (s Scope) Opens(names []string) bool {
	for _, has := range s.Names {
		for _, name := range names {
			if has == name {
				return true
			}
		}
	}
	return false
}

func appendNew(list []string, item string) []string {
	for _, has := range list {
		if has == item {
			return list
		}
	}
	return append(list, item)
}
