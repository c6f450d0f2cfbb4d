package message

import (
	"slices"
	"strings"
	"testing"
)

// The lists of lg in the published documents.
const (
	verify100 = `de-de en-au en-gb en-us en-in es-es es-mx es-us fr-ca fr-fr is-is it-it ja-jp ko-kr nl-nl
		pl-pl pt-pt pt-br ro-ro ru-ru sv-se tr-tr zh-cn zh-tw`
	verify117 = `ar-xa cs-cz cy-cy cy-gb da-dk de-de el-gr en-au en-gb en-in en-us es-es es-mx es-us fi-fi
		fil-ph fr-ca fr-fr hi-in hu-hu id-id is-is it-it ja-jp ko-kr nb-no nl-nl pl-pl pt-br pt-pt ro-ro
		ru-ru sv-se th-th tr-tr vi-vn yue-cn zh-cn zh-tw`
	psd2of117 = `en-gb bg-bg cs-cz da-dk de-de ee-et el-gr es-es fi-fi fr-fr ga-ie hu-hu it-it lv-lv lt-lt
		mt-mt nl-nl pl-pl sk-sk sl-si sv-se`
)

func TestLocalesAreTheDocuments(t *testing.T) {
	t.Parallel()
	for p, document := range map[Product]string{Verify: verify100 + " " + verify117, PSD2: psd2of117} {
		var want []Locale
		for _, l := range strings.Fields(document) {
			want = append(want, Locale(l))
		}
		slices.Sort(want)
		if got := p.Locales(); !slices.Equal(got, slices.Compact(want)) {
			t.Errorf("%s offers\n%v, want\n%v", products[p], got, want)
		}
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	tests := []struct {
		lg           string
		locale       Locale
		verify, psd2 bool
	}{
		{"en-gb", "en-gb", true, true},
		{"en-GB", "en-gb", true, true},
		{"en-us", "en-us", true, false},
		{"ga-ie", "ga-ie", false, true},
		{"en", "en", false, false},
		{"xx-xx", "xx-xx", false, false},
		{"", "", false, false},
	}
	for _, test := range tests {
		for p, want := range map[Product]bool{Verify: test.verify, PSD2: test.psd2} {
			if l, ok := p.Known(test.lg); l != test.locale || ok != want {
				t.Errorf("%s %q: got %q %t, want %q %t", products[p], test.lg, l, ok, test.locale, want)
			}
		}
	}
}

func TestLocaleOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		digits       string
		verify, psd2 Locale
	}{
		{"33612345678", "fr-fr", "fr-fr"},
		{"+33612345678", "fr-fr", "fr-fr"},
		{"61412345678", "en-au", "en-gb"},
		{"14155550100", "en-us", "en-gb"},
		{"15145550100", "en-us", "en-gb"},
		{"17875550100", "es-us", "es-es"},
		{"447700900000", "en-gb", "en-gb"},
		{"3725550100", "en-us", "ee-et"},
		{"35679000000", "en-us", "mt-mt"},
		{"353850000000", "en-gb", "en-gb"},
		{"551155501000", "pt-br", "en-gb"},
		{"525555010000", "es-mx", "es-es"},
		{"886912345678", "zh-tw", "en-gb"},
		{"85251234567", "zh-tw", "en-gb"},
		{"77011234567", "ru-ru", "en-gb"},
		{"99012345678", "en-us", "en-gb"},
		{"3", "en-us", "en-gb"},
		{"", "en-us", "en-gb"},
	}
	for _, test := range tests {
		if got := Verify.LocaleOf(test.digits); got != test.verify {
			t.Errorf("request to %s…: got %s, want %s", test.digits, got, test.verify)
		}
		if got := PSD2.LocaleOf(test.digits); got != test.psd2 {
			t.Errorf("payment of %s…: got %s, want %s", test.digits, got, test.psd2)
		}
	}
}

// Every country's locale exists, and no calling code is listed twice.
func TestCallingCodes(t *testing.T) {
	t.Parallel()
	listed := 0
	for _, table := range []map[Locale]string{englishCodes, romanceCodes, europeanCodes, otherCodes} {
		for l, list := range table {
			listed += len(strings.Fields(list))
			if !Verify.offers(l) && !PSD2.offers(l) {
				t.Errorf("%s is no locale", l)
			}
		}
	}
	if listed != len(callingCodes) {
		t.Errorf("%d codes are listed, %d of them different", listed, len(callingCodes))
	}
	for code := range callingCodes {
		if len(code) > longestCode {
			t.Errorf("code %s is longer than %d digits", code, longestCode)
		}
	}
}

func TestLocaleNear(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ tag, digits, want string }{
		{"", "990123450001", "en-gb"}, {"xx", "990123450001", "en-gb"}, {"", "14155550100", "en-us"},
		{"", "491511234567", "de-de"}, {"de-at", "447700900000", "de-de"}, {"EN-US", "447700900000", "en-us"},
		{"xx", "491511234567", "de-de"}, {"", "26771234567", "en-gb"}, {"", "", "en-gb"},
	} {
		if got := LocaleNear(test.tag, test.digits); got != test.want {
			t.Errorf("%q for %s is %s, want %s", test.tag, test.digits, got, test.want)
		}
	}
}
