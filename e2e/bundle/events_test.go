package bundle

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"lineproof/local/server"
	"lineproof/shared/admin"
	"lineproof/shared/memory"
	"lineproof/shared/network"
	"lineproof/shared/queue"
	"lineproof/shared/secrets/rotation"
	"lineproof/shared/webhook"
	"lineproof/shared/wire"
)

// sample is a sample event of an HTTP function and what a sandbox answers it.
type sample struct {
	event  string
	status int
	holds  string // in the answer's body or Location
}

// samples stand in an order in which the codes and tokens of one are there for the next.
var samples = []sample{
	{"discovery/metadata", 200, `"issuer"`},
	{"discovery/keys", 200, `"keys"`},
	{"discovery/keys-headers", 200, ""},
	{"discovery/metadata-headers", 200, ""},
	{"unmatched/unknown-path", 404, "NOT_FOUND"},
	{"unmatched/wrong-method", 405, `"code":61`},
	{"unmatched/foreign", 404, "NOT_FOUND"},
	{"authorize/unknown-client", 400, "client_id"},
	{"authorize/unresolved", 302, "error=access_denied"},
	{"callback/unknown-state", 400, "state"}, // nobody was sent with it
	{"authorize/operator-header", 302, "error=access_denied"},
	{"authorize/vonage", 302, "code="},
	{"authorize/form", 302, "code="},
	{"token/wrong-secret", 401, "invalid_client"},
	{"token/jwt-bearer", 401, "invalid_client"},
	{"backchannel/address", 200, "auth_req_id"},
	{"backchannel/operator-token", 400, "unknown_user_id"},
	{"backchannel/number", 200, "auth_req_id"},
	{"token/ciba", 200, "access_token"},
	{"authorize/konera", 302, "code="},
	{"token/konera", 200, "refresh_token"},
	{"verify/konera", 200, `"devicePhoneNumberVerified":true`},
	{"token/refresh", 200, "refresh_token"},
	{"verify/konera-short", 200, `"devicePhoneNumberVerified":true`},
	{"verify/camara-2", 403, "PERMISSION_DENIED"}, // such a token opens Konera's wire alone
	{"revoke/refresh", 200, ""},
	{"verify/konera", 401, "UNAUTHENTICATED"},
	{"authorize/camara-2", 302, "code="},
	{"token/code", 200, "access_token"},
	{"verify/camara-1", 200, `"devicePhoneNumberVerified":true`},
	{"authorize/camara-2", 302, "code="},
	{"token/code", 200, "access_token"},
	{"verify/camara-wip", 200, `"devicePhoneNumberVerified":true`},
	{"authorize/camara-2", 302, "code="},
	{"token/code", 200, "access_token"},
	{"verify/orange", 200, `"devicePhoneNumberVerified":true`},
	{"authorize/camara-2", 302, "code="},
	{"token/code", 200, "access_token"},
	{"verify/telefonica", 200, `"devicePhoneNumberVerified":true`},
	{"authorize/camara-2", 302, "code="},
	{"token/code", 200, "access_token"},
	{"verify/camara-2-hash", 200, `"devicePhoneNumberVerified":true`},
	{"verify/camara-0.3.1", 403, "PERMISSION_DENIED"}, // its scope is another
	{"verify/vonage", 403, "PERMISSION_DENIED"},
	{"share/camara-0.3.1", 403, "PERMISSION_DENIED"},
	{"share/telefonica", 403, "PERMISSION_DENIED"},
	{"verify/no-token", 401, "UNAUTHENTICATED"},
	{"authorize/camara-2", 302, "code="},
	{"token/code", 200, "access_token"},
	{"verify/camara-2", 200, `"devicePhoneNumberVerified":true`},
	{"share/camara-2", 403, "PERMISSION_DENIED"},
	{"authorize/share", 302, "code="},
	{"token/code-base64", 200, "access_token"},
	{"share/camara-1", 200, `"devicePhoneNumber":"+990123450001"`},
	{"share/camara-2", 401, "UNAUTHENTICATED"}, // the token was for a single use
	{"share/camara-wip", 401, "UNAUTHENTICATED"},
	{"share/orange", 401, `"code":41`},
	{"pin-request/json-post", 200, `"status":"0"`},
	{"pin-request/json-get", 200, `"status":"10"`}, // the number is being verified
	{"pin-request/json-basic", 200, `"status":"10"`},
	{"pin-request/xml-post", 200, "<status>10</status>"},
	{"pin-request/xml-get", 200, "<status>10</status>"},
	{"pin-request/psd2-json-post", 200, `"status":"10"`},
	{"pin-request/psd2-json-get", 200, `"status":"10"`},
	{"pin-request/psd2-xml-post", 200, "<status>10</status>"},
	{"pin-request/psd2-xml-get", 200, "<status>10</status>"},
	{"pin-search/json-get", 200, `"status":"IN PROGRESS"`},
	{"pin-search/json-post", 200, `"status":"IN PROGRESS"`},
	{"pin-search/xml-get", 200, "<status>IN PROGRESS</status>"},
	{"pin-search/xml-post", 200, "<status>IN PROGRESS</status>"},
	{"pin-control/json-post", 200, `"status":"19"`}, // not within 30 seconds
	{"pin-control/json-get", 200, `"status":"19"`},
	{"pin-control/xml-post", 200, "<status>19</status>"},
	{"pin-control/xml-get", 200, "<status>19</status>"},
	{"pin-control/trigger-next-event", 200, `"command":"trigger_next_event"`},
	{"pin-check/json-post", 200, `"status":"16"`},
	{"pin-check/json-get", 200, `"status":"16"`},
	{"pin-check/xml-post", 200, "<status>17</status>"},
	{"pin-check/xml-get", 200, "<status>17</status>"},
	{"network-unblock/unblock", 200, `"unblocked_until"`},
	{"fallback-start/code", 200, `"check_url":"http://127.0.0.1:8080/fallback?execution=ace00001-`},
	{"fallback-start/not-covered", 200, `"execution":"ace00001-`},
	{"fallback-start/another-request", 422, `"Idempotency-Key Reused"`},
	{"fallback-start/no-brand", 422, `"Missing parameter: brand"`},
	{"fallback-state/started", 200, `"number":"+990123450001"`},
	{"fallback-state/unknown", 404, `"Not Found"`},
	{"fallback-check/unknown", 404, `"Not Found"`},
	{"fallback-check/invalid-code", 422, `"Invalid value for parameter: code"`},
	{"token/client-credentials", 200, `"scope":"one-time-password-sms:send-validate"`},
	{"otp-send/otp-1", 200, `"authenticationId"`},
	{"otp-validate/otp-1", 400, "INVALID_OTP"},
	{"otp-send/otp-2", 200, `"authenticationId"`},
	{"otp-validate/otp-2", 400, "INVALID_OTP"},
	{"verify2-request/unknown-jwt", 401, "#unauthorized"},
	{"verify2-request/silent-auth", 202, `"check_url":"http://127.0.0.1:8080/v2/verify/`},
	{"verify2-request/sms-slash", 409, "verify#conflict"},
	{"silent-auth/device", 200, `"code":"`},
	{"verify2-check/code", 400, "verify#invalid-code"},
	{"verify2-check/code-slash", 400, "verify#invalid-code"},
	{"verify2-next/next", 200, ""},
	{"verify2-next/next-slash", 409, "verify-v2#no-events"},
	{"verify2-next/hyphen", 409, "verify-v2#no-events"},
	{"verify2-next/hyphen-slash", 409, "verify-v2#no-events"},
	{"verify2-cancel/cancel", 204, ""},
	{"verify2-cancel/cancel-slash", 404, "#not-found"},
	{"verify2-templates/create", 201, `"is_default":true`},
	{"verify2-templates/list", 200, `"total_items":1`},
	{"verify2-templates/get", 200, `"name":"my-template"`},
	{"verify2-templates/revise", 200, `"name":"my-other-template"`},
	{"verify2-templates/fragment-create", 201, `"locale":"en-gb"`},
	{"verify2-templates/fragment-list", 200, `"total_items":1`},
	{"verify2-templates/fragment-get", 200, `"channel":"sms"`},
	{"verify2-templates/fragment-rewrite", 200, `"text":"Your ${brand} code is ${code}"`},
	{"verify2-templates/fragment-delete", 204, ""},
	{"verify2-templates/delete", 204, ""},
	{"mxlabs-verify/ping", 200, `"partner":"ace00001"`},
	{"mxlabs-verify/start", 200, `"auth_url":"http://127.0.0.1:8080/v2/verify/`},
	{"mxlabs-verify/verify", 200, `"status":"pending"`},
	{"mxlabs-verify/sms-send", 200, `"status":"sms_sent"`},
	{"mxlabs-verify/sms-verify", 200, `"status":"invalid"`},
}

