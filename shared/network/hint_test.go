package network_test

import (
	"encoding/json"
	"errors"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/network"
)

func TestParseHint(t *testing.T) {
	t.Parallel()
	byNumber := network.Hint{Kind: network.ByNumber, Number: number(t, "+"+marked)}
	byAddress := func(at string) network.Hint { return network.Hint{Kind: network.ByAddress, Address: address(at)} }
	for text, want := range map[string]network.Hint{
		"tel:+34600123456":             byNumber,
		"+34600123456":                 byNumber,
		"tel: 34600123456":             byNumber,
		" 34600123456":                 byNumber,
		"ipport:1.2.3.4:99":            byAddress("1.2.3.4:99"),
		"ipport:1.2.3.4":               byAddress("1.2.3.4:0"),
		"ipport:[2001:db8::1]:99":      byAddress("[2001:db8::1]:99"),
		"ipport:2001:db8::1":           byAddress("[2001:db8::1]:0"),
		"ipport:[::ffff:1.2.3.4]:99":   byAddress("1.2.3.4:99"),
		"operatortoken:eyJ.e30.sig":    {Kind: network.ByToken, Token: "eyJ.e30.sig"},
		"operatortoken:with:colons:in": {Kind: network.ByToken, Token: "with:colons:in"},
	} {
		if got, err := network.ParseHint(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestParseHintRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", ":", "tel:", "tel:34600123456", "34600123456", "  34600123456", "tel:  34600123456", "tel: +34600123456", "tel:+ 34600123456", " tel:+34600123456", "tel:+34 600 123 456", "tel:+34600123456;ext=1", "TEL:+34600123456",
		"tel:+0600123456", "tel:+346001234561234567", "sip:+34600123456", "mailto:34600123456@example.com", "ipport:", "ipport:34600123456",
		"ipport:1.2.3.4:", "ipport:1.2.3.4:65536", "ipport:1.2.3:1", "ipport:[2001:db8::1]", "ipport:example.com:1", "operatortoken:", "operatortoken",
	} {
		got, err := network.ParseHint(text)
		if !errors.Is(err, network.ErrHint) || fault.Of(err) != fault.InvalidRequest || got != (network.Hint{}) {
			t.Errorf("%q: %v", text, err)
		}
		leaks(t, shown(err), marked)
	}
}

func TestNothingPrintsAHint(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"tel:+" + marked, "ipport:203.0.113.7:4711", "operatortoken:canary.token"} {
		hint, err := network.ParseHint(text)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(map[string]any{"h": hint, "p": &hint})
		if err != nil {
			t.Fatal(err)
		}
		leaks(t, shown(hint, &hint, struct{ H network.Hint }{hint})+string(encoded), marked, "203.0.113.7", "canary.token")
	}
}

func FuzzParseHint(f *testing.F) {
	for _, text := range []string{"tel:+34600123456", "ipport:1.2.3.4:99", "ipport:[2001:db8::1%eth0]:1", "operatortoken:x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hint, err := network.ParseHint(text)
		if err != nil {
			if !errors.Is(err, network.ErrHint) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		set := map[network.HintKind]bool{
			network.ByNumber: !hint.Number.IsZero(), network.ByAddress: hint.Address.IsValid(), network.ByToken: hint.Token != "",
		}
		for kind, is := range set {
			if is != (kind == hint.Kind) {
				t.Errorf("%q became a %s with %v", text, hint.Kind, set)
			}
		}
	})
}
