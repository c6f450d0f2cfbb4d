package verify2

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/grant"
	"lineproof/shared/phone"
	"lineproof/shared/template"
	"lineproof/shared/verification"
)

// Reader reads requests.
type Reader struct {
	// Line reads a number in E.164. It fails when no such number can exist.
	Line func(number, country string) (verification.Line, error)
	// Locale returns the locale of messages that a tag names, or where there is none, that of the
	// number.
	Locale func(tag, digits string) string
	// Covered tells whether silent verification of our own knows lines of a country.
	Covered func(country string) bool
	// Phrases fills templates.
	Phrases template.Phrases
}

// The limits of a request (Verify API v2).
const (
	maxSteps = 3

	maxBrand     = template.MaxBrand
	maxReference = 40
	maxNumber    = 50
	maxRedirect  = 2048

	minTimeout, maxTimeout, defaultTimeout = 15, int(template.MaxLife / time.Second), 180
	minCode, maxCode                       = 4, template.MaxCode

	// tries is how many codes may be tried, over all steps.
	tries = 3
	// defaultSender stands where no sender ID follows from the brand.
	defaultSender = "VERIFY"
)

// silentTimeout is how long each step of a workflow takes that begins with a silent one.
const silentTimeout = 60 * time.Second

// The forms of texts.
var (
	tagForm      = regexp.MustCompile(`\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\z`)
	numberForm   = regexp.MustCompile(`\A\+?[0-9]+\z`)
	senderForm   = regexp.MustCompile(`\A([A-Za-z0-9]{3,11}|[0-9]{11,15})\z`)
	hashForm     = regexp.MustCompile(`\A[A-Za-z0-9+/]{11}\z`)
	registryForm = regexp.MustCompile(`\A[0-9]{1,20}\z`)
	codeForm     = regexp.MustCompile(`\A[A-Za-z0-9]+\z`)
)

// order reads a request of an application, the zero Client for an account itself, under the terms
// of its account, and which template it wishes for. It asks abroad whether an upstream covers a
// silent step's line where we do not. It fails with a fault.InvalidParam that lists all that is
// wrong, and as abroad does.
func (r Reader) order(
	body []byte, application grant.Client, t account.Terms,
	abroad func(to verification.Line, step verification.Means) (bool, error),
) (o verification.Order, wish template.Wish, err error) {
	f, err := readForm(body)
	if err != nil {
		return verification.Order{}, template.Wish{}, err
	}
	o = verification.Order{
		Brand:     f.brand(t),
		Reference: f.text("client_ref", 1, maxReference, nil),
		Tries:     tries,
		Onward:    true,
		Unguarded: !f.truth("fraud_check", true) && t.NoFraudCheck,
	}
	locale := f.text("locale", 2, maxNumber, tagForm.MatchString)
	timeout := time.Duration(f.integer("channel_timeout", minTimeout, maxTimeout, defaultTimeout)) *
		time.Second
	f.code(&o, t)
	wish.Template = f.uuid("template_id")
	for i, step := range f.workflow() {
		o.Plan.Steps = append(o.Plan.Steps, r.step(step, i, &o, application))
	}
	if o.Uncovered {
		covered, err := abroad(o.Line, o.Plan.Steps[0].Means)
		if err != nil {
			return verification.Order{}, template.Wish{}, err
		}
		o.Uncovered = !covered
	}
	if o.Uncovered && len(o.Plan.Steps) == 1 {
		f.wrong(stepName(0), "`silent_auth` is not supported for the network of this number")
	}
	if o.Plan.Steps != nil && o.Plan.Steps[0].Channel == verification.Silent {
		timeout = silentTimeout
	}
	if t.Strict && timeout > verification.StrictExpiry {
		f.wrong("channel_timeout", fmt.Sprintf(
			"`channel_timeout` must be at most %d", verification.StrictExpiry/time.Second,
		))
	}
	o.Plan = timed(o.Plan, timeout)
	if err := f.err(); err != nil {
		return verification.Order{}, template.Wish{}, err
	}
	o.Locale = r.Locale(locale, o.Line.Number.Digits())
	o.Sender = Sender(o.Brand)
	if application.StatusURL != "" {
		o.Callback = verification.Webhook(application.ID)
	}
	wish.Locales = []string{strings.ToLower(locale), o.Locale}
	return o, wish, nil
}

// timed gives every step the same time, and its code as long to live: so each step has its own.
func timed(p verification.Plan, timeout time.Duration) verification.Plan {
	for i := range p.Steps {
		p.Steps[i].Wait = timeout
	}
	p.Expiry = timeout
	return p
}

func (f form) brand(t account.Terms) string {
	brand := f.text("brand", 1, maxBrand, nil)
	switch {
	case !f.has("brand"):
		f.wrong("brand", "`brand` is required")
	case strings.ContainsAny(brand, "/{}:$"):
		f.wrong("brand", "`brand` must not have any of / { } : $")
	case t.PlainBrand && verification.ShowsLink(brand):
		f.wrong("brand", "`brand` must not look like a link")
	}
	return brand
}

// code reads the length of codes, and the code that the caller chose.
func (f form) code(o *verification.Order, t account.Terms) {
	least := minCode
	if t.Strict {
		least = verification.StrictDigits
	}
	o.Digits = f.integer("code_length", least, maxCode, least)
	code := f.text("code", least, maxCode, codeForm.MatchString)
	if code == "" {
		return
	}
	if f.has("code_length") && len(code) != o.Digits {
		f.wrong("code", "`code` must have `code_length` characters")
	}
	o.Code, o.Digits = verification.NewPIN(code), len(code)
}

