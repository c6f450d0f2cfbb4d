package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/account"
)

const templatesPath = "/v2/verify/templates"

// calls calls the Verify API (v2) as an account.
func (w world) calls(k account.Key, method, path, body string) (int, map[string]any) {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	secrets := map[account.Key]string{standardKey: "sandbox-standard", unlimitedKey: "sandbox-unlimited"}
	r.SetBasicAuth(k.String(), secrets[k])
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	var members map[string]any
	if text := answer.Body.Bytes(); len(text) > 0 && json.Unmarshal(text, &members) != nil {
		w.t.Fatalf("%s %s: %s", method, path, text)
	}
	return answer.Code, members
}

// wants calls as the account that has templates, and wants the status.
func (w world) wants(status int, method, path, body string) map[string]any {
	w.t.Helper()
	got, members := w.calls(unlimitedKey, method, path, body)
	if got != status {
		w.t.Fatalf("%s %s %s: %d %v, want %d", method, path, body, got, members, status)
	}
	return members
}

// made makes a template and returns its path.
func (w world) made(name string) string {
	w.t.Helper()
	return fmt.Sprint(templatesPath, "/", w.wants(201, http.MethodPost, templatesPath, `{"name":"`+name+`"}`)["template_id"])
}

// worded adds a fragment to the template at that path.
func (w world) worded(at, channel, locale, text string) map[string]any {
	w.t.Helper()
	body, _ := json.Marshal(map[string]string{"channel": channel, "locale": locale, "text": text})
	return w.wants(201, http.MethodPost, at+"/template_fragments", string(body))
}

// problem is the end of a problem's type.
func problem(members map[string]any) string {
	kind, _ := members["type"].(string)
	return kind[strings.LastIndexByte(kind, '/')+1:]
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTemplates keeps a template from its beginning to its end, as the guide of templates has it.
func TestTemplates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	first := w.wants(201, http.MethodPost, templatesPath, `{"name":"my-template"}`)
	id := fmt.Sprint(first["template_id"])
	self := "http://127.0.0.1:8080" + templatesPath + "/" + id
	want := fmt.Sprintf(`{"_links":{"fragments":{"href":"%s/template_fragments"},"self":{"href":"%s"}},`+
		`"is_default":true,"name":"my-template","template_id":"%s"}`, self, self, id)
	at := templatesPath + "/" + id
	for _, path := range []string{at, templatesPath + "/" + strings.ToUpper(id), templatesPath + "/" + strings.ReplaceAll(id, "-", "")} {
		if got := w.wants(200, http.MethodGet, path, ""); asJSON(t, got) != want || asJSON(t, first) != want {
			t.Errorf("%s reads %v", path, got)
		}
	}
	fragment := w.worded(at, "sms", "en-GB", "${brand}: ${code}")
	fragmentID := fmt.Sprint(fragment["template_fragment_id"])
	date := regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"`)
	want = fmt.Sprintf(`{"_links":{"self":{"href":"%s/template_fragments/%s"},"template":{"href":"%s"}},`+
		`"channel":"sms","date_created":DATE,"date_updated":DATE,"locale":"en-gb",`+
		`"template_fragment_id":"%s","text":"${brand}: ${code}"}`, self, fragmentID, self, fragmentID)
	fragmentAt := at + "/template_fragments/" + fragmentID
	for _, got := range []map[string]any{fragment, w.wants(200, http.MethodGet, fragmentAt, "")} {
		if text := date.ReplaceAllString(asJSON(t, got), "DATE"); text != want {
			t.Errorf("the fragment reads\n%s, want\n%s", text, want)
		}
	}
	w.advance("1m")
	rewritten := w.wants(200, http.MethodPatch, fragmentAt, `{"text":"Code ${code}","locale":"fr-fr"}`)
	if rewritten["text"] != "Code ${code}" || rewritten["locale"] != "en-gb" ||
		rewritten["date_created"] != fragment["date_created"] || rewritten["date_updated"] == fragment["date_updated"] {
		t.Errorf("rewritten %v", rewritten)
	}
	revised := w.wants(200, http.MethodPatch, at, `{"name":"renamed","is_default":false}`)
	if revised["name"] != "renamed" || revised["is_default"] != false {
		t.Errorf("revised %v", revised)
	}
	if again := w.wants(200, http.MethodPatch, at, `{"is_default":true,"name":null}`); again["name"] != "renamed" || again["is_default"] != true {
		t.Errorf("revised again %v", again)
	}
	if got := problem(w.wants(409, http.MethodDelete, at, "")); got != "verify-v2#not-empty-template" {
		t.Errorf("deleting what has fragments: %s", got)
	}
	for _, path := range []string{fragmentAt, at} {
		if got := w.wants(204, http.MethodDelete, path, ""); got != nil {
			t.Errorf("deleted with %v", got)
		}
		w.wants(404, http.MethodDelete, path, "")
	}
}

func TestTemplateFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	at := w.made("first")
	w.made("second")
	w.worded(at, "sms", "en-gb", "${code}")
	const nowhere = templatesPath + "/8f35a1a7-eb2f-4552-8fdf-fffdaee41bc9"
	fragments := at + "/template_fragments"
	missing := fragments + "/8f35a1a7-eb2f-4552-8fdf-fffdaee41bc9"
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", templatesPath, `{"name":"first"}`, 409, "verify-v2#template-exists"},
		{"POST", templatesPath, `{"name":"my template"}`, 422, "name=`name` is invalid"},
		{"POST", templatesPath, `{"name":""}`, 422, "name=`name` must have between 1 and 64 characters"},
		{"POST", templatesPath, `{"name":7}`, 422, "name=`name` must be a string"},
		{"POST", templatesPath, `{}`, 422, "name=`name` is required"},
		{"POST", templatesPath, ``, 422, "body=The body is not one well-formed JSON object"},
		{"GET", nowhere, ``, 404, "verify-v2#template-not-found"},
		{"GET", templatesPath + "/x", ``, 404, "verify-v2#template-not-found"},
		{"PATCH", nowhere, `{"name":"x"}`, 404, "verify-v2#template-not-found"},
		{"PATCH", at, `{"name":"second"}`, 409, "verify-v2#template-exists"},
		{"PATCH", at, `{"name":"é","is_default":"yes"}`, 422, "name=`name` is invalid; is_default=`is_default` must be a boolean"},
		{"DELETE", nowhere, ``, 404, "verify-v2#template-not-found"},
		{"GET", nowhere + "/template_fragments", ``, 404, "verify-v2#template-not-found"},
		{"POST", nowhere + "/template_fragments", `{"channel":"sms","locale":"fr-fr","text":"${code}"}`, 404, "verify-v2#template-not-found"},
		{"POST", fragments, `{"channel":"sms","locale":"EN-GB","text":"${code}"}`, 409, "verify-v2#fragment-exists"},
		{"POST", fragments, `{}`, 422, "channel=`channel` must be one of sms, voice; locale=`locale` is required; text=`text` is required"},
		{"POST", fragments, `{"channel":"silent_auth","locale":"english","text":"code"}`, 422,
			"channel=`channel` must be one of sms, voice; locale=`locale` is invalid; text=`text` must have ${code}"},
		{"POST", fragments, `{"channel":"voice","locale":"af-za","text":"${code} ${pin}"}`, 422,
			"locale=`locale` is none that a voice speaks; " +
				"text=`text` has a variable at character 9 that is none of ${code}, ${brand}, ${time-limit}, ${time-limit-unit}"},
		{"GET", missing, ``, 404, "verify-v2#template-fragment-not-found"},
		{"PATCH", missing, `{"text":"${code}"}`, 404, "verify-v2#template-fragment-not-found"},
		{"PATCH", nowhere + "/template_fragments/x", `{"text":"${code}"}`, 404, "verify-v2#template-not-found"},
		{"DELETE", missing, ``, 404, "verify-v2#template-fragment-not-found"},
		{"GET", templatesPath + "?page=0", ``, 422, "page=`page` must be an integer between 1 and 1000000"},
		{"GET", templatesPath + "?page=x&page_size=1001", ``, 422,
			"page=`page` must be an integer between 1 and 1000000; page_size=`page_size` must be an integer between 1 and 1000"},
		{"GET", fragments + "?page_size=-1", ``, 422, "page_size=`page_size` must be an integer between 1 and 1000"},
		{"PUT", at, `{}`, 405, "api-errors#method-not-allowed"},
		{"DELETE", templatesPath, ``, 405, "api-errors#method-not-allowed"},
	} {
		status, members := w.calls(unlimitedKey, tt.method, tt.path, tt.body)
		got := problem(members)
		if status == 422 {
			var wrong []string
			for _, p := range members["invalid_parameters"].([]any) {
				of, _ := p.(map[string]any)
				wrong = append(wrong, fmt.Sprint(of["name"], "=", of["reason"]))
			}
			got = strings.Join(wrong, "; ")
		}
		if status != tt.status || got != tt.want {
			t.Errorf("%s %s %s: %d %s, want %d %s", tt.method, tt.path, tt.body, status, got, tt.status, tt.want)
		}
	}
}

