package message

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestSpeechSaysNameAndDigitsTwice(t *testing.T) {
	t.Parallel()
	eachLocale(t, func(t *testing.T, p Product, l Locale) {
		c := plain(p)
		heard := listen(t, Speech(l, c).SSML)
		if got := strings.Count(heard.text, "Acme Inc"); got != 2 {
			t.Errorf("the name is heard %d times in %q", got, heard.text)
		}
		var pin []string
		for _, d := range c.PIN {
			pin = append(pin, string(d))
		}
		if got := strings.Count(heard.text, pause+strings.Join(pin, pause)); got != 2 {
			t.Errorf("the PIN is heard digit by digit %d times in %q", got, heard.text)
		}
		if !strings.HasPrefix(heard.text, pause) {
			t.Errorf("%q begins without a pause", heard.text)
		}
	})
}

func TestSpeechVoice(t *testing.T) {
	t.Parallel()
	tests := []struct {
		product Product
		asked   Locale
		locale  Locale
		voice   string
	}{
		{Verify, "en-us", "en-us", "JOANNA"},
		{Verify, "fr-ca", "fr-ca", "CHANTAL"},
		{Verify, "zh-cn", "zh-cn", "ZHIYU"},
		{Verify, "zh-tw", "en-us", "JOANNA"},
		{Verify, "hi-in", "en-in", "RAVEENA"},
		{Verify, "fi-fi", "en-gb", "AMY"},
		{Verify, "sk-sk", "en-us", "JOANNA"},
		{PSD2, "de-de", "de-de", "VICKI"},
		{PSD2, "ga-ie", "en-gb", "AMY"},
		{PSD2, "en-us", "en-gb", "AMY"},
	}
	for _, test := range tests {
		got := Speech(test.asked, plain(test.product))
		if got.Locale != test.locale || got.Voice != test.voice {
			t.Errorf("%v %s is spoken in %s by %s, want %s by %s",
				test.product, test.asked, got.Locale, got.Voice, test.locale, test.voice)
		}
	}
}

// The locales that the document has spoken in English (1.1.7, psd2Request, lg).
func TestSpeechInEnglishAsDocumented(t *testing.T) {
	t.Parallel()
	for _, l := range strings.Fields("bg-bg ee-et ga-ie lv-lv lt-lt mt-mt sk-sk sl-si") {
		if got := Speech(Locale(l), plain(PSD2)).Locale; got != "en-gb" {
			t.Errorf("%s is spoken in %s", l, got)
		}
	}
}

// Every voice speaks sentences of its own, and every other locale names a
// locale with a voice, for each product that offers it.
func TestEachLocaleIsSpoken(t *testing.T) {
	t.Parallel()
	eachLocale(t, func(t *testing.T, p Product, l Locale) {
		_, say := p.wording(l)
		own := texts[l].english == ""
		if own != (texts[l].voice != "") || own != (say.speech != "") {
			t.Errorf("voice %q, English %q, speech %q", texts[l].voice, texts[l].english, say.speech)
		}
		spoken := Speech(l, plain(p))
		if spoken.Voice == "" || !p.offers(spoken.Locale) {
			t.Errorf("spoken in %q by %q", spoken.Locale, spoken.Voice)
		}
	})
}

func FuzzSpeech(f *testing.F) {
	for _, name := range []string{
		"Acme & Sons", `</speak><speak>`, `"><audio src="x"/>`, "]]>", "\x00\x1b\xff", "${pin}", "&#0;", "\ufffe😀",
	} {
		f.Add(name, "48.00", uint8(0))
	}
	f.Fuzz(func(t *testing.T, name, amount string, n uint8) {
		if name == "" || !utf8.ValidString(amount) {
			return
		}
		for _, c := range []Content{{Brand: name, PIN: "907316"}, {Payee: name, Amount: amount, PIN: "907316"}} {
			locales := c.product().Locales()
			c.Validity = time.Minute
			heard := listen(t, Speech(locales[int(n)%len(locales)], c).SSML)
			if len(heard.breaks) != 14 {
				t.Errorf("%d breaks heard, want 2 and one before each digit, twice", len(heard.breaks))
			}
		}
	})
}

const pause = "|"

type heard struct {
	text   string // what is said, with a mark for each pause
	breaks []string
}

