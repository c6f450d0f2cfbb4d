package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

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

// Every route stands in one document, all routes of a wire in the same, and a wire of number
// verification has one to itself.
func TestDocumentsAreTheRoutes(t *testing.T) {
	t.Parallel()
	documented, home := map[Route]bool{}, map[string]string{}
	eachOperation(t, func(file string, r wire.Route, _, operation map[string]any) {
		documented[Route{r.Method, r.Path, string(r.Operation)}] = true
		if other := home[r.Wire.Name]; other != "" && other != file {
			t.Errorf("%s is spread over %s and %s", r.Wire.Name, file, other)
		}
		home[r.Wire.Name] = file
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

// scarce is what API Gateway answers of itself when more requests come than a deployment serves.
const scarce = "429"

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
	case wire.FallbackState:
		return append(kinds, fault.Unauthenticated, fault.NotFound)
	case wire.FallbackCheck:
		return append(kinds, fault.BadRequest, fault.TooLarge, fault.Unauthenticated, fault.NotFound, fault.InvalidParam,
			fault.NotWaiting, fault.TooManyCodes)
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
		want["200"] = r.Operation != wire.Authorize && r.Operation != wire.OTPValidate
		want["204"] = r.Operation == wire.OTPValidate
		want["302"] = r.Operation == wire.Authorize
		maps.DeleteFunc(want, func(_ string, listed bool) bool { return !listed })
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
	eachOperation(t, func(file string, r wire.Route, _, operation map[string]any) {
		for status, response := range object(operation["responses"]) {
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
	body, err := r.Wire.Codec.Encode(r.Wire.Shape(answer, fault.New(kinds[i])))
	if err != nil {
		t.Fatal(err)
	}
	written, _ := json.Marshal(example)
	if fmt.Sprint(answer.Status) != status || !sameJSON(t, body, written) {
		t.Errorf("%s: %s %s says of %s: %s %s; the wire says %d %s", file, r.Method, r.Path, name, status, written, answer.Status, body)
	}
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
func TestExamplesOfFallbackRequestsAreTaken(t *testing.T) {
	t.Parallel()
	s, err := server.New(t.Context(), server.Config{
		Issuer: "http://127.0.0.1:8080", Stores: server.InMemory(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	examples := object(dig(documents(t)["fallback.yaml"], "paths", "/fallback", "post", "requestBody", "content", "application/json", "examples"))
	if len(examples) < 3 {
		t.Errorf("only %d examples", len(examples))
	}
	for name, example := range examples {
		body, err := json.Marshal(dig(example, "value"))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/fallback", bytes.NewReader(body))
		r.SetBasicAuth("ace00001", "sandbox-standard")
		answer := httptest.NewRecorder()
		if s.ServeHTTP(answer, r); answer.Code != http.StatusOK {
			t.Errorf("%s is answered %d %s", name, answer.Code, answer.Body)
		}
	}
}
