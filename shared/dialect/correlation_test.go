package dialect_test

import (
	"strings"
	"testing"
	"time"

	"lineproof/shared/dialect"
)

func TestCorrelation(t *testing.T) {
	t.Parallel()
	const uuid = "b4333c46-49c0-4f62-80d7-f0ef930f1c46"
	tests := []struct {
		value                  string
		printable, of55, of256 bool
	}{
		{"", true, true, true},
		{uuid, true, true, true},
		{strings.Repeat("a", 55), true, true, true},
		{strings.Repeat("a", 56), true, false, true},
		{strings.Repeat("Z", 256), true, false, true},
		{strings.Repeat("9", 257), false, false, false},
		{"-", true, true, true},
		{"_", true, false, true},
		{":;./<>{}", true, false, true},
		{"a b", true, false, false},
		{"a,b", true, false, false},
		{`a\b`, true, false, false},
		{"a+b", true, false, false},
		{"~", true, false, false},
		{"\x7f", false, false, false},
		{"\x1f", false, false, false},
		{"a\tb", false, false, false},
		{"a\nb", false, false, false},
		{"a\x00", false, false, false},
		{"é", false, false, false},
		{"\xff", false, false, false},
	}
	for wire, column := range ofEach(t, map[*dialect.Wire]int{
		dialect.CAMARA0: 0, dialect.Vonage: 0, dialect.Telefonica: 0, dialect.Konera: 0, dialect.Orange: 0,
		dialect.CAMARA1: 1, dialect.CAMARA2: 2, dialect.CAMARAWIP: 2,
	}) {
		for _, test := range tests {
			want := []bool{test.printable, test.of55, test.of256}[column]
			if got := wire.Correlation.Valid(test.value); got != want {
				t.Errorf("%s, %q: valid is %v", wire.Name, test.value, got)
			}
		}
	}
}

func TestCorrelationHeaders(t *testing.T) {
	t.Parallel()
	for _, w := range dialect.Wires() {
		want := ""
		switch {
		case w == dialect.Konera:
			want = "x-correlation-id"
		case w.Number.Verified != nil:
			want = "x-correlator"
		}
		if w.Correlation.Header != want {
			t.Errorf("%s: %q, want %q", w.Name, w.Correlation.Header, want)
		}
	}
}

func TestSuccesses(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 4, 1, 14, 30, 5, 999, time.FixedZone("", 2*60*60))
	const plain, number = `{"devicePhoneNumberVerified":true}`, `{"devicePhoneNumber":"+34123456789"}`
	for wire, want := range ofEach(t, map[*dialect.Wire][2]string{
		dialect.CAMARA0:    {plain, number},
		dialect.CAMARA1:    {plain, number},
		dialect.CAMARA2:    {plain, number},
		dialect.CAMARAWIP:  {plain, number},
		dialect.Orange:     {plain, number},
		dialect.Vonage:     {plain, ""},
		dialect.Telefonica: {plain, `{"phoneNumber":"+34123456789"}`},
		dialect.Konera:     {`{"devicePhoneNumberVerified":true,"assessedAt":"2026-04-01T12:30:05Z"}`, ""},
	}) {
		if got, err := wire.Codec.Encode(wire.Number.Verified(true, at)); err != nil || string(got) != want[0] {
			t.Errorf("%s: verify answers %s, %v", wire.Name, got, err)
		}
		if wire.Number.Shared == nil {
			if want[1] != "" {
				t.Errorf("%s does not share", wire.Name)
			}
			continue
		}
		if got, err := wire.Codec.Encode(wire.Number.Shared("+34123456789")); err != nil || string(got) != want[1] {
			t.Errorf("%s: share answers %s, %v", wire.Name, got, err)
		}
	}
}
