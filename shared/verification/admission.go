package verification

import (
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
)

// Admission is a verification about to begin, with what it must pass. A store keeps five kinds of
// usage, and asks in this order for leave: the account's ledger, the number, the number over all
// accounts, its network, the client's address.
type Admission struct {
	// Verification is the new record; Begin fills in what it inherits from the number's last one.
	// Its Caps, too, must have room for a message.
	Verification Verification
	// Rate, Daily and Spend are the account's meters, the last one of money; Number is the
	// number's, Line the number's over all accounts, Network and Address those of its network and
	// of the client's address.
	Rate, Daily, Spend, Number, Line, Network, Address Limit
	// Policy is what becomes of a live verification of the number.
	Policy Policy
	// NumberFailures caps the wrong codes of a day, Tries those of the verification; 0 does not.
	NumberFailures, Tries int
	// Pause is how long the number rests after a cancel or after failures in a row (see
	// account.Terms).
	Pause time.Duration
	// Client is the end user's address; empty when unknown or not capped.
	Client string
	// Now is when.
	Now time.Time
}

// AccountUsage is the usage of an account.
type AccountUsage struct {
	// Free is its budget, Held what is reserved for verifications that are not settled, Charged
	// what it has paid, all in millionths of a euro. Their sum changes only when the account is
	// topped up.
	Free, Held, Charged int64
	// Rate, Daily and Spend are the usages of its meters.
	Rate, Daily, Spend Window
}

// LineUsage is the usage of a number over all accounts.
type LineUsage struct {
	// Requests, Messages and Daily are the usages of its meters: verifications and messages of
	// ten minutes, messages of a day.
	Requests, Messages, Daily Window
}

// NetworkUsage is the usage of a network in an account.
type NetworkUsage struct {
	// Requests and Cost are the usages of its meters: verifications, and what messages cost.
	Requests, Cost Window
	// BlockedUntil is the end of its block; Level counts the blocks since it last recovered.
	BlockedUntil time.Time
	Level        int
	// UnblockedUntil is how long its owner keeps it from being blocked.
	UnblockedUntil time.Time
	// Score falls with what is sent and rises with successes.
	Score int
}

// HasLine tells whether it touches the number's usage over all accounts.
func (s Admission) HasLine() bool { return s.Line.Count > 0 || s.Verification.Caps.spares() }

// HasNetwork tells whether it touches the usage of the number's network.
func (s Admission) HasNetwork() bool { return s.Verification.Network != "" }

// Guarded tells whether a block of its network refuses it.
func (s Admission) Guarded() bool { return !s.Verification.Onward && !s.Verification.Unguarded }

// HasAddress tells whether it touches that of the client's address.
func (s Admission) HasAddress() bool { return s.Client != "" && s.Address.Count > 0 }

// AdmitToLedger returns the ledger after so many starts alike, or fails with fault.TooManyRequests
// or fault.QuotaExceeded.
func (s Admission) AdmitToLedger(l AccountUsage, starts int64) (AccountUsage, error) {
	var ok bool
	if l.Rate, ok = s.Rate.Take(l.Rate, starts, s.Now); !ok {
		return l, fault.New(s.Rate.Kind)
	}
	if l.Daily, ok = s.Daily.Take(l.Daily, starts, s.Now); !ok {
		return l, fault.New(s.Daily.Kind)
	}
	held := starts * s.Verification.Held
	l.Spend, ok = s.Spend.Take(l.Spend, starts*s.Verification.Price, s.Now)
	if !ok || l.Free < held {
		return l, fault.New(fault.QuotaExceeded)
	}
	l.Free, l.Held = l.Free-held, l.Held+held
	return l, nil
}

// Meets returns the verification that the start meets in its place: as it stands, or ended by it.
// One that was begun as the same is met as it stands.
func (s Admission) Meets(old Verification) Verification {
	if s.Policy == Supersede && old.Live(s.Now) && old.Ref != s.Verification.Ref {
		old.GaveWay, old.CancelledAt = true, s.Now
	}
	return old
}

