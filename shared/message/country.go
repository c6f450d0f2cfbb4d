package message

import "strings"

// longestCode is the length of the longest calling code below.
const longestCode = 4

// countryLocale gives the locale of the country whose calling code begins the
// digits, taking the longest code that fits, or false where none does.
func countryLocale(digits string) (Locale, bool) {
	digits = strings.TrimPrefix(digits, "+")
	for n := min(longestCode, len(digits)); n > 0; n-- {
		if l, ok := callingCodes[digits[:n]]; ok {
			return l, true
		}
	}
	return "", false
}

// callingCodes maps calling codes (ITU-T E.164) to the language most of a
// country reads, as far as a locale has it; other countries read English. Where
// two are usual the one with more readers counts: Belgium nl-nl, Switzerland
// de-de, Ireland en-gb, India en-in.
var callingCodes = join(englishCodes, romanceCodes, europeanCodes, otherCodes)

func join(tables ...map[Locale]string) map[string]Locale {
	codes := make(map[string]Locale)
	for _, table := range tables {
		for l, list := range table {
			for code := range strings.FieldsSeq(list) {
				codes[code] = l
			}
		}
	}
	return codes
}

var englishCodes = map[Locale]string{
	"en-us": "1",
	"en-au": "61 64",
	"en-gb": "27 44 65 220 231 232 233 234 254 256 260 263 264 265 266 267 268 290 350 353 500",
	"en-in": "91",
}

// Puerto Rico and the Dominican Republic share the code 1 with the United States.
var romanceCodes = map[Locale]string{
	"es-es": "34 240",
	"es-mx": "51 52 53 54 56 57 58 502 503 504 505 506 507 591 593 595 598",
	"es-us": "1787 1939 1809 1829 1849",
	"fr-fr": "33 221 223 224 225 226 227 228 229 235 236 237 241 242 243 253 257 261 262 269 " +
		"352 377 508 509 590 594 596 681 687 689",
	"it-it": "39 378",
	"pt-br": "55",
	"pt-pt": "351 238 239 244 245 258 670",
	"ro-ro": "40 373",
}

var europeanCodes = map[Locale]string{
	"bg-bg": "359",
	"cs-cz": "420",
	"da-dk": "45 298 299",
	"de-de": "41 43 49 423",
	"ee-et": "372",
	"el-gr": "30 357",
	"fi-fi": "358",
	"hu-hu": "36",
	"is-is": "354",
	"lt-lt": "370",
	"lv-lv": "371",
	"mt-mt": "356",
	"nb-no": "47",
	"nl-nl": "31 32 297 597 599",
	"pl-pl": "48",
	"ru-ru": "7 375 996",
	"sk-sk": "421",
	"sl-si": "386",
	"sv-se": "46",
	"tr-tr": "90",
}

// Hong Kong and Macau read the traditional characters of zh-tw.
var otherCodes = map[Locale]string{
	"ar-xa":  "20 212 213 216 218 222 249 961 962 963 964 965 966 967 968 970 971 973 974",
	"fil-ph": "63",
	"id-id":  "62",
	"ja-jp":  "81",
	"ko-kr":  "82",
	"th-th":  "66",
	"vi-vn":  "84",
	"zh-cn":  "86",
	"zh-tw":  "852 853 886",
}
