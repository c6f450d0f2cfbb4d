package api_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/phone"
	"lineproof/shared/template"
)

// awayTemplates is a store of templates that can be away, and counts what is read for messages.
type awayTemplates struct {
	template.Store
	away  *atomic.Bool
	reads *atomic.Int64
}

func (s awayTemplates) Book(ctx context.Context, k account.Key) (template.Book, error) {
	s.reads.Add(1)
	if s.away.Load() {
		return template.Book{}, errAway()
	}
	return s.Store.Book(ctx, k)
}

func (s awayTemplates) Fragment(ctx context.Context, k template.Key) (template.Fragment, error) {
	s.reads.Add(1)
	if s.away.Load() {
		return template.Fragment{}, errAway()
	}
	return s.Store.Fragment(ctx, k)
}

// canaryText is what templates say in these worlds; a log that has its second word leaks it.
const canaryText = "The canary of ${brand} sings ${code}"

// noTemplate is the ID of no template and of no fragment.
const noTemplate = "8f35a1a7-eb2f-4552-8fdf-fffdaee41bc9"

// template2 makes a template of the standard account, and returns its path below the base.
func (w *pinWorld) template2(name string) string {
	w.t.Helper()
	a := w.do(v2(http.MethodPost, "/templates", bodyOf("name", name)).asAccount(standardKey))
	if a.status != http.StatusCreated {
		w.t.Fatalf("create answered %d %s", a.status, a.body)
	}
	return "/templates/" + a.member("template_id")
}

// fragment2 makes a fragment of the template at that path, and returns its own.
func (w *pinWorld) fragment2(at, channel, locale string) string {
	w.t.Helper()
	body := bodyOf("channel", channel, "locale", locale, "text", canaryText)
	a := w.do(v2(http.MethodPost, at+"/template_fragments", body).asAccount(standardKey))
	if a.status != http.StatusCreated {
		w.t.Fatalf("create answered %d %s", a.status, a.body)
	}
	return at + "/template_fragments/" + a.member("template_fragment_id")
}

// askTemplate makes a template.
func askTemplate(*pinWorld) call { return v2(http.MethodPost, "/templates", bodyOf("name", "first")) }

// templateCases are those of all that is done with templates.
func templateCases() map[string]v2Case {
	// of makes a case of a call about a template with a fragment, below its path or the fragment's
	of := func(method, below, body string) v2Case {
		return func(w *pinWorld) call {
			at := w.template2("first")
			w.template2("second")
			fragment := w.fragment2(at, "sms", "en-gb")
			below := strings.NewReplacer("TEMPLATE", at, "FRAGMENT", fragment).Replace(below)
			return v2(method, below, body).asAccount(standardKey)
		}
	}
	made := bodyOf("channel", "voice", "locale", "pt-BR", "text", canaryText)
	cases := everywhere(askTemplate, map[string]v2Case{
		"create":                  asStandard(askTemplate(nil)),
		"list":                    of("GET", "/templates", ""),
		"list-page":               of("GET", "/templates?page=2&page_size=1", ""),
		"list-none":               asStandard(v2("GET", "/templates", "")),
		"get":                     of("GET", "TEMPLATE", ""),
		"rename":                  of("PATCH", "TEMPLATE", bodyOf("name", "third")),
		"undefault":               of("PATCH", "TEMPLATE", `{"is_default":false}`),
		"revise-nothing":          of("PATCH", "TEMPLATE", `{}`),
		"delete":                  func(w *pinWorld) call { return v2("DELETE", w.template2("x"), "").asAccount(standardKey) },
		"fragment-create":         of("POST", "TEMPLATE/template_fragments", made),
		"fragment-list":           of("GET", "TEMPLATE/template_fragments", ""),
		"fragment-get":            of("GET", "FRAGMENT", ""),
		"fragment-rewrite":        of("PATCH", "FRAGMENT", bodyOf("text", "${code}")),
		"fragment-delete":         of("DELETE", "FRAGMENT", ""),
		"403-create":              func(*pinWorld) call { return askTemplate(nil).asAccount(unlimitedKey) },
		"404-template":            of("GET", "/templates/"+noTemplate, ""),
		"404-malformed":           of("DELETE", "/templates/x", ""),
		"404-fragment":            of("GET", "TEMPLATE/template_fragments/"+noTemplate, ""),
		"404-another's":           func(w *pinWorld) call { return v2("GET", w.template2("x"), "").asAccount(unlimitedKey) },
		"409-name":                of("POST", "/templates", bodyOf("name", "first")),
		"409-ten":                 prepared(tenTemplates, asStandard(askTemplate(nil))),
		"409-not-empty":           of("DELETE", "TEMPLATE", ""),
		"409-fragment":            of("POST", "TEMPLATE/template_fragments", bodyOf("channel", "sms", "locale", "en-gb", "text", "${code}")),
		"422-no-object":           of("POST", "/templates", `[]`),
		"422-name":                of("POST", "/templates", bodyOf("name", "not a name")),
		"422-fragment":            of("POST", "TEMPLATE/template_fragments", `{}`),
		"422-fragment-of-nothing": of("POST", "TEMPLATE/template_fragments", bodyOf("channel", "email", "locale", "?", "text", "Pay!")),
		"422-link":                of("PATCH", "FRAGMENT", bodyOf("text", "https://canary.example/${code}")),
		"422-variable":            of("PATCH", "FRAGMENT", bodyOf("text", "${code} ${canary}")),
		"422-page":                of("GET", "/templates?page=0&page_size=ten", ""),
		"405-delete":              of("DELETE", "/templates", ""),
	})
	delete(cases, "405-get") // of which there is one
	return cases
}

