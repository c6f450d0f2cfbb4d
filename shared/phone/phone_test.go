package phone_test

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text             string
		strict, optional bool
	}{
		{"+34123456789", true, true},
		{"34123456789", false, true},
		{"+12345", true, true},
		{"+123456789012345", true, true},
		{"+1234", false, false},
		{"+1234567890123456", false, false},
		{"+0123456789", false, false},
		{"0034123456789", false, false},
		{"", false, false},
		{"+", false, false},
		{"++34123456789", false, false},
		{"+34 123456789", false, false},
		{"+34123456789\n", false, false},
		{"+٣٤١٢٣٤٥٦", false, false},
	}
	for _, test := range tests {
		if _, err := phone.Parse(test.text); (err == nil) != test.strict {
			t.Errorf("Parse(%q): %v", test.text, err)
		}
		n, err := phone.ParseOptionalPlus(test.text)
		if (err == nil) != test.optional {
			t.Errorf("ParseOptionalPlus(%q): %v", test.text, err)
		}
		if err != nil && (!errors.Is(err, phone.ErrMalformed) || fault.Of(err) != fault.InvalidField) {
			t.Errorf("%q: wrong error %v", test.text, err)
		}
		if err == nil && n.Digits() != strings.TrimPrefix(test.text, "+") {
			t.Errorf("%q came back as %q", test.text, n.Digits())
		}
	}
}

// The vectors are those of CAMARA's own discussion of '+' in hashes.
func TestHash(t *testing.T) {
	t.Parallel()
	n, _ := phone.Parse("+34123456789")
	with, without := n.Hash(), n.HashDigits()
	for text, want := range map[string]phone.Hash{
		"2813ff565487e39b05c7f403c96a7f5b8d9da7ea7dc0039be76a8adf37893201": with,
		"be6e929751635e0c38a2ccd47117fdb6450cf99bcdb224bf9ba962416435e0ce": without,
	} {
		lower, errLower := phone.ParseHash(text)
		upper, errUpper := phone.ParseHash(strings.ToUpper(text))
		if err := errors.Join(errLower, errUpper); err != nil || !lower.Equal(want) || !upper.Equal(want) {
			t.Errorf("%s is another hash, %v", text, err)
		}
	}
	if with.Equal(without) {
		t.Error("the '+' makes no difference")
	}
	for _, bad := range []string{"", "ab", strings.Repeat("g", 64), strings.Repeat("a", 63), strings.Repeat("a", 65)} {
		if _, err := phone.ParseHash(bad); err == nil {
			t.Errorf("ParseHash(%q) passed", bad)
		}
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	a, _ := phone.Parse("+34123456789")
	b, _ := phone.Parse("+34123456780")
	if !a.Equal(a) || a.Equal(b) {
		t.Error("numbers compare wrongly")
	}
	if back, err := phone.FromUint64(a.Uint64()); err != nil || back != a {
		t.Errorf("FromUint64 gave %v", err)
	}
	if _, err := phone.FromUint64(12); err == nil {
		t.Error("12 became a number")
	}
}

func TestSandbox(t *testing.T) {
	t.Parallel()
	test, _ := phone.Parse("+99012345678")
	real, _ := phone.Parse("+34123456789")
	if !test.IsSandbox() || real.IsSandbox() || (phone.Number{}).IsSandbox() {
		t.Error("sandbox numbers are told wrongly")
	}
}

func TestNothingPrintsANumber(t *testing.T) {
	t.Parallel()
	n, _ := phone.Parse("+34123456789")
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("x", "n", n, "p", &n, "h", n.Hash(), "s", struct{ N phone.Number }{n})
	encoded, err := json.Marshal(map[string]any{"n": n, "s": struct{ N *phone.Number }{&n}})
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprintf("%v %+v %#v %s %d %x %q %v %s", n, n, n, n, n, n, n, struct{ n phone.Number }{n}, n.Hash()) + log.String() + string(encoded)
	for _, leak := range []string{"34123456789", fmt.Sprintf("%x", uint64(34123456789)), "2813ff"} {
		if strings.Contains(shown, leak) {
			t.Errorf("%s shows in %s", leak, shown)
		}
	}
	for _, value := range []interface {
		fmt.Stringer
		slog.LogValuer
		encoding.TextMarshaler
	}{n, n.Hash()} {
		text, _ := value.MarshalText()
		all := fmt.Sprintf("%v %#v %x %s %s %s", value, value, value, value.String(), value.LogValue(), text)
		if all != "[number] [number] [number] [number] [number] [number]" {
			t.Errorf("%T prints as %s", value, all)
		}
	}
	if (phone.Number{}).E164() != "" || (phone.Number{}).Digits() != "" || !(phone.Number{}).IsZero() {
		t.Error("no number has digits")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("+34123456789")
	f.Add("34123456789")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := phone.ParseOptionalPlus(text)
		if err == nil && n.E164() != text && n.Digits() != text {
			t.Errorf("%q came back as %q", text, n.E164())
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = phone.Parse("+34123456789")
	}
}
