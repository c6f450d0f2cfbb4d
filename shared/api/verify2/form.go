package verify2

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"unicode/utf8"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// form reads the members of an object and notes all that are at fault. A member that is null counts
// as absent: SDKs write what they do not set in both ways.
type form struct {
	members web.Members
	at      string // the object's own name where it is not the body, as workflow[1]
	faults  *[]fault.Parameter
}

// readForm reads a body. One that is no object fails as a parameter does: a 400 says that a code
// was wrong.
func readForm(body []byte) (form, error) {
	f := form{faults: &[]fault.Parameter{}}
	members, err := web.ParseObject(body)
	if err != nil {
		f.wrong("body", "The body is not one well-formed JSON object")
		return f, f.err()
	}
	f.members = members
	return f, nil
}

// has tells whether the object has the member.
func (f form) has(name string) bool {
	raw := bytes.TrimSpace(f.members[name])
	return len(raw) > 0 && string(raw) != "null"
}

// wrong notes a fault of a member. A step is named as a whole, and the reason names the member.
func (f form) wrong(name, reason string) {
	if f.at != "" {
		name = f.at
	}
	*f.faults = append(*f.faults, fault.Parameter{Name: name, Reason: reason})
}

// invalid notes that a member's value is.
func (f form) invalid(name string) { f.wrong(name, "`"+name+"` is invalid") }

// err returns the failure of all that were noted, nil for none.
func (f form) err() error {
	if len(*f.faults) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.InvalidParam, Invalid: *f.faults}
}

// text reads a string of so many characters in which the rule, where there is one, finds nothing
// wrong; "" when it is absent or at fault.
func (f form) text(name string, least, most int, valid func(string) bool) string {
	if !f.has(name) {
		return ""
	}
	text, err := f.members.Text(name)
	switch n := utf8.RuneCountInString(text); {
	case err != nil:
		f.wrong(name, "`"+name+"` must be a string")
		return ""
	case n < least || n > most:
		f.wrong(name, fmt.Sprintf("`%s` must have between %d and %d characters", name, least, most))
		return ""
	case valid != nil && !valid(text):
		f.invalid(name)
		return ""
	}
	return text
}

// uuid reads a UUID, and returns it in lower case with its dashes; "" when it is absent or at
// fault.
func (f form) uuid(name string) string {
	text := f.text(name, 1, maxNumber, func(text string) bool {
		_, is := verification.ParseRequestID(text)
		return is
	})
	if text == "" {
		return ""
	}
	return uuid(text)
}

// uuid returns a UUID in lower case with its dashes; "" for what is none.
func uuid(text string) string {
	id, is := verification.ParseRequestID(text)
	if !is {
		return ""
	}
	return verification.UUID(id)
}

// integer reads a whole number within bounds; other when it is absent or at fault.
func (f form) integer(name string, least, most, other int) int {
	if !f.has(name) {
		return other
	}
	var n float64 // 60.0 and 6e1 are integers of JSON too
	err := json.Unmarshal(f.members[name], &n)
	if err != nil || n < float64(least) || n > float64(most) || n != math.Trunc(n) {
		f.wrong(name, fmt.Sprintf("`%s` must be an integer between %d and %d", name, least, most))
		return other
	}
	return int(n)
}

// truth reads a boolean; other when it is absent or at fault.
func (f form) truth(name string, other bool) bool {
	if !f.has(name) {
		return other
	}
	value := other
	if json.Unmarshal(f.members[name], &value) != nil {
		f.wrong(name, "`"+name+"` must be a boolean")
	}
	return value
}