// listen parses a document and fails unless it is one speak element that holds
// nothing but text, pauses and what is spelled.
func listen(t *testing.T, ssml string) heard {
	t.Helper()
	var h heard
	decoder := xml.NewDecoder(strings.NewReader(ssml))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return h
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		h.hear(t, token, decoder.InputOffset())
	}
}

func (h *heard) hear(t *testing.T, token xml.Token, offset int64) {
	t.Helper()
	switch token := token.(type) {
	case xml.CharData:
		h.text += string(token)
	case xml.EndElement:
	case xml.StartElement:
		if token.Name.Local == "break" {
			h.text += pause
			h.breaks = append(h.breaks, token.Attr[0].Value)
		} else if token.Name.Local != "say-as" && (token.Name.Local != "speak" || offset != int64(len("<speak>"))) {
			t.Fatalf("unexpected element %s", token.Name.Local)
		}
	default:
		t.Fatalf("unexpected %T", token)
	}
}

// A PIN of letters and digits is spelled in our words and in a caller's.
func TestSpeechSpellsLetters(t *testing.T) {
	t.Parallel()
	const spelled = `<break time="400ms"/><say-as interpret-as="characters">a</say-as>` +
		`<break time="400ms"/>1<break time="400ms"/><say-as interpret-as="characters">Q</say-as>`
	own := plain(Verify)
	own.PIN = "a1Q"
	for name, ssml := range map[string]string{
		"ours":   Speech("en-gb", own).SSML,
		"theirs": Recite("en-gb", []string{"Code ", ", again ", ""}, "a1Q").SSML,
	} {
		listen(t, ssml)
		want := map[string]int{"ours": 2, "theirs": 4}[name]
		if got := strings.Count(ssml, spelled); got != want {
			t.Errorf("%s: spelled %d times, want %d: %s", name, got, want, ssml)
		}
	}
}

func TestRecite(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		locale Locale
		words  []string
		want   Spoken
	}{
		{"fr-fr", []string{`"A" & <b> `, "."}, Spoken{Locale: "fr-fr", Voice: "LEA", SSML: `&#34;A&#34; &amp; &lt;b&gt; ` +
			`<break time="400ms"/>7.`}},
		{"af-za", []string{"", ""}, Spoken{Locale: "en-us", Voice: "JOANNA", SSML: `<break time="400ms"/>7`}},
	} {
		got := Recite(test.locale, test.words, "7")
		want := `<speak><break time="1s"/>` + test.want.SSML + `<break time="2s"/>` + test.want.SSML + `</speak>`
		if got.SSML != want || got.Voice != test.want.Voice || got.Locale != test.want.Locale {
			t.Errorf("%s is spoken in %s by %s as\n%s, want\n%s", test.locale, got.Locale, got.Voice, got.SSML, want)
		}
	}
}

func TestSpeechSize(t *testing.T) {
	t.Parallel()
	for tag, spoken := range map[string]bool{
		"en-gb": true, "EN-GB": true, "pt-br": true, "hi-in": false, "zh-tw": false, "bg-bg": false, "af-za": false, "": false,
	} {
		got, want := SpeechSize(tag, []string{"é & ", ""}, "a1"), 0
		if spoken {
			want = utf8.RuneCountInString(Recite("en-gb", []string{"é & ", ""}, "a1").SSML)
		}
		if got != want {
			t.Errorf("%q: %d characters, want %d", tag, got, want)
		}
	}
}

func TestTimeLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tag         string
		life        time.Duration
		limit, unit string
	}{
		{"en-gb", 3 * time.Minute, "3", "minutes"},
		{"en-gb", 119 * time.Second, "1", "minute"},
		{"en-gb", 15 * time.Second, "1", "minute"},
		{"es-ar", 15 * time.Minute, "15", "minutos"},
		{"RU-ru", time.Minute, "1", "мин"},
		{"ja-jp", 5 * time.Minute, "5", "分"},
		{"af-za", 5 * time.Minute, "5", "minutes"},
	} {
		if limit, unit := TimeLimit(test.tag, test.life); limit != test.limit || unit != test.unit {
			t.Errorf("%s %v: %s %s, want %s %s", test.tag, test.life, limit, unit, test.limit, test.unit)
		}
	}
	for _, l := range Verify.Locales() {
		if _, unit := TimeLimit(string(l), time.Hour); unit == "" {
			t.Errorf("%s has no unit", l)
		}
	}
}