func tenTemplates(w *pinWorld) {
	for _, name := range strings.Fields("a b c d e f g h i j") {
		w.template2(name)
	}
}

// worded has the standard account's default template say the canary by SMS in British English.
func worded(w *pinWorld) { w.fragment2(w.template2("first"), "sms", "en-gb") }

// TestTemplateRequests counts what a request asks of the store of templates: one that may have none
// asks nothing, and another its book and a fragment for each step that has one.
func TestTemplateRequests(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		by      account.Key
		prepare func(*pinWorld)
		want    int64
	}{
		"without the term": {unlimitedKey, worded, 0},
		"without any":      {standardKey, func(*pinWorld) {}, 1},
		"with one":         {standardKey, worded, 2},
	} {
		w := newPINWorld(t)
		tt.prepare(w)
		w.templateReads.Store(0)
		a := w.do(v2(http.MethodPost, "", asking2(twoSteps())).asAccount(tt.by))
		if got := w.templateReads.Load(); a.status != http.StatusAccepted || got != tt.want {
			t.Errorf("%s: %d, %d reads, want %d", name, a.status, got, tt.want)
		}
	}
}

// TestAwayTemplates begins nothing while an account's templates cannot be read.
func TestAwayTemplates(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	worded(w)
	w.away.Store(true)
	a := w.do(v2(http.MethodPost, "", asking2(bySMS())).asAccount(standardKey))
	w.away.Store(false)
	w.advance(time.Minute)
	if sent := w.inbox.Messages("", phone.Number{}); a.status != http.StatusServiceUnavailable || len(sent) > 0 {
		t.Errorf("answered %d, and sent %d", a.status, len(sent))
	}
}

// TestTemplatesHoldNoOneUp writes a template's words into the record as a request begins: later
// changes leave its messages as they are, and each segment beyond the first costs an SMS more.
func TestTemplatesHoldNoOneUp(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	at := w.template2("first")
	fragment := w.fragment2(at, "sms", "en-gb")
	patch := func(text string) {
		a := w.do(v2(http.MethodPatch, fragment, bodyOf("text", text)).asAccount(standardKey))
		if a.status != http.StatusOK {
			t.Fatalf("rewrite answered %d %s", a.status, a.body)
		}
	}
	patch("${code} " + strings.Repeat("я", 66)) // 71 units with a code of 4
	a := w.do(v2(http.MethodPost, "", asking2(bySMS())).asAccount(standardKey))
	if a.status != http.StatusAccepted {
		t.Fatalf("request answered %d %s", a.status, a.body)
	}
	ledger, err := w.accounts.Ledger(t.Context(), standardKey)
	if want := int64(133_300); err != nil || ledger.Held != want {
		t.Errorf("%d is held, want %d, %v", ledger.Held, want, err)
	}
	patch("${code}")
	w.advance(time.Second)
	texts := w.arrived("+" + line)
	if !slices.ContainsFunc(texts, func(s string) bool { return strings.HasSuffix(s, " "+strings.Repeat("я", 66)) }) {
		t.Errorf("sent %q", texts)
	}
}
