package webhook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

const (
	// lookIn is when a job is handled again that came before its record or before what it tells;
	// it doubles up to longestLook.
	lookIn      = 2 * time.Second
	longestLook = 30 * time.Second
	// looks is how often a job may find no record before nobody will write one.
	looks = 3
)

// Deliverer handles jobs. Each try of one is a read of the record, a look-up of the subscriber, an
// event for the bus and a POST, of which those that are done are not repeated. Whatever is cut
// short is repeated.
type Deliverer struct {
	// Store reads the records, Keys the request_ids.
	Store verification.Finder
	Keys  verification.IDRing
	// Subscribers knows who is told, and Body what.
	Subscribers Subscribers
	Body        Body
	Outlets
	// Now tells the time.
	Now func() time.Time
	// Random names the signatures.
	Random io.Reader
	// Log takes a line for each callback.
	Log *slog.Logger
}

// Deliver handles one job. received is how often it has been handed out, from 1. It returns nil
// when the job is done with, verification.RetryAfter when it must be handed out again, and another
// error when it failed and must be repeated.
func (d Deliverer) Deliver(ctx context.Context, m Job, received int) error {
	began := d.Now()
	if early := m.Due.Sub(began); early > 0 {
		return d.Outbox.Put(ctx, m, min(early, longestDelay))
	}
	ref, known := verification.RefOf(d.Keys, m.ID, m.Key)
	if !known {
		return verification.ErrUndecodable
	}
	found, err := d.Store.Find(ctx, []verification.Ref{ref})
	if err != nil {
		return d.again(ctx, m, began, fault.Of(err).String())
	}
	v := found[0]
	if v.Nonce == 0 && received < looks {
		return verification.RetryAfter{In: lookIn}
	}
	if v.Nonce == 0 || v.Withdrawn() {
		d.tell(ctx, slog.LevelInfo, "callback dropped", m, "reason", "no verification")
		return nil
	}
	body, ready := d.Body(m.Kind, m.ID, v)
	if !ready {
		return verification.RetryAfter{In: min(lookIn<<min(received-1, 8), longestLook)}
	}
	if failed := d.try(ctx, &m, v, body); failed != "" {
		return d.again(ctx, m, began, failed)
	}
	return nil
}

// try does what is left to do of a job, notes it there, and returns what failed, "" for nothing.
func (d Deliverer) try(
	ctx context.Context, m *Job, v verification.Verification, body []byte,
) (failed string) {
	if d.Bus != nil && !m.Published {
		if err := d.Bus.Publish(ctx, m.eventName(), body); err == nil {
			m.Published = true
		} else {
			failed = "bus " + fault.Of(err).String()
		}
	}
	if m.Posted {
		return failed
	}
	to, err := d.Subscribers.Subscriber(ctx, v.Account, v.Callback)
	switch {
	case errors.Is(err, ErrGone):
		d.tell(ctx, slog.LevelInfo, "callback dropped", *m, "reason", "subscriber gone")
	case err != nil:
		return fault.Of(err).String()
	case to.URL != "":
		if reason := d.post(ctx, *m, to, body); reason != "" {
			return reason
		}
	}
	m.Posted = true
	return failed
}

// eventName is what the bus calls what a job tells.
func (m Job) eventName() string {
	if m.Kind == Summary {
		return "verify.summary"
	}
	return "verify.event"
}

// again has a job tried again after its next pause, or kept with the dead letters when a day is
// over. When these do not take it, the queue hands it out again.
func (d Deliverer) again(ctx context.Context, m Job, began time.Time, reason string) error {
	next, goesOn := m.retry(began, d.Now())
	if !goesOn {
		d.tell(ctx, slog.LevelWarn, "callback given up", next, "reason", reason)
		return d.DeadLetters.Put(ctx, m.anew(d.Now()), 0)
	}
	d.tell(ctx, slog.LevelInfo, "callback failed", next, "reason", reason)
	return d.Outbox.Put(ctx, next, min(next.Due.Sub(d.Now()), longestDelay))
}

// tell logs what became of a job: nothing of the subscriber's address or of what was told.
func (d Deliverer) tell(ctx context.Context, l slog.Level, line string, m Job, more ...any) {
	d.Log.Log(ctx, l, line, append(
		[]any{"request_id", m.ID, "kind", string(m.Kind), "tries", m.Tries}, more...)...)
}
