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
// nothing but text and pauses.
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
		} else if token.Name.Local != "speak" || offset != int64(len("<speak>")) {
			t.Fatalf("unexpected element %s", token.Name.Local)
		}
	default:
		t.Fatalf("unexpected %T", token)
	}
}
