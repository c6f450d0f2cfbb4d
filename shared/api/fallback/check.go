package fallback

import (
	"context"
	"errors"
	"net/http"
	"net/netip"

	"lineproof/shared/api"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// Check compares a code with the PIN that a fallback waits for. The body is a JSON object of
// execution and code. The right code is the end: the answer is the state, done and verified. Any
// other fails as verification.Checker says; a fallback that waits for no code fails with a
// fault.NotWaiting.
func Check(p CheckPorts, outbox verification.Outbox) web.Endpoint {
	a, store, ended, now := p.Accounts(), p.Fallbacks(), p.EndedFallbacks(), p.Now
	checker := verification.NewChecker(p, outbox, verification.Nobody) // check says who hears
	return func(r *http.Request) (any, error) {
		who, err := api.Basic(r, a)
		if err != nil {
			return nil, err
		}
		execution, code, err := readCheck(r)
		if err != nil {
			return nil, err
		}
		f, err := ownFallback(r.Context(), store, who, execution, now)
		if err != nil {
			return nil, err
		}
		if f.State != fallback.PIN || f.RequestID == "" {
			return nil, fault.New(fault.NotWaiting)
		}
		return check(r.Context(), checker, &awaited{f, ended}, code)
	}
}

// readCheck reads the body of a check. What can be no PIN is refused whatever the fallback waits
// for.
func readCheck(r *http.Request) (execution string, code verification.PIN, err error) {
	members, err := web.AnyObject(r)
	if err != nil {
		return "", verification.PIN{}, err
	}
	names := []string{"execution", "code"}
	if err := known(members, "", names); err != nil {
		return "", verification.PIN{}, err
	}
	var values [2]string
	for i, name := range names {
		if values[i], err = parameter(members, name); err == nil && values[i] == "" {
			err = fault.In(fault.MissingParam, name)
		}
		if err != nil {
			return "", verification.PIN{}, err
		}
	}
	code, err = nexmo.ParseCode(values[1])
	return values[0], code, err
}

// awaited is a fallback that waits for a code. It is the verification.Listener that decides it, and
// then is as it stands: when the store cannot be reached for that, what has ended stands all the
// same.
type awaited struct {
	fallback.Fallback
	decisions fallback.DecideStore
}

// Ended decides the fallback.
func (w *awaited) Ended(ctx context.Context, e verification.Ending) error {
	result := fallback.Ended(e)
	decided, err := w.decisions.Decide(ctx, w.Execution, result, fallback.PIN)
	if err == nil || errors.Is(err, fallback.ErrRefused) {
		w.Fallback = decided
		return nil
	}
	w.Fallback, _ = w.Decide(result, fallback.PIN)
	return err
}

// check tries the code, and decides the fallback when that ends its verification: be the code
// right, or the last wrong one.
func check(
	ctx context.Context, c verification.Checker, w *awaited, code verification.PIN,
) (any, error) {
	c.Ended = w
	if _, err := c.Check(ctx, w.Account, w.RequestID, code, netip.Addr{}); err != nil {
		return nil, err
	}
	if !w.Result.Verified { // it was decided otherwise before
		return nil, fault.New(fault.NotWaiting)
	}
	return stateOf(ctx, w.Fallback), nil
}
