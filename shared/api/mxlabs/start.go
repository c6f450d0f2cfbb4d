package mxlabs

import (
	"context"
	"slices"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/api/verify2"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
)

// What a session is, which the SDK leaves to its backend but for the length of codes.
const (
	codeDigits = 6
	codeLife   = 300 * time.Second
	silentLife = 60 * time.Second
	tries      = 3
)

// starter begins sessions. The latest of a number is the one: it takes the place of an earlier one,
// of which nothing was sent that its caller had not wished for.
func starter(
	p Ports, reader Reader, outbox verification.Outbox,
	routed func(country string, c verification.Channel) bool,
) func(call) (any, error) {
	requester := verification.NewRequester(p, outbox, routed)
	random, origin := p.Random(), p.Issuer()
	upstreams, peppers, now := p.Upstreams(), p.Accounts().Peppers, p.Now
	return func(c call) (any, error) {
		ctx, payer := c.request.Context(), verification.CallerOf(c.payer, peppers)
		phone, err := c.form.need("phone")
		if err != nil {
			return nil, err
		}
		order, err := reader.order(phone, payer.Terms)
		if err != nil {
			return nil, err
		}
		if err := cover(ctx, upstreams, &order, now()); err != nil {
			return nil, err
		}
		nonce, err := requester.NewNonce(payer, order, random)
		if err != nil {
			return nil, err
		}
		id, err := requester.Request(ctx, payer, order, nonce)
		if err != nil {
			return nil, anonymous(err)
		}
		address := verify2.CheckURL(origin, id)
		return c.done(id, answer{
			Status: "started", SessionID: verification.UUID(id), AuthURL: address,
			CallbackURL: address, Sandbox: order.Line.Number.IsSandbox(),
		}), nil
	}
}

// order makes the verification that a session is. It fails with a fault.Forbidden when the terms
// name nobody as who asks, and with a fault.InvalidParam for a phone that cannot exist.
func (r Reader) order(phone string, t account.Terms) (verification.Order, error) {
	if t.Brand == "" {
		return verification.Order{}, fault.New(fault.Forbidden)
	}
	line, err := r.Line(phone, home(t.Countries))
	if err != nil {
		return verification.Order{}, fault.In(fault.InvalidParam, "phone")
	}
	silent := verification.Means{
		Codeless: t.Codeless, Rehearsed: verify2.Rehearsed(line.Number, grant.OwnOutcomes),
	}
	return verification.Order{
		Line:      line,
		Brand:     t.Brand,
		Sender:    verify2.Sender(t.Brand),
		Locale:    r.Locale("", line.Number.Digits()),
		Digits:    codeDigits,
		Tries:     tries,
		Onward:    true,
		OnDemand:  true,
		Uncovered: !line.Number.IsSandbox() && !r.Covered(line.Country),
		Policy:    verification.Supersede,
		Plan: verification.Plan{
			Steps: []verification.Step{
				{Channel: verification.Silent, Wait: silentLife, Means: silent},
				{Channel: verification.SMS},
				{Channel: verification.SMS},
			},
			Expiry: codeLife,
		},
	}, nil
}

// home returns the country in which local numbers are read: the only one that an account may send
// to; "" where there are several.
func home(countries []string) string {
	own := slices.DeleteFunc(slices.Clone(countries), func(c string) bool {
		return c == verification.SandboxCountry
	})
	if len(own) == 1 {
		return own[0]
	}
	return ""
}

// cover has an order be covered where an upstream covers its line.
func cover(
	ctx context.Context, d upstream.Directory, o *verification.Order, now time.Time,
) error {
	if !o.Uncovered {
		return nil
	}
	covered, err := verify2.Covers(ctx, d, o.Line, o.Plan.Steps[0].Means, now)
	o.Uncovered = !covered
	return err
}

// anonymous returns a failure that names no parameter of another wire.
func anonymous(err error) error {
	failure := *fault.As(err)
	failure.Param = ""
	return &failure
}
