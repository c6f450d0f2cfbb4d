package upstream

import (
	"cmp"
	"slices"

	"lineproof/shared/grant"
)

// Shape is how an upstream comes to know a line.
type Shape uint8

// The shapes.
const (
	// CodeFlow sends the device through the upstream's authorization endpoint, and gets a code.
	CodeFlow Shape = iota
	// CheckURL begins with the number and sends the device to an address of that one request.
	CheckURL
)

// Profile is how a provider spells what all of them do.
type Profile struct {
	// Name is what records call it.
	Name string
	// Shape is how it comes to know a line.
	Shape Shape
	// Terms are the provider's, where a record has none of its own.
	Terms
	// Names are parameters of the authorization request that it spells otherwise; one that is
	// spelt "" is left out.
	Names map[string]string
	// Hint is how it wants the client's own login_hint with a number.
	Hint Hint
	// Bare has no token endpoint: the code itself opens verify, in the header X-Correlator.
	Bare bool
	// Platform is the API market that it is behind, if any.
	Platform Platform
	// Errors are the codes of its errors, all in upper or all in lower case, that mean something
	// else than CAMARA's, or nothing there.
	Errors map[string]Outcome
}

// Platform is an API market. Its API key comes with all that is called at the host of verify.
type Platform struct {
	// KeyHeader is the header of the API key; empty where there is none.
	KeyHeader string
	// Headers are others that come with it.
	Headers map[string]string
	// ClientFrom is the path that tells client_id and client_secret to who has the API key.
	ClientFrom string
}

// Hint is how a login_hint is written.
type Hint uint8

// The forms of hints.
const (
	// NoHint sends none: what a client says of a line proves nothing.
	NoHint Hint = iota
	// TelHint sends tel:+E164.
	TelHint
	// BareHint sends +E164.
	BareHint
)

// profiles are all of them: each declares itself, in a file of its own.
var profiles []Profile

// declare makes a profile known, whose name no other has.
func declare(p Profile) *Profile {
	profiles = append(profiles, p)
	return &p
}

// ProfileOf returns the profile of that name, or false.
func ProfileOf(name string) (Profile, bool) {
	i := slices.IndexFunc(profiles, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, false
	}
	return profiles[i], true
}

// ProfileNames lists the names that records may have.
func ProfileNames() []string {
	names := make([]string, len(profiles))
	for i, p := range profiles {
		names[i] = p.Name
	}
	return names
}

// under returns the terms, and base's where they have none.
func (t Terms) under(base Terms) Terms {
	if t.Purposes == nil {
		t.Purposes = base.Purposes
	}
	if t.Hosts == nil {
		t.Hosts = base.Hosts
	}
	return Terms{
		Issuer:         cmp.Or(t.Issuer, base.Issuer),
		JWKS:           cmp.Or(t.JWKS, base.JWKS),
		Authorization:  cmp.Or(t.Authorization, base.Authorization),
		Backchannel:    cmp.Or(t.Backchannel, base.Backchannel),
		Token:          cmp.Or(t.Token, base.Token),
		OperatorTokens: cmp.Or(t.OperatorTokens, base.OperatorTokens),
		Verify:         cmp.Or(t.Verify, base.Verify),
		Share:          cmp.Or(t.Share, base.Share),
		Hosts:          t.Hosts,
		Method:         cmp.Or(t.Method, base.Method, grant.PrivateKeyJWT),
		ScopeVerify:    cmp.Or(t.ScopeVerify, base.ScopeVerify),
		ScopeShare:     cmp.Or(t.ScopeShare, base.ScopeShare),
		Purposes:       t.Purposes,
		AMR:            cmp.Or(t.AMR, base.AMR),
		Can: Can{
			PKCE:             cmp.Or(t.PKCE, base.PKCE),
			Plus:             cmp.Or(t.Plus, base.Plus),
			Hashed:           cmp.Or(t.Hashed, base.Hashed),
			Hashing:          cmp.Or(t.Hashing, base.Hashing),
			Compare:          cmp.Or(t.Compare, base.Compare),
			AdvertisesIssuer: cmp.Or(t.AdvertisesIssuer, base.AdvertisesIssuer),
		},
	}
}

// yes tells whether something that may be left out is so.
func yes(b *bool) bool { return b != nil && *b }

// is is a bool that is not left out.
func is(b bool) *bool { return &b }
