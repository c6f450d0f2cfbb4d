package verification_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	for template, good := range map[string]bool{
		"{{code}}": true, "Your code:\n{{code}}": true, "{{code}} and {{code}}": true, "é😀 {{code}}": true,
		"": false, "code": false, "{code}": false, "{{ code }}": false, "{{CODE}}": false, "{{code}": false,
		"{{code}}\r\n": false, "\t{{code}}": false, "\x00{{code}}": false, "\u0085{{code}}": false,
		"\u2028{{code}}": false, "\u202e{{code}}": false, "\u200f{{code}}": false,
	} {
		text, ok := verification.ParseText(template)
		if ok != good || ok && text.Template() != template || text.IsZero() == ok {
			t.Errorf("%q is %v", template, ok)
		}
	}
	text, _ := verification.ParseText("{{code}}, again {{code}}; {{code}{{code}}")
	if got := text.With(verification.NewPIN("123456")); got != "123456, again 123456; {{code}123456" {
		t.Errorf("it says %q", got)
	}
	if got := text.Around(); !slices.Equal(got, []string{"", ", again ", "; {{code}", ""}) {
		t.Errorf("around the code it says %q", got)
	}
	if got := verification.OneLine("A\nB\u202eC\u2028D\x00"); got != "A B C D " {
		t.Errorf("in one line: %q", got)
	}
	for _, shown := range []string{
		fmt.Sprint(text), fmt.Sprintf("%+v", struct{ T verification.Text }{text}), fmt.Sprintf("%#v", text),
	} {
		if strings.Contains(shown, "again") {
			t.Errorf("it shows as %s", shown)
		}
	}
}

// TestTextsThatLead judges a text as it arrives, with a PIN in it.
func TestTextsThatLead(t *testing.T) {
	t.Parallel()
	for template, leads := range map[string]bool{
		"{{code}} is your code for Shop": false, "Code: {{code}}. Thanks": false, "{{code}}.Thanks": true, "Web 2.0: {{code}}": false,
		"{{code}}{{code}}": false, "Order 123456: {{code}}": false, "12/2026 {{code}}": false,
		"https://a.example {{code}}": true, "a.example {{code}}": true, "{{code}}.example": true,
		"x{{code}}.com": true, "10.0.0.{{code}}": true, "Call 0800 123 4567: {{code}}": true,
		"+1 (555) 010-9999 {{code}}": true, "٠١٢٣٤٥٦ {{code}}": true,
	} {
		text, ok := verification.ParseText(template)
		if !ok || text.Leads(6) != leads {
			t.Errorf("%q leads: %v", template, !leads)
		}
	}
}

// TestOwnText sends the caller's words, charges an SMS more for each segment beyond the first, when
// the code comes alone, and caps all.
func TestOwnText(t *testing.T) {
	t.Parallel()
	const sms = 33_300
	r := newRig(t)
	text, _ := verification.ParseText("Shop: {{code}}")
	o := order(t, map[string]string{"steps": "sms"})
	o.Plan.Steps = slices.Clone(o.Plan.Steps)
	o.Plan.Steps[0].Text, o.Plan.Steps[0].Segments = text, 3
	id, err := r.requester().Request(t.Context(), caller(), o, newNonce(t))
	if err != nil {
		t.Fatal(err)
	}
	r.advance(t, time.Second)
	sent := r.provider.last(t)
	if got := sent.Text.With(sent.PIN); got != "Shop: "+sent.PIN.Reveal() {
		t.Errorf("sent %q", got)
	}
	report := r.report(t, id)
	if report.MessageCost() != 3*sms || report.Price != price+2*sms || report.Charge() != 0 {
		t.Errorf("messages cost %d, success %d", report.MessageCost(), report.Price)
	}
	if err := r.check(t, id, sent.PIN.Reveal()); err != nil {
		t.Fatal(err)
	}
	r.advance(t, 6*time.Minute)
	want := account.Ledger{Free: 9*price - 2*sms, Charged: price + 2*sms}
	if got := r.ledger(t); got != want {
		t.Errorf("the ledger stands %+v", got)
	}
}

// TestTextsAreHeldToTerms refuses what leads elsewhere, unless the account allows it, and what
// costs more than a day may.
func TestTextsAreHeldToTerms(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link, _ := verification.ParseText("a.example {{code}}")
	plain, _ := verification.ParseText("{{code}}")
	for name, test := range map[string]struct {
		text     verification.Text
		segments int
		change   func(*account.Terms)
		want     fault.Kind
	}{
		"a link":          {link, 1, func(*account.Terms) {}, fault.InvalidParam},
		"more than a day": {plain, 3, func(t *account.Terms) { t.SpendPerDay = price + 66_599 }, fault.QuotaExceeded},
		"more messages":   {plain, 3, func(t *account.Terms) { t.NetworkCostPerDay = 99_899 }, fault.TooManyRequests},
	} {
		c := caller()
		test.change(&c.Terms)
		o := order(t, nil)
		o.Plan.Steps = slices.Clone(o.Plan.Steps)
		o.Plan.Steps[0].Text, o.Plan.Steps[0].Segments = test.text, test.segments
		_, err := r.requester().Request(t.Context(), c, o, newNonce(t))
		if !fault.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := caller()
	c.Terms.PlainBrand, c.Terms.NetworkCostPerDay = false, 99_900
	o := order(t, nil)
	o.Plan.Steps = slices.Clone(o.Plan.Steps)
	o.Plan.Steps[0].Text, o.Plan.Steps[0].Segments = link, 3
	if _, err := r.requester().Request(t.Context(), c, o, newNonce(t)); err != nil {
		t.Errorf("allowed: %v", err)
	}
}

// FuzzTexts reads anything as a template: what is taken carries the PIN, and controls nothing.
func FuzzTexts(f *testing.F) {
	f.Add("{{code}} is your code")
	f.Add("{{{{code}}}}\n")
	f.Add("\u202e{{code}}")
	f.Fuzz(func(t *testing.T, template string) {
		text, ok := verification.ParseText(template)
		if !ok {
			return
		}
		const code = "123456"
		says := text.With(verification.NewPIN(code))
		if !strings.Contains(says, code) || strings.ContainsAny(says, "\r\x00\x1b\u202e\u2028") {
			t.Errorf("%q says %q", template, says)
		}
		if !text.Leads(len(code)) && verification.ShowsLink(says) {
			t.Errorf("%q leads to %q", template, says)
		}
	})
}
