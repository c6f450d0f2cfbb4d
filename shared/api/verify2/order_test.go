package verify2_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/api/verify2"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/verification"
)

const number, landing = "447700900123", "https://client.example/verified"

var (
	application = grant.Client{
		ID: "app", RedirectURIs: []string{landing}, StatusURL: "https://client.example/status",
	}
	terms = account.StandardTerms("GB")
	// british knows silent lines of the United Kingdom alone.
	british = verify2.Reader{
		Line: numbering.Parse, Locale: message.LocaleNear,
		Covered: func(country string) bool { return country == "GB" },
	}
)

// asked is the body of a good request by SMS with these members of its own and of its step; nil
// leaves one out.
func asked(own, step map[string]any) []byte {
	first := map[string]any{"channel": "sms", "to": number}
	all := map[string]any{"brand": "Acme", "workflow": []any{first}}
	for made, changes := range map[*map[string]any]map[string]any{&first: step, &all: own} {
		maps.Copy(*made, changes)
		maps.DeleteFunc(*made, func(_ string, value any) bool { return value == nil })
	}
	text, _ := json.Marshal(all) // texts, numbers and lists of them: never fails
	return text
}

// complaints are the faults of a failure, each as "name: reason".
func complaints(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	if !fault.Is(err, fault.InvalidParam) {
		t.Fatalf("%v is no invalid parameter", err)
	}
	var all []string
	for _, wrong := range fault.As(err).Invalid {
		all = append(all, wrong.Name+": "+wrong.Reason)
	}
	return all
}

// limit is a member with values that it may have, and others with what is said of them.
type limit struct {
	name, reason string
	good, bad    []any
}

func of(n int) string { return strings.Repeat("a", n) }

// limits are those of the body; the values of other types are the same for all of a type.
var limits = []limit{
	{"brand", "`brand` must have between 1 and 18 characters",
		[]any{"A", of(18), strings.Repeat("é", 18)}, []any{"", of(19)}},
	{"brand", "`brand` must not have any of / { } : $", []any{"A & <B>; 100 %"},
		[]any{"a/b", "a{b", "a}b", "a:b", "a$b"}},
	{"brand", "`brand` must not look like a link", nil, []any{"evil.exam", "1.2.3.4"}},
	{"brand", "`brand` must be a string", nil, []any{1, true, []any{"Acme"}, map[string]any{}}},
	{"brand", "`brand` is required", nil, []any{nil}},
	{"locale", "`locale` must have between 2 and 50 characters", []any{"de", nil}, []any{"d", of(51)}},
	{"locale", "`locale` is invalid", []any{"en-gb", "en-GB", "tlh", "zh-Hant-TW"},
		[]any{"english", "en_gb", "en-", "-gb", "e1"}},
	{"channel_timeout", "`channel_timeout` must be an integer between 15 and 900",
		[]any{15, 900, json.RawMessage("60.0"), json.RawMessage("6e1"), nil},
		[]any{14, 901, 60.5, "60", -15, 1e9, json.RawMessage("1e400"), true}},
	{"client_ref", "`client_ref` must have between 1 and 40 characters", []any{"x", of(40), nil},
		[]any{"", of(41)}},
	{"client_ref", "`client_ref` must be a string", nil, []any{4711}},
	{"code_length", "`code_length` must be an integer between 4 and 10", []any{4, 10, nil},
		[]any{3, 11, "6", 6.5}},
	{"code", "`code` must have between 4 and 10 characters", []any{"1234", "aB3d5F7h9j", nil},
		[]any{"123", of(11), ""}},
	{"code", "`code` is invalid", nil, []any{"12-34", "12 34", "ééééé", "１２３４"}},
	{"code", "`code` must be a string", nil, []any{1234}},
	{"fraud_check", "`fraud_check` must be a boolean", []any{true, false, nil}, []any{"false", 0}},
	{"workflow", "`workflow` is required", nil, []any{nil}},
	{"workflow", "`workflow` must have between 1 and 3 steps", nil,
		[]any{[]any{}, "sms", map[string]any{}}},
}

