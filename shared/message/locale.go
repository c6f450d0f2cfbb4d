package message

import (
	"maps"
	"slices"
	"strings"
)

// Locale is a language as the parameter lg spells it: en-us, fr-fr, ee-et.
type Locale string

// language is the part before the hyphen.
func (l Locale) language() string {
	language, _, _ := strings.Cut(string(l), "-")
	return language
}

// Product is a kind of PIN request. Each offers the locales its document lists.
type Product uint8

// The products.
const (
	Verify Product = iota // an ordinary request: every lg of Verify API 1.0.0 and 1.1.7
	PSD2                  // a payment to confirm: the lg of Verify API 1.1.7, psd2Request
)

// Locales gives the locales a request may ask for, sorted.
func (p Product) Locales() []Locale {
	offered := func(l Locale) bool { return !p.offers(l) }
	return slices.DeleteFunc(slices.Sorted(maps.Keys(texts)), offered)
}

// Known gives the locale that lg names and whether the product offers it.
// Case doesn't matter, as in any language tag (RFC 5646 §2.1.1).
func (p Product) Known(lg string) (Locale, bool) {
	l := Locale(strings.ToLower(lg))
	return l, p.offers(l)
}

// LocaleOf gives the locale for a number, from the calling code that begins its
// E.164 digits: the one of its country, else another of the same language, else
// the product's default.
func (p Product) LocaleOf(digits string) Locale {
	home := countryLocale(digits)
	if p.offers(home) {
		return home
	}
	for _, l := range p.Locales() {
		if l.language() == home.language() {
			return l
		}
	}
	return p.fallback()
}

// fallback is the default that the product's document gives lg.
func (p Product) fallback() Locale {
	if p == PSD2 {
		return "en-gb"
	}
	return "en-us"
}

func (p Product) offers(l Locale) bool {
	return texts[l].wording(p).full != ""
}

// wording gives the texts of l, or of the default where l isn't offered.
func (p Product) wording(l Locale) (text, wording) {
	if !p.offers(l) {
		l = p.fallback()
	}
	words := texts[l]
	return words, words.wording(p)
}

// voice gives the locale that is spoken for l: its own where a voice speaks it.
func (p Product) voice(l Locale) Locale {
	if !p.offers(l) {
		return p.fallback()
	}
	if english := texts[l].english; english != "" {
		return english
	}
	return l
}

// bare is the text without words, for names that leave no room for them.
func (p Product) bare() string {
	if p == PSD2 {
		return "${name} ${amount} EUR: ${pin}"
	}
	return "${name}: ${pin}"
}
