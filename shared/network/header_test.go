package network_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"lineproof/shared/network"
	"lineproof/shared/phone"
)

const (
	newKey = "the first gateway key"
	oldKey = "the older gateway key"
	// signedV4 is the signature with newKey of +34600123456, 203.0.113.7 and 1700000000, and
	// signedV6 that with oldKey of 34600123456, 2001:db8::7 and 1700000000, both by `openssl dgst
	// -sha256 -hmac`.
	signedV4 = "67005f4c6f5101aeb620b3833282fdc625ba3689248a93f11c0459fbaf7fcfb7"
	signedV6 = "e2a6f13950e8023b1c23acabba8d784670e294f030311e0a909b72f8a93cfafe"
)

func sign(key string, parts ...string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(mac.Sum(nil))
}

func injected(number, at, signature string) http.Header {
	return header(network.NumberHeader, number, network.TimeHeader, at, network.SignatureHeader, signature)
}

// with gives a copy of h with one more value.
func with(h http.Header, name, value string) http.Header {
	h = h.Clone()
	h.Add(name, value)
	return h
}

// without gives a copy of h without a header.
func without(h http.Header, name string) http.Header {
	h = h.Clone()
	h.Del(name)
	return h
}

func TestSignedHeader(t *testing.T) {
	t.Parallel()
	v4, v6 := address("203.0.113.7:4711"), address("[2001:db8::7]:4711")
	good := injected("+34600123456", "1700000000", signedV4)
	stamped := func(at, signedAt string) http.Header {
		return injected("+34600123456", at, sign(newKey, "+34600123456", "203.0.113.7", signedAt))
	}
	for name, test := range map[string]struct {
		header   http.Header
		from     netip.AddrPort
		accepted bool
	}{
		"with plus":                     {good, v4, true},
		"without plus, older key, IPv6": {injected("34600123456", "1700000000", signedV6), v6, true},
		"mapped IPv4":                   {good, address("[::ffff:203.0.113.7]:1"), true},
		"another port":                  {good, address("203.0.113.7:0"), true},
		"upper case":                    {injected("+34600123456", "1700000000", strings.ToUpper(signedV4)), v4, true},
		"nothing":                       {http.Header{}, v4, false},
		"no header at all":              {nil, v4, false},
		"no signature":                  {without(good, network.SignatureHeader), v4, false},
		"no time":                       {without(good, network.TimeHeader), v4, false},
		"no number":                     {without(good, network.NumberHeader), v4, false},
		"another number":                {injected("+34600123457", "1700000000", signedV4), v4, false},
		"the plus dropped":              {injected("34600123456", "1700000000", signedV4), v4, false},
		"another time":                  {injected("+34600123456", "1700000001", signedV4), v4, false},
		"another address":               {good, address("203.0.113.8:4711"), false},
		"no address":                    {good, netip.AddrPort{}, false},
		"signed for no address":         {injected("+34600123456", "1700000000", sign(newKey, "+34600123456", "invalid IP", "1700000000")), netip.AddrPort{}, false},
		"signature and more":            {injected("+34600123456", "1700000000", signedV4+"z"), v4, false},
		"another key":                   {injected("+34600123456", "1700000000", sign("guessed", "+34600123456", "203.0.113.7", "1700000000")), v4, false},
		"the empty key":                 {injected("+34600123456", "1700000000", sign("", "+34600123456", "203.0.113.7", "1700000000")), v4, false},
		"cut signature":                 {injected("+34600123456", "1700000000", signedV4[:62]), v4, false},
		"no hex":                        {injected("+34600123456", "1700000000", "z"+signedV4[1:]), v4, false},
		"number twice":                  {with(good, network.NumberHeader, "+34600999999"), v4, false},
		"number twice, alike":           {with(good, network.NumberHeader, "+34600123456"), v4, false},
		"time twice":                    {with(good, network.TimeHeader, "1700000000"), v4, false},
		"signature twice":               {with(good, network.SignatureHeader, signedV4), v4, false},
		"signed, but no number":         {injected("+0", "1700000000", sign(newKey, "+0", "203.0.113.7", "1700000000")), v4, false},
		"signed, but no time":           {stamped("noon", "noon"), v4, false},
		"signed, a fraction of time":    {stamped("1700000000.0", "1700000000.0"), v4, false},
		"signed, beyond all time":       {stamped("-9223372036854775808", "-9223372036854775808"), v4, false},
		"30 s behind":                   {stamped("1699999970", "1699999970"), v4, true},
		"30 s ahead":                    {stamped("1700000030", "1700000030"), v4, true},
		"60 s behind":                   {stamped("1699999940", "1699999940"), v4, true},
		"60 s ahead":                    {stamped("1700000060", "1700000060"), v4, true},
		"61 s behind":                   {stamped("1699999939", "1699999939"), v4, false},
		"61 s ahead":                    {stamped("1700000061", "1700000061"), v4, false},
		"301 s behind":                  {stamped("1699999699", "1699999699"), v4, false},
		"301 s ahead":                   {stamped("1700000301", "1700000301"), v4, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resolver := network.Header{Keys: keys("", newKey, oldKey), Prefixes: phone.Every, Now: clock(noon)}
			got, err := resolver.Resolve(t.Context(), network.Connection{Address: test.from, Header: test.header})
			if test.accepted {
				if err != nil || got != (network.Subscriber{Number: number(t, "+"+marked), AMR: network.NetworkBased}) {
					t.Errorf("got %v, %v", got, err)
				}
			} else if !errors.Is(err, network.ErrUnresolved) || got != (network.Subscriber{}) {
				t.Errorf("accepted as %v, %v", got, err)
			}
			leaks(t, shown(got, err, network.Connection{Address: test.from, Header: test.header}), marked, "203.0.113.7")
		})
	}
}

