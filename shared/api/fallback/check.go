package fallback

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/api"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

// Checking is what checking the code of a fallback needs.
type Checking struct {
	// Accounts tells whose a call is.
	Accounts account.Authenticator
	// Store reads fallbacks, Ended decides them.
	Store fallback.Reader
	Ended fallback.Decisions
	// Checker compares codes.
	Checker pin.Checker
	// Now tells the time.
	Now func() time.Time
}

// Check compares a code with the PIN that a fallback waits for. The body is a JSON object of
// execution and code. The right code is the end: the answer is the state, done and verified. Any other
// fails as pin.Checker says; a fallback that waits for no code fails with a fault.NotWaiting.
func Check(c Checking) web.Endpoint {
	return func(r *http.Request) (any, error) {
		who, err := api.Basic(r, c.Accounts)
		if err != nil {
			return nil, err
		}
		execution, code, err := readCheck(r)
		if err != nil {
			return nil, err
		}
		f, err := ownFallback(r.Context(), c.Store, who, execution, c.Now)
		if err != nil {
			return nil, err
		}
		if f.State != fallback.PIN || f.RequestID == "" {
			return nil, fault.New(fault.NotWaiting)
		}
		return c.check(r.Context(), f, code)
	}
}

// readCheck reads the body of a check. What can be no PIN is refused whatever the fallback waits for.
func readCheck(r *http.Request) (execution string, code pin.PIN, err error) {
	members, err := web.AnyObject(r)
	if err != nil {
		return "", pin.PIN{}, err
	}
	names := []string{"execution", "code"}
	if err := known(members, "", names); err != nil {
		return "", pin.PIN{}, err
	}
	var values [2]string
	for i, name := range names {
		if values[i], err = parameter(members, name); err == nil && values[i] == "" {
			err = fault.In(fault.MissingParam, name)
		}
		if err != nil {
			return "", pin.PIN{}, err
		}
	}
	code, err = nexmo.ParseCode(values[1])
	return values[0], code, err
}

// check tries the code, and decides the fallback when that ends its verification: be the code right, or
// the last wrong one. When the store cannot be reached for that, what has ended stands all the same.
func (c Checking) check(ctx context.Context, f fallback.Fallback, code pin.PIN) (any, error) {
	checker := c.Checker
	checker.Ended = func(ctx context.Context, e pin.Ending) error {
		result := fallback.Ended(e)
		decided, err := c.Ended.Decide(ctx, f.Execution, result, fallback.PIN)
		if err == nil || errors.Is(err, fallback.ErrRefused) {
			f = decided
			return nil
		}
		f, _ = f.Decide(result, fallback.PIN)
		return err
	}
	if _, err := checker.Check(ctx, f.Account, f.RequestID, code, netip.Addr{}); err != nil {
		return nil, err
	}
	if !f.Result.Verified { // it was decided otherwise before
		return nil, fault.New(fault.NotWaiting)
	}
	return stateOf(ctx, f), nil
}
