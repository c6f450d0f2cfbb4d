package grant

import (
	"slices"
	"strings"

	"lineproof/shared/fault"
)

// Scopes that OpenID Connect gives a meaning of its own.
const (
	// OpenID asks for an id_token (OpenID Connect Core §3.1.2.1).
	OpenID = "openid"
	// OfflineAccess asks for a refresh token (OpenID Connect Core §11).
	OfflineAccess = "offline_access"
)

// purposePrefix begins every purpose of the W3C Data Privacy Vocabulary.
const purposePrefix = "dpv:"

// Scope is a scope parameter (RFC 6749 §3.3) taken apart.
type Scope struct {
	// Names are the scopes without purpose, in the order asked for, each once: "openid",
	// "number-verification:verify".
	Names []string
	// Purposes are the distinct dpv: purposes, whether each stood alone or before a '#'.
	Purposes []string
}

// ParseScope takes a scope parameter apart. CAMARA writes a purpose as a scope of its own,
// dpv:Purpose, and wrote it before each scope, dpv:Purpose#scope; both mean the same.
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

// Has tells whether name is among the scopes.
func (s Scope) Has(name string) bool { return slices.Contains(s.Names, name) }

// Opens tells whether one of the scopes is among names.
func (s Scope) Opens(names []string) bool {
	return slices.ContainsFunc(names, s.Has)
}

func appendNew(list []string, item string) []string {
	if slices.Contains(list, item) {
		return list
	}
	return append(list, item)
}

// Within tells whether s asks for nothing that other does not hold.
func (s Scope) Within(other Scope) bool {
	return !slices.ContainsFunc(s.Names, func(n string) bool { return !other.Has(n) }) &&
		!slices.ContainsFunc(
			s.Purposes, func(p string) bool { return !slices.Contains(other.Purposes, p) },
		)
}

// api tells whether s asks for anything beyond what OpenID Connect itself means.
func (s Scope) api() bool {
	return slices.ContainsFunc(
		s.Names, func(n string) bool { return n != OpenID && n != OfflineAccess },
	)
}

// Scope checks the scope parameter of a client's request. It fails with a fault.InvalidScope when
// it asks for nothing, for what the client is not registered for, for two purposes, or for an API
// without the purpose that the client must name.
func (c Client) Scope(parameter string) (Scope, error) {
	asked := ParseScope(parameter)
	switch {
	case len(asked.Names) == 0,
		!asked.Within(ParseScope(strings.Join(c.Scopes, " "))),
		len(asked.Purposes) > 1,
		c.RequirePurpose && asked.api() && len(asked.Purposes) == 0:
		return Scope{}, fault.New(fault.InvalidScope)
	}
	return asked, nil
}
