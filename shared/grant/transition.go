package grant

import (
	"bytes"
	"time"

	"lineproof/shared/fault"
)

// The rules by which a grant changes. Each stands once: both stores obey them, and say so in one
// condition.

// Closed tells why a grant opens nothing at now, in the order in which CAMARA tells it: it fails
// with a fault.InvalidCredentials when it is not issued, with a fault.ExpiredCredentials, a
// fault.NotNetworkAuthenticated or a fault.NoNumber; nil when it opens.
func (g Grant) Closed(now time.Time) error {
	switch {
	case g.State != Issued:
		return fault.New(fault.InvalidCredentials)
	case !now.Before(g.Expires):
		return fault.New(fault.ExpiredCredentials)
	case !g.Authenticated():
		return fault.New(fault.NotNetworkAuthenticated)
	case g.Number.IsZero() && g.Upstream == "":
		return fault.New(fault.NoNumber)
	}
	return nil
}

// Use turns an issued grant to used, and tells whether it opened.
func (g *Grant) Use(now time.Time) bool {
	if g.Closed(now) != nil {
		return false
	}
	g.State = Used
	return true
}

// Redeem turns a grant to issued, and tells whether it fulfils the redemption. It brings a
// subscriber to a pending grant alone.
func (g *Grant) Redeem(r Redemption) bool {
	if !g.redeems(r) {
		return false
	}
	if r.From == Pending {
		g.Number, g.AMR = r.Number, r.AMR
		if r.Kept != nil {
			g.Kept = r.Kept
		}
	}
	g.State, g.Generation, g.Expires = Issued, r.Generation, r.Expires
	return true
}

// Land takes back the subscriber of a grant that was sent, once, and tells whether the landing
// fits it.
func (g *Grant) Land(l Landing) bool {
	if g.State != Sent || g.Upstream != l.Upstream || !bytes.Equal(g.Secret, l.Secret) ||
		!g.Expires.After(l.Now) {
		return false
	}
	g.State = Landed
	return true
}

// Authorize gives a grant that has landed its code, and what the upstream gave, and tells whether
// it stood so.
func (g *Grant) Authorize(a Authorization) bool {
	if g.State != Landed || !g.Expires.After(a.Now) {
		return false
	}
	g.State, g.Secret, g.Kept, g.AMR = Authorized, a.Secret, a.Kept, a.AMR
	g.Leg, g.AuthTime, g.Expires = Leg{}, a.Now, a.Expires
	return true
}

// Poll records a poll of a pending grant, and tells whether no other poll came before.
func (g *Grant) Poll(p Poll) bool {
	if g.State != Pending || !g.NextPoll.Equal(p.Was) {
		return false
	}
	g.Interval, g.NextPoll = p.Interval, p.NextPoll
	if p.Keeps {
		g.Kept = p.Kept
	}
	return true
}

// Rotate raises the generation of an issued grant by one, and tells whether it is that client's and
// of that generation.
func (g *Grant) Rotate(client string, generation int, now time.Time) bool {
	if g.State != Issued || g.Client != client || g.Generation != generation ||
		!g.Expires.After(now) {
		return false
	}
	g.Generation++
	return true
}

// redeems tells whether r may redeem the grant.
func (g Grant) redeems(r Redemption) bool {
	redeemable := g.State == Authorized || g.State == Pending
	return redeemable && g.State == r.From && g.Expires.After(r.Now) && g.matches(r)
}

// matches tells whether r comes from whom, with what and for where the grant was authorized.
func (g Grant) matches(r Redemption) bool {
	return r.Client == g.Client && bytes.Equal(r.Secret, g.Secret) &&
		r.RedirectURI == g.RedirectURI && r.Challenge == g.Challenge
}
