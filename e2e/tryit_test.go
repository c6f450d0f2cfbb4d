package e2e_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"lineproof/infra/openapi"
)

// operation is one of an OpenAPI document, with one of the media types of its body.
type operation struct {
	file, method, path, id, media string
	document, described           node
	parameters                    []node // its own, and those of all operations of its path
}

// node is an object of an OpenAPI document; its references are followed as they are read.
type node struct {
	root, members map[string]any
}

// at returns the object below these names; an empty one where there is none.
func (n node) at(names ...string) node {
	for _, name := range names {
		members, _ := n.members[name].(map[string]any)
		if reference, is := members["$ref"].(string); is {
			members = node{n.root, n.root}.at(strings.Split(reference, "/")[1:]...).members
		}
		n.members = members
	}
	return n
}

// list returns the objects of an array.
func (n node) list(name string) []node {
	var all []node
	items, _ := n.members[name].([]any)
	for _, item := range items {
		all = append(all, node{n.root, map[string]any{"item": item}}.at("item"))
	}
	return all
}

// named returns the objects of an object in the document's order, which maps do not keep: by name.
func (n node) named() []string { return slices.Sorted(maps.Keys(n.members)) }

// value returns what is first there of these members: a text, a number, or anything else.
func (n node) value(names ...string) (any, bool) {
	for _, name := range names {
		if value, has := n.members[name]; has {
			return value, true
		}
	}
	return nil, false
}

// operations returns those of every document, once for each media type.
func operations(t *testing.T) []operation {
	t.Helper()
	files, err := fs.Glob(openapi.Documents, "*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("the documents are %v, %v", files, err)
	}
	var all []operation
	for _, file := range files {
		text, _ := openapi.Documents.ReadFile(file)
		root := map[string]any{}
		if err := yaml.Unmarshal(text, &root); err != nil {
			t.Fatal(err)
		}
		document := node{root, root}
		paths := document.at("paths")
		for _, path := range paths.named() {
			shared := paths.at(path).list("parameters")
			for _, method := range paths.at(path).named() {
				if method == "parameters" {
					continue
				}
				o := operation{file: file, path: path, document: document}
				o.method, o.described = strings.ToUpper(method), paths.at(path, method)
				o.parameters = append(shared, o.described.list("parameters")...)
				o.id, _ = o.described.members["operationId"].(string)
				all = append(all, o.byMedia()...)
			}
		}
	}
	return all
}

func (o operation) byMedia() []operation {
	all := []operation{}
	for _, o.media = range o.described.at("requestBody", "content").named() {
		all = append(all, o)
	}
	if len(all) == 0 {
		return []operation{o}
	}
	return all
}

// prefilled returns the call that the browser of the documents makes when nothing is filled in: a
// parameter or the field of a form is sent when the document has an example or a default of it, and
// a body of JSON is the first example, or else made of the schema.
func (o operation) prefilled() call {
	c := call{Method: o.method, Path: o.path, Header: http.Header{}}
	query := url.Values{}
	for _, parameter := range o.parameters {
		value, given := parameter.value("example")
		if !given {
			value, given = parameter.at("schema").value("example", "default")
		}
		name := fmt.Sprint(parameter.members["name"])
		switch in := parameter.members["in"]; {
		case given && in == "header":
			c.Header.Set(name, fmt.Sprint(value))
		case given && in == "path":
			c.Path = strings.ReplaceAll(c.Path, "{"+name+"}", fmt.Sprint(value))
		case given:
			query.Set(name, fmt.Sprint(value))
		}
	}
	if len(query) > 0 {
		c.Path += "?" + query.Encode()
	}
	if o.media != "" {
		c.Header.Set("Content-Type", o.media)
		c.Body = o.body()
	}
	return c
}

func (o operation) body() string {
	content := o.described.at("requestBody", "content", o.media)
	schema := content.at("schema")
	if o.media == typeForm {
		form := url.Values{}
		for _, name := range schema.at("properties").named() {
			if value, given := schema.at("properties", name).value("example", "default"); given {
				form.Set(name, fmt.Sprint(value))
			}
		}
		return form.Encode()
	}
	value, given := content.value("example")
	if examples := content.at("examples"); !given && len(examples.members) > 0 {
		value, given = examples.at(examples.named()[0]).value("value")
	}
	if !given {
		value = sample(schema)
	}
	text, _ := json.Marshal(value)
	return string(text)
}