// stepLimits are those of a step by SMS.
var stepLimits = []limit{
	{"to", "`to` is required", nil, []any{nil}},
	{"to", "`to` must be a string", nil, []any{447700900123}},
	{"to", "`to` must have between 1 and 50 characters", nil, []any{"", strings.Repeat("4", 51)}},
	{"to", "`to` Phone number is invalid", []any{"447700900123", "+447700900123", "990123450001"},
		[]any{"07700900123", "00447700900123", "++447700900123", "44 7700 900123", "447700",
			strings.Repeat("4", 50), "tel:447700900123", "٤٤٧٧٠٠٩٠٠١٢٣"}},
	{"channel", "`channel` must be one of silent_auth, sms, voice", []any{"sms", "voice"},
		[]any{nil, "fax", "SMS", "silent"}},
	{"channel", "`channel` must be a string", nil, []any{1}},
	{"channel", "`channel` must have between 1 and 50 characters", nil, []any{""}},
	{"from", "`from` must have 3 to 11 letters and digits, or 11 to 15 digits", []any{"ABC", "Abcdefghi12", "12345678901", "123456789012345", nil},
		[]any{"A B", "AB", "ABCDEFGHIJKL", "+12345678901", "1234567890123456"}},
	{"from", "`from` must have between 1 and 50 characters", nil, []any{"", of(51)}},
	{"app_hash", "`app_hash` is invalid", []any{"ABC123defg+", "a/b/c/d/e/f", nil},
		[]any{"ABC123defg", "ABC123defg++", "ABC123defg-"}},
	{"entity_id", "`entity_id` is invalid", []any{"1", strings.Repeat("1", 20), nil},
		[]any{strings.Repeat("1", 21), "12a"}},
	{"content_id", "`content_id` is invalid", []any{"1", strings.Repeat("1", 20), nil},
		[]any{strings.Repeat("1", 21), "12a"}},
}

func TestLimits(t *testing.T) {
	t.Parallel()
	judge := func(name, reason string, value any, own, step map[string]any) {
		_, err := british.Order(asked(own, step), application, terms)
		want := []string{}
		if reason != "" {
			want = []string{name + ": " + reason}
		}
		if got := complaints(t, err); !slices.Equal(got, want) {
			t.Errorf("%s of %v: %q, want %q", name, value, got, want)
		}
	}
	for _, l := range limits {
		for _, value := range l.good {
			judge(l.name, "", value, map[string]any{l.name: value}, nil)
		}
		for _, value := range l.bad {
			judge(l.name, l.reason, value, map[string]any{l.name: value}, nil)
		}
	}
	for _, l := range stepLimits {
		for _, value := range l.good {
			judge("workflow[0]", "", value, nil, map[string]any{l.name: value})
		}
		for _, value := range l.bad {
			judge("workflow[0]", l.reason, value, nil, map[string]any{l.name: value})
		}
	}
}

// workflow is a body with these steps.
func workflow(steps ...map[string]any) []byte {
	return asked(map[string]any{"workflow": steps}, nil)
}

func to(channel, number string, pairs ...any) map[string]any {
	made := map[string]any{"channel": channel, "to": number}
	for i := 0; i < len(pairs); i += 2 {
		made[pairs[i].(string)] = pairs[i+1]
	}
	return made
}

