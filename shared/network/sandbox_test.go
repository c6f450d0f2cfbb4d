package network_test

import (
	"errors"
	"testing"

	"lineproof/shared/network"
	"lineproof/shared/phone"
)

func TestSandbox(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		outcome network.Outcome
		known   bool
		number  bool
		amr     string
	}{
		"+990123450001":    {network.Verified, true, true, network.NetworkBased},
		"+990123450000":    {network.Verified, true, true, network.NetworkBased},
		"+990123456":       {network.Verified, true, true, network.NetworkBased},
		"+990123450012":    {network.Verified, true, true, network.NetworkBased},
		"+990123450002":    {network.NotNetwork, true, true, ""},
		"+990123450003":    {network.NoNumber, true, false, network.NetworkBased},
		"+990123450004":    {network.Unresolved, false, false, ""},
		"+990999999999904": {network.Unresolved, false, false, ""},
		"+99002":           {network.NotNetwork, true, true, ""},
		"+990123459902":    {network.NotNetwork, true, true, ""}, // the digits before are other products'
	} {
		n := number(t, text)
		if got := network.SilentOutcome(n); got != want.outcome {
			t.Errorf("%s: outcome %s, want %s", text, got, want.outcome)
		}
		got, err := network.Sandbox(n)
		if (err == nil) != want.known || err != nil && !errors.Is(err, network.ErrUnresolved) {
			t.Errorf("%s: error %v", text, err)
		}
		if got.AMR != want.amr || got.Number.IsZero() == want.number || want.number && got.Number != n {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

func TestOnlyTestNumbersHaveSandboxSubscribers(t *testing.T) {
	t.Parallel()
	for _, n := range []phone.Number{{}, number(t, "+34600000001"), number(t, "+34600000002"), number(t, "+34990000003"), number(t, "+99100001")} {
		if got, err := network.Sandbox(n); !errors.Is(err, network.ErrUnresolved) || got != (network.Subscriber{}) {
			t.Errorf("got %v, %v", got, err)
		}
	}
}

func TestTestNumbersCoverEachOutcomeOnce(t *testing.T) {
	t.Parallel()
	seen := map[network.Outcome]string{}
	for _, test := range network.TestNumbers() {
		if !test.Number.IsSandbox() || network.SilentOutcome(test.Number) != test.Outcome || seen[test.Outcome] != "" {
			t.Errorf("%s for %s", test.Number.E164(), test.Outcome)
		}
		seen[test.Outcome] = test.Number.E164()
	}
	for outcome, want := range map[network.Outcome]string{
		network.Verified: "+990123450001", network.NotNetwork: "+990123450002",
		network.NoNumber: "+990123450003", network.Unresolved: "+990123450004",
	} {
		if seen[outcome] != want {
			t.Errorf("%s: %s, want %s", outcome, seen[outcome], want)
		}
	}
}
