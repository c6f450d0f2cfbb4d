package fallback

import (
	"context"
	"errors"
	"log/slog"
	"net/url"

	"lineproof/shared/silent"
)

// SilentStep is the first step.
type SilentStep struct {
	// Store keeps fallbacks.
	Store SilentStore
	// Keys are those in use.
	Keys Ring
	// Prover tells what the caller's token request proves.
	Prover silent.Prover
	// Log takes a line for each outcome.
	Log *slog.Logger
}

// Run tries the silent way of a fallback. It returns a result that is not verified when the PIN has
// to decide. It fails when a repetition may help: the store is away, or time ran out.
func (s SilentStep) Run(ctx context.Context, execution string) (Result, error) {
	f, err := s.Store.Fallback(ctx, execution)
	if err != nil {
		return Result{}, err
	}
	if f.State == Silent && f.Silence == (SilentResult{}) {
		if f, err = s.settle(ctx, f); err != nil {
			return Result{}, err
		}
	}
	tried := f.Tried()
	s.Log.InfoContext(ctx, "silent verification",
		"execution", execution, "outcome", tried.Outcome, "reason", tried.Reason)
	if f.State == Done {
		return f.Result, nil
	}
	return Result{Silence: tried}, nil
}

// settle tries, and writes down what it came to. A success is a decision; one that comes when the
// PIN is on its way changes nothing, for that alone decides.
func (s SilentStep) settle(ctx context.Context, f Fallback) (Fallback, error) {
	q, err := Open(s.Keys, f.Sealed, f.Execution)
	if err != nil {
		return f, err
	}
	came, err := s.try(ctx, q)
	if err != nil {
		return f, err
	}
	if came.Outcome == Proved {
		f, err = s.Store.Decide(ctx, f.Execution, Result{Verified: true, Method: BySilent}, Silent)
	} else {
		f, err = s.Store.Note(ctx, f.Execution, came)
	}
	if errors.Is(err, ErrRefused) {
		err = nil
	}
	return f, err
}

// try returns what the silent way comes to.
func (s SilentStep) try(ctx context.Context, q Request) (SilentResult, error) {
	if len(q.Token) == 0 {
		return SilentResult{Outcome: NotTried}, nil
	}
	proof, err := s.Prover.Prove(ctx, q.claim())
	switch {
	case err != nil:
		return SilentResult{}, err
	case proof.Outcome == silent.Same:
		return SilentResult{Outcome: Proved}, nil
	case proof.Outcome == silent.Different:
		return SilentResult{Outcome: Mismatch}, nil
	default:
		return SilentResult{Unknown, silenceReason(proof.Why)}, nil
	}
}

// claim returns what the request claims, and with what it proves it.
func (q Request) claim() silent.Claim {
	form := url.Values{}
	for name, value := range q.Token {
		form.Set(name, value)
	}
	return silent.Claim{
		Number: q.Order.Line.Number, Purpose: q.Purpose, Form: form, Authorization: q.Authorization,
	}
}