// workflow reads the steps.
func (f form) workflow() []form {
	var raw []json.RawMessage
	if !f.has("workflow") {
		f.wrong("workflow", "`workflow` is required")
		return nil
	}
	err := json.Unmarshal(f.members["workflow"], &raw)
	if err != nil || len(raw) == 0 || len(raw) > maxSteps {
		f.wrong("workflow", fmt.Sprintf("`workflow` must have between 1 and %d steps", maxSteps))
		return nil
	}
	steps := make([]form, len(raw))
	for i, text := range raw {
		steps[i] = form{at: stepName(i), faults: f.faults}
		if json.Unmarshal(text, &steps[i].members) != nil || steps[i].members == nil {
			f.wrong(steps[i].at, "A step must be an object")
		}
	}
	return steps
}

// stepName is what faults call the step of that index.
func stepName(i int) string { return fmt.Sprintf("workflow[%d]", i) }

// channels are those that a step can go by, and others the wire's that are not served.
var (
	channels = map[string]verification.Channel{
		"silent_auth": verification.Silent, "sms": verification.SMS, "voice": verification.Voice,
	}
	others = []string{"whatsapp", "whatsapp_interactive", "rcs", "email"}
)

// step reads the step of that index. The line of the first is that of the order.
func (r Reader) step(
	f form, i int, o *verification.Order, application grant.Client,
) verification.Step {
	if f.members == nil {
		return verification.Step{}
	}
	name := f.text("channel", 1, maxNumber, nil)
	s := verification.Step{Channel: channels[name]}
	switch {
	case slices.Contains(others, name): // whose members are others too
		f.wrong("channel", "`"+name+"` channel is not supported")
		return s
	case s.Channel == "" && (name != "" || !f.has("channel")): // else that is told already
		f.wrong("channel", "`channel` must be one of silent_auth, sms, voice")
	case s.Channel == verification.Silent && i > 0:
		f.wrong("channel", "`silent_auth` must be the first channel")
	}
	line := r.line(f)
	if i == 0 {
		o.Line = line
	} else if line.Number != o.Line.Number {
		s.To, s.Country, s.Type = line.Number, line.Country, line.Type
	}
	switch s.Channel {
	case verification.SMS:
		s.Sender = f.text("from", 1, maxNumber, nil)
		if s.Sender != "" && !senderForm.MatchString(s.Sender) {
			f.wrong("from", "`from` must have 3 to 11 letters and digits, or 11 to 15 digits")
		}
		s.AppHash = f.text("app_hash", 1, maxNumber, hashForm.MatchString)
		s.Entity = f.text("entity_id", 1, maxNumber, registryForm.MatchString)
		s.Content = f.text("content_id", 1, maxNumber, registryForm.MatchString)
	case verification.Silent:
		r.silent(f, &s, o, application)
	}
	return s
}

// line reads the number of a step.
func (r Reader) line(f form) verification.Line {
	text := f.text("to", 1, maxNumber, nil)
	if !f.has("to") {
		f.wrong("to", "`to` is required")
	}
	if text == "" {
		return verification.Line{}
	}
	line, err := r.Line("+"+strings.TrimPrefix(text, "+"), "")
	if err != nil || !numberForm.MatchString(text) {
		f.wrong("to", "`to` Phone number is invalid")
		return verification.Line{}
	}
	return line
}

// silent reads what silent steps have of their own. One of a country that is not covered fails as
// it begins, and is refused when no step follows.
func (r Reader) silent(
	f form, s *verification.Step, o *verification.Order, application grant.Client,
) {
	s.Redirect = f.text("redirect_url", 1, maxRedirect, nil)
	if s.Redirect != "" && !slices.Contains(application.RedirectURIs, s.Redirect) {
		f.wrong("redirect_url", "`redirect_url` is none of the application's")
	}
	if f.has("sandbox") {
		f.wrong("sandbox", "`sandbox` is no longer supported")
	}
	s.Rehearsed = Rehearsed(o.Line.Number, application.Outcomes)
	covered := o.Line.Number.IsSandbox() || r.Covered(o.Line.Country)
	o.Uncovered = f.truth("coverage_check", true) && !covered
}

// Rehearsed returns what the silent step of a test number comes to; "" for all others.
func Rehearsed(n phone.Number, outcomes grant.Outcomes) verification.Outcome {
	switch {
	case !n.IsSandbox():
		return ""
	case outcomes == grant.VonageOutcomes:
		return vonageOutcome(n.Uint64())
	default:
		return ownOutcome(n)
	}
}

// Sender returns the sender ID that follows from a brand: its letters and digits, as many as such
// names have. Digits alone would name a number, which is somebody's.
func Sender(brand string) string {
	name := strings.Map(func(c rune) rune {
		if c < '0' || c > 'z' || c > '9' && c < 'A' || c > 'Z' && c < 'a' {
			return -1
		}
		return c
	}, brand)
	if len(name) < 3 || strings.Trim(name[:min(len(name), 11)], "0123456789") == "" {
		return defaultSender
	}
	return name[:min(len(name), 11)]
}