// Each sample event of an HTTP function is one that API Gateway would send there, and is answered
// as the table says.
func TestSampleEventsAreAnswered(t *testing.T) {
	t.Parallel()
	s, err := server.New(context.Background(), server.Config{
		Issuer: "http://127.0.0.1:8080", Stores: server.InMemory(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	adapter, held := httpadapter.NewV2(s), map[string]string{}
	for _, sample := range samples {
		event := fill(t, sampleEvent(t, sample.event), held)
		answer, err := adapter.ProxyWithContext(context.Background(), event)
		if err != nil || answer.StatusCode != sample.status || !strings.Contains(answer.Headers["Location"]+answer.Body, sample.holds) {
			t.Errorf("%s: %d %s %s, %v", sample.event, answer.StatusCode, answer.Headers["Location"], answer.Body, err)
		}
		remember(held, answer)
		deliver(t, s)
	}
}

// deliver has the local server carry out what is due.
func deliver(t *testing.T, s *server.Server) {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8080/local/clock", strings.NewReader(`{"advance":"0s"}`)))
	if w.Code != http.StatusOK {
		t.Fatalf("moving the clock: %d %s", w.Code, w.Body)
	}
}

func sampleEvent(t *testing.T, name string) events.APIGatewayV2HTTPRequest {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Root(), "events", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(text, &event); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return event
}

// fill puts what earlier answers gave into the places that an event leaves for it.
func fill(t *testing.T, event events.APIGatewayV2HTTPRequest, held map[string]string) events.APIGatewayV2HTTPRequest {
	t.Helper()
	if event.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(event.Body)
		if err != nil {
			t.Fatal(err)
		}
		event.Body = string(body)
	}
	for place, value := range held {
		event.RawPath = strings.ReplaceAll(event.RawPath, "/"+place, "/"+value)
		event.RawQueryString = strings.ReplaceAll(event.RawQueryString, "="+place, "="+url.QueryEscape(value))
		event.Body = strings.ReplaceAll(event.Body, "="+place, "="+url.QueryEscape(value))
		event.Body = strings.ReplaceAll(event.Body, `"`+place+`"`, strconv.Quote(value))
	}
	if event.IsBase64Encoded {
		event.Body = base64.StdEncoding.EncodeToString([]byte(event.Body))
	}
	if event.Headers["authorization"] == "Bearer TOKEN" {
		event.Headers["authorization"] = "Bearer " + held["TOKEN"]
	}
	return event
}

// remember keeps what an answer gave.
func remember(held map[string]string, answer events.APIGatewayV2HTTPResponse) {
	if back, err := url.Parse(answer.Headers["Location"]); err == nil && back.Query().Has("code") {
		held["CODE"] = back.Query().Get("code")
	}
	var given map[string]any
	_ = json.Unmarshal([]byte(answer.Body), &given) // pages are no JSON
	for member, place := range map[string]string{"access_token": "TOKEN", "refresh_token": "REFRESH_TOKEN", "auth_req_id": "AUTH_REQ_ID", "request_id": "REQUEST_ID", "authenticationId": "REQUEST_ID", "execution": "EXECUTION",
		"session_id": "REQUEST_ID", "template_id": "TEMPLATE_ID", "template_fragment_id": "FRAGMENT_ID"} {
		if value, ok := given[member].(string); ok {
			held[place] = value
		}
	}
}

// sampleNames gives the sample events, as "verify/camara-2".
func sampleNames(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Root(), "events", "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sample events: %v", err)
	}
	for i, file := range files {
		name, _ := filepath.Rel(filepath.Join(Root(), "events"), file)
		files[i] = strings.TrimSuffix(filepath.ToSlash(name), ".json")
	}
	return files
}