// TestTemplatesAreTen refuses one more.
func TestTemplatesAreTen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	for i := range 10 {
		w.made(fmt.Sprint("t", i))
	}
	if got := problem(w.wants(409, http.MethodPost, templatesPath, `{"name":"t10"}`)); got != "verify-v2#max-templates" {
		t.Errorf("the eleventh: %s", got)
	}
	for _, tt := range []struct {
		query       string
		names       []string
		page, pages float64
		links       []string
	}{
		{"", []string{"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"}, 1, 1, []string{"first=1&page_size=10", "last=1&page_size=10", "self=1&page_size=10"}},
		{"?page=1&page_size=1000", []string{"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"}, 1, 1,
			[]string{"first=1&page_size=1000", "last=1&page_size=1000", "self=1&page_size=1000"}},
		{"?page_size=4&page=2", []string{"t4", "t5", "t6", "t7"}, 2, 3, []string{
			"first=1&page_size=4", "last=3&page_size=4", "next=3&page_size=4", "prev=1&page_size=4", "self=2&page_size=4"}},
		{"?page_size=4&page=3", []string{"t8", "t9"}, 3, 3, []string{
			"first=1&page_size=4", "last=3&page_size=4", "prev=2&page_size=4", "self=3&page_size=4"}},
		{"?page=9", nil, 9, 1, []string{"first=1&page_size=10", "last=1&page_size=10", "prev=1&page_size=10", "self=9&page_size=10"}},
	} {
		listed := w.wants(200, http.MethodGet, templatesPath+tt.query, "")
		embedded, _ := listed["_embedded"].(map[string]any)
		var names, links []string
		for _, one := range embedded["templates"].([]any) {
			of, _ := one.(map[string]any)
			names = append(names, fmt.Sprint(of["name"]))
		}
		for relation, to := range listed["_links"].(map[string]any) {
			of, _ := to.(map[string]any)
			_, page, _ := strings.Cut(fmt.Sprint(of["href"]), "http://127.0.0.1:8080"+templatesPath+"?page=")
			links = append(links, relation+"="+page)
		}
		slices.Sort(links)
		if !slices.Equal(names, tt.names) || listed["page"] != tt.page || listed["total_pages"] != tt.pages ||
			listed["total_items"] != 10.0 || !slices.Equal(links, tt.links) {
			t.Errorf("%q lists %v, %v", tt.query, names, listed)
		}
	}
}

// TestTemplatesAreAllowed lets an account without that term read its own, of which it has none, and
// change nothing, and see nothing of another's.
func TestTemplatesAreAllowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	at := w.made("first")
	fragment := at + "/template_fragments/" + fmt.Sprint(w.worded(at, "sms", "en-gb", "${code}")["template_fragment_id"])
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", templatesPath, `{"name":"x"}`, 403, "verify-v2#forbidden"},
		{"POST", templatesPath, `{`, 403, "verify-v2#forbidden"},
		{"PATCH", at, `{"name":"x"}`, 403, "verify-v2#forbidden"},
		{"DELETE", at, ``, 403, "verify-v2#forbidden"},
		{"POST", at + "/template_fragments", `{}`, 403, "verify-v2#forbidden"},
		{"PATCH", fragment, `{}`, 403, "verify-v2#forbidden"},
		{"DELETE", fragment, ``, 403, "verify-v2#forbidden"},
		{"GET", at, ``, 404, "verify-v2#template-not-found"},
		{"GET", at + "/template_fragments", ``, 404, "verify-v2#template-not-found"},
		{"GET", fragment, ``, 404, "verify-v2#template-not-found"},
	} {
		if status, members := w.calls(standardKey, tt.method, tt.path, tt.body); status != tt.status || problem(members) != tt.want {
			t.Errorf("%s %s: %d %v, want %d %s", tt.method, tt.path, status, members, tt.status, tt.want)
		}
	}
	if status, listed := w.calls(standardKey, http.MethodGet, templatesPath, ""); status != 200 || listed["total_items"] != 0.0 ||
		listed["total_pages"] != 1.0 || asJSON(t, listed["_embedded"]) != `{"templates":[]}` {
		t.Errorf("%d %v", status, listed)
	}
	if status, _ := w.calls(0, http.MethodGet, templatesPath, ""); status != 401 {
		t.Errorf("a stranger: %d", status)
	}
}