// sample makes a value of a schema: its example, its default, the first that it lists, or its
// type's name.
func sample(schema node) any {
	if value, given := schema.value("example", "default"); given {
		return value
	}
	if alternatives := schema.list("oneOf"); len(alternatives) > 0 {
		return sample(alternatives[0])
	}
	if listed, _ := schema.members["enum"].([]any); len(listed) > 0 {
		return listed[0]
	}
	switch kind := fmt.Sprint(schema.members["type"]); kind {
	case "object":
		object := map[string]any{}
		for _, name := range schema.at("properties").named() {
			object[name] = sample(schema.at("properties", name))
		}
		return object
	case "array":
		return []any{sample(schema.at("items"))}
	case "integer", "number":
		return 0
	case "boolean":
		return true
	default:
		return kind
	}
}

// caller is the state of the account that the browser of the documents calls as: one that may keep
// templates, where those are.
func (o operation) caller() string {
	if o.file == "verify2-templates.yaml" {
		return "unlimited"
	}
	return "standard"
}

// authorized adds the credentials that the browser of the documents begins with, or, of a token,
// those that have to be pasted.
func (o operation) authorized(t *testing.T, on target, c call) call {
	t.Helper()
	ways := o.described.list("security")
	if _, own := o.described.members["security"]; !own {
		ways = o.document.list("security")
	}
	for _, way := range ways {
		for scheme := range way.members {
			switch scheme {
			case "basic":
				as := on.account(t, o.caller())
				c.Header.Set("Authorization", basic(as.Key, as.Secret).header.Get("Authorization"))
			case "apiKey":
				as := on.account(t, o.caller())
				c.Header.Set("X-API-Key", as.Key+":"+as.Secret)
			case "client":
				as := on.withSecret(t)
				c.Header.Set("Authorization", basic(as.ID, as.Secret).header.Get("Authorization"))
			case "token":
				if version, is := strings.CutPrefix(strings.TrimSuffix(o.file, ".yaml"), "otp-"); is {
					c.Header.Set("Authorization", "Bearer "+on.otp(t, version, "sandbox-otp").token)
					return c
				}
				w := speaking(t, strings.TrimSuffix(o.file, ".yaml"))
				scope := w.verifyScope
				if strings.HasPrefix(o.path, w.share) && w.share != "" {
					scope = w.shareScope
				}
				c.Header.Set("Authorization", "Bearer "+w.access(t, on, "verified", scope))
			default:
				continue
			}
			return c
		}
	}
	return c
}

// stale are the operations whose examples cannot work as they stand: something in them is good
// once, or has to exist. Pasted in place of the examples, what fresh returns makes them work.
var stale = map[string]struct {
	answered string // by what the answer tells that nothing else is wrong
	fresh    func(t *testing.T, on target) (pairs []string)
	then     string // what the answer to a fresh call holds
}{
	"token":             {"invalid_grant", freshCode, "access_token"},
	"tokenKonera":       {"invalid_grant", freshCode, "access_token"},
	"callback":          {"repeated: state", freshLeg, ""},
	"fallbackState":     {"There is no such execution.", freshExecution, `"state":"pin"`},
	"checkFallback":     {"There is no such execution.", freshExecution, `"verified":true`},
	"checkJSON":         {"was not found", freshRequest, `"status":"0"`},
	"checkJSONByQuery":  {"was not found", freshRequest, `"status":"0"`},
	"checkXML":          {"was not found", freshRequest, "<status>0<"},
	"checkXMLByQuery":   {"was not found", freshRequest, "<status>0<"},
	"searchJSON":        {"No response found", freshRequest, "IN PROGRESS"},
	"searchJSONByQuery": {"No response found", freshRequest, "IN PROGRESS"},
	"searchXML":         {"No response found", freshRequest, "IN PROGRESS"},
	"searchXMLByQuery":  {"No response found", freshRequest, "IN PROGRESS"},
	"validateCode":      {"The specified resource is not found.", freshOTP, ""},

	"checkCode":               {"was not found", freshWorkflow, `"completed"`},
	"checkCodeSlash":          {"was not found", freshWorkflow, `"completed"`},
	"nextStep":                {"was not found", freshWorkflow, ""},
	"nextStepSlash":           {"was not found", freshWorkflow, ""},
	"nextStepHyphen":          {"was not found", freshWorkflow, ""},
	"nextStepHyphenSlash":     {"was not found", freshWorkflow, ""},
	"cancelVerification":      {"was not found", freshWorkflow, ""},
	"cancelVerificationSlash": {"was not found", freshWorkflow, ""},
	"silentAuth":              {"was not found", freshSilence, `"code"`},

	"getTemplate":            {"Template not found", freshTemplate, `"name"`},
	"updateTemplate":         {"Template not found", freshTemplate, "my-renamed-template"},
	"deleteTemplate":         {"Template not found", freshTemplate, ""},
	"listTemplateFragments":  {"Template not found", freshFragment, `"total_items":1`},
	"createTemplateFragment": {"Template not found", freshTemplate, `"template_fragment_id"`},
	"getTemplateFragment":    {"not found", freshFragment, `"template_fragment_id"`},
	"updateTemplateFragment": {"not found", freshFragment, `"template_fragment_id"`},
	"deleteTemplateFragment": {"not found", freshFragment, ""},
}

