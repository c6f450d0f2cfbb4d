package fallback

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// PINStep is the second step. It begins the fallback's one PIN verification and leaves the state
// machine waiting; what ends the verification completes the task (see [Finisher]).
type PINStep struct {
	// Store keeps fallbacks.
	Store WaitStore
	// Machine is what waits.
	Machine Completer
	// Keys are those in use.
	Keys Ring
	// Accounts reads accounts, whose numbers are kept under the Peppers.
	Accounts account.Accounts
	Peppers  account.Ring
	// Former reads the Params of a request that a former build sealed.
	Former func(params map[string]string, t account.Terms) (verification.Order, error)
	// Requester begins verifications, Finder reads them.
	Requester verification.Requester
	Finder    verification.Finder
	// Now tells the time.
	Now func() time.Time
	// Log takes a line for each outcome.
	Log *slog.Logger
}

// maxBegun is how often the PIN verification may be begun: when nobody knows whether the store
// wrote it, it is withdrawn, which nobody was sent anything for, and begun under the next nonce.
const maxBegun = 3

// Run has the fallback wait under the token, however often it is called. It fails when a repetition
// may help.
func (s PINStep) Run(ctx context.Context, execution, token string) error {
	f, err := s.Store.Await(ctx, execution, token)
	// decided: by a silent success whose answer was lost, or by the PIN before this repetition
	if errors.Is(err, ErrRefused) {
		s.log(ctx, execution, "decided before")
		return s.Machine.Succeed(ctx, token, f.Result)
	}
	if err != nil {
		return err
	}
	v, err := s.begun(ctx, f)
	switch {
	case err != nil && fault.Of(err).Ours():
		return err
	case err != nil:
		s.log(ctx, execution, "refused", "failure", fault.As(err))
		return s.finisher().decide(ctx, execution, refused(err))
	}
	id := s.idOf(v)
	s.log(ctx, execution, "begun", "request_id", id)
	if err := s.Store.Request(ctx, execution, id); err != nil {
		return err
	}
	if now := s.Now(); v.Over(now) { // before there was this token
		return s.finisher().Ended(ctx, v.Ending(id, now))
	}
	return nil
}

// Conclude ends a fallback that the state machine cannot go on with, and gives its result: that
// which was decided before, if there is one.
func (s PINStep) Conclude(ctx context.Context, execution string) (Result, error) {
	f, err := s.Store.Decide(ctx, execution, Result{Reason: ReasonUnavailable}, Silent, PIN)
	if errors.Is(err, ErrRefused) {
		err = nil
	}
	s.log(ctx, execution, "given up")
	return f.Result, err
}

func (s PINStep) log(ctx context.Context, execution, outcome string, more ...any) {
	s.Log.InfoContext(ctx, "PIN verification",
		append([]any{"execution", execution, "outcome", outcome}, more...)...)
}

func (s PINStep) finisher() Finisher { return Finisher{s.Store, s.Machine} }

// begun gives the fallback's PIN verification, and begins it when it has none.
func (s PINStep) begun(ctx context.Context, f Fallback) (verification.Verification, error) {
	q, err := Open(s.Keys, f.Sealed, f.Execution)
	if err != nil {
		return verification.Verification{}, err
	}
	caller, err := s.caller(ctx, f.Account)
	if err != nil {
		return verification.Verification{}, err
	}
	order := q.Order
	if q.former() {
		order, err = s.Former(q.Params, caller.Terms)
	}
	if err != nil {
		return verification.Verification{}, err
	}
	order.Callback, order.Admitted = f.Execution, true
	refs := make([]verification.Ref, maxBegun)
	for i := range refs {
		refs[i] = verification.Ref{
			Account: f.Account,
			Number:  order.Line.Number,
			Nonce:   f.Nonce + uint64(i),
		}
	}
	v, ref, err := s.find(ctx, refs)
	switch {
	case err != nil:
		return v, err
	case v.Nonce != 0:
		return v, s.Requester.Resume(ctx, v)
	default:
		return s.begin(ctx, caller, order, ref)
	}
}

// caller returns the account as PIN verification knows it. One that is gone is barred.
func (s PINStep) caller(ctx context.Context, owner account.Key) (verification.Caller, error) {
	a, err := s.Accounts.Account(ctx, owner)
	if errors.Is(err, account.ErrNotFound) {
		err = fault.New(fault.Barred)
	}
	return verification.CallerOf(a, s.Peppers), err
}

// find returns the verification that counts among those that may have been begun, or the zero
// Verification and the Ref to begin next.
func (s PINStep) find(
	ctx context.Context, refs []verification.Ref,
) (verification.Verification, verification.Ref, error) {
	found, err := s.Finder.Find(ctx, refs)
	if err != nil {
		return verification.Verification{}, verification.Ref{}, err
	}
	for i, v := range found {
		if !v.Withdrawn() {
			return v, refs[i], nil
		}
	}
	return found[len(found)-1], verification.Ref{}, nil
}

// begin begins the verification of that Ref. When it runs already, an earlier or a parallel call of
// this step has begun it.
func (s PINStep) begin(ctx context.Context, c verification.Caller, o verification.Order,
	ref verification.Ref) (verification.Verification, error) {
	_, failed := s.Requester.Request(ctx, c, o, ref.Nonce)
	if failed != nil && !fault.Is(failed, fault.Concurrent) {
		return verification.Verification{}, failed
	}
	found, err := s.Finder.Find(ctx, []verification.Ref{ref})
	switch {
	case err != nil:
		return verification.Verification{}, err
	case found[0].Nonce == 0 && failed != nil: // another verification of the number is on its way
		return verification.Verification{}, failed
	case found[0].Nonce == 0:
		return verification.Verification{}, fault.New(fault.Unavailable)
	}
	return found[0], nil
}

func (s PINStep) idOf(v verification.Verification) string {
	if k, known := s.Requester.Keys.ByVersion(v.Key); known {
		return k.RequestID(v.Ref)
	}
	return ""
}

// Finisher decides fallbacks whose PIN verification has ended.
type Finisher struct {
	// Store keeps fallbacks.
	Store DecideStore
	// Machine is what waits.
	Machine Completer
}

// Ended decides the fallback that a verification was begun for and completes the task that waits
// for it. Calling it again is no error.
func (n Finisher) Ended(ctx context.Context, e verification.Ending) error {
	return n.decide(ctx, e.Callback, Ended(e))
}

func (n Finisher) decide(ctx context.Context, execution string, r Result) error {
	f, err := n.Store.Decide(ctx, execution, r, PIN)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil // purged: nobody waits
	case err != nil && !errors.Is(err, ErrRefused), f.Token == "":
		return err
	}
	return n.Machine.Succeed(ctx, f.Token, f.Result)
}

// Recorder decides fallbacks where their PIN verification ends, so that whoever asks is told at
// once. The task that waits is completed later, by a Finisher.
type Recorder struct {
	// Store keeps fallbacks.
	Store DecideStore
}

// Ended decides the fallback that a verification was begun for. Calling it again is no error.
func (d Recorder) Ended(ctx context.Context, e verification.Ending) error {
	_, err := d.Store.Decide(ctx, e.Callback, Ended(e), PIN)
	if errors.Is(err, ErrRefused) || errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
