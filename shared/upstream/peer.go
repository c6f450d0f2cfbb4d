package upstream

import (
	"net/url"
	"slices"
	"strings"

	"lineproof/shared/phone"
)

// Peer is an upstream with all that its record leaves to its profile.
type Peer struct {
	Upstream

	profile Profile
}

// Peer returns the upstream under its profile, or false when there is no such profile.
func (u Upstream) Peer() (Peer, bool) {
	p, known := ProfileOf(u.Profile)
	u.Terms = u.Terms.under(p.Terms)
	return Peer{u, p}, known
}

// Shape returns how it comes to know a line.
func (p Peer) Shape() Shape { return p.profile.Shape }

// Leg is what an authorization request carries for one device.
type Leg struct {
	// State is the handle of what is kept of it, and Callback where the device comes back to.
	State, Callback string
	// Nonce is its id_token's, and Verifier the code_verifier of RFC 7636.
	Nonce, Verifier string
	// Purpose is the client's.
	Purpose string
	// Verify wants numbers compared, Share wants the number told.
	Verify, Share bool
	// Number is what the client says the number is; zero when it does not.
	Number phone.Number
}

// Follow returns what an upstream is asked for after the leg.
func (l Leg) Follow(p Peer) (all []Operation) {
	for _, of := range []struct {
		operation Operation
		follows   bool
	}{
		{Exchanging, !p.profile.Bare},
		{Verifying, l.Verify && p.Verify != ""},
		{Sharing, l.Share || l.Verify && p.Verify == ""},
	} {
		if of.follows {
			all = append(all, of.operation)
		}
	}
	return all
}

// AuthorizeURL returns where a device is sent to (RFC 6749 §4.1.1).
func (p Peer) AuthorizeURL(l Leg, challenge func(verifier string) string) string {
	asked := url.Values{
		"response_type": {"code"},
		"client_id":     {p.ClientID},
		"redirect_uri":  {l.Callback},
		"scope":         {p.scope(l)},
		"state":         {l.State},
		"nonce":         {l.Nonce},
	}
	if yes(p.PKCE) {
		asked.Set("code_challenge", challenge(l.Verifier))
		asked.Set("code_challenge_method", "S256")
	}
	switch {
	case l.Number.IsZero():
	case p.profile.Hint == TelHint:
		asked.Set("login_hint", "tel:"+l.Number.E164())
	case p.profile.Hint == BareHint:
		asked.Set("login_hint", l.Number.E164())
	}
	for name, spelt := range p.profile.Names {
		value := asked.Get(name)
		asked.Del(name)
		if spelt != "" && value != "" {
			asked.Set(spelt, value)
		}
	}
	return join(p.Authorization, asked)
}

// scope returns the scope of a leg, with the client's purpose: what opens verify, what opens share,
// or both. What verify does not answer, share does where it may.
func (p Peer) scope(l Leg) string {
	var names []string
	add := func(scope string) {
		for name := range strings.FieldsSeq(strings.ReplaceAll(scope, Purpose, l.Purpose)) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if l.Verify && p.Verify != "" {
		add(p.ScopeVerify)
	}
	hashes := p.compares(Claim{Hashed: HashPlus})
	if p.Share != "" && (l.Share || p.Verify == "" || l.Verify && hashes) {
		add(p.ScopeShare)
	}
	return strings.Join(names, " ")
}

// join adds parameters to a URL that may have some.
func join(address string, parameters url.Values) string {
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + parameters.Encode()
}

// Lacks returns the member of its record without which it cannot be asked, as put-upstream calls
// it; empty for none.
func (p Peer) Lacks() string {
	for _, of := range []struct {
		member string
		lacks  bool
	}{
		{"client_id", p.ClientID == "" && p.profile.Platform.ClientFrom == ""},
		{"authorization_endpoint", p.profile.Shape == CodeFlow && p.Authorization == "" &&
			p.OperatorTokens == ""},
		{"backchannel_endpoint", p.OperatorTokens == ByBackchannel && p.Backchannel == ""},
		{"token_endpoint", p.profile.Shape == CodeFlow && !p.profile.Bare && p.Token == ""},
		{"verify_url", p.Verify == "" && p.Share == ""},
	} {
		if of.lacks {
			return of.member
		}
	}
	return ""
}
