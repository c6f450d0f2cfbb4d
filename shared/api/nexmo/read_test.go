package nexmo

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"lineproof/shared/fault"
)

func called(pairs ...string) call {
	c := call{params: url.Values{}}
	for i := 0; i < len(pairs); i += 2 {
		c.params.Set(pairs[i], pairs[i+1])
	}
	return c
}

// TestTriedCodes refuses what can be no code, and what is no address.
func TestTriedCodes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		code, address string
		want          fault.Kind
		param         string
	}{
		{"12", "", fault.InvalidParam, "code"}, {"1234567", "", fault.InvalidParam, "code"},
		{"12a4", "", fault.InvalidCode, "code"}, {"-123", "", fault.InvalidCode, "code"},
		{"１２３４", "", fault.InvalidCode, "code"}, {"12 34", "", fault.InvalidCode, "code"},
		{"1234", "x", fault.InvalidParam, "ip_address"},
		{"1234", "198.51.100.7 ", fault.InvalidParam, "ip_address"},
		{"1234", "198.51.100.7, 10.0.0.1", fault.InvalidParam, "ip_address"},
		{"1234", "fe80::1%eth0", fault.InvalidParam, "ip_address"},
		{"1234", strings.Repeat("1", 8000), fault.InvalidParam, "ip_address"},
		{"12", "x", fault.InvalidParam, "code"},
	} {
		_, _, err := tried(called("code", test.code, "ip_address", test.address))
		if err == nil || fault.Of(err) != test.want || fault.As(err).Param != test.param {
			t.Errorf("%q from %.20q returned %v", test.code, test.address, err)
		}
	}
	for _, code := range []string{"1234", "12345", "000000"} {
		got, address, err := tried(called("code", code, "ip_address", "::ffff:198.51.100.7"))
		if err != nil || got.Reveal() != code || address.String() != "198.51.100.7" {
			t.Errorf("%q is %q, from %v, %v", code, got.Reveal(), address, err)
		}
	}
}

// TestBlocks reads the network whose block ends, and for how long.
func TestBlocks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		network, duration, param string
		want                     fault.Kind
	}{
		{"", "60", "network", fault.MissingParam}, {"x", "60", "network", fault.InvalidParam},
		{"4477009000000000", "1", "network", fault.InvalidParam},
		{"44770090", "-1", "unblock_duration", fault.InvalidParam},
		{"44770090", "86401", "unblock_duration", fault.InvalidParam},
		{"44770090", "1.5", "unblock_duration", fault.InvalidParam},
	} {
		_, _, err := block(called("network", test.network, "unblock_duration", test.duration))
		if err == nil || fault.Of(err) != test.want || fault.As(err).Param != test.param {
			t.Errorf("%q for %q returned %v", test.network, test.duration, err)
		}
	}
	for duration, want := range map[string]time.Duration{"": 0, "0": 0, "86400": 24 * time.Hour} {
		for _, name := range []string{"unblock_duration", "duration"} {
			if _, keep, err := block(called("network", "44770090", name, duration)); err != nil || keep != want {
				t.Errorf("%s=%q is %v, %v", name, duration, keep, err)
			}
		}
	}
	both := called("network", "1", "duration", "5", "unblock_duration", "7")
	if _, keep, _ := block(both); keep != 7*time.Second {
		t.Errorf("of both names %v counts", keep)
	}
}
