package wire

import (
	"slices"
	"time"
)

// The operations of number verification.
const (
	Verify Operation = "verify"
	Share  Operation = "share"
)

// Number says how a wire's number verification reads requests and writes answers. The zero Number
// serves none.
type Number struct {
	// VerifyScopes and ShareScopes each hold the scopes of which one opens the operation, without
	// purpose.
	VerifyScopes, ShareScopes []string
	// Reusable takes access tokens that open more than one call; elsewhere a token is for one.
	Reusable bool
	// PlusOptional takes numbers without '+', and hashes of either form.
	PlusOptional bool
	// Hashed takes hashedPhoneNumber instead of phoneNumber.
	Hashed bool
	// OnlyKnown refuses bodies with a property that the wire does not know.
	OnlyKnown bool
	// IgnoreEmpty takes a property that is null or "" as absent.
	IgnoreEmpty bool
	// Device takes a device property, which is validated and identifies nobody. With it, share
	// reads a body.
	Device bool
	// Verified makes the answer of verify: whether the number is the subscriber's, and when that
	// was found.
	Verified func(match bool, at time.Time) any
	// Shared makes the answer of share from a number in E.164 with '+'.
	Shared func(number string) any
	// Clients says what its clients are registered with.
	Clients Clients
}

// Clients says what clients of a wire of number verification are registered with unless their
// registration says otherwise. Their scopes are those of Number.
type Clients struct {
	// Method is how they authenticate themselves (token_endpoint_auth_method).
	Method string
	// PKCE has their authorization requests bring an S256 challenge.
	PKCE bool
	// Purpose is one that they may name (dpv:…); empty for wires that know none. RequirePurpose has
	// their requests name one.
	Purpose        string
	RequirePurpose bool
}

// Registering returns the wires that clients are registered for, by name.
func Registering() []*Wire {
	nobody := func(w *Wire) bool { return w.Number.Clients.Method == "" }
	return slices.DeleteFunc(Wires(), nobody)
}

// VerifyScopes returns the scopes that open verify in some wire.
func VerifyScopes() []string {
	return everyScope(func(w *Wire) []string { return w.Number.VerifyScopes })
}

// ShareScopes returns the scopes that open share in some wire.
func ShareScopes() []string {
	return everyScope(func(w *Wire) []string { return w.Number.ShareScopes })
}

func everyScope(of func(*Wire) []string) []string {
	var all []string
	for _, w := range Wires() {
		all = append(all, of(w)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

type verified struct {
	DevicePhoneNumberVerified bool `json:"devicePhoneNumberVerified"`
}

type shared struct {
	DevicePhoneNumber string `json:"devicePhoneNumber"`
}

func answerVerified(match bool, _ time.Time) any { return verified{match} }
func answerShared(number string) any             { return shared{number} }
