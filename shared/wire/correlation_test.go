package wire_test

import (
	"strings"
	"testing"
	"time"

	"lineproof/shared/wire"
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
	for w, column := range ofEach(t, map[*wire.Wire]int{
		wire.OneTime1: 2, wire.OneTime2: 2,
		wire.CAMARA0: 0, wire.Vonage: 0, wire.Telefonica: 0, wire.Konera: 0, wire.Orange: 0,
		wire.CAMARA1: 1, wire.CAMARA2: 2, wire.CAMARAWIP: 2,
	}) {
		for _, test := range tests {
			want := []bool{test.printable, test.of55, test.of256}[column]
			if got := w.Correlation.Valid(test.value); got != want {
				t.Errorf("%s, %q: valid is %v", w.Name, test.value, got)
			}
		}
	}
}

func TestCorrelationHeaders(t *testing.T) {
	t.Parallel()
	for _, w := range wire.Wires() {
		want := ""
		switch {
		case w == wire.Konera:
			want = "x-correlation-id"
		case w.Number.Verified != nil, len(w.OneTime.Scopes) > 0:
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
	for w, want := range ofEach(t, map[*wire.Wire][2]string{
		wire.CAMARA0:    {plain, number},
		wire.CAMARA1:    {plain, number},
		wire.CAMARA2:    {plain, number},
		wire.CAMARAWIP:  {plain, number},
		wire.Orange:     {plain, number},
		wire.Vonage:     {plain, ""},
		wire.Telefonica: {plain, `{"phoneNumber":"+34123456789"}`},
		wire.Konera:     {`{"devicePhoneNumberVerified":true,"assessedAt":"2026-04-01T12:30:05Z"}`, ""},
	}) {
		if got, err := w.Codec.Encode(w.Number.Verified(true, at)); err != nil || string(got) != want[0] {
			t.Errorf("%s: verify answers %s, %v", w.Name, got, err)
		}
		if w.Number.Shared == nil {
			if want[1] != "" {
				t.Errorf("%s does not share", w.Name)
			}
			continue
		}
		if got, err := w.Codec.Encode(w.Number.Shared("+34123456789")); err != nil || string(got) != want[1] {
			t.Errorf("%s: share answers %s, %v", w.Name, got, err)
		}
	}
}
