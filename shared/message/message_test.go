package message

import (
	"strings"
	"testing"
	"time"
)

var products = map[Product]string{Verify: "verify", PSD2: "psd2"}

// plain is an everyday message of the product; no digit of its PIN occurs
// elsewhere in it.
func plain(p Product) Content {
	c := Content{Brand: "Acme Inc", PIN: "907316", Validity: 5 * time.Minute}
	if p == PSD2 {
		c.Brand, c.Payee, c.Amount = "", "Acme Inc", "48.22"
	}
	return c
}

func (c Content) named(name string) Content {
	if c.product() == PSD2 {
		c.Payee = name
	} else {
		c.Brand = name
	}
	return c
}

func eachLocale(t *testing.T, test func(t *testing.T, p Product, l Locale)) {
	for p, name := range products {
		for _, l := range p.Locales() {
			t.Run(name+"/"+string(l), func(t *testing.T) {
				t.Parallel()
				test(t, p, l)
			})
		}
	}
}

func TestSMSEnglish(t *testing.T) {
	t.Parallel()
	payment := Content{Payee: "Acme Inc", Amount: "48.00", PIN: "1234", Validity: 5 * time.Minute}
	request := Content{Brand: "Acme Inc", PIN: "1234", Validity: 5 * time.Minute}
	with := func(c Content, change func(*Content)) Content { change(&c); return c }
	tests := map[string]struct {
		content Content
		want    string
	}{
		"request":    {request, "Acme Inc code: 1234. Valid for 5 minutes."},
		"one minute": {with(request, func(c *Content) { c.Validity = 109 * time.Second }), "Acme Inc code: 1234. Valid for 1 minute."},
		"payment":    {payment, "Your code 1234 confirms the payment of 48.00 EUR to Acme Inc. Valid for 5 minutes."},
		"browser": {with(request, func(c *Content) { c.Domain = "example.com" }),
			"Acme Inc code: 1234. Valid for 5 minutes.\n@example.com #1234"},
		"android": {with(request, func(c *Content) { c.AppHash = "FA+9qCX9VSu" }),
			"Acme Inc code: 1234. Valid for 5 minutes.\nFA+9qCX9VSu"},
		"both": {with(request, func(c *Content) { c.Domain, c.AppHash = "example.com", "FA+9qCX9VSu" }),
			"Acme Inc code: 1234. Valid for 5 minutes.\nFA+9qCX9VSu\n@example.com #1234"},
		"forged line": {with(request, func(c *Content) { c.Brand = "A\n@evil.example #1" }),
			"A @evil.example #1 code: 1234. Valid for 5 minutes."},
		"direction override": {with(request, func(c *Content) { c.Brand = "A\u202eB\u2028C" }),
			"A B C code: 1234. Valid for 5 minutes."},
		"placeholder": {with(request, func(c *Content) { c.Brand = "${pin}$pin" }),
			"${pin}$pin code: 1234. Valid for 5 minutes."},
		"short in UCS-2": {with(request, func(c *Content) { c.Brand, c.Domain = "株式会社サンプル", "verification.example.co.jp" }),
			"株式会社サンプル code: 1234\n@verification.example.co.jp #1234"},
		"no words in UCS-2": {with(request, func(c *Content) { c.Brand, c.Domain = strings.Repeat("株", 18), strings.Repeat("d", 36) }),
			strings.Repeat("株", 18) + ": 1234\n@" + strings.Repeat("d", 36) + " #1234"},
		"no room for both lines": {with(request, func(c *Content) {
			c.Brand, c.Domain, c.AppHash = strings.Repeat("株", 18), strings.Repeat("d", 30), "FA+9qCX9VSu"
		}), strings.Repeat("株", 18) + " code: 1234\n@" + strings.Repeat("d", 30) + " #1234"},
		"no room for the domain": {with(request, func(c *Content) {
			c.Domain, c.AppHash = strings.Repeat("a", 150), "FA+9qCX9VSu"
		}), "Acme Inc code: 1234. Valid for 5 minutes.\nFA+9qCX9VSu"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := SMS("en-gb", test.content); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestSMSOfALocaleTheProductLacks(t *testing.T) {
	t.Parallel()
	if got, want := SMS("ga-ie", plain(Verify)), SMS("en-us", plain(Verify)); got != want {
		t.Errorf("request: got %q, want %q", got, want)
	}
	if got, want := SMS("ja-jp", plain(PSD2)), SMS("en-gb", plain(PSD2)); got != want {
		t.Errorf("payment: got %q, want %q", got, want)
	}
}

func TestSMSBeyondTheLimits(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("株", 80)
	if got, want := SMS("ja-jp", plain(Verify).named(name)), name+": 907316"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSMSHasThePINOnce(t *testing.T) {
	t.Parallel()
	eachLocale(t, func(t *testing.T, p Product, l Locale) {
		c := plain(p)
		text := SMS(l, c)
		if got := strings.Count(text, c.PIN); got != 1 {
			t.Errorf("%q holds the PIN %d times", text, got)
		}
		for _, d := range c.PIN {
			if got := strings.Count(text, string(d)); got != 1 {
				t.Errorf("%q holds the digit %q %d times", text, d, got)
			}
		}
	})
}

// Everyday input gets the whole text: with the validity and all that it names.
func TestSMSIsFullForEverydayInput(t *testing.T) {
	t.Parallel()
	eachLocale(t, func(t *testing.T, p Product, l Locale) {
		c := plain(p)
		words, say := p.wording(l)
		want := strings.NewReplacer(
			"${name}", "Acme Inc", "${pin}", c.PIN, "${minutes}", "5", "${unit}", words.minutes,
			"${amount}", words.decimal(c.Amount)).Replace(say.full)
		if got := SMS(l, c); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// An ordinary request keeps its validity for the longest name, in GSM-7 and in
// UCS-2 letters.
func TestSMSIsFullForTheLongestName(t *testing.T) {
	t.Parallel()
	for _, l := range Verify.Locales() {
		for _, name := range []string{strings.Repeat("W", MaxName), strings.Repeat("Ж", MaxName)} {
			c := plain(Verify).named(name)
			c.Validity = time.Hour
			if text := SMS(l, c); !strings.Contains(text, "60") {
				t.Errorf("%s: %q leaves out the validity", l, text)
			}
		}
	}
}

func TestContentPrintsRedacted(t *testing.T) {
	t.Parallel()
	c := plain(PSD2)
	for name, value := range map[string]any{"content": c, "pointer": &c, "speech": Speech("fr-fr", c)} {
		for _, printed := range prints(t, value) {
			if strings.Contains(printed, c.PIN[:1]) || !strings.Contains(printed, "redacted") {
				t.Errorf("%s prints as %q", name, printed)
			}
		}
	}
}

func BenchmarkSMS(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		SMS("fr-fr", plain(PSD2))
	}
}

func BenchmarkSpeech(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Speech("fr-fr", plain(PSD2))
	}
}

func TestMinutes(t *testing.T) {
	t.Parallel()
	for validity, want := range map[time.Duration]string{
		0:                             "1 minute",
		59 * time.Second:              "1 minute",
		300 * time.Second:             "5 minutes",
		300*time.Second - time.Second: "5 minutes", // queued a second ago
		175 * time.Second:             "3 minutes",
		150 * time.Second:             "2 minutes",
		time.Hour:                     "60 minutes",
	} {
		if got := SMS("en-us", Content{Brand: "Acme", PIN: "1234", Validity: validity}); !strings.Contains(got, want) {
			t.Errorf("%v: %q", validity, got)
		}
	}
}

// A name alone never makes a verification's message drop words: only lines for programs do.
func TestNoBrandDropsWords(t *testing.T) {
	t.Parallel()
	for _, l := range Verify.Locales() {
		for _, letter := range []string{"W", "ж", "अ", "界"} {
			c := Content{Brand: strings.Repeat(letter, MaxName), PIN: "123456", Validity: 59 * time.Minute}
			if got := SMS(l, c); !strings.Contains(got, "59") {
				t.Errorf("%s: %q", l, got)
			}
		}
	}
}
