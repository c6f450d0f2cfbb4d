package verification

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/netip"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
)

// Checker compares codes with PINs. A check is one write.
type Checker struct {
	// Store counts the attempts.
	Store CheckStore
	// Outbox takes the message that tells of the end of a verification which someone waits for.
	Outbox Outbox
	// Ended is told of the end of such a verification at once. It may fail: the message has it told
	// again.
	Ended Listener
	// Remote has the codes of silent steps checked that upstreams carry out; the zero RemoteCodes
	// has none.
	Remote RemoteCodes
	// Keys gives the ring in use.
	Keys Ring
	// Now tells the time; Random makes sealed checks unlike.
	Now    func() time.Time
	Random io.Reader
}

// Check tries a code against the verification of the account that the request_id names, and returns
// it when the code is right. address is the end user's as the caller reports it, the zero Addr when
// it does not. It fails with fault.UnknownRequest, WrongCode, TooManyCodes, or NoCode while the
// device of a silent step has proved nothing, each with the request_id, or with Unavailable.
func (c Checker) Check(
	ctx context.Context, owner account.Key, id string, tried PIN, address netip.Addr,
) (Verification, error) {
	a, v, err := c.try(ctx, owner, id, tried, address)
	return c.came(ctx, id, tried, a, v, err)
}

// CheckAgain is Check for a request that came before and was perhaps carried out: the code that
// ended the verification is right once more.
func (c Checker) CheckAgain(
	ctx context.Context, owner account.Key, id string, tried PIN,
) (Verification, error) {
	a, v, err := c.try(ctx, owner, id, tried, netip.Addr{})
	refused := errors.Is(err, ErrRefused)
	if refused && v.Ref == a.Ref && v.matched() && bytes.Equal(v.Guess, a.Guess) {
		return v, nil
	}
	return c.came(ctx, id, tried, a, v, err)
}

// came returns what an attempt came to that met v: where an upstream checks the code, what that
// says of it.
func (c Checker) came(
	ctx context.Context, id string, tried PIN, a Attempt, v Verification, err error,
) (Verification, error) {
	if errors.Is(err, ErrRefused) && c.Remote.Ask != nil && v.Ref == a.Ref && v.remote(a.Now) {
		_, key := resolve(c.Keys, a.Account, id)
		return c.checkRemote(ctx, id, key, a, v, tried)
	}
	return a.came(id, v, err)
}

// try makes an attempt and returns the verification as it then stands: with ErrRefused where the
// attempt was not counted, with another error where nobody knows.
func (c Checker) try(
	ctx context.Context, owner account.Key, id string, tried PIN, address netip.Addr,
) (Attempt, Verification, error) {
	ref, key := resolve(c.Keys, owner, id)
	sealed, err := key.seal(ref, c.Random, packCheck(c.Now(), tried, address))
	if err != nil {
		return Attempt{}, Verification{}, fault.Wrap(fault.Internal, err)
	}
	a := Attempt{Ref: ref, Guess: key.hash(ref, tried), Sealed: sealed, Now: c.Now()}
	v, err := c.Store.Check(ctx, a)
	if err == nil {
		announce(ctx, c.Outbox, c.Ended, v, key.IDKey, a.Now)
	}
	return a, v, err
}

// came returns what an attempt came to that met v: the verification when its code was right.
func (a Attempt) came(id string, v Verification, err error) (Verification, error) {
	switch {
	case err != nil && !errors.Is(err, ErrRefused):
		return Verification{}, err
	case err == nil && v.matched():
		return v, nil
	}
	failure := fault.New(wrongness(v, a.Ref, err, a.Now)).WithID(id)
	if err == nil && failure.Kind == fault.WrongCode {
		failure.AttemptsLeft = v.attemptsLeft()
	}
	return Verification{}, failure
}

// attemptsLeft returns how many codes can still be tried against the current PIN.
func (v Verification) attemptsLeft() int { return min(MaxAttempts-v.Attempts, v.Allowed-v.Total) }

// wrongness tells what is wrong with an attempt that met v and did not match: whether it was
// counted or not.
func wrongness(v Verification, ref Ref, err error, now time.Time) fault.Kind {
	if v.Ref != ref {
		return fault.UnknownRequest
	}
	switch v.State(now) {
	case Failed:
		return fault.TooManyCodes
	case InProgress: // the PIN did not match, or is dead and its successor not out yet
		if err != nil && v.atDevice() && v.Events[0].Outcome != Proved {
			return fault.NoCode
		}
		return fault.WrongCode
	default:
		if err == nil { // counted as wrong before it ended
			return fault.WrongCode
		}
		return fault.UnknownRequest
	}
}
