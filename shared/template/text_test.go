package template_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"lineproof/shared/message"
	"lineproof/shared/template"
	"lineproof/shared/verification"
)

// phrases is as functions are wired.
var phrases = template.Phrases{
	TimeLimit: message.TimeLimit, Segments: message.Parts, SpeechSize: message.SpeechSize,
}

func judge(written string, c verification.Channel, plain bool) (template.Text, string) {
	return template.Judge(written, c, "en-gb", plain, phrases)
}

func TestJudge(t *testing.T) {
	t.Parallel()
	const (
		noCode   = "must have ${code}"
		braces   = "must not have {{"
		controls = "must not have control characters"
	)
	unknown := func(at int) string {
		return fmt.Sprintf("has a variable at character %d that is none of ${code}, ${brand}, ${time-limit}, ${time-limit-unit}", at)
	}
	for written, flaw := range map[string]string{
		"${code}": "",
		"Your code:\n${code} for ${brand}: ${time-limit} ${time-limit-unit}": "",
		"é😀 ${code}${code}, $5 {x} } $ {":                                    "",
		"{${code}}":                                                          "",
		"":                                                                   noCode,
		"code {code} $code":                                                  noCode,
		"{{code}}":                                                           braces,
		"${code} {{code}}":                                                   braces,
		"{{${brand}}} ${code}":                                               braces,
		"${code} ${pin}":                                                     unknown(9),
		"é${CODE}":                                                           unknown(2),
		"${ code}":                                                           unknown(1),
		"${code} ${code":                                                     unknown(9),
		"${code} ${":                                                         unknown(9),
		"${code} ${}":                                                        unknown(9),
		"${${code}}":                                                         unknown(1),
		"${time-limit-units} ${code}":                                        unknown(1),
		"${code}\r\n":                                                        controls,
		"\u202e${code}":                                                      controls,
		"\u2028${code}":                                                      controls,
		"\x00${code}":                                                        controls,
	} {
		text, got := judge(written, verification.SMS, false)
		if got != flaw || flaw == "" && text.Written() != written || flaw != "" && text != (template.Text{}) {
			t.Errorf("%q: %q, want %q", written, got, flaw)
		}
	}
}

// TestJudgePlain refuses what leads elsewhere once it is filled in, where terms ask for it.
func TestJudgePlain(t *testing.T) {
	t.Parallel()
	for written, leads := range map[string]bool{
		"${brand} ${code}": false, "Code: ${code}. Thanks, ${brand}": false, "a.example ${code}": true,
		"https://${brand}/ ${code}": true, "www.${brand}.com ${code}": true, "${code}.${brand}": true,
		"${code} x.${time-limit-unit}": true, "${code}.${time-limit}": false, "Call 0800 123 4567: ${code}": true,
	} {
		want := ""
		if leads {
			want = "must not show a link or a number to call"
		}
		if _, got := judge(written, verification.SMS, true); got != want {
			t.Errorf("%q: %q, want %q", written, got, want)
		}
		if _, got := judge(written, verification.SMS, false); got != "" {
			t.Errorf("%q is refused to everyone: %q", written, got)
		}
	}
}