// The identifiers of a template and of a fragment.
const (
	exampleTemplate = "8f35a1a7-eb2f-4552-8fdf-fffdaee41bc9"
	exampleFragment = "c70f446e-997a-4313-a081-60a02a31dc19"
)

// freshTemplate makes one without fragments.
func freshTemplate(t *testing.T, on target) []string {
	body := fmt.Sprintf(`{"name":"fresh-%d"}`, rand.Int())
	return []string{exampleTemplate, on.keeps(t, "", body, "template_id")}
}

// freshFragment makes one, in a template of its own.
func freshFragment(t *testing.T, on target) []string {
	pairs := freshTemplate(t, on)
	body := `{"channel":"voice","locale":"fr-fr","text":"${brand}: ${code}"}`
	id := on.keeps(t, "/"+pairs[1]+"/template_fragments", body, "template_fragment_id")
	return append(pairs, exampleFragment, id)
}

// keeps makes a template, or a fragment of one, and returns its identifier.
func (on target) keeps(t *testing.T, below, body, member string) string {
	t.Helper()
	as := on.account(t, "unlimited")
	c := call{Method: http.MethodPost, Path: "/v2/verify/templates" + below, Body: body}
	c.Header = http.Header{"Authorization": basic(as.Key, as.Secret).header["Authorization"]}
	a := on.do(t, c)
	id, _ := a.object(t)[member].(string)
	if id == "" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	return id
}

// exampleUUID is the request_id of the Verify API (v2).
const exampleUUID = "c11236f4-00bf-4b89-84ba-88b25df97315"

// freshWorkflow begins one of an SMS and a call.
func freshWorkflow(t *testing.T, on target) []string {
	id := on.workflow(t, freshMobile(), "sms", "voice")
	return []string{exampleUUID, id, exampleCode, on.pin(t, strings.ReplaceAll(id, "-", ""))}
}

// freshSilence begins one whose device has the line.
func freshSilence(t *testing.T, on target) []string {
	number := fmt.Sprintf("99015%05d0001", rand.IntN(100_000))
	return []string{exampleUUID, on.workflow(t, number, "silent_auth")}
}

// workflow begins a verification of the standard account by these channels.
func (on target) workflow(t *testing.T, number string, channels ...string) string {
	t.Helper()
	on.advance(t, time.Second) // the account has 30 requests a second
	steps := []string{}
	for _, channel := range channels {
		steps = append(steps, fmt.Sprintf(`{"channel":%q,"to":%q}`, channel, number))
	}
	as := on.account(t, "standard")
	c := call{Method: http.MethodPost, Path: "/v2/verify", Header: http.Header{}}
	c.Header.Set("Authorization", basic(as.Key, as.Secret).header.Get("Authorization"))
	c.Body = `{"brand":"Acme","workflow":[` + strings.Join(steps, ",") + `]}`
	a := on.do(t, c)
	var begun struct {
		ID string `json:"request_id"`
	}
	if err := json.Unmarshal(a.Body, &begun); err != nil || a.Status != http.StatusAccepted {
		t.Fatalf("%d %s, %v", a.Status, a.Body, err)
	}
	return begun.ID
}