// OvertakenBy tells whether the verification that stands in a start's place came before it while it
// began: another stood there when the start was judged. That is as if the start had stood there in
// between; so it need not, and of any number of starts none tries for long.
func (s Admission) OvertakenBy(stands, judged Verification) bool {
	return s.Policy == Supersede && stands.Ref != judged.Ref && stands.Ref != s.Verification.Ref &&
		stands.Live(s.Now)
}

// Overtaken returns the new verification as it is kept when the one that stands overtook it: it
// gave way as it began. It fails as AdmitToNumber does.
func (s Admission) Overtaken(stands Verification) (Verification, error) {
	v, err := s.AdmitToNumber(s.Meets(stands))
	v.GaveWay, v.CancelledAt = true, s.Now
	return v, err
}

// OvertakenRoom returns how many starts the meter of the number has room for that the verification
// overtakes, those included that it has.
func (s Admission) OvertakenRoom(stands Verification) int64 {
	return s.Number.Count - s.Number.At(stands.Requests, s.Now).Total()
}

// requests returns the usage of the number's meter, with those that the verification overtook.
func (v Verification) requests(m Limit) Window {
	if m.Count <= 0 || v.Overtaken == 0 {
		return v.Requests
	}
	return m.At(v.Requests, v.Submitted).plus(v.Overtaken)
}

// AdmitToNumber returns the new live verification, from the one that it meets in its place, which
// may be none. It fails with fault.Denied, fault.Concurrent, which the caller completes with the
// request_id, or fault.NumberCapped. A verification that was begun before, and may have ended
// since, is not begun again.
func (s Admission) AdmitToNumber(old Verification) (Verification, error) {
	v := s.Verification
	if old.Denied {
		return v, fault.In(fault.Denied, "number")
	}
	if old.Live(s.Now) || old.Ref == v.Ref {
		return v, &LiveError{old}
	}
	v.Allowed = MaxAttempts * v.Plan.events() // more than it can come to
	if s.NumberFailures > 0 {
		v.WrongCodes = old.wrongCodes(s.Now)
		v.Allowed = s.NumberFailures - int(v.WrongCodes.Total())
	}
	if s.Tries > 0 {
		v.Allowed = min(v.Allowed, s.Tries)
	}
	if v.Allowed <= 0 {
		return v, fault.In(fault.Denied, "number")
	}
	v.Failures = old.failures(s.Now)
	if s.Now.Before(old.rests(v.Failures, s.Pause, s.Now)) {
		return v, fault.New(fault.NumberCapped)
	}
	var ok bool
	if v.Requests, ok = s.Number.Take(old.requests(s.Number), 1, s.Now); !ok {
		return v, fault.New(s.Number.Kind)
	}
	return v, nil
}

// wrongCodes returns the wrong codes for the number in the day before now. All of a verification
// count as of its last: that keeps them longer, never shorter.
func (v Verification) wrongCodes(now time.Time) Window {
	m, w := Limit{Per: day}, v.WrongCodes
	if n := v.wrong(); n > 0 {
		w = m.At(w, v.Checked).plus(int64(n))
	}
	return m.At(w, now)
}

// failures counts the number's verifications that wrong codes ended, up to this one, since one last
// succeeded or a day went by.
func (v Verification) failures(now time.Time) int {
	switch v.State(now) {
	case Success:
		return 0
	case Failed:
		if v.Nonce == 0 || now.Sub(v.Checked) >= day {
			return 0
		}
		return v.Failures + 1
	default:
		return v.Failures
	}
}

const (
	// patience is how many verifications of a number may fail in a row before it has to rest.
	patience = 3
	// longestRest bounds the doubling.
	longestRest = time.Hour
)