// TestJudgeSize measures what a provider gets: 1600 characters, of which 12 may be an app's line, or
// 6000 of SSML, with the longest values.
func TestJudgeSize(t *testing.T) {
	t.Parallel()
	long, spoken := "must have at most 1588 characters with its variables filled in",
		"must be spoken in at most 6000 characters of SSML"
	const code, brand = "${code}", "${brand}"
	for _, tt := range []struct {
		written string
		channel verification.Channel
		flaw    string
	}{
		{strings.Repeat("é", 1578) + code, verification.SMS, ""},
		{strings.Repeat("é", 1579) + code, verification.SMS, long},
		{strings.Repeat(code, 158), verification.SMS, ""},
		{strings.Repeat(code, 159), verification.SMS, long},
		{code + strings.Repeat(brand, 87), verification.SMS, ""},
		{code + strings.Repeat(brand, 88), verification.SMS, long},
		{code + strings.Repeat("a", 2000), verification.Voice, ""},
		{code + strings.Repeat("&", 400), verification.Voice, ""},
		{code + strings.Repeat("&", 500), verification.Voice, spoken},
		{code + strings.Repeat("a", 3000), verification.Voice, spoken},
		{strings.Repeat(code, 10), verification.Voice, spoken},
	} {
		if _, got := judge(tt.written, tt.channel, false); got != tt.flaw {
			t.Errorf("%.20q… of %d bytes by %s: %q, want %q", tt.written, len(tt.written), tt.channel, got, tt.flaw)
		}
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ written, brand, want string }{
		{"${brand}: ${code} ${time-limit} ${time-limit-unit}", "Shop", "Shop: {{code}} 3 minutes"},
		{"${code}${brand}${code}", "A", "{{code}}A{{code}}"},
		{"${brand} ${code}", "${code} {{code}", "${code} {{code} {{code}}"},
		{"${brand}: ${code}", "A\n@b #1\u202e", "A @b #1 : {{code}}"},
		{"{${brand}} {${code}}", "code", "{code} {{{code}}}"},
	} {
		if got := template.StoredText(tt.written).Fill(tt.brand, "3", "minutes").Template(); got != tt.want {
			t.Errorf("%q is %q, want %q", tt.written, got, tt.want)
		}
	}
	text := template.StoredText("{${brand}} {${code}}").Fill("code", "3", "minutes")
	if got := text.With(verification.NewPIN("1234")); got != "{code} {1234}" {
		t.Errorf("it says %q", got)
	}
}

func TestTextsAreRedacted(t *testing.T) {
	t.Parallel()
	f := template.Fragment{Text: template.StoredText("canary ${code}")}
	encoded, _ := json.Marshal(f)
	for _, shown := range []string{fmt.Sprint(f), fmt.Sprintf("%+v", f), fmt.Sprintf("%#v", f), string(encoded)} {
		if strings.Contains(shown, "canary") {
			t.Errorf("it shows as %s", shown)
		}
	}
}

func TestSpeaks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		channel verification.Channel
		locale  string
		want    bool
	}{
		{verification.SMS, "af-za", true}, {verification.Voice, "af-za", false}, {verification.Voice, "hi-in", false},
		{verification.Voice, "pt-br", true},
	} {
		if got := phrases.Speaks(tt.channel, tt.locale); got != tt.want {
			t.Errorf("%s in %s: %t", tt.channel, tt.locale, got)
		}
	}
}

// FuzzJudge wants what passes to say the code as often as it is written, whatever the brand, and to
// be short enough.
func FuzzJudge(f *testing.F) {
	for _, written := range []string{
		"${code}", "{{code}}", "${brand} ${code} ${time-limit}", "{${code}}", "${cod${code}e}", "{{${brand}}}${code}", "$${code}",
		"{${brand}{${code}}", "\u202e${code}", "a.example ${code}",
	} {
		f.Add(written, "code", true)
		f.Add(written, "{{code}}", false)
	}
	f.Fuzz(func(t *testing.T, written, brand string, voice bool) {
		channel := verification.SMS
		if voice {
			channel = verification.Voice
		}
		text, flaw := judge(written, channel, true)
		if flaw != "" || brand == "" || len(brand) > template.MaxBrand || strings.ContainsAny(brand, "/{}:$") {
			return
		}
		limit, unit := message.TimeLimit("en-gb", time.Minute)
		filled := text.Fill(brand, limit, unit)
		if _, good := verification.ParseText(filled.Template()); !good {
			t.Errorf("%q with %q is no text: %q", written, brand, filled.Template())
		}
		if got, want := len(filled.Around())-1, strings.Count(written, "${code}"); got != want {
			t.Errorf("%q with %q has the code %d times, want %d", written, brand, got, want)
		}
		said := filled.With(verification.NewPIN("0123456789"))
		if n := len([]rune(said)); !voice && n > 1588 {
			t.Errorf("%d characters", n)
		}
	})
}
