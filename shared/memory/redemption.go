package memory

import (
	"bytes"

	"lineproof/shared/grant"
)

// redeems tells whether r may redeem g.
func redeems(r grant.Redemption, g grant.Grant) bool {
	redeemable := g.State == grant.Authorized || g.State == grant.Pending
	return redeemable && g.State == r.From && g.Expires.After(r.Now) && matches(r, g)
}

// matches tells whether r comes from whom, with what and for where g was authorized.
func matches(r grant.Redemption, g grant.Grant) bool {
	return r.Client == g.Client && bytes.Equal(r.Secret, g.Secret) && r.RedirectURI == g.RedirectURI && r.Challenge == g.Challenge
}