// texts requests a verification by SMS and, ten seconds later, a call, and returns what they say.
func (w world) texts(line, more string) (texts []string, pins []string) {
	w.t.Helper()
	body := fmt.Sprintf(`{"brand":"Acme","workflow":[{"channel":"sms","to":"%s","app_hash":"FA+9qCX9VSu"},{"channel":"voice","to":"%s"}]%s}`, line, line, more)
	id := fmt.Sprint(w.wants(202, http.MethodPost, "/v2/verify", body)["request_id"])
	w.advance("1s")
	w.wants(200, http.MethodPost, "/v2/verify/"+id+"/next_workflow", "")
	w.advance("1s")
	_, listed := w.ask(http.MethodGet, "/local/messages?request_id="+id, "")
	var messages []listedMessage
	if err := json.Unmarshal([]byte(listed), &messages); err != nil || len(messages) != 2 {
		w.t.Fatalf("%s, %v", listed, err)
	}
	for _, m := range messages {
		texts, pins = append(texts, m.Text), append(pins, m.PIN)
	}
	return texts, pins
}

// spell is how a call spells a code.
func spell(pin string) string {
	var all strings.Builder
	for _, c := range pin {
		fmt.Fprintf(&all, `<break time="400ms"/>%c`, c)
	}
	return all.String()
}

// TestTemplatesFillMessages sends what the template says that is asked for, else the default, else
// our words.
func TestTemplatesFillMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	standard, other := w.made("standard"), w.made("other")
	w.worded(standard, "sms", "en-gb", "${brand} says ${code} for ${time-limit} ${time-limit-unit}")
	w.worded(standard, "voice", "en-gb", "Hello & welcome: ${code}, again ${code}")
	w.worded(other, "sms", "af-za", "${brand} se kode is ${code}")
	w.worded(other, "sms", "fr-fr", "Votre ${code} (${time-limit} ${time-limit-unit})")
	id := strings.TrimPrefix(other, templatesPath+"/")
	own := func(pin string) string { return "Acme code: " + pin + ". Valid for 3 minutes.\nFA+9qCX9VSu" }
	spoken := func(sentence string) string {
		return `<speak><break time="1s"/>` + sentence + `<break time="2s"/>` + sentence + `</speak>`
	}
	for name, tt := range map[string]struct {
		line, more string
		sms, call  func(pin string) string
	}{
		"the default, in the number's locale": {
			"447700900201", ``,
			func(pin string) string { return "Acme says " + pin + " for 3 minutes\nFA+9qCX9VSu" },
			func(pin string) string {
				return spoken("Hello &amp; welcome: " + spell(pin) + ", again " + spell(pin))
			},
		},
		"one that is named, and the default for the call": {
			"447700900202", `,"template_id":"` + strings.ToUpper(id) + `","locale":"af-ZA","channel_timeout":60`,
			func(pin string) string { return "Acme se kode is " + pin + "\nFA+9qCX9VSu" },
			func(pin string) string {
				return spoken("Hello &amp; welcome: " + spell(pin) + ", again " + spell(pin))
			},
		},
		"its own unit": {
			"447700900203", `,"template_id":"` + id + `","locale":"fr-fr","channel_timeout":60`,
			func(pin string) string { return "Votre " + pin + " (1 minute)\nFA+9qCX9VSu" },
			func(pin string) string { return spoken("Votre code Acme est " + spell(pin)) },
		},
		"words of ours in a locale without": {
			"447700900204", `,"locale":"en-us"`, own,
			func(pin string) string { return spoken("Your Acme code is " + spell(pin)) },
		},
	} {
		texts, pins := w.texts(tt.line, tt.more)
		if got, want := texts[0], tt.sms(pins[0]); got != want {
			t.Errorf("%s: the SMS says\n%q, want\n%q", name, got, want)
		}
		if got, want := texts[1], tt.call(pins[1]); got != want {
			t.Errorf("%s: the call says\n%s, want\n%s", name, got, want)
		}
	}
	w.wants(200, http.MethodPatch, standard, `{"is_default":false}`)
	if texts, pins := w.texts("447700900205", ``); texts[0] != own(pins[0]) {
		t.Errorf("without a default: %q", texts[0])
	}
}

