package upstream

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Asked is what an upstream is wanted for.
type Asked struct {
	// Sandbox tells that a sandbox client asks, and Wanted which upstream it is registered for;
	// empty for none.
	Sandbox bool
	Wanted  string
	// Purpose is the client's (dpv:…); empty without one.
	Purpose string
	// Verify wants numbers compared, Share wants them told.
	Verify, Share bool
	// Shapes are those that can answer a device.
	Shapes []Shape
	// Vouched tells that an operator token is there in place of a device, and VouchedBy the issuer
	// that it names, unverified; empty where it names none that we can read.
	Vouched   bool
	VouchedBy string
	// Network is MCC and MNC of the SIM, Number the digits of the number and Country its country,
	// each empty where nobody told it.
	Network, Number, Country string
	// Address is where the device's request came from; the zero Addr where it did not.
	Address netip.Addr
}

// Choose returns the upstream that is asked, or false when none may be: the client's own choice,
// else the issuer of the operator token, else that of the SIM's network, of the device's address,
// of the number's longest prefix, of its country, else the default. One that serves all that is
// wanted goes before those that serve some of it. Nobody is asked after the one that was chosen.
func Choose(all []Upstream, a Asked, now time.Time) (Upstream, bool) {
	may := slices.DeleteFunc(slices.Clone(all), func(u Upstream) bool { return !u.may(a, now) })
	whole := slices.DeleteFunc(slices.Clone(may), func(u Upstream) bool { return !u.serves(a) })
	if u, found := chosen(whole, a); found {
		return u, true
	}
	return chosen(may, a)
}

// chosen returns the one of those that may be asked.
func chosen(may []Upstream, a Asked) (Upstream, bool) {
	if a.Wanted != "" {
		return first(may, func(u Upstream) bool { return u.Name == a.Wanted })
	}
	longest := longestPrefix(may, a.Number)
	for _, rule := range []func(Upstream) bool{
		func(u Upstream) bool { return a.VouchedBy != "" && u.Issuer == a.VouchedBy },
		func(u Upstream) bool { return slices.Contains(u.Networks, a.Network) },
		func(u Upstream) bool { return u.holds(a.Address) },
		func(u Upstream) bool { return longest > 0 && u.prefix(a.Number) == longest },
		func(u Upstream) bool { return slices.Contains(u.Countries, a.Country) },
		func(u Upstream) bool { return u.Default },
	} {
		if u, found := first(may, rule); found {
			return u, true
		}
	}
	return Upstream{}, false
}

// may tells whether it may be asked at all.
func (u Upstream) may(a Asked, now time.Time) bool {
	p, known := ProfileOf(u.Profile)
	if !known || !u.Live(now) || u.ClientID == "" || u.Sandbox != a.Sandbox {
		return false
	}
	t := u.Terms.under(p.Terms)
	if !t.answers(a, p.Shape) {
		return false
	}
	if len(t.Purposes) > 0 && !slices.Contains(t.Purposes, a.Purpose) {
		return false
	}
	return a.Verify && t.verifies() || a.Share && t.Share != ""
}

// answers tells whether it takes what is there: an operator token, or a device.
func (t Terms) answers(a Asked, s Shape) bool {
	if a.Vouched {
		return t.OperatorTokens != ""
	}
	return slices.Contains(a.Shapes, s) && (s != CodeFlow || t.Authorization != "")
}

// serves tells whether it serves all that is wanted, being one that may be asked.
func (u Upstream) serves(a Asked) bool {
	p, _ := ProfileOf(u.Profile)
	t := u.Terms.under(p.Terms)
	return (!a.Verify || t.verifies()) && (!a.Share || t.Share != "")
}

// verifies tells whether it compares numbers, or tells them and may be asked to compare.
func (t Terms) verifies() bool { return t.Verify != "" || t.Share != "" && yes(t.Compare) }

// holds tells whether an address is of its network.
func (u Upstream) holds(a netip.Addr) bool {
	return a.IsValid() && slices.ContainsFunc(
		u.Addresses, func(p netip.Prefix) bool { return p.Contains(a) },
	)
}

// Origin names the network of a device's address: the upstream's own, which all of its Addresses
// are, or one as wide as a provider's often are, the first 16 bits of IPv4 and 32 of IPv6. It is
// empty for the zero Addr. Who goes to the upstream by one and comes back by another are perhaps
// not one.
func (u Upstream) Origin(a netip.Addr) string {
	if u.holds(a) {
		return "own"
	}
	bits := 32
	if a.Is4() {
		bits = 16
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// prefix returns how long its longest prefix of a number is; 0 for none.
func (u Upstream) prefix(number string) int {
	longest := 0
	for _, p := range u.Prefixes {
		if strings.HasPrefix(number, p) {
			longest = max(longest, len(p))
		}
	}
	return longest
}

func longestPrefix(all []Upstream, number string) int {
	longest := 0
	for _, u := range all {
		longest = max(longest, u.prefix(number))
	}
	return longest
}

func first(all []Upstream, rule func(Upstream) bool) (Upstream, bool) {
	i := slices.IndexFunc(all, rule)
	if i < 0 {
		return Upstream{}, false
	}
	return all[i], true
}