func TestHeaderOverMutualTLS(t *testing.T) {
	t.Parallel()
	gateway, other := network.FingerprintDER([]byte("gateway")), network.FingerprintDER([]byte("other"))
	bare := header(network.NumberHeader, "+34600123456")
	for name, test := range map[string]struct {
		header      http.Header
		certificate network.Fingerprint
		accepted    bool
	}{
		"the gateway":                 {bare, gateway, true},
		"the gateway, badly signed":   {with(bare, network.SignatureHeader, "00"), gateway, true},
		"the gateway, number twice":   {with(bare, network.NumberHeader, "+34600999999"), gateway, false},
		"the gateway, without number": {http.Header{}, gateway, false},
		"the gateway, malformed":      {header(network.NumberHeader, "+34600123456x"), gateway, false},
		"another client":              {bare, other, false},
		"no certificate":              {bare, network.Fingerprint{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resolver := network.Header{Certificates: map[network.Fingerprint]phone.Prefixes{{}: phone.Every, gateway: phone.Every}, Now: clock(noon)}
			got, err := resolver.Resolve(t.Context(), network.Connection{Header: test.header, Certificate: test.certificate})
			if (err == nil) != test.accepted || got.Number.IsZero() == test.accepted || err != nil && !errors.Is(err, network.ErrUnresolved) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// What a gateway says of a number that it does not speak for is as if it had not been said; the
// reason names no number.
func TestGatewaysSpeakForTheirPrefixes(t *testing.T) {
	t.Parallel()
	one, two := network.FingerprintDER([]byte("one")), network.FingerprintDER([]byte("two"))
	resolver := network.Chain{network.Header{
		Keys: keys(newKey), Prefixes: phone.Prefixes{"3460"}, Now: clock(noon),
		Certificates: map[network.Fingerprint]phone.Prefixes{one: {"34", "33"}, two: {"44"}},
	}}
	signed := func(number string) http.Header {
		return injected(number, "1700000000", sign(newKey, number, "203.0.113.7", "1700000000"))
	}
	for name, test := range map[string]struct {
		header      http.Header
		certificate network.Fingerprint
		accepted    bool
	}{
		"signed":                         {signed("+34600123456"), network.Fingerprint{}, true},
		"signed, another's":              {signed("+34700123456"), network.Fingerprint{}, false},
		"over TLS":                       {header(network.NumberHeader, "34700123456"), one, true},
		"over TLS, another's":            {header(network.NumberHeader, "34700123456"), two, false},
		"over TLS, signed by who may":    {signed("+34600123456"), two, false},
		"signed, from an unknown client": {signed("+34600123456"), network.FingerprintDER([]byte("three")), true},
	} {
		got, err := resolver.Resolve(t.Context(), network.Connection{Address: address("203.0.113.7:1"), Header: test.header, Certificate: test.certificate})
		if (err == nil) != test.accepted || got.Number.IsZero() == test.accepted {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if err != nil && (!errors.Is(err, network.ErrUnresolved) || !strings.Contains(err.Error(), "does not speak for")) {
			t.Errorf("%s: the reason is %v", name, err)
		}
		leaks(t, shown(err), "34600123456", "34700123456")
	}
}

func TestHeaderWithoutKeysBelievesNobody(t *testing.T) {
	t.Parallel()
	signed := injected("+34600123456", "1700000000", sign("", "+34600123456", "203.0.113.7", "1700000000"))
	for _, ring := range []network.Keys{nil, keys(), keys("")} {
		resolver := network.Header{Keys: ring, Prefixes: phone.Every, Now: clock(noon)}
		_, err := resolver.Resolve(t.Context(), network.Connection{Address: address("203.0.113.7:1"), Header: signed})
		if !errors.Is(err, network.ErrUnresolved) {
			t.Errorf("got %v", err)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add("+34600123456", "1700000000", signedV4)
	f.Add("34600123456", "-1", "")
	resolver := network.Header{Keys: keys(newKey), Prefixes: phone.Every, Now: clock(noon)}
	from := address("203.0.113.7:1")
	f.Fuzz(func(t *testing.T, number, at, signature string) {
		forged := network.Connection{Address: from, Header: injected(number, at, signature)}
		if _, err := resolver.Resolve(context.Background(), forged); err == nil && sign(newKey, number, "203.0.113.7", at) != strings.ToLower(signature) {
			t.Fatal("a forged header was believed")
		}
		signed := network.Connection{Address: from, Header: injected(number, at, sign(newKey, number, "203.0.113.7", at))}
		got, err := resolver.Resolve(context.Background(), signed)
		if err == nil && got.Number.E164() != number && got.Number.Digits() != number {
			t.Fatalf("another number came of %q", number)
		}
		if seconds, parsed := strconv.ParseInt(at, 10, 64); err == nil && (parsed != nil || time.Unix(seconds, 0).Sub(noon).Abs() > network.MaxSkew) {
			t.Fatalf("the time %q was accepted", at)
		}
	})
}