// freshCode gets a code by the authorization request of the documents.
func freshCode(t *testing.T, on target) []string {
	all := operations(t)
	at := slices.IndexFunc(all, func(o operation) bool { return o.id == "authorize" })
	back, err := url.Parse(on.do(t, all[at].prefilled()).Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return []string{"CODE", back.Query().Get("code")}
}

// freshLeg has a subscriber sent to an upstream, by the authorization request of the documents but
// for its hint.
func freshLeg(t *testing.T, on target) []string {
	put := call{Method: http.MethodPut, Path: "/local/upstreams/operator", Body: `{
		"profile": "infobip", "sandbox": true, "networks": ["26202"], "client_id": "ours",
		"authorization_endpoint": "https://operator.example/authorize",
		"verify_url": "https://operator.example/verify", "client_secret": "secret"}`}
	on.do(t, put)
	all := operations(t)
	at := slices.IndexFunc(all, func(o operation) bool { return o.id == "authorize" })
	c := all[at].prefilled()
	c.Path = strings.Replace(c.Path, "login_hint=", "ui_locales=", 1)
	there, err := url.Parse(on.do(t, c).Header.Get("Location"))
	if err != nil || there.Host != "operator.example" {
		t.Fatalf("sent to %v, %v", there, err)
	}
	return []string{"STATE", there.Query().Get("state")}
}

const (
	exampleExecution = "ace00001-3f6c1f3a9c0e5f1d7b24a86c5d0e9f1a2b3c4d5e"
	exampleRequest   = "abcdef0123456789abcdef0123456789"
	exampleCode      = "1234"
)

func freshExecution(t *testing.T, on target) []string {
	started := on.startFallback(t, on.account(t, "standard"), "", plainFallback(freshMobile()))
	code := on.pin(t, started.RequestID)
	return []string{exampleExecution, started.Execution, exampleCode, code}
}

func freshRequest(t *testing.T, on target) []string {
	id := on.request(t, on.account(t, "standard"), freshMobile())
	return []string{exampleRequest, id, exampleCode, on.pin(t, id)}
}

func freshOTP(t *testing.T, on target) []string {
	id := on.otp(t, "1", "sandbox-otp").sendTo(t, freshDelivered())
	return []string{"AUTHENTICATION-ID", id, "123456", on.pin(t, id)}
}

// with returns the call with texts of its query and body replaced.
func (c call) with(pairs []string) call {
	replacer := strings.NewReplacer(pairs...)
	c.Path, c.Body = replacer.Replace(c.Path), replacer.Replace(c.Body)
	return c
}

// malformed matches the Verify API's statuses of a request that cannot be understood.
var malformed = regexp.MustCompile(`"status":"[23]"|<status>[23]<`)

// works tells whether an answer says that the request is good, be it one too many.
func works(a answer) bool {
	if location := a.Header.Get("Location"); strings.Contains(location, "error=") {
		return false
	}
	good := a.Status < http.StatusBadRequest || a.Status == http.StatusTooManyRequests ||
		a.Status == http.StatusConflict
	return good && !malformed.Match(a.Body)
}

// TestTryItOut makes each call that the browser of the documents makes when one clicks "Try it out"
// and "Execute" and types nothing. No answer calls it malformed.
func TestTryItOut(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		tried := 0
		for _, o := range operations(t) {
			tried++
			c := o.authorized(t, on, o.prefilled())
			a := on.do(t, c)
			told := fmt.Sprintf("%s %s %s: %d %s%s",
				o.id, o.path, o.media, a.Status, a.Body, a.Header.Get("Location"))
			old, is := stale[o.id]
			switch {
			case !is && !works(a):
				t.Errorf("%s", told)
			case is && !strings.Contains(string(a.Body), old.answered):
				t.Errorf("%s, want %s", told, old.answered)
			case is:
				a = on.do(t, c.with(old.fresh(t, on)))
				if !strings.Contains(string(a.Body), old.then) || a.Status >= http.StatusBadRequest {
					t.Errorf("%s; with fresh values %d %s", told, a.Status, a.Body)
				}
			}
		}
		if tried < 50 {
			t.Errorf("only %d operations", tried)
		}
	})
}
