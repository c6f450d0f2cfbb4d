package verification

import (
	"context"
	"time"
)

// What the dispatcher tells operators, who count these lines: their words are those of the metric
// filters in template.yaml. None holds a number; a network is one without its last four digits.

// tellMessage says what the provider answered to the last event's message.
func (c Dispatcher) tellMessage(ctx context.Context, v Verification, m Job, r SendResult) {
	line := []any{
		"request_id", m.ID, "account", v.Account.String(), "event", v.Event,
		"channel", v.Plan.channel(v.Event), "outcome", r.Outcome,
	}
	if r.Reason != "" {
		line = append(line, "reason", r.Reason)
	}
	c.Log.InfoContext(ctx, "message", line...)
}

// tellUnsent says that the last event's message did not leave, and why.
func (c Dispatcher) tellUnsent(ctx context.Context, v Verification, reason Reason) {
	c.Log.WarnContext(ctx, "message not sent", "account", v.Account.String(),
		"country", v.Country, "channel", v.Plan.channel(v.Event), "reason", reason)
}

// tellBlocked says that the traffic has blocked its network.
func (c Dispatcher) tellBlocked(ctx context.Context, t Traffic) {
	c.Log.WarnContext(ctx, "network blocked", "account", t.Account.String(),
		"network", t.Network)
}

// tellEnd says what came of a verification.
func (c Dispatcher) tellEnd(ctx context.Context, v Verification, now time.Time) {
	c.Log.InfoContext(
		ctx, "verification ended", "outcome", string(v.State(now)), "country", v.Country,
	)
}