// The sample events are those of the functions: each route has one, and each goes to the function
// whose directory it lies in.
func TestSampleEventsAreTheRoutes(t *testing.T) {
	t.Parallel()
	sampled, functions := map[Route]bool{}, map[string]bool{}
	for _, name := range sampleNames(t) {
		function, _, _ := strings.Cut(name, "/")
		functions[function] = true
		event := sampleEvent(t, name)
		if event.Version != "2.0" { // of a queue, a schedule or a caller
			continue
		}
		if !slices.ContainsFunc(samples, func(s sample) bool { return s.event == name }) {
			t.Errorf("nothing is expected of %s", name)
		}
		http := event.RequestContext.HTTP
		if event.RawPath != http.Path {
			t.Errorf("%s has two paths", name)
		}
		if function == string(wire.Unmatched) {
			if _, ok := wire.Match(http.Method, http.Path); ok || event.RouteKey != "$default" {
				t.Errorf("%s has a route", name)
			}
			continue
		}
		pattern, _ := strings.CutPrefix(event.RouteKey, http.Method+" ")
		values, ok := wire.Values(pattern, http.Path)
		for _, v := range values {
			ok = ok && event.PathParameters[v.Name] == v.Text
		}
		if !ok || len(values) != len(event.PathParameters) {
			t.Errorf("%s has the route key %s", name, event.RouteKey)
		}
		sampled[Route{http.Method, pattern, function}] = true
	}
	equal(t, "shared/wire", "events/", served(), sampled)
	inCode := map[string]bool{}
	for _, name := range mains(t) {
		inCode[name] = true
	}
	equal(t, "functions/", "events/", inCode, functions)
}

