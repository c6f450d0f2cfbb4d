package admin

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"lineproof/shared/grant"
)

// takes tells whether the wire of a preset takes tokens of the policy: the preset's own, and, where
// a token has a subscriber, those that CAMARA's profile allows: good for one call and 300 s,
// without refresh tokens (Number Verification 2.1.1).
func takes(preset grant.Client, p grant.Policy) bool {
	profile := p.SingleUse && p.RefreshLifetime == 0 && p.Lifetime <= grant.StandardPolicy.Lifetime
	return p == preset.Policy || profile && preset.Policy != grant.OwnPolicy
}

type checkClients struct{}

// misfits are the clients that are registered otherwise than their dialect allows.
type misfits struct {
	Clients []misfit `json:"clients"`
}

// misfit is one of them.
type misfit struct {
	ClientID string   `json:"client_id"`
	Dialect  string   `json:"dialect"`
	Wrong    []string `json:"wrong"`
}

// do lists clients whose registration would be refused today: former builds took more.
func (c *checkClients) do(ctx context.Context, a Admin) (any, error) {
	found := misfits{Clients: []misfit{}}
	err := a.Roll.EachClient(ctx, func(c grant.Client) error {
		if wrong := faults(c); len(wrong) > 0 {
			found.Clients = append(found.Clients, misfit{c.ID, c.Wire, wrong})
		}
		return nil
	})
	slices.SortFunc(found.Clients, func(a, b misfit) int {
		return cmp.Or(
			strings.Compare(a.Dialect, b.Dialect), strings.Compare(a.ClientID, b.ClientID),
		)
	})
	return found, err
}

// faults names the fields of a registration that its dialect does not allow.
func faults(c grant.Client) []string {
	preset, known := Preset(c.Wire)
	switch {
	case !known:
		return []string{"dialect"}
	case c.IsRemoved():
		return nil
	}
	var wrong []string
	if !takes(preset, c.Policy) {
		wrong = append(wrong, "policy")
	}
	allowed := types(c.Policy)
	if slices.ContainsFunc(
		c.Types, func(t grant.Type) bool { return !slices.Contains(allowed, t) },
	) {
		wrong = append(wrong, "grant_types")
	}
	own, has := preset.Policy == grant.OwnPolicy, c.Account != "" && !c.IsApplication()
	if own != has {
		wrong = append(wrong, "account")
	}
	return wrong
}
