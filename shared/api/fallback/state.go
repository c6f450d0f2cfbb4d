package fallback

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/api"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/urlencoded"
	"lineproof/shared/web"
)

// stateAnswer is the body that tells how a fallback stands.
type stateAnswer struct {
	Execution string                `json:"execution"`
	Number    string                `json:"number,omitempty"`
	State     fallback.State        `json:"state"`
	Silence   fallback.SilentResult `json:"silent,omitzero"`
	RequestID string                `json:"request_id,omitempty"`
	Result    *resultAnswer         `json:"result,omitempty"`
}

// resultAnswer is a result with what the state machine is not told.
type resultAnswer struct {
	fallback.Result
	Network string `json:"network,omitempty"`
}

// How long a caller should wait before it asks again, in seconds: the silent way takes about one,
// and a person takes a while to enter a code.
const (
	silentPoll = 1
	pinPoll    = 5
)

// stateOf answers how a fallback stands. While it runs, Retry-After tells when to ask again.
func stateOf(ctx context.Context, f fallback.Fallback) web.Reply {
	web.Note(ctx, web.Outcome, string(f.State))
	body := stateAnswer{
		Execution: f.Execution,
		Number:    f.Number.E164(),
		State:     f.State,
		Silence:   f.Tried(),
		RequestID: f.RequestID,
	}
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

// State tells how a fallback of the account stands: silent, pin with the request_id under which
// codes are checked, or done with the result. One of another account does not exist.
func State(p StatePorts) web.Endpoint {
	a, store, now := p.Accounts(), p.Fallbacks(), p.Now
	return func(r *http.Request) (any, error) {
		who, err := api.Basic(r, a)
		if err != nil {
			return nil, err
		}
		f, err := ownFallback(
			r.Context(), store, who, urlencoded.Parse(r.URL.RawQuery).Get("execution"), now,
		)
		if err != nil {
			return nil, err
		}
		return stateOf(r.Context(), f), nil
	}
}

// ownFallback returns the account's fallback of that name. It fails with a fault.NotFound when
// there is none.
func ownFallback(
	ctx context.Context,
	store fallback.Reader,
	who account.Account,
	execution string,
	now func() time.Time,
) (fallback.Fallback, error) {
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