// rests returns until when no other verification of the number may begin after this one, which was
// the given number of failures in a row: a pause after a cancel, and a growing one after failures.
func (v Verification) rests(failures int, pause time.Duration, now time.Time) time.Time {
	switch state := v.State(now); {
	case v.Nonce == 0, v.Withdrawn():
		return time.Time{}
	case state == Cancelled:
		return v.CancelledAt.Add(pause)
	case state == Failed && failures >= patience:
		return v.Checked.Add(min(pause<<min(failures-patience, 16), longestRest))
	default:
		return time.Time{}
	}
}

// LiveError says that the number has a live verification, or that the new one was begun before. It
// is a fault.Concurrent.
type LiveError struct {
	// Live is the one that stands.
	Live Verification
}

// Error gives the kind.
func (e *LiveError) Error() string { return fault.Concurrent.String() }

// Unwrap gives the failure.
func (e *LiveError) Unwrap() error { return fault.New(fault.Concurrent) }

// AdmitToLine returns the number's usage over all accounts after the start, or fails with
// fault.NumberCapped. Its first message is counted when it is sent, but must have room now.
func (s Admission) AdmitToLine(l LineUsage) (LineUsage, error) {
	var ok bool
	if l.Requests, ok = s.Line.Take(l.Requests, 1, s.Now); !ok {
		return l, fault.New(s.Line.Kind)
	}
	if _, err := s.first().AdmitToLine(l); err != nil {
		return l, err
	}
	return l, nil
}

// first returns the traffic that the first message will be.
func (s Admission) first() Traffic {
	t := s.Verification.traffic(1, s.Now)
	t.Messages, t.Cost = 1, s.FirstCost()
	return t
}

// FirstCost returns what the first message costs.
func (s Admission) FirstCost() int64 {
	if s.Verification.Plan.events() == 0 {
		return 0
	}
	return s.Verification.price(1)
}

// AdmitToNetwork returns the network's usage after the start, or fails with fault.Blocked or
// fault.TooManyRequests. What the first message costs is counted when it is sent, but must have
// room now.
func (s Admission) AdmitToNetwork(n NetworkUsage) (NetworkUsage, error) {
	if s.Guarded() && s.Now.Before(n.BlockedUntil) {
		return n, fault.In(fault.Blocked, "number").WithID(s.Verification.Network)
	}
	var ok bool
	if n.Requests, ok = s.Network.Take(n.Requests, 1, s.Now); !ok {
		return n, fault.New(s.Network.Kind)
	}
	if _, err := s.first().AdmitToNetwork(n); err != nil {
		return n, err
	}
	return n, nil
}

// AdmitToAddress returns the usage of the client's address after the start, or fails with
// fault.TooManyRequests.
func (s Admission) AdmitToAddress(w Window) (Window, error) {
	w, ok := s.Address.Take(w, 1, s.Now)
	if !ok {
		return w, fault.New(s.Address.Kind)
	}
	return w, nil
}

// Lift is the end of a network's block.
type Lift struct {
	// Account and Network name it.
	Account account.Key
	Network string
	// Owner tells that the account itself lifts it, and not an administrator.
	Owner bool
	// Until is how long it cannot be blocked again.
	Until time.Time
	// Now is when.
	Now time.Time
}

// LiftedBefore is until when the last lift may have kept the network open for its owner to lift
// another block.
func (l Lift) LiftedBefore() time.Time { return l.Now.Add(-day) }

// Apply returns the network's usage after the lift. It fails with fault.TooManyRequests within a
// day after the last one's end when the owner asks: who keeps lifting blocks is who they are for.
func (l Lift) Apply(n NetworkUsage) (NetworkUsage, error) {
	if l.Owner && n.UnblockedUntil.After(l.LiftedBefore()) {
		return n, fault.New(fault.TooManyRequests)
	}
	n.BlockedUntil, n.UnblockedUntil, n.Score = time.Time{}, l.Until, 0
	return n, nil
}
