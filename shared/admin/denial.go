package admin

import (
	"context"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// denial is the fields of commands about a number of an account.
type denial struct {
	accountRef
	Number string `json:"number" help:"the number, E.164 with or without '+'"`
}

// denied is the answer to them; the number is not in it.
type denied struct {
	APIKey string `json:"api_key"`
	Denied bool   `json:"denied"`
}

func (d denial) set(ctx context.Context, a Admin, deny bool) (any, error) {
	if d.Number == "" {
		return nil, missing("number")
	}
	number, err := phone.ParseOptionalPlus(d.Number)
	if err != nil {
		return nil, wrong("number", "it is an E.164 number, with or without '+'")
	}
	found, err := d.find(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := a.Denials.Deny(ctx, found.Key, number, deny); err != nil {
		return nil, err
	}
	return denied{found.Key.String(), deny}, nil
}

type denyNumber struct{ denial }

func (c *denyNumber) do(ctx context.Context, a Admin) (any, error) { return c.set(ctx, a, true) }

type allowNumber struct{ denial }

func (c *allowNumber) do(ctx context.Context, a Admin) (any, error) { return c.set(ctx, a, false) }

type unblockNetwork struct {
	accountRef
	Network string `json:"network" help:"the network: a number without its last four digits, as the refusal names it"`
	Seconds int    `json:"unblock_duration" help:"for how many seconds it cannot be blocked again, 0 to 86400"`
}

// unblocked tells until when.
type unblocked struct {
	APIKey string    `json:"api_key"`
	Until  time.Time `json:"unblocked_until"`
}

func (c *unblockNetwork) do(ctx context.Context, a Admin) (any, error) {
	found, err := c.find(ctx, a)
	if err != nil {
		return nil, err
	}
	keep := time.Duration(c.Seconds) * time.Second
	switch {
	case c.Network == "":
		return nil, fault.In(fault.MissingParam, "network")
	case !verification.IsNetwork(c.Network):
		return nil, fault.In(fault.InvalidParam, "network")
	case keep < 0 || keep > verification.LongestUnblock:
		return nil, fault.In(fault.InvalidParam, "unblock_duration")
	}
	unblocker := verification.Unblocker{Administrator: true, Store: a.Denials, Now: a.Now}
	until, err := unblocker.Unblock(ctx, found.Key, c.Network, keep)
	if err != nil {
		return nil, err
	}
	return unblocked{found.Key.String(), until}, nil
}
