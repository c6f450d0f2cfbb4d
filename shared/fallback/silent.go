package fallback

import (
	"context"
	"errors"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
)

// Prover tries the silent way: it redeems the token request and compares. It gives whether the line's number is the one claimed, or a
// *fault.Error that says why nobody can tell.
type Prover func(ctx context.Context, q Request, n phone.Number) (bool, error)

// SilentStep is the first step.
type SilentStep struct {
	// Store keeps fallbacks.
	Store Silences
	// Keys gives the ring in use.
	Keys func() Ring
	// Prove tries.
	Prove Prover
}

// Run tries the silent way of a fallback. It gives a result that is not verified when the PIN has to decide. It fails when a repetition
// may help: the store is away, or time ran out.
func (s SilentStep) Run(ctx context.Context, execution string) (Result, error) {
	f, err := s.Store.Fallback(ctx, execution)
	if err != nil || f.State != Silent {
		return f.Result, err
	}
	q, err := s.Keys().Open(f.Sealed, execution)
	if err != nil {
		return Result{}, err
	}
	if len(q.Token) == 0 {
		return Result{Reason: "not_covered"}, nil
	}
	reason, err := s.try(ctx, q)
	if err != nil || reason != "" {
		return Result{Reason: reason}, err
	}
	f, err = s.Store.Decide(ctx, execution, Result{Verified: true, Method: BySilence}, Silent)
	if errors.Is(err, ErrRefused) && f.State != Done { // too late: the PIN is on its way, and it alone decides
		return Result{Reason: "late"}, nil
	}
	if errors.Is(err, ErrRefused) {
		err = nil
	}
	return f.Result, err
}

// try gives why the silent way does not verify the number; "" when it does.
func (s SilentStep) try(ctx context.Context, q Request) (string, error) {
	number, err := phone.Parse(q.Number)
	if err != nil {
		return "", err
	}
	same, err := s.Prove(ctx, q, number)
	switch {
	case err == nil && same:
		return "", nil
	case err == nil:
		return "mismatch", nil
	case isPassing(err):
		return "", err
	default:
		return reasonOf(err), nil
	}
}

// isPassing tells whether a repetition may succeed.
func isPassing(err error) bool {
	class := fault.Of(err).Class()
	return class == fault.Unavailable || class == fault.Timeout || class == fault.Internal
}
