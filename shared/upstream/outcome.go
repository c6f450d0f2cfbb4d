package upstream

import "lineproof/shared/fault"

// Outcome is what asking an upstream comes to. The zero value is Burned, which tells nothing of the
// line.
type Outcome uint8

// The outcomes.
const (
	// Burned is an answer that got lost after something was sent: nobody knows what it was.
	Burned Outcome = iota
	// Match is a line of that number, and Mismatch one of another.
	Match
	Mismatch
	// OtherNetwork is a connection that is not the upstream's network: Wi-Fi, another operator.
	OtherNetwork
	// NotCovered is a line or network that the upstream does not answer for.
	NotCovered
	// NoConsent is a subscriber whose consent is missing.
	NoConsent
	// NoNumber is a token from which no number follows.
	NoNumber
	// Misconfigured is our credentials, scope or redirect_uri refused.
	Misconfigured
	// Disputed is the same, or a refusal of what a device brought: the answer does not say which.
	Disputed
	// Busy is an upstream that wants to be asked less.
	Busy
	// Malformed is an answer that is none.
	Malformed
	// Away is an upstream that could not be reached: nothing was sent.
	Away
	// Refusal is a code that opens nothing: it came late, or whoever brought it made it up.
	Refusal
	// Conflict is a line about which the upstream is being asked already.
	Conflict
	// Pending is a request that has no token yet; Slower is one that was asked about too early, and
	// Late one that has expired.
	Pending
	Slower
	Late
	// WrongCode is a code that is not its request's, which still waits for that; NoCode is one for
	// a request that has given none, and Over one for a request that is no longer.
	WrongCode
	NoCode
	Over

	outcomes // how many there are
)

// names are what logs and metrics call them.
var names = [outcomes]string{
	Burned: "burned", Match: "match", Mismatch: "mismatch", OtherNetwork: "other-network",
	NotCovered: "not-covered", NoConsent: "no-consent", NoNumber: "no-number",
	Misconfigured: "misconfigured", Disputed: "misconfigured",
	Busy: "busy", Malformed: "malformed", Away: "away",
	Refusal: "refusal", Conflict: "conflict", Pending: "pending", Slower: "slower", Late: "late",
	WrongCode: "wrong-code", NoCode: "no-code", Over: "over",
}

// String returns the name of the outcome in logs and metrics.
func (o Outcome) String() string { return names[o] }

// Told tells whether the outcome says whose the line is: that it has the number, or another.
func (o Outcome) Told() bool { return o == Match || o == Mismatch }

// Broken tells whether the outcome counts against the upstream for its breaker: what is its own
// doing, or ours, and surely not that of a subscriber, a device or a client.
func (o Outcome) Broken() bool {
	switch o {
	case Burned, Malformed, Away, Busy, Misconfigured:
		return true
	default:
		return false
	}
}

// failures are what clients are told of the outcomes that tell nothing of the line. What is wrong
// with our credentials is ours: never theirs.
var failures = [outcomes]fault.Kind{
	Burned:        fault.Timeout,
	OtherNetwork:  fault.NotNetworkAuthenticated,
	NotCovered:    fault.NotCovered,
	NoConsent:     fault.ConsentRequired,
	NoNumber:      fault.NoNumber,
	Misconfigured: fault.Misconfigured,
	Disputed:      fault.Misconfigured,
	Busy:          fault.TooManyRequests,
	Malformed:     fault.Internal,
	Away:          fault.Unavailable,
	Refusal:       fault.Timeout,
	Conflict:      fault.TooManyRequests,
	Pending:       fault.AuthorizationPending,
	Slower:        fault.SlowDown,
	Late:          fault.ExpiredToken,
	WrongCode:     fault.WrongCode,
	NoCode:        fault.NoCode,
	Over:          fault.UnknownRequest,
}

// Err returns the failure that the outcome is told by, nil where it tells whose the line is.
func (o Outcome) Err() error {
	if o.Told() {
		return nil
	}
	return fault.Wrap(failures[o], outcomeError(o))
}

// outcomeError is the cause of a failure that an outcome is told by.
type outcomeError Outcome

// Error names the outcome.
func (e outcomeError) Error() string { return "upstream: " + Outcome(e).String() }
