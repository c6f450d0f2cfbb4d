package verification

// Reason is why a message did not leave, as the log and a metric's dimension have it: one of those
// below, or the name of the fault for which there was no leave. It is empty where a message left.
type Reason string

// The reasons of providers.
const (
	// SpendLimit is a month's limit of money that is spent.
	SpendLimit Reason = "spend limit reached"
	// DailyLimit is a day's limit of what one number may get.
	DailyLimit Reason = "daily limit reached"
	// OptedOut is a number whose holder wants no messages of the sender.
	OptedOut Reason = "number opted out"
	// Unverified is a number that an account in the provider's sandbox may not send to.
	Unverified Reason = "number not verified"
	// Barred is a number that the operator itself bars there.
	Barred Reason = "number barred"
	// Unreachable is a number that cannot be one, or that no message reaches.
	Unreachable Reason = "number not reachable"
	// CountryBlocked is a number of a country that the operator blocks there.
	CountryBlocked Reason = "country blocked"
	// Unrouted is a country for which no sender is set.
	Unrouted Reason = "no route"
	// Inactive is a sender or a configuration that is not, or not yet, in use.
	Inactive Reason = "resource not active"
	// Missing is a sender or a configuration that does not exist.
	Missing Reason = "resource not found"
	// Forbidden is a right that the caller lacks.
	Forbidden Reason = "sending not permitted"
	// Disabled is an account that the provider has closed.
	Disabled Reason = "account disabled"
	// Unregistered is a sender that the country wants registered first.
	Unregistered Reason = "sender not registered"
	// Unusable is a sender that serves no such message.
	Unusable Reason = "sender not usable"
	// Malformed is a message that breaks a rule of the provider's.
	Malformed Reason = "message not valid"
	// Throttling is too many messages at a time.
	Throttling Reason = "throttled by the provider"
	// Unreached is a provider to whom nothing could be said.
	Unreached Reason = "provider not reached"
	// Unexplained is any other.
	Unexplained Reason = "refused by the provider"
)

// walls tell of each reason which later messages of the channel it holds back as surely: those in
// whose way it stands as it stood in that of the message held. Of reasons that stand here for none,
// the next message may well be taken: Inactive passes while a sender is put into a pool, Malformed
// is a text or a time to live, which the next has of its own, Throttling and Unreached pass in
// seconds, Unexplained is not guessed about, and leave is asked for anew.
var walls = map[Reason]func(held, next Means) bool{
	SpendLimit:     everywhere, // each channel has one, which months or an operator end
	Disabled:       everywhere,
	DailyLimit:     sameLine,
	Unverified:     sameLine,
	Barred:         sameLine,
	Unreachable:    sameLine,
	CountryBlocked: sameLine, // another number of the country may be let through by name
	OptedOut:       sameBoth, // lists of those who opted out are by sender
	Unrouted:       sameSender,
	Missing:        sameSender,
	Forbidden:      sameSender, // rights are by sender
	Unregistered:   sameSender,
	Unusable:       sameSender,
}

func everywhere(_, _ Means) bool { return true }

func sameLine(held, next Means) bool { return held.To == next.To }

// sameSender tells whether messages leave by the same route, which country and sender choose.
func sameSender(held, next Means) bool {
	return held.Country == next.Country && held.Sender == next.Sender
}

func sameBoth(held, next Means) bool { return sameLine(held, next) && sameSender(held, next) }

// wall returns for what reason the last event's message would surely be refused, as an earlier one
// of its channel was; empty when it may be taken.
func (v Verification) wall() Reason {
	for i := range v.Event - 1 {
		held := v.Events[i]
		if held.Outcome != Refused || held.Channel != v.Plan.channel(v.Event) {
			continue
		}
		if stands := walls[held.Reason]; stands != nil && stands(v.means(i+1), v.means(v.Event)) {
			return held.Reason
		}
	}
	return ""
}

// Reasons are all reasons of providers.
func Reasons() []Reason {
	return []Reason{
		SpendLimit, DailyLimit, OptedOut, Unverified, Barred, Unreachable, CountryBlocked, Unrouted,
		Inactive, Missing, Forbidden, Disabled, Unregistered, Unusable, Malformed, Throttling,
		Unreached, Unexplained,
	}
}
