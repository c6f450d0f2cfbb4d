package message

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// String names the encoding.
func (e Encoding) String() string {
	if e == GSM7 {
		return "GSM-7"
	}
	return "UCS-2"
}

func TestSegments(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	tests := map[string]struct {
		text     string
		enc      Encoding
		units, n int
	}{
		"empty":                     {"", GSM7, 0, 0},
		"basic":                     {"Gültig: £1 @ Ω\r\n", GSM7, 16, 1},
		"extension costs two":       {"[€]", GSM7, 6, 1},
		"one full segment":          {repeat("a", 160), GSM7, 160, 1},
		"just beyond one":           {repeat("a", 161), GSM7, 161, 2},
		"two full parts":            {repeat("a", 306), GSM7, 306, 2},
		"just beyond two":           {repeat("a", 307), GSM7, 307, 3},
		"80 extensions":             {repeat("€", 80), GSM7, 160, 1},
		"an escape is never torn":   {repeat("€", 153), GSM7, 306, 3},
		"ê is no GSM-7 letter":      {"ê", UCS2, 1, 1},
		"ç is not, Ç is":            {"çÇ", UCS2, 2, 1},
		"Ç":                         {"Ç", GSM7, 1, 1},
		"backtick":                  {"`", UCS2, 1, 1},
		"tab":                       {"\t", UCS2, 1, 1},
		"one full UCS-2 segment":    {repeat("ж", 70), UCS2, 70, 1},
		"just beyond one in UCS-2":  {repeat("ж", 71), UCS2, 71, 2},
		"two full parts in UCS-2":   {repeat("ж", 134), UCS2, 134, 2},
		"three parts in UCS-2":      {repeat("ж", 135), UCS2, 135, 3},
		"surrogate pair":            {"😀", UCS2, 2, 1},
		"35 surrogate pairs":        {repeat("😀", 35), UCS2, 70, 1},
		"a surrogate is never torn": {repeat("😀", 67), UCS2, 134, 3},
		"one foreign letter":        {repeat("a", 70) + "ж", UCS2, 71, 2},
		"invalid UTF-8":             {"\xff", UCS2, 1, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			enc, units, n := Segments(test.text)
			if enc != test.enc || units != test.units || n != test.n {
				t.Errorf("got %v %d %d, want %v %d %d", enc, units, n, test.enc, test.units, test.n)
			}
		})
	}
}

func TestGSM7TableIsWhole(t *testing.T) {
	t.Parallel()
	basic, extended := 0, 0
	for _, width := range gsmWidth {
		if width == 1 {
			basic++
		} else {
			extended++
		}
	}
	// 128 positions less the escape; the extension table's own ten.
	if basic != 127 || extended != 10 {
		t.Errorf("%d basic and %d extended characters, want 127 and 10", basic, extended)
	}
}

// worst holds the longest legal names of each width.
var worst = []string{
	strings.Repeat("W", MaxName), strings.Repeat("€", MaxName),
	strings.Repeat("Ж", MaxName), strings.Repeat("株", MaxName), strings.Repeat("😀", MaxName),
}

func longest(p Product, name string) Content {
	c := Content{Brand: name, PIN: "123456", Validity: time.Hour}
	if p == PSD2 {
		c.Payee, c.Amount = name, "999999999.99"
	}
	return c
}

func TestOneSegmentAtWorst(t *testing.T) {
	t.Parallel()
	eachLocale(t, func(t *testing.T, p Product, l Locale) {
		for _, name := range worst {
			for _, domain := range []string{"", "a.io", strings.Repeat("d", 60), strings.Repeat("d", 253)} {
				for _, hash := range []string{"", "FA+9qCX9VSu"} {
					c := longest(p, name)
					c.Domain, c.AppHash = domain, hash
					mustFit(t, l, c)
				}
			}
		}
	})
}

func TestOneSegmentForAnyName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom([]Product{Verify, PSD2}).Draw(t, "product")
		l := rapid.SampledFrom(p.Locales()).Draw(t, "locale")
		name := rapid.OneOf(
			rapid.StringN(1, MaxName, -1),
			rapid.StringOfN(rapid.RuneFrom([]rune(gsmBasic+gsmExtended)), 1, MaxName, -1),
			rapid.StringOfN(rapid.RuneFrom([]rune("日本語ЖéêıЯ😀𝔸")), 1, MaxName, -1),
		).Draw(t, "name")
		c := longest(p, name)
		c.PIN = rapid.StringMatching(`[0-9]{4}|[0-9]{6}`).Draw(t, "pin")
		c.Validity = time.Duration(rapid.IntRange(60, 3600).Draw(t, "seconds")) * time.Second
		c.Domain = rapid.StringMatching(`|[a-z0-9-]{1,40}\.[a-z]{2,20}`).Draw(t, "domain")
		c.AppHash = rapid.StringMatching(`|[A-Za-z0-9+/]{11}`).Draw(t, "hash")
		mustFit(t, l, c)
	})
}

// mustFit checks that a text fits one segment, says what it must and ends in
// the browser's line if it has one.
func mustFit(t rapid.TB, l Locale, c Content) {
	t.Helper()
	text := SMS(l, c)
	enc, units, n := Segments(text)
	if n != 1 {
		t.Errorf("%s: %d segments (%v, %d units): %q", l, n, enc, units, text)
	}
	words, _ := c.product().wording(l)
	for _, part := range []string{line(c.name()), c.PIN, words.decimal(c.Amount)} {
		if !strings.Contains(text, part) {
			t.Errorf("%s: %q lacks %q", l, text, part)
		}
	}
	if strings.Contains(text, "\n@") && !strings.HasSuffix(text, "\n@"+c.Domain+" #"+c.PIN) {
		t.Errorf("%s: the browser's line is not the last of %q", l, text)
	}
}

func BenchmarkSegments(b *testing.B) {
	text := SMS("en-gb", longest(PSD2, worst[0]))
	b.ReportAllocs()
	for b.Loop() {
		Segments(text)
	}
}
