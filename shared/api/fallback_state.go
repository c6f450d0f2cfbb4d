package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"lineproof/shared/account"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/pin"
	"lineproof/shared/urlencoded"
	"lineproof/shared/web"
)

// stateAnswer is the body that tells how a fallback stands.
type stateAnswer struct {
	Execution string           `json:"execution"`
	Number    string           `json:"number,omitempty"`
	State     fallback.State   `json:"state"`
	Silence   fallback.Silence `json:"silent,omitzero"`
	RequestID string           `json:"request_id,omitempty"`
	Result    *resultAnswer    `json:"result,omitempty"`
}

// resultAnswer is a result with what the state machine is not told.
type resultAnswer struct {
	fallback.Result
	Network string `json:"network,omitempty"`
}

// How long a caller should wait before it asks again, in seconds: the silent way takes about one, and a
// person takes a while to enter a code.
const (
	silentPoll = 1
	pinPoll    = 5
)

// stateOf answers how a fallback stands. While it runs, Retry-After tells when to ask again.
func stateOf(ctx context.Context, f fallback.Fallback) web.Reply {
	web.Note(ctx, web.Outcome, string(f.State))
	body := stateAnswer{Execution: f.Execution, Number: f.Number.E164(), State: f.State, Silence: f.Tried(), RequestID: f.RequestID}
	reply := web.Reply{Status: http.StatusOK}
	switch f.State {
	case fallback.Done:
		body.Result = &resultAnswer{f.Result, f.Result.Network}
	case fallback.PIN:
		reply = reply.With("Retry-After", strconv.Itoa(pinPoll))
	default:
		reply = reply.With("Retry-After", strconv.Itoa(silentPoll))
	}
	reply.Body = body
	return reply
}

// FallbackState tells how a fallback of the account stands: silent, pin with the request_id under which codes are checked, or done
// with the result. One of another account does not exist.
func FallbackState(a Accounts, store fallback.Reader, now Clock) web.Endpoint {
	return func(r *http.Request) (any, error) {
		who, err := a.basic(r)
		if err != nil {
			return nil, err
		}
		f, err := ownFallback(r.Context(), store, who, urlencoded.Parse(r.URL.RawQuery).Get("execution"), now)
		if err != nil {
			return nil, err
		}
		return stateOf(r.Context(), f), nil
	}
}

// ownFallback returns the account's fallback of that name. It fails with a fault.NotFound when there is none.
func ownFallback(ctx context.Context, store fallback.Reader, who account.Account, execution string, now Clock) (fallback.Fallback, error) {
	if !strings.HasPrefix(execution, who.Key.String()+"-") {
		return fallback.Fallback{}, fault.New(fault.NotFound)
	}
	f, err := store.Fallback(ctx, execution)
	if errors.Is(err, fallback.ErrNotFound) || err == nil && !now().Before(f.Expires) {
		err = fault.New(fault.NotFound)
	}
	if err == nil {
		web.Note(ctx, "execution", execution)
	}
	return f, err
}

// FallbackChecks is what checking the code of a fallback needs.
type FallbackChecks struct {
	// Accounts tells whose a call is.
	Accounts Accounts
	// Store reads fallbacks, Ended decides them.
	Store fallback.Reader
	Ended fallback.Decisions
	// Checker compares codes.
	Checker pin.Checker
	// Now tells the time.
	Now Clock
}

// FallbackCheck compares a code with the PIN that a fallback waits for. The body is a JSON object of
// execution and code. The right code is the end: the answer is the state, done and verified. Any other
// fails as pin.Checker says; a fallback that waits for no code fails with a fault.NotWaiting.
func FallbackCheck(c FallbackChecks) web.Endpoint {
	return func(r *http.Request) (any, error) {
		who, err := c.Accounts.basic(r)
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
func readCheck(r *http.Request) (execution, code string, err error) {
	members, err := web.AnyObject(r)
	if err != nil {
		return "", "", err
	}
	names := []string{"execution", "code"}
	if err := known(members, "", names); err != nil {
		return "", "", err
	}
	var values [2]string
	for i, name := range names {
		if values[i], err = parameter(members, name); err == nil && values[i] == "" {
			err = fault.In(fault.MissingParam, name)
		}
		if err != nil {
			return "", "", err
		}
	}
	_, err = pin.ParsePIN(values[1])
	return values[0], values[1], err
}

// check tries the code, and decides the fallback when that ends its verification: be the code right, or
// the last wrong one. When the store cannot be reached for that, what has ended stands all the same.
func (c FallbackChecks) check(ctx context.Context, f fallback.Fallback, code string) (any, error) {
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
	if _, err := checker.Check(ctx, f.Account, f.RequestID, code, ""); err != nil {
		return nil, err
	}
	if !f.Result.Verified { // it was decided otherwise before
		return nil, fault.New(fault.NotWaiting)
	}
	return stateOf(ctx, f), nil
}