// The samples of session-ingest hold the same three records, of which one is not good.
func TestSampleRecordsAreTakenIn(t *testing.T) {
	t.Parallel()
	var batch struct {
		Messages []events.SQSMessage `json:"Records"`
		Records  []json.RawMessage   `json:"records"`
	}
	for _, name := range []string{"session-ingest/direct", "session-ingest/sqs"} {
		text, err := os.ReadFile(filepath.Join(Root(), "events", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		batch.Messages, batch.Records = nil, nil
		if err := json.Unmarshal(text, &batch); err != nil {
			t.Fatal(err)
		}
		for _, message := range batch.Messages {
			batch.Records = append(batch.Records, json.RawMessage(message.Body))
		}
		failures := network.Ingest(context.Background(), memory.NewSessions(), network.DefaultSession, batch.Records)
		if len(batch.Records) != 3 || len(failures) != 1 || failures[0].Index != 2 || failures[0].Err.Param != "number" {
			t.Errorf("%s: of %d records fail %+v", name, len(batch.Records), failures)
		}
	}
}

// The samples of the functions that no route leads to are what these functions read.
func TestSamplesOfDirectInvocationsAreRead(t *testing.T) {
	t.Parallel()
	steps := map[string]bool{}
	for _, name := range sampleNames(t) {
		text, err := os.ReadFile(filepath.Join(Root(), "events", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		switch function, _, _ := strings.Cut(name, "/"); function {
		case "admin":
			checkCommand(t, name, text)
		case "rotate":
			var event events.SecretsManagerSecretRotationEvent
			if json.Unmarshal(text, &event) != nil || event.SecretID == "" || event.ClientRequestToken == "" {
				t.Errorf("%s is no step", name)
			}
			steps[event.Step] = true
		case "pin-sweep":
			var event events.CloudWatchEvent
			if json.Unmarshal(text, &event) != nil || event.DetailType != "Scheduled Event" {
				t.Errorf("%s is of no schedule", name)
			}
		case "pin-deliver":
			checkBatch(t, name, text, queue.Decode)
		case "callback-deliver":
			checkBatch(t, name, text, webhook.Decode)
		}
	}
	all := map[string]bool{rotation.Create: true, rotation.Set: true, rotation.Test: true, rotation.Finish: true}
	equal(t, "a rotation", "events/rotate", all, steps)
}

// checkBatch wants a batch of messages that decode reads.
func checkBatch[M any](t *testing.T, name string, text []byte, decode func(string) (M, error)) {
	t.Helper()
	var event events.SQSEvent
	if json.Unmarshal(text, &event) != nil || len(event.Records) == 0 {
		t.Errorf("%s is no batch", name)
	}
	for _, message := range event.Records {
		if _, err := decode(message.Body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// checkCommand wants a command of the administration with members that it has.
func checkCommand(t *testing.T, name string, text []byte) {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	for _, command := range admin.Commands() {
		if command.Name != members["command"] {
			continue
		}
		known := map[string]bool{"command": true}
		for _, field := range command.Fields() {
			known[field.Name] = true
		}
		for member := range members {
			if !known[member] {
				t.Errorf("%s: %s has no %s", name, command.Name, member)
			}
		}
		return
	}
	t.Errorf("%s: there is no command %v", name, members["command"])
}