// TestTemplateOfRequest refuses a template that does not exist, and to whom may have none.
func TestTemplateOfRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	id := strings.TrimPrefix(w.made("mine"), templatesPath+"/")
	const body = `{"brand":"Acme","workflow":[{"channel":"sms","to":"447700900301"}],"template_id":"%s"}`
	for _, tt := range []struct {
		account account.Key
		id      string
		reason  string
	}{
		{unlimitedKey, "8f35a1a7-eb2f-4552-8fdf-fffdaee41bc9", "`template_id` is no template of the account"},
		{unlimitedKey, "mine", "`template_id` is invalid"},
		{standardKey, id, "`template_id` is no template of the account"},
	} {
		status, members := w.calls(tt.account, http.MethodPost, "/v2/verify", fmt.Sprintf(body, tt.id))
		want := `[{"name":"template_id","reason":"` + tt.reason + `"}]`
		if got := asJSON(t, members["invalid_parameters"]); status != 422 || got != want {
			t.Errorf("%s: %d %s, want %s", tt.id, status, got, want)
		}
	}
	w.wants(202, http.MethodPost, "/v2/verify", fmt.Sprintf(body, id))
}

// TestTemplatesArePlain keeps links out of the words of an account whose terms do, also those that a
// brand makes, and numbers to call.
func TestTemplatesArePlain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	kept, err := w.stores.Accounts.Account(t.Context(), unlimitedKey)
	if err == nil {
		kept.Terms.PlainBrand = true
		err = w.stores.Accounts.PutAccount(t.Context(), kept)
	}
	if err != nil {
		t.Fatal(err)
	}
	at := w.made("plain")
	members := w.wants(422, http.MethodPost, at+"/template_fragments", `{"channel":"sms","locale":"en-gb","text":"shop.example ${code}"}`)
	if got := asJSON(t, members["invalid_parameters"]); got != "[{\"name\":\"text\",\"reason\":\"`text` must not show a link or a number to call\"}]" {
		t.Errorf("a link: %s", got)
	}
	fragment := w.worded(at, "sms", "en-gb", "Call ${brand}: ${code}")
	w.wants(422, http.MethodPatch, fmt.Sprint(at, "/template_fragments/", fragment["template_fragment_id"]), `{"text":"http://${brand} ${code}"}`)
	members = w.wants(422, http.MethodPost, "/v2/verify", `{"brand":"0800 123 4567","workflow":[{"channel":"sms","to":"447700900401"}]}`)
	if got := asJSON(t, members["invalid_parameters"]); got != "[{\"name\":\"brand\",\"reason\":\"`brand` and the template show a link or a number to call\"}]" {
		t.Errorf("a number: %s", got)
	}
}

// TestTemplatesAreNotLogged keeps words and names out of the log.
func TestTemplatesAreNotLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	at := w.made("canary-name")
	fragment := w.worded(at, "sms", "en-gb", "canary ${code}")
	path := fmt.Sprint(at, "/template_fragments/", fragment["template_fragment_id"])
	w.wants(200, http.MethodPatch, path, `{"text":"canary: ${code}"}`)
	w.wants(422, http.MethodPatch, path, `{"text":"canary: ${canary}"}`)
	w.wants(409, http.MethodPost, templatesPath, `{"name":"canary-name"}`)
	w.wants(422, http.MethodPost, templatesPath, `{"name":"canary name"}`)
	w.texts("447700900501", ``)
	if log := w.log.String(); strings.Contains(log, "canary") || !strings.Contains(log, `"outcome":"fragment rewritten"`) {
		t.Errorf("the log has %s", log)
	}
	w.wants(200, http.MethodGet, path, "")
	if status, _ := w.ask(http.MethodPost, "/local/reset", ""); status != 200 {
		t.Errorf("reset: %d", status)
	}
	w.wants(404, http.MethodGet, path, "")
}