// What steps must not do beside each other, or as whose they are.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	const french = "33612345678"
	strict := account.StrictTerms("GB")
	silent := to("silent_auth", number)
	for name, test := range map[string]struct {
		body  []byte
		by    grant.Client
		terms account.Terms
		want  []string
	}{
		"three steps": {workflow(silent, to("sms", number), to("voice", french)), application, terms,
			nil},
		"a fourth": {workflow(silent, to("sms", number), to("sms", number), to("voice", number)),
			application, terms, []string{"workflow: `workflow` must have between 1 and 3 steps"}},
		"silent second": {workflow(to("sms", number), silent), application, terms,
			[]string{"workflow[1]: `silent_auth` must be the first channel"}},
		"silent twice": {workflow(silent, silent), application, terms,
			[]string{"workflow[1]: `silent_auth` must be the first channel"}},
		"not covered": {workflow(to("silent_auth", french)), application, terms,
			[]string{"workflow[0]: `silent_auth` is not supported for the network of this number"}},
		"not covered, unasked": {workflow(to("silent_auth", french, "coverage_check", false)),
			application, terms, nil},
		"not covered, a step more": {workflow(to("silent_auth", french), to("sms", french)), application,
			terms, nil},
		"coverage_check of text": {workflow(to("silent_auth", number, "coverage_check", "no")),
			application, terms,
			[]string{"workflow[0]: `coverage_check` must be a boolean"}},
		"a test number": {workflow(to("silent_auth", "990123450001")), application, terms, nil},
		"redirect_url": {workflow(to("silent_auth", number, "redirect_url", landing)), application,
			terms, nil},
		"another": {workflow(to("silent_auth", number, "redirect_url", landing+"?x")),
			application, terms, []string{"workflow[0]: `redirect_url` is none of the application's"}},
		"by an account": {workflow(to("silent_auth", number, "redirect_url", landing)), grant.Client{},
			terms, []string{"workflow[0]: `redirect_url` is none of the application's"}},
		"a long one": {workflow(to("silent_auth", number, "redirect_url", of(2049))), application,
			terms, []string{"workflow[0]: `redirect_url` must have between 1 and 2048 characters"}},
		"sandbox": {workflow(to("silent_auth", number, "sandbox", false)), application, terms,
			[]string{"workflow[0]: `sandbox` is no longer supported"}},
		"sandbox of null": {workflow(to("silent_auth", number, "sandbox", nil)), application, terms, nil},
		"others": {workflow(to("whatsapp", number), to("rcs", number), to("email", "a@b.example")),
			application, terms, []string{
				"workflow[0]: `whatsapp` channel is not supported",
				"workflow[1]: `rcs` channel is not supported",
				"workflow[2]: `email` channel is not supported",
			}},
		"no objects": {asked(map[string]any{"workflow": []any{1, nil, []any{}}}, nil), application,
			terms, []string{"workflow[0]: A step must be an object",
				"workflow[1]: A step must be an object", "workflow[2]: A step must be an object"}},
		"a code too": {asked(map[string]any{"code": "aB3d5", "code_length": 5}, nil), application,
			terms, nil},
		"a code apart": {asked(map[string]any{"code": "aB3d5", "code_length": 6}, nil), application,
			terms, []string{"code: `code` must have `code_length` characters"}},
		"strict": {asked(map[string]any{"code_length": 6, "channel_timeout": 600}, nil),
			application, strict, nil},
		"strict, beyond": {asked(map[string]any{"code_length": 5, "channel_timeout": 601}, nil),
			application, strict, []string{"code_length: `code_length` must be an integer between 6 and 10",
				"channel_timeout: `channel_timeout` must be at most 600"}},
		"strict, silent": {asked(map[string]any{"channel_timeout": 900},
			map[string]any{"channel": "silent_auth"}), application, strict, nil},
		"unknown": {asked(map[string]any{"colour": "red"}, map[string]any{"reuse_code": true}),
			application, terms, nil},
		"no object": {[]byte("[]"), application, terms,
			[]string{"body: The body is not one well-formed JSON object"}},
		"a key twice": {[]byte(`{"brand":"A","workflow":[{"channel":"sms","to":"447700900123","to":"1"}]}`),
			application, terms, []string{"body: The body is not one well-formed JSON object"}},
		"a surrogate": {[]byte(`{"brand":"\ud800","workflow":[{"channel":"sms","to":"447700900123"}]}`),
			application, terms, nil},
	} {
		if _, err := british.Order(test.body, test.by, test.terms); !slices.Equal(complaints(t, err),
			test.want) {
			t.Errorf("%s: %q, want %q", name, complaints(t, err), test.want)
		}
	}
}

