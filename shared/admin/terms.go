package admin

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// terms are the fields of commands that set an account's terms.
type terms struct {
	Terms     string   `json:"terms" help:"standard, strict (NIST SP 800-63B-4) or unlimited (no rate, budget or cap: for tests), as docs/limits.md lists them; standard without it (optional)"`
	Countries []string `json:"countries" help:"where it may send to: ISO 3166 alpha-2 codes, ZZ for test numbers; test numbers alone without it (optional)"`
	LineTypes []string `json:"line_types" help:"kinds of lines that it may send to beside ordinary ones: premium_rate, shared_cost, personal, uan, pager, voicemail (optional)"`
	caps
	Price        *int64 `json:"price" help:"what a success costs, in millionths of a euro (optional)"`
	SMSPrice     *int64 `json:"sms_price" help:"what an SMS costs, in millionths of a euro (optional)"`
	VoicePrice   *int64 `json:"voice_price" help:"what a call costs, in millionths of a euro (optional)"`
	Prepaid      *bool  `json:"prepaid" help:"whether its budget is reserved, and verifications refused when it is spent (optional)"`
	Domain       string `json:"domain" help:"the website that browsers bind the code to, as example.com (optional)"`
	PlainBrand   *bool  `json:"plain_brand" help:"whether a brand is refused that a phone may show as a link, as Booking.com (optional)"`
	Templates    *bool  `json:"templates" help:"whether it may keep message templates (optional)"`
	NoFraudCheck *bool  `json:"no_fraud_check" help:"whether a request of its may ask to be sent through the block of a network (optional)"`
	Brand        string `json:"brand" help:"the name that its messages carry of requests that bring none, as sessions of number verification: at most 18 characters; they are refused without it (optional)"`
	Codeless     *bool  `json:"codeless" help:"whether such a session counts as verified by the line of whatever device opens its address, without the code that the device is given (optional)"`
	AppHash      string `json:"app_hash" help:"the 11 characters by which Android hands the SMS to an app (optional)"`
}

// kinds are the terms by name.
var kinds = map[string]func(countries ...string) account.Terms{
	standard:    account.StandardTerms,
	"strict":    account.StrictTerms,
	"unlimited": account.UnlimitedTerms,
}

// maxMoney bounds amounts, in millionths of a euro: a million euros.
const maxMoney = 1_000_000_000_000

// appHashLength is that of the SMS Retriever API.
const appHashLength = 11

// standard is the terms of an account whose command names none.
const standard = "standard"

// read gives the terms that the fields describe. Nobody sends to a country that was not named.
func (t terms) read() (account.Terms, error) {
	if len(t.Countries) == 0 {
		t.Countries = []string{verification.SandboxCountry}
	}
	kind, known := kinds[cmp.Or(t.Terms, standard)]
	if !known {
		return account.Terms{}, wrong("terms", "it is standard, strict or unlimited")
	}
	if err := checkCountries(t.Countries); err != nil {
		return account.Terms{}, err
	}
	if err := t.checkLines(); err != nil {
		return account.Terms{}, err
	}
	if err := checkLineTypes(t.LineTypes); err != nil {
		return account.Terms{}, err
	}
	made := kind(t.Countries...)
	made.LineTypes = t.LineTypes
	made.Domain, made.AppHash, made.Brand = t.Domain, t.AppHash, t.Brand
	t.switches(&made)
	if err := checkBrand(made); err != nil {
		return account.Terms{}, err
	}
	if err := t.caps.override(&made); err != nil {
		return account.Terms{}, err
	}
	return made, t.override(&made)
}

// switches sets the switches that are given.
func (t terms) switches(made *account.Terms) {
	for _, s := range []struct{ from, to *bool }{
		{t.Prepaid, &made.Prepaid}, {t.PlainBrand, &made.PlainBrand},
		{t.Templates, &made.Templates}, {t.NoFraudCheck, &made.NoFraudCheck},
		{t.Codeless, &made.Codeless},
	} {
		if s.from != nil {
			*s.to = *s.from
		}
	}
}

func checkCountries(countries []string) error {
	for i, c := range countries {
		if len(c) != 2 || strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" ||
			slices.Contains(countries[:i], c) {
			return wrong(
				"countries", "it lists ISO 3166 alpha-2 codes in upper case, each once, as GB",
			)
		}
	}
	return nil
}

