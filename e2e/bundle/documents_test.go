package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"

	"lineproof/infra/openapi"
	"lineproof/local/server"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/wire"
)

// documents gives the OpenAPI documents by file.
func documents(t *testing.T) map[string]map[string]any {
	t.Helper()
	files, err := fs.Glob(openapi.Documents, "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	read := map[string]map[string]any{}
	for _, file := range files {
		text, _ := openapi.Documents.ReadFile(file)
		var document map[string]any
		if err := yaml.Unmarshal(text, &document); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		read[file] = document
	}
	return read
}

// eachOperation calls do for each operation of each document that a route stands behind, and
// reports those without one.
func eachOperation(t *testing.T, do func(file string, r wire.Route, document, operation map[string]any)) {
	t.Helper()
	for file, document := range documents(t) {
		for path, item := range object(document["paths"]) {
			for method, operation := range object(item) {
				if method == "parameters" { // of all operations of the path
					continue
				}
				r, ok := wire.Match(strings.ToUpper(method), path)
				if !ok {
					t.Errorf("%s has %s %s, which is no route", file, method, path)
					continue
				}
				do(file, r, document, object(operation))
			}
		}
	}
}

// Every route stands in one document, all routes of a wire in the same but for an operation that has
// one of its name, and a wire of number verification has one to itself.
func TestDocumentsAreTheRoutes(t *testing.T) {
	t.Parallel()
	documented, home := map[Route]bool{}, map[string]string{}
	eachOperation(t, func(file string, r wire.Route, _, operation map[string]any) {
		documented[Route{r.Method, r.Path, string(r.Operation)}] = true
		part := r.Wire.Name
		if file == string(r.Operation)+".yaml" {
			part = string(r.Operation)
		}
		if other := home[part]; other != "" && other != file {
			t.Errorf("%s is spread over %s and %s", part, file, other)
		}
		home[part] = file
		own := r.Wire.Number.Verified != nil || r.Wire.OneTime.Scopes != nil
		if own && file != r.Wire.Name+".yaml" {
			t.Errorf("%s stands in %s", r.Wire.Name, file)
		}
		if operation["operationId"] == nil || operation["summary"] == nil {
			t.Errorf("%s %s has no name or summary", r.Method, r.Path)
		}
	})
	equal(t, "shared/wire", "infra/openapi", served(), documented)
}

// responses returns the responses of an operation by their status, those of the components too.
func responses(document, operation map[string]any) map[string]any {
	all := map[string]any{}
	for status, response := range object(operation["responses"]) {
		all[status] = resolved(document, response)
	}
	return all
}

// resolved returns what a node refers to in its document, or itself.
func resolved(document map[string]any, node any) any {
	path, refers := strings.CutPrefix(asText(dig(node, "$ref")), "#/")
	if !refers {
		return node
	}
	return dig(document, strings.Split(path, "/")...)
}

// scarce is what API Gateway answers of itself when more requests come than a deployment serves.
const scarce = "429"

// failing2 are the kinds of the Verify API (v2), beside those that are ours.
var failing2 = map[wire.Operation][]fault.Kind{
	wire.Verify2Request: {
		fault.TooLarge, fault.Unauthenticated, fault.Barred, fault.QuotaExceeded, fault.Concurrent,
		fault.InvalidParam, fault.TooManyRequests,
	},
	wire.Verify2Check: {
		fault.TooLarge, fault.Unauthenticated, fault.WrongCode, fault.UnknownRequest, fault.NoCode,
		fault.TooManyCodes, fault.InvalidParam,
	},
	wire.Verify2Next: {
		fault.TooLarge, fault.Unauthenticated, fault.Barred, fault.UnknownRequest, fault.NoMoreEvents,
	},
	wire.Verify2Cancel: {fault.TooLarge, fault.Unauthenticated, fault.UnknownRequest},
	wire.SilentAuth: {
		fault.UnknownRequest, fault.NotThisLine, fault.UnknownLine, fault.InvalidParam,
	},
}

// failingTemplates are the kinds of what is done with templates, which differ from route to route.
func failingTemplates(r wire.Route) []fault.Kind {
	kinds := []fault.Kind{fault.TooLarge, fault.Unauthenticated, fault.Forbidden}
	if r.Path != wire.TemplatesPath {
		kinds = append(kinds, fault.UnknownTemplate)
	}
	aList := r.Path == wire.TemplatesPath || r.Path == wire.FragmentsPath
	switch {
	case r.Method == http.MethodPost, r.Method == http.MethodPatch && r.Path == wire.TemplatePath:
		kinds = append(kinds, fault.TemplateExists, fault.InvalidParam)
	case r.Method == http.MethodPatch, r.Method == http.MethodGet && aList:
		kinds = append(kinds, fault.InvalidParam)
	case r.Method == http.MethodDelete && r.Path == wire.TemplatePath:
		kinds = append(kinds, fault.TemplateNotEmpty)
	}
	return kinds
}

// succeeded returns the statuses of success of a route.
func succeeded(r wire.Route) []string {
	others, has := succeeding[r.Operation]
	switch {
	case has:
		return others
	case r.Operation == wire.Verify2Templates && r.Method == http.MethodPost:
		return []string{"201"}
	case r.Operation == wire.Verify2Templates && r.Method == http.MethodDelete:
		return []string{"204"}
	default:
		return []string{"200"}
	}
}

// succeeding are the statuses of success of operations that have others than 200.
var succeeding = map[wire.Operation][]string{
	wire.Authorize: {"302"}, wire.Callback: {"302"}, wire.OTPValidate: {"204"}, wire.Verify2Request: {"202"},
	wire.Verify2Cancel: {"204"}, wire.SilentAuth: {"200", "302"},
}

// failing gives the kinds with which an operation can fail, so far as they differ in HTTP.
func failing(r wire.Route) []fault.Kind {
	kinds := []fault.Kind{fault.Internal, fault.Unavailable, fault.Timeout}
	switch r.Operation {
	case wire.Discovery:
		return kinds
	case wire.NetworkUnblock:
		return append(kinds, fault.TooLarge, fault.Unauthenticated, fault.InvalidParam)
	case wire.FallbackStart:
		return append(kinds, fault.BadRequest, fault.TooLarge, fault.Unauthenticated, fault.InvalidParam, fault.Barred, fault.TooManyRequests)
	case wire.MXLabsVerify:
		return append(kinds, fault.BadRequest, fault.TooLarge, fault.Unauthenticated, fault.QuotaExceeded, fault.Forbidden,
			fault.UnknownRequest, fault.NoCode, fault.TooManyCodes, fault.UnsupportedNetwork)
	case wire.FallbackState:
		return append(kinds, fault.Unauthenticated, fault.NotFound)
	case wire.FallbackCheck:
		return append(kinds, fault.BadRequest, fault.TooLarge, fault.Unauthenticated, fault.NotFound, fault.InvalidParam,
			fault.NotWaiting, fault.TooManyCodes)
	}
	if r.Operation == wire.Verify2Templates {
		return append(kinds, failingTemplates(r)...)
	}
	if of, v2 := failing2[r.Operation]; v2 {
		return append(kinds, of...)
	}
	kinds = append(kinds, fault.BadRequest)
	if r.Wire.Accept != "" {
		kinds = append(kinds, fault.NotAcceptable)
	}
	if r.Method == http.MethodPost {
		kinds = append(kinds, fault.TooLarge)
		if len(r.Wire.Media) > 0 {
			kinds = append(kinds, fault.UnsupportedMediaType)
		}
	}
	switch r.Operation {
	case wire.Verify, wire.Share:
		kinds = append(kinds, fault.Unauthenticated, fault.Forbidden, fault.NotNetworkAuthenticated, fault.NoNumber)
	case wire.OTPSend:
		kinds = append(kinds, fault.Unauthenticated, fault.Forbidden, fault.Unroutable, fault.QuotaExceeded)
	case wire.OTPValidate:
		kinds = append(kinds, fault.Unauthenticated, fault.Forbidden, fault.UnknownRequest)
	case wire.Token, wire.Backchannel, wire.Revoke:
		kinds = append(kinds, fault.InvalidClient)
	}
	return kinds
}

// The failures that a document lists are those that the wire answers with: no status more, none
// less.
func TestDocumentsListEveryStatus(t *testing.T) {
	t.Parallel()
	eachOperation(t, func(file string, r wire.Route, _, operation map[string]any) {
		want := map[string]bool{scarce: true}
		for _, kind := range failing(r) {
			want[fmt.Sprint(r.Wire.Failures.Of(kind).Status)] = true
		}
		for _, status := range succeeded(r) {
			want[status] = true
		}
		listed := map[string]bool{}
		for status := range object(operation["responses"]) {
			listed[status] = true
		}
		equal(t, "the wire for "+r.Method+" "+r.Path, file, want, listed)
	})
}

// Each example of a failure is, to the letter, what the wire answers for the kind that it is named
// after.
func TestExamplesOfFailuresAreTrue(t *testing.T) {
	t.Parallel()
	examples := 0
	eachOperation(t, func(file string, r wire.Route, document, operation map[string]any) {
		for status, response := range responses(document, operation) {
			content := object(dig(response, "content"))
			for media, body := range content {
				if status != scarce && !strings.HasPrefix(r.Wire.Codec.ContentType, media) && (status == "200" || media != r.Wire.ErrorType) {
					t.Errorf("%s: %s %s answers %s as %s", file, r.Method, r.Path, status, media)
				}
				for name, example := range object(dig(body, "examples")) {
					examples++
					checkExample(t, file, r, status, name, dig(example, "value"))
				}
			}
		}
	})
	if examples < 100 {
		t.Errorf("only %d examples", examples)
	}
}

func checkExample(t *testing.T, file string, r wire.Route, status, name string, example any) {
	t.Helper()
	kinds := fault.Kinds()
	i := slices.IndexFunc(kinds, func(k fault.Kind) bool { return strings.ReplaceAll(k.String(), " ", "-") == name })
	if i < 0 {
		t.Errorf("%s: %s is no failure", file, name)
		return
	}
	answer := r.Wire.Failures.Of(kinds[i])
	written, _ := json.Marshal(example)
	body, err := r.Wire.Codec.Encode(r.Wire.Shape(answer, exampleOf(kinds[i], example, written)))
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(answer.Status) != status || !sameJSON(t, body, written) {
		t.Errorf("%s: %s %s says of %s: %s %s; the wire says %d %s", file, r.Method, r.Path, name, status, written, answer.Status, body)
	}
}

// sampleID is the request_id of examples.
const sampleID = "c11236f4-00bf-4b89-84ba-88b25df97315"

// exampleOf returns the failure that an example tells: with what a failure alone knows as the
// example has it.
func exampleOf(kind fault.Kind, example any, written []byte) *fault.Error {
	failure := fault.New(kind)
	failure.Instance = asText(dig(example, "instance"))
	for _, wrong := range list(dig(example, "invalid_parameters")) {
		failure.Invalid = append(failure.Invalid,
			fault.Parameter{Name: asText(dig(wrong, "name")), Reason: asText(dig(wrong, "reason"))})
	}
	if bytes.Contains(written, []byte(sampleID)) {
		failure.ID = sampleID
	}
	return failure
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}

// The scopes and the correlation header of a document are the wire's.
func TestDocumentsNameScopesAndHeaders(t *testing.T) {
	t.Parallel()
	eachOperation(t, func(file string, r wire.Route, document, operation map[string]any) {
		if r.Wire.Number.Verified == nil && r.Wire.OneTime.Scopes == nil {
			return
		}
		want := r.Wire.Number.VerifyScopes
		switch {
		case r.Wire.OneTime.Scopes != nil:
			want = r.Wire.OneTime.Scopes
		case r.Operation == wire.Share:
			want = r.Wire.Number.ShareScopes
		}
		var scopes []string
		for _, way := range list(operation["security"]) {
			for _, scope := range list(dig(way, "openId")) {
				scopes = append(scopes, fmt.Sprint(scope))
			}
		}
		if !slices.Equal(scopes, want) {
			t.Errorf("%s: %s %s wants %q, not %q", file, r.Method, r.Path, want, scopes)
		}
		if got := dig(document, "components", "parameters", "Correlator", "name"); got != r.Wire.Correlation.Header {
			t.Errorf("%s: the correlation header is %v", file, got)
		}
	})
}

// The words that tell how a fallback came to its result are those of the code, and each is
// explained.
func TestDocumentExplainsEachWordOfAFallback(t *testing.T) {
	t.Parallel()
	document := documents(t)["fallback.yaml"]
	for _, of := range []struct {
		schema, property string
		words            []string
	}{
		{"Silent", "outcome", texts(fallback.Outcomes())},
		{"Silent", "reason", texts(fallback.SilentReasons())},
		{"Result", "reason", texts(fallback.Reasons())},
	} {
		property := dig(document, "components", "schemas", of.schema, "properties", of.property)
		if listed := texts(list(dig(property, "enum"))); !slices.Equal(listed, of.words) {
			t.Errorf("%s of %s is one of %v, in the code %v", of.property, of.schema, listed, of.words)
		}
		for _, word := range of.words {
			if !strings.Contains(asText(dig(property, "description")), "- `"+word+"`: ") {
				t.Errorf("%s of %s: %s is not explained", of.property, of.schema, word)
			}
		}
	}
}

// texts returns values as they are written.
func texts[T any](values []T) []string {
	written := make([]string, len(values))
	for i, v := range values {
		written[i] = fmt.Sprint(v)
	}
	return written
}

// The examples of a request are taken as they stand.
func TestExamplesOfRequestsAreTaken(t *testing.T) {
	t.Parallel()
	for _, of := range []struct {
		file, path string
		status     int
	}{{"fallback.yaml", "/fallback", 200}, {"verify2.yaml", "/v2/verify", 202}} {
		s, err := server.New(t.Context(), server.Config{
			Issuer: "http://127.0.0.1:8080", Stores: server.InMemory(),
			Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		document := documents(t)[of.file]
		body := resolved(document, dig(document, "paths", of.path, "post", "requestBody"))
		examples := object(dig(body, "content", "application/json", "examples"))
		if len(examples) < 3 {
			t.Errorf("%s has only %d examples", of.file, len(examples))
		}
		for name, example := range examples {
			text, err := json.Marshal(dig(example, "value"))
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(
				t.Context(), http.MethodPost, of.path, bytes.NewReader(text),
			)
			r.SetBasicAuth("ace00001", "sandbox-standard")
			answer := httptest.NewRecorder()
			if s.ServeHTTP(answer, r); answer.Code != of.status {
				t.Errorf("%s of %s is answered %d %s", name, of.file, answer.Code, answer.Body)
			}
		}
	}
}

// The examples of callbacks are, but for the caller's own name, bodies that are sent.
func TestExamplesOfCallbacksAreSent(t *testing.T) {
	t.Parallel()
	const goldens = "shared/api/verify2/testdata/callbacks.txtar"
	sent, described := map[string]any{}, documents(t)["verify2.yaml"]
	for _, file := range txtar.Parse([]byte(document(t, goldens))).Files {
		var body map[string]any
		if err := json.Unmarshal(file.Data, &body); err != nil {
			t.Fatal(err)
		}
		body["client_ref"] = "order-4711"
		sent[strings.ReplaceAll(file.Name, " ", "-")] = body
	}
	examples := object(dig(described, "paths", "/v2/verify", "post", "callbacks", "told",
		"https://client.example/status", "post", "requestBody", "content", "application/json",
		"examples"))
	if len(examples) != 3 {
		t.Errorf("%d examples", len(examples))
	}
	for name, example := range examples {
		told, _ := json.Marshal(dig(example, "value"))
		if want, _ := json.Marshal(sent[name]); !sameJSON(t, want, told) {
			t.Errorf("%s is sent as %s, not %s", name, want, told)
		}
	}
}