// What a request comes to where it says nothing, and where it says all.
func TestOrders(t *testing.T) {
	t.Parallel()
	minute := time.Minute
	for name, test := range map[string]struct {
		body []byte
		by   grant.Client
		want func(o verification.Order) bool
	}{
		"plain": {asked(nil, nil), application, func(o verification.Order) bool {
			return o.Digits == 4 && o.Plan.Expiry == 3*minute && o.Plan.Steps[0].Wait == 3*minute &&
				o.Tries == 3 && o.Onward && !o.Unguarded && o.Callback == "w:app" &&
				o.Locale == "en-gb" && o.Sender == "Acme" && o.Code.Reveal() == ""
		}},
		"a brand of digits": {asked(map[string]any{"brand": "447700900123"}, nil), application,
			func(o verification.Order) bool { return o.Sender == "VERIFY" }},
		"a silent step": {asked(map[string]any{"channel_timeout": 900},
			map[string]any{"channel": "silent_auth"}), application, func(o verification.Order) bool {
			return o.Plan.Expiry == minute && o.Plan.Steps[0].Wait == minute
		}},
		"of an account": {asked(nil, nil), grant.Client{},
			func(o verification.Order) bool { return o.Callback == "" }},
		"a code": {asked(map[string]any{"code": "aB3d5F"}, nil), application,
			func(o verification.Order) bool { return o.Digits == 6 && o.Code.Reveal() == "aB3d5F" }},
		"a tag without text": {asked(map[string]any{"locale": "tlh"},
			map[string]any{"to": "33612345678"}), application, func(o verification.Order) bool {
			return o.Locale == "fr-fr"
		}},
		"a tag in capitals": {asked(map[string]any{"locale": "DE-AT"}, nil), application,
			func(o verification.Order) bool { return o.Locale == "de-de" }},
		"no number's tag": {asked(nil, map[string]any{"to": "37255512345"}), application,
			func(o verification.Order) bool { return o.Locale != "" }},
		"an odd brand": {asked(map[string]any{"brand": "日本"}, nil), application,
			func(o verification.Order) bool { return o.Sender == "VERIFY" && o.Brand == "日本" }},
		"a long brand": {asked(map[string]any{"brand": "Acme & Brothers"}, nil), application,
			func(o verification.Order) bool { return o.Sender == "AcmeBrother" }},
		"not covered": {workflow(to("silent_auth", "33612345678"), to("sms", number)),
			application, func(o verification.Order) bool {
				return o.Uncovered && o.Plan.Steps[1].To.Digits() == number
			}},
		"one number twice": {workflow(to("sms", number), to("voice", "+"+number)), application,
			func(o verification.Order) bool { return o.Plan.Steps[1].To.IsZero() }},
		"what SMS alone has": {workflow(to("voice", number, "from", "A B", "app_hash", 1)), application,
			func(o verification.Order) bool { return o.Plan.Steps[0].Sender == "" }},
		"fraud_check": {asked(map[string]any{"fraud_check": false}, nil), application,
			func(o verification.Order) bool { return !o.Unguarded }},
	} {
		o, err := british.Order(test.body, test.by, terms)
		if err != nil || !test.want(o) {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
	open := terms
	open.NoFraudCheck = true
	if o, err := british.Order(asked(map[string]any{"fraud_check": false}, nil), application,
		open); err != nil || !o.Unguarded {
		t.Errorf("terms that allow it: %+v, %v", o, err)
	}
}

// FuzzOrder has nobody begin what the rules do not take, whatever came.
func FuzzOrder(f *testing.F) {
	f.Add(asked(nil, nil))
	f.Add(asked(map[string]any{"code": "aB3d5", "locale": "en-gb", "fraud_check": false},
		map[string]any{"from": "ABC"}))
	f.Add(workflow(to("silent_auth", number, "redirect_url", landing, "coverage_check", false),
		to("voice", "+33612345678")))
	f.Add([]byte(`{"brand":1,"workflow":[null,{"channel":[]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := british.Order(body, application, terms)
		if err != nil {
			if len(complaints(t, err)) == 0 {
				t.Errorf("%q fails and nothing is wrong with it", body)
			}
			for _, wrong := range fault.As(err).Invalid {
				if wrong.Name == "" || wrong.Reason == "" || len(wrong.Reason) > 80 {
					t.Errorf("%q: %+v", body, wrong)
				}
			}
			return
		}
		n := len(o.Plan.Steps)
		lives := o.Plan.Expiry
		if n < 1 || n > 3 || o.Line.Number.IsZero() || o.Brand == "" || o.Locale == "" ||
			o.Sender == "" || o.Digits < 4 || o.Digits > 10 ||
			lives < 15*time.Second || lives > 900*time.Second {
			t.Errorf("%q comes to %+v", body, o)
		}
		for i, s := range o.Plan.Steps {
			if s.Channel == "" || s.Channel == verification.Silent && i > 0 || s.Wait != o.Plan.Expiry {
				t.Errorf("%q has the step %+v", body, s)
			}
		}
	})
}

func TestChecks(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"code":"1234"}`:             "",
		`{"code":"aB-_é ☃","x":null}`: "",
		`{"code":"` + of(64) + `"}`:   "",
		`{"code":"` + of(65) + `"}`:   "code: `code` must have between 1 and 64 characters",
		`{"code":""}`:                 "code: `code` must have between 1 and 64 characters",
		`{"code":1234}`:               "code: `code` must be a string",
		`{"code":null}`:               "code: `code` is required",
		`{"Code":"1234"}`:             "code: `code` is required",
		`{"code":"1","code":"2"}`:     "body: The body is not one well-formed JSON object",
		`"1234"`:                      "body: The body is not one well-formed JSON object",
		``:                            "body: The body is not one well-formed JSON object",
	} {
		code, err := verify2.ReadCheck([]byte(body))
		if got := strings.Join(complaints(t, err),
			", "); got != want || want == "" && code.Reveal() == "" {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// FuzzCheck has every body be a code or an invalid parameter.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"code":"1234"}`))
	f.Add([]byte(`{"code":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		code, err := verify2.ReadCheck(body)
		wrong := complaints(t, err)
		if (err == nil) != (code.Reveal() != "") || (err == nil) != (len(wrong) == 0) {
			t.Errorf("%q comes to a code or not: %q", body, wrong)
		}
	})
}