func checkLineTypes(types []string) error {
	for i, t := range types {
		if !slices.Contains(verification.Costly, verification.LineType(t)) ||
			slices.Contains(types[:i], t) {
			return wrong(
				"line_types",
				"it lists premium_rate, shared_cost, personal, uan, pager or voicemail, each once",
			)
		}
	}
	return nil
}

// maxBrand is how many characters a brand has at most in messages.
const maxBrand = 18

// checkBrand refuses a brand that requests could not bring either.
func checkBrand(t account.Terms) error {
	switch {
	case !utf8.ValidString(t.Brand), utf8.RuneCountInString(t.Brand) > maxBrand,
		strings.ContainsAny(t.Brand, "/{}:$"):
		return wrong("brand", "it has at most 18 characters and none of / { } : $")
	case t.PlainBrand && verification.ShowsLink(t.Brand):
		return wrong("brand", "it must not look like a link, unless plain_brand is no")
	default:
		return nil
	}
}

func (t terms) checkLines() error {
	if t.Domain != "" && !isHost(t.Domain) {
		return wrong("domain", "it is a host name in lower case, as example.com")
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	if t.AppHash != "" &&
		(len(t.AppHash) != appHashLength || strings.Trim(t.AppHash, alphabet) != "") {
		return wrong("app_hash", "it has 11 characters of base64")
	}
	return nil
}

// override sets the prices that are given.
func (t terms) override(made *account.Terms) error {
	return cmp.Or(
		amount("price", t.Price, &made.Price), amount("sms_price", t.SMSPrice, &made.SMSPrice),
		amount("voice_price", t.VoicePrice, &made.VoicePrice),
	)
}

// amount sets an amount of money, if one is given.
func amount(name string, from, to *int64) error {
	if from == nil {
		return nil
	}
	if *from < 0 || *from > maxMoney {
		return wrong(name, "it is an amount in millionths of a euro, from 0 to a million euros")
	}
	*to = *from
	return nil
}

// isHost tells whether text is a DNS name in lower case, with a dot.
func isHost(text string) bool {
	labels := strings.Split(text, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" ||
			label[0] == '-' ||
			label[len(label)-1] == '-' {
			return false
		}
	}
	return len(labels) > 1 && len(text) <= 253
}

// shownTerms are terms as they are shown; its fields equal those of account.Terms.
type shownTerms struct {
	PerSecond            int      `json:"per_second"`
	PerDay               int      `json:"per_day"`
	PerNumber            int      `json:"per_number_and_day"`
	PerNetwork           int      `json:"per_network_and_day"`
	PerAddress           int      `json:"per_address_and_day"`
	NumberRequests       int      `json:"requests_per_number_and_ten_minutes"`
	NumberMessages       int      `json:"messages_per_number_and_ten_minutes"`
	NumberMessagesPerDay int      `json:"messages_per_number_and_day"`
	NumberPause          int      `json:"number_pause"`
	NumberFailures       int      `json:"wrong_codes_per_number_and_day"`
	SpendPerDay          int64    `json:"spend_per_day"`
	MessageCostPerDay    int64    `json:"message_cost_per_day"`
	NetworkCostPerDay    int64    `json:"message_cost_per_network_and_day"`
	Price                int64    `json:"price"`
	SMSPrice             int64    `json:"sms_price"`
	VoicePrice           int64    `json:"voice_price"`
	Prepaid              bool     `json:"prepaid"`
	Conversion           int      `json:"conversion_percent"`
	Sample               int      `json:"conversion_sample"`
	Strict               bool     `json:"strict"`
	Countries            []string `json:"countries"`
	LineTypes            []string `json:"line_types,omitempty"`
	Domain               string   `json:"domain,omitempty"`
	AppHash              string   `json:"app_hash,omitempty"`
	PlainBrand           bool     `json:"plain_brand"`
	Templates            bool     `json:"templates"`
	NoFraudCheck         bool     `json:"no_fraud_check"`
	Brand                string   `json:"brand,omitempty"`
	Codeless             bool     `json:"codeless"`
}

// known reads the api_key in a field.
func known(field, key string) (account.Key, error) {
	if key == "" {
		return 0, missing(field)
	}
	k := account.ParseKey(key)
	if k == 0 {
		return 0, wrong(field, "it has 8 hexadecimal digits and is not 0")
	}
	return k, nil
}

// noAccount is the failure of a key that no account has.
func noAccount(field string) error {
	return because(fault.NotFound, field, "no account has this api_key")
}
