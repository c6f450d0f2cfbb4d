package fallback

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// longestName bounds what is said of a name that a client made up.
const longestName = 64

// known fails with a fault.UnknownMember, whose ID is the name behind its prefix, when an object
// has a member that is none of names. Of several it is the first by the alphabet.
func known[V any](object map[string]V, prefix string, names []string) error {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(names, name) {
			return fault.New(fault.UnknownMember).
				WithID(prefix + strings.ToValidUTF8(name[:min(len(name), longestName)], ""))
		}
	}
	return nil
}

// parameter returns a member as a form would have it: a string, or a number as it is written. None,
// null and a blank one are "".
func parameter(members web.Members, name string) (string, error) {
	raw, given := members[name]
	var text string
	if !given || json.Unmarshal(raw, &text) == nil {
		return verification.Present(text), nil
	}
	var number json.Number
	if json.Unmarshal(raw, &number) != nil {
		return "", fault.In(fault.InvalidParam, name)
	}
	return number.String(), nil
}

// silentParams gives the parameters of the token request that proves who holds the line, and its
// Authorization header.
func silentParams(members web.Members) (form map[string]string, authorization string, err error) {
	form = map[string]string{}
	if raw, given := members["silent"]; given && json.Unmarshal(raw, &form) != nil {
		return nil, "", fault.In(fault.InvalidParam, "silent")
	}
	if err := known(form, "silent.", silentMembers); err != nil {
		return nil, "", err
	}
	authorization = form["authorization"]
	delete(form, "authorization")
	return form, authorization, nil
}
