package message

import (
	"maps"
	"slices"
	"strings"
)

// Locale is a language tag of texts: en-us, fr-fr, ee-et.
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
	Verify Product = iota // an ordinary request: every language of Verify API 1.0.0 and 1.1.7
	PSD2                  // a payment to confirm: the languages of Verify API 1.1.7, psd2Request
)

// Locales gives the locales a request may ask for, sorted.
func (p Product) Locales() []Locale {
	offered := func(l Locale) bool { return !p.offers(l) }
	return slices.DeleteFunc(slices.Sorted(maps.Keys(texts)), offered)
}

// Known returns the locale that a tag names and whether the product offers it.
// Case doesn't matter, as in any language tag (RFC 5646 §2.1.1).
func (p Product) Known(tag string) (Locale, bool) {
	l := Locale(strings.ToLower(tag))
	return l, p.offers(l)
}

// LocaleFor returns the locale of an ordinary request's messages, or of a payment's, that a tag
// names, and whether there is one. Without a tag it is that of the number, given by its E.164
// digits.
func LocaleFor(tag, digits string, payment bool) (string, bool) {
	product := Verify
	if payment {
		product = PSD2
	}
	if tag == "" {
		return string(product.LocaleOf(digits)), true
	}
	locale, known := product.Known(tag)
	return string(locale), known
}

// LocaleNear returns the locale of an ordinary request's messages that comes nearest to a tag: its
// own, another of the same language, or that of the number, given by its E.164 digits, else en-gb.
func LocaleNear(tag, digits string) string {
	home, _ := countryLocale(digits)
	for _, wanted := range []Locale{Locale(strings.ToLower(tag)), home} {
		if Verify.offers(wanted) {
			return string(wanted)
		}
		for _, l := range Verify.Locales() {
			if l.language() == wanted.language() {
				return string(l)
			}
		}
	}
	return "en-gb"
}

// LocaleOf returns the locale for a number, from the calling code that begins its
// E.164 digits: the one of its country, else another of the same language, else
// the product's default.
func (p Product) LocaleOf(digits string) Locale {
	home, known := countryLocale(digits)
	if !known {
		home = "en-us"
	}
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

// fallback is the default of the product's document.
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
