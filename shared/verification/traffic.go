package verification

import (
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
)

// Caps are what a verification's messages are held to, each 0 for no cap.
type Caps struct {
	// Messages and MessagesPerDay cap the messages to the number, over all accounts, in ten minutes
	// and in a day.
	Messages, MessagesPerDay int64
	// NetworkCost and AccountCost cap what a day's messages cost, in millionths of a euro: to the
	// account's network, and of the account.
	NetworkCost, AccountCost int64
}

// burst is the stretch within which a number is spared more than a few requests and messages.
const burst = 10 * time.Minute

// Burst meters the messages to a number over all accounts in ten minutes.
func (c Caps) Burst() Limit { return Limit{c.Messages, burst, fault.NumberCapped} }

// Daily meters those of a day.
func (c Caps) Daily() Limit { return Limit{c.MessagesPerDay, day, fault.NumberCapped} }

// OfNetwork meters what a day's messages to one network cost.
func (c Caps) OfNetwork() Limit { return Limit{c.NetworkCost, day, fault.TooManyRequests} }

// OfAccount meters what a day's messages of one account cost.
func (c Caps) OfAccount() Limit { return Limit{c.AccountCost, day, fault.QuotaExceeded} }

// spares tells whether the number's usage over all accounts counts.
func (c Caps) spares() bool { return c.Messages > 0 || c.MessagesPerDay > 0 }

// Traffic is a message about to be sent, one that the provider did not take after all, or a
// success, as it counts for the number, its network and its account. The first message of a
// verification takes points from its network and a success brings them, so what is in flight is
// judged like a failure until it succeeds.
type Traffic struct {
	// Account and Number are the verification's; Network is empty when the account has none.
	Account account.Key
	Number  phone.Number
	Network string
	// Messages is 1 for a message to be sent, -1 for one that is given back, 0 for a success.
	Messages int64
	// Cost is what it costs, in millionths of a euro, negative when it is given back.
	Cost int64
	// Points are added to the network's score; at Floor or below it is blocked. Of 0 points the
	// score takes no notice.
	Points, Floor int
	// Caps are what it must pass; Unguarded passes a block of the network.
	Caps      Caps
	Unguarded bool
	// Now is when.
	Now time.Time
}

// Back returns the traffic that undoes a message.
func (t Traffic) Back() Traffic {
	t.Messages, t.Cost, t.Points = -t.Messages, -t.Cost, -t.Points
	return t
}

// HasNetwork tells whether the traffic touches the usage of its network.
func (t Traffic) HasNetwork() bool { return t.Network != "" }

// HasLine tells whether the traffic touches its number's usage over all accounts.
func (t Traffic) HasLine() bool { return t.Caps.spares() }

// Guarded tells whether a block of its network holds it back.
func (t Traffic) Guarded() bool { return t.Messages > 0 && !t.Unguarded }

// AdmitToLine returns the usage of the number after the traffic, or fails with
// fault.NumberCapped.
func (t Traffic) AdmitToLine(l LineUsage) (LineUsage, error) {
	var ok bool
	if l.Messages, ok = t.Caps.Burst().Take(l.Messages, t.Messages, t.Now); !ok {
		return l, fault.New(fault.NumberCapped)
	}
	if l.Daily, ok = t.Caps.Daily().Take(l.Daily, t.Messages, t.Now); !ok {
		return l, fault.New(fault.NumberCapped)
	}
	return l, nil
}

// AdmitToCost returns the usage of what the account's messages cost after the traffic, or fails
// with fault.QuotaExceeded.
func (t Traffic) AdmitToCost(w Window) (Window, error) {
	w, ok := t.Caps.OfAccount().Take(w, t.Cost, t.Now)
	if !ok {
		return w, fault.New(fault.QuotaExceeded)
	}
	return w, nil
}

// AdmitToNetwork returns the network's usage after the traffic, or fails with fault.Blocked or
// TooManyRequests. A usage whose BlockedUntil has changed is blocked by this very traffic.
func (t Traffic) AdmitToNetwork(n NetworkUsage) (NetworkUsage, error) {
	if t.Guarded() && t.Now.Before(n.BlockedUntil) {
		return n, fault.New(fault.Blocked)
	}
	var ok bool
	if n.Cost, ok = t.Caps.OfNetwork().Take(n.Cost, t.Cost, t.Now); !ok {
		return n, fault.New(fault.TooManyRequests)
	}
	return t.score(n), nil
}

// score counts the points. A block lasts for an hour, and twice as long as the last each time; the
// doubling ends once the score is as far above 0 as Floor is below, where it also stops rising.
func (t Traffic) score(n NetworkUsage) NetworkUsage {
	if t.Points == 0 {
		return n
	}
	n.Score = min(n.Score+t.Points, -t.Floor)
	if t.Points > 0 && n.Score == -t.Floor {
		n.Level = 0
	}
	if n.Score > t.Floor {
		return n
	}
	n.Score = 0
	if t.Now.Before(n.UnblockedUntil) {
		return n
	}
	n.BlockedUntil = t.Now.Add(blockBase << min(n.Level, maxLevel))
	n.Level++
	return n
}

const (
	// blockBase is how long the first block of a network lasts.
	blockBase = time.Hour
	// maxLevel bounds the doubling: 2^7 hours are five days.
	maxLevel = 7
)

// message returns the traffic of the last event's message.
func (v Verification) message(now time.Time) Traffic {
	t := v.traffic(v.Event, now)
	t.Messages, t.Cost = 1, v.price(v.Event)
	if v.judged() && !v.sentBefore(len(v.Events)-1) {
		t.Points = -v.Conversion
	}
	return t
}

// success returns the traffic of a success. With a threshold of t percent every verification that
// reached someone takes t points and a success brings 100, so the score falls exactly while fewer
// than t percent succeed.
func (v Verification) success(now time.Time) Traffic {
	t := v.traffic(max(v.Event, 1), now)
	t.Points = 100
	return t
}

// traffic returns that of the nth event's line.
func (v Verification) traffic(n int, now time.Time) Traffic {
	t := Traffic{
		Account: v.Account, Number: v.means(n).To, Network: v.Network,
		Floor: -v.Conversion * max(1, v.Sample), Caps: v.Caps, Unguarded: v.Unguarded, Now: now,
	}
	if v.Network != "" {
		t.Network = NetworkOf(t.Number)
	}
	return t
}

// judged tells whether the verification counts for the score of its network.
func (v Verification) judged() bool { return v.Network != "" && v.Conversion > 0 }

// sentBefore tells whether one of the first n events may have reached someone.
func (v Verification) sentBefore(n int) bool {
	for _, e := range v.Events[:n] {
		if e.Outcome.mayReach() {
			return true
		}
	}
	return false
}
