package pin

import (
	"time"

	"lineproof/shared/fault"
)

// Start is a verification about to begin, with what it must pass. A store keeps four kinds of standing, and asks in this
// order for leave: the account's ledger, the number, its network, the client's address.
type Start struct {
	// Verification is the new record; Begin fills in what it inherits from the number's last one.
	Verification Verification
	// Rate, Daily and Spend are the account's meters, Number the number's, Network and Address those of its network and of
	// the client's address.
	Rate, Daily, Spend, Number, Network, Address Meter
	// NumberFailures caps the wrong codes of a day; 0 does not.
	NumberFailures int
	// Client is the address that the request came from; empty when unknown or not capped.
	Client string
	// Now is when.
	Now time.Time
}

// Ledger is the standing of an account.
type Ledger struct {
	// Free is its budget, Held what is reserved for verifications that are not settled, Charged what it has paid, all in
	// millionths of a euro. Their sum changes only when the account is topped up.
	Free, Held, Charged int64
	// Rate, Daily and Spend are the standings of its meters.
	Rate, Daily, Spend time.Time
}

// NetworkStanding is the standing of a network in an account.
type NetworkStanding struct {
	// Requests is the standing of its meter.
	Requests time.Time
	// BlockedUntil is the end of its block; Level counts the blocks since it last recovered.
	BlockedUntil time.Time
	Level        int
	// UnblockedUntil is how long its owner keeps it from being blocked.
	UnblockedUntil time.Time
	// Score falls with failures and rises with successes.
	Score int
}

// Ledgered tells whether the start touches the account's ledger.
func (s Start) Ledgered() bool {
	return s.Verification.Held > 0 || s.Rate.Count > 0 || s.Daily.Count > 0 || s.Spend.Count > 0
}

// Networked tells whether it touches the standing of the number's network.
func (s Start) Networked() bool { return s.Verification.Network != "" }

// Addressed tells whether it touches that of the client's address.
func (s Start) Addressed() bool { return s.Client != "" && s.Address.Count > 0 }

// JudgeLedger gives the ledger after the start, or fails with fault.TooManyRequests or fault.QuotaExceeded.
func (s Start) JudgeLedger(l Ledger) (Ledger, error) {
	var ok bool
	if l.Rate, ok = s.Rate.Take(l.Rate, s.Now); !ok {
		return l, fault.New(s.Rate.Kind)
	}
	if l.Daily, ok = s.Daily.Take(l.Daily, s.Now); !ok {
		return l, fault.New(s.Daily.Kind)
	}
	if l.Spend, ok = s.Spend.Take(l.Spend, s.Now); !ok || l.Free < s.Verification.Held {
		return l, fault.New(fault.QuotaExceeded)
	}
	l.Free, l.Held = l.Free-s.Verification.Held, l.Held+s.Verification.Held
	return l, nil
}

// JudgeNumber gives the new live verification, from the one that stands in its place, which may be none. It fails with
// fault.Denied, fault.Concurrent, which the caller completes with the request_id, or fault.TooManyRequests.
func (s Start) JudgeNumber(old Verification) (Verification, error) {
	v := s.Verification
	if old.Denied {
		return v, fault.In(fault.Denied, "number")
	}
	if old.Live(s.Now) {
		return v, &LiveError{old}
	}
	v.Wrong, v.WrongSince = old.failures(s.Now)
	v.Allowed = v.Wrong + MaxAttempts*v.Plan.events() // more than it can come to
	if s.NumberFailures > 0 {
		v.Allowed = s.NumberFailures
	}
	if v.Allowed -= v.Wrong; v.Allowed <= 0 {
		return v, fault.In(fault.Denied, "number")
	}
	var ok bool
	if v.NumberUntil, ok = s.Number.Take(old.NumberUntil, s.Now); !ok {
		return v, fault.New(s.Number.Kind)
	}
	return v, nil
}

// failures counts the wrong codes for the number in the day that began with the first of them.
func (v Verification) failures(now time.Time) (wrong int, since time.Time) {
	wrong, since = v.Wrong+v.wrong(), v.WrongSince
	if wrong == v.wrong() {
		since = v.Submitted
	}
	if wrong == 0 || now.Sub(since) >= day {
		return 0, time.Time{}
	}
	return wrong, since
}

// LiveError says that the number has a live verification. It is a fault.Concurrent.
type LiveError struct {
	// Live is that verification.
	Live Verification
}

// Error gives the kind.
func (e *LiveError) Error() string { return fault.Concurrent.String() }

// Unwrap gives the failure.
func (e *LiveError) Unwrap() error { return fault.New(fault.Concurrent) }

// JudgeNetwork gives the network's standing after the start, or fails with fault.Blocked or fault.TooManyRequests.
func (s Start) JudgeNetwork(n NetworkStanding) (NetworkStanding, error) {
	if s.Now.Before(n.BlockedUntil) {
		return n, fault.In(fault.Blocked, "number").WithID(s.Verification.Network)
	}
	var ok bool
	if n.Requests, ok = s.Network.Take(n.Requests, s.Now); !ok {
		return n, fault.New(s.Network.Kind)
	}
	return n, nil
}

// JudgeAddress gives the standing of the client's address after the start, or fails with fault.TooManyRequests.
func (s Start) JudgeAddress(standing time.Time) (time.Time, error) {
	standing, ok := s.Address.Take(standing, s.Now)
	if !ok {
		return standing, fault.New(s.Address.Kind)
	}
	return standing, nil
}

// Count gives the network's standing after a settled verification, and whether that blocks it. A block lasts for
// an hour, and twice as long as the last each time; a score of 0 or above after a success ends the doubling.
func (c Conversion) Count(n NetworkStanding) (NetworkStanding, bool) {
	n.Score = min(n.Score+c.Points, -c.Floor)
	if c.Points > 0 && n.Score >= 0 {
		n.Level = 0
	}
	if n.Score > c.Floor {
		return n, false
	}
	n.Score = 0
	if c.Now.Before(n.UnblockedUntil) {
		return n, false
	}
	n.BlockedUntil = c.Now.Add(blockBase << min(n.Level, maxLevel))
	n.Level++
	return n, true
}

const (
	// blockBase is how long the first block of a network lasts.
	blockBase = time.Hour
	// maxLevel bounds the doubling: 2^7 hours are five days.
	maxLevel = 7
)
