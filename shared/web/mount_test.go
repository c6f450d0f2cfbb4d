package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"lineproof/shared/fault"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

var quiet = slog.New(slog.DiscardHandler)

// strict is a ResponseWriter that fails the test when a handler writes other than once.
type strict struct {
	*httptest.ResponseRecorder
	t       testing.TB
	headers int
}

func (s *strict) WriteHeader(status int) {
	s.headers++
	if s.headers > 1 {
		s.t.Error("the status was written twice")
	}
	s.ResponseRecorder.WriteHeader(status)
}

func (s *strict) Write(body []byte) (int, error) {
	if s.headers != 1 {
		s.t.Error("a body was written before the status")
	}
	if len(body) == 0 {
		s.t.Error("an empty body was written, for which the API Gateway adapter makes a content type up")
	}
	return s.ResponseRecorder.Write(body)
}

// serve gives the handler's answer, having checked that it wrote once and with every header that
// all answers have.
func serve(t testing.TB, h http.Handler, r *http.Request) *http.Response {
	t.Helper()
	w := &strict{ResponseRecorder: httptest.NewRecorder(), t: t}
	h.ServeHTTP(w, r)
	if w.headers != 1 {
		t.Errorf("the status was written %d times", w.headers)
	}
	response := w.Result()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
		"Referrer-Policy":         "no-referrer",
		"X-Content-Type-Options":  "nosniff",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s %s: %s is %q", r.Method, r.URL.Path, name, got)
		}
	}
	if response.Header.Get("Cache-Control") == "" {
		t.Error("no Cache-Control")
	}
	return response
}

func body(t testing.TB, response *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// verifyRoute is the one of CAMARA 2.
var verifyRoute = wire.CAMARA2.Routes[0]

// asked gives a request by that route.
func asked() *http.Request {
	return httptest.NewRequest(verifyRoute.Method, verifyRoute.Path, strings.NewReader("{}"))
}

func TestMountAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer any
		err    error
		status int
		header http.Header
		body   string
	}{
		"a value": {answer: map[string]int{"a": 1}, status: 200, body: `{"a":1}`,
			header: http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}, "Content-Length": {"7"}}},
		"nothing": {status: 200, header: http.Header{"Content-Type": nil, "Content-Length": {"0"}}},
		"a redirect": {answer: web.Redirect("https://client.example/?a=b"), status: 302,
			header: http.Header{"Location": {"https://client.example/?a=b"}, "Content-Type": nil, "Cache-Control": {"no-store"}}},
		"a cached value": {answer: web.Cached("x", 60), status: 200, body: `"x"`,
			header: http.Header{"Cache-Control": {"public, max-age=60"}}},
		"a header": {answer: web.Reply{Status: 201, Body: 1}.With("x-own", "v"), status: 201, body: "1",
			header: http.Header{"X-Own": {"v"}}},
		"a failure": {err: fault.In(fault.InvalidField, "phoneNumber"), status: 400,
			body:   `{"status":400,"code":"INVALID_ARGUMENT","message":"Client specified an invalid argument, request body or query param: phoneNumber"}`,
			header: http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}, "Www-Authenticate": nil, "Allow": nil}},
		"an error that nobody named": {err: errors.New("canary"), status: 500, body: `{"status":500,"code":"INTERNAL","message":"Server error"}`},
		"what no codec writes":       {answer: func() {}, status: 500, header: http.Header{"Content-Length": {"0"}}},
		"missing credentials": {err: fault.New(fault.MissingCredentials), status: 401, body: `{"status":401,"code":"UNAUTHENTICATED","message":"Request not authenticated due to missing, invalid, or expired credentials. A new authentication is required."}`,
			header: http.Header{"Www-Authenticate": {`Bearer realm="lineproof"`}}},
		"expired credentials": {err: fault.New(fault.ExpiredCredentials), status: 401, body: `{"status":401,"code":"UNAUTHENTICATED","message":"Request not authenticated due to missing, invalid, or expired credentials. A new authentication is required."}`,
			header: http.Header{"Www-Authenticate": {`Bearer realm="lineproof", error="invalid_token"`}}},
		"a missing scope": {err: fault.New(fault.MissingScope), status: 403, body: `{"status":403,"code":"PERMISSION_DENIED","message":"Client does not have sufficient permissions to perform this action."}`,
			header: http.Header{"Www-Authenticate": {`Bearer realm="lineproof", error="insufficient_scope"`}}},
	} {
		endpoint := func(*http.Request) (any, error) { return test.answer, test.err }
		response := serve(t, web.Mount(quiet, endpoint, wire.CAMARA2.Routes), asked())
		if got := body(t, response); response.StatusCode != test.status || got != test.body {
			t.Errorf("%s: %d %s", name, response.StatusCode, got)
		}
		for header, want := range test.header {
			if got := response.Header[header]; !slices.Equal(got, want) {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
	}
}

func TestErrorsOfTheirOwnType(t *testing.T) {
	t.Parallel()
	for failure, want := range map[error]string{nil: "application/json", fault.New(fault.Forbidden): "application/problem+json"} {
		endpoint := func(*http.Request) (any, error) { return 1, failure }
		response := serve(t, web.Mount(quiet, endpoint, wire.NetworkUnblockWire.Routes), httptest.NewRequest("POST", "/verify/network-unblock", nil))
		if got := response.Header.Get("Content-Type"); got != want {
			t.Errorf("%v: %s", failure, got)
		}
	}
}

func TestReplyWithLeavesTheOriginal(t *testing.T) {
	t.Parallel()
	first := web.Redirect("https://a.example")
	second := first.With("x-own", "v")
	if first.Header.Get("x-own") != "" || second.Header.Get("x-own") != "v" || second.Header.Get("Location") == "" {
		t.Errorf("%v, %v", first, second)
	}
}

// logged gives a logger and what it wrote.
func logged() (*slog.Logger, *bytes.Buffer) {
	var log bytes.Buffer
	return slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), &log
}

func TestPanicsAreAnsweredAndTheirValuesKeptFromTheLog(t *testing.T) {
	t.Parallel()
	const canary = "+34600000001"
	var index []int
	for name, panics := range map[string]func(){
		"a text":           func() { panic("canary " + canary) },
		"an error":         func() { panic(errors.New(canary)) },
		"a struct":         func() { panic(struct{ Number string }{canary}) },
		"a runtime error":  func() { _ = index[len(canary)] },
		"nil":              func() { panic(nil) },
		"an abort":         func() { panic(http.ErrAbortHandler) },
		"a panic on panic": func() { defer func() { panic(canary) }(); panic(canary + canary) },
	} {
		log, text := logged()
		endpoint := func(*http.Request) (any, error) { panics(); return nil, nil }
		r := asked()
		r.Header.Set("x-correlator", "c-1")
		response := serve(t, web.Mount(log, endpoint, wire.CAMARA2.Routes), r)
		if got := body(t, response); response.StatusCode != 500 || got != `{"status":500,"code":"INTERNAL","message":"Server error"}` {
			t.Errorf("%s: %d %s", name, response.StatusCode, got)
		}
		if response.Header.Get("x-correlator") != "c-1" {
			t.Errorf("%s: the correlator is lost", name)
		}
		if strings.Contains(text.String(), canary) || !strings.Contains(text.String(), "mount_test.go") {
			t.Errorf("%s: the log has the value, or no stack: %s", name, text)
		}
	}
}

func TestLogTellsHowARequestEnded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err   error
		level string
	}{
		{nil, "INFO"},
		{fault.In(fault.InvalidField, "phoneNumber"), "INFO"},
		{fault.New(fault.InvalidCredentials), "INFO"},
		{fault.Wrap(fault.Unavailable, errors.New("dynamo: put grant: away")), "ERROR"},
		{fault.New(fault.Timeout), "ERROR"},
		{errors.New("unforeseen"), "ERROR"},
	} {
		log, text := logged()
		endpoint := func(*http.Request) (any, error) { return nil, test.err }
		serve(t, web.Mount(log, endpoint, wire.CAMARA2.Routes), asked())
		var line struct {
			Level, Msg, Operation, Wire string
			Status                      int
			Failure                     struct{ Kind, Param, Cause string }
		}
		if err := json.Unmarshal(text.Bytes(), &line); err != nil {
			t.Fatalf("not one line of JSON: %s", text)
		}
		if line.Level != test.level || line.Operation != "verify" || line.Wire != "camara-2" || line.Status == 0 {
			t.Errorf("%v: %s", test.err, text)
		}
		if test.err != nil && line.Failure.Kind != fault.Of(test.err).String() {
			t.Errorf("%v: %s", test.err, text)
		}
	}
}

func TestCorrelation(t *testing.T) {
	t.Parallel()
	endpoint := func(*http.Request) (any, error) { return 1, nil }
	handler := web.Mount(quiet, endpoint, wire.Routes(wire.Verify))
	for name, test := range map[string]struct {
		path, header string
		values       []string
		status       int
		echo         string
	}{
		"none":                    {"/number-verification/v2/verify", "x-correlator", nil, 200, ""},
		"empty":                   {"/number-verification/v2/verify", "x-correlator", []string{""}, 200, ""},
		"valid":                   {"/number-verification/v2/verify", "x-correlator", []string{"a-1"}, 200, "a-1"},
		"another wire's":          {"/number-verification/v2/verify", "x-correlation-id", []string{"a b"}, 200, ""},
		"refused":                 {"/number-verification/v2/verify", "x-correlator", []string{"a b"}, 400, ""},
		"too long":                {"/number-verification/v2/verify", "x-correlator", []string{strings.Repeat("a", 257)}, 400, ""},
		"a comma refused":         {"/number-verification/v2/verify", "x-correlator", []string{"a,b"}, 400, ""},
		"twice refused":           {"/number-verification/v2/verify", "x-correlator", []string{"a", "b"}, 400, ""},
		"a comma echoed":          {"/number-verification/v0/verify", "x-correlator", []string{"a,b"}, 200, "a,b"},
		"a comma and a space":     {"/number-verification/v0/verify", "x-correlator", []string{"a, b"}, 200, "a,b"},
		"spaces at a comma":       {"/number-verification/v0/verify", "x-correlator", []string{"a , b,c"}, 200, "a,b,c"},
		"twice joined":            {"/number-verification/v0/verify", "x-correlator", []string{"a", "b"}, 200, "a,b"},
		"Konera's":                {"/api/number-verification/v1/verify", "x-correlation-id", []string{"a"}, 200, "a"},
		"not Konera's":            {"/api/number-verification/v1/verify", "x-correlator", []string{"a"}, 200, ""},
		"with a 404":              {"/number-verification/v2/x", "x-correlator", []string{"a"}, 404, "a"},
		"refused before a 404":    {"/number-verification/v2/x", "x-correlator", []string{"a b"}, 400, ""},
		"paths of no wire's base": {"/x", "x-correlator", []string{"a"}, 404, ""},
	} {
		for transport, ask := range map[string]func(*http.Request) (int, http.Header){
			"net/http": func(r *http.Request) (int, http.Header) {
				response := serve(t, handler, r)
				return response.StatusCode, response.Header
			},
			"API Gateway": func(r *http.Request) (int, http.Header) { return throughGateway(t, handler, r) },
		} {
			r := httptest.NewRequest(http.MethodPost, test.path, nil)
			if test.values != nil {
				r.Header[http.CanonicalHeaderKey(test.header)] = test.values
			}
			status, header := ask(r)
			echo := header.Get("x-correlator") + header.Get("x-correlation-id")
			if status != test.status || echo != test.echo || test.echo != "" && header.Get(test.header) == "" {
				t.Errorf("%s, %s: %d, echoed %q", name, transport, status, echo)
			}
		}
	}
}

// throughGateway sends the request as API Gateway does: as an event with each header's values in
// one text.
func throughGateway(t testing.TB, h http.Handler, r *http.Request) (int, http.Header) {
	t.Helper()
	event := events.APIGatewayV2HTTPRequest{RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery, Headers: map[string]string{}}
	for name, values := range r.Header {
		event.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	event.RequestContext.DomainName = "api.example"
	event.RequestContext.HTTP.Method = r.Method
	answer, err := httpadapter.NewV2(h).ProxyWithContext(context.Background(), event)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for name, value := range answer.Headers {
		header.Set(name, value)
	}
	return answer.StatusCode, header
}

func TestAccept(t *testing.T) {
	t.Parallel()
	endpoint := func(*http.Request) (any, error) { return 1, nil }
	handler := web.Mount(quiet, endpoint, wire.Routes(wire.Verify))
	for accept, want := range map[string]int{
		"application/json":                200,
		"APPLICATION/JSON":                200,
		"application/*":                   200,
		"*/*":                             200,
		"application/json;q=0.1":          200,
		"application/json; charset=utf-8": 200,
		"text/html, application/json;q=0.9, */*;q=0": 200,
		"text/html,application/xhtml+xml,*/*;q=0.8":  200,
		"text/html":                 406,
		"":                          406,
		"application/xml, text/*":   406,
		"application/json;q=0":      406,
		"application/json; q=0.000": 406,
		"*/*;q=0.0":                 406,
		"json":                      406,
		"application/jsonx":         406,
	} {
		orange := httptest.NewRequest(http.MethodPost, "/number-verification/v0/verify", nil)
		orange.Header.Set("Accept", accept)
		response := serve(t, handler, orange)
		if response.StatusCode != want {
			t.Errorf("%q: %d, want %d", accept, response.StatusCode, want)
		}
		if text := body(t, response); want == 406 && !strings.Contains(text, `"code":62`) {
			t.Errorf("%q: %s", accept, text)
		}
		other := httptest.NewRequest(http.MethodPost, "/number-verification/v2/verify", nil)
		other.Header.Set("Accept", accept)
		if response := serve(t, handler, other); response.StatusCode != 200 {
			t.Errorf("%q: a wire that has no 406 answers %d", accept, response.StatusCode)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/number-verification/v0/verify", nil)
	if response := serve(t, handler, r); response.StatusCode != 200 {
		t.Errorf("without Accept: %d", response.StatusCode)
	}
}

func TestWhatNoRouteTakes(t *testing.T) {
	t.Parallel()
	called := func(*http.Request) (any, error) { t.Error("the endpoint was called"); return nil, nil }
	const camara404 = `{"status":404,"code":"NOT_FOUND","message":"The specified resource is not found."}`
	const camara405 = `{"status":405,"code":"METHOD_NOT_ALLOWED","message":"The requested method is not allowed on the target resource."}`
	for name, handler := range map[string]http.Handler{
		"unmatched":         web.Mount(quiet, nil, nil),
		"another operation": web.Mount(quiet, called, wire.Routes(wire.Backchannel)),
	} {
		for _, test := range []struct {
			method, path string
			status       int
			allow, text  string
		}{
			{"GET", "/", 404, "", camara404},
			{"GET", "/number-verification/v2", 404, "", camara404},
			{"POST", "/number-verification/v2/verify/", 404, "", camara404},
			{"GET", "/number-verification/v2/verify", 405, "POST", camara405},
			{"HEAD", "/number-verification/v2/verify", 405, "POST", ""},
			{"OPTIONS", "/number-verification/v2/verify", 405, "POST", camara405},
			{"HEAD", "/number-verification/v2/device-phone-number", 405, "GET", ""},
			{"BREW", "/number-verification/v2/verify", 405, "POST", camara405},
			{"post", "/number-verification/v2/verify", 405, "POST", camara405},
			{"DELETE", "/number-verification/v0/verify", 405, "POST", `"code":61,"message":"Method not allowed"`},
			{"GET", "/number-verification/v0/x", 404, "", `"code":60,"message":"Resource not found"`},
			{"GET", "/v1/number-verification/share", 405, "POST", camara405},
			{"GET", "/camara/api/number-verification/v1/x", 404, "", camara404},
			{"GET", "/oauth2/token", 405, "POST", `{"error":"invalid_request","error_description":"The endpoint does not take this method"}`},
			{"GET", "/oauth2/x", 404, "", `{"error":"invalid_request","error_description":"No endpoint has this path"}`},
			{"HEAD", "/oauth2/authorize", 405, "GET, POST", ""}, // it would make a code
			{"PUT", "/oauth2/jwks", 405, "GET, HEAD", `"error":"invalid_request"`},
			{"PUT", "/oauth2/authorize", 405, "GET, POST", "<!doctype html>"},
			{"PUT", "/verify/check/xml", 405, "GET, POST", "<verify_response>"},
			{"GET", "/verify/x", 404, "", `{"status":"3","error_text":"No operation has this path"}`},
			{"GET", "/verify/network-unblock", 405, "POST", `"title":"Method Not Allowed","status":405`},
		} {
			response := serve(t, handler, httptest.NewRequest(test.method, test.path, nil))
			text := body(t, response)
			if response.StatusCode != test.status || response.Header.Get("Allow") != test.allow || !strings.Contains(text, test.text) {
				t.Errorf("%s: %s %s: %d, Allow %q, %s", name, test.method, test.path, response.StatusCode, response.Header.Get("Allow"), text)
			}
		}
	}
}

func TestRouteIsTheRequests(t *testing.T) {
	t.Parallel()
	for _, want := range wire.Routes("") {
		var got wire.Route
		endpoint := func(r *http.Request) (any, error) {
			got = web.Route(r)
			if web.Wire(r) != want.Wire {
				t.Errorf("%s: wire %v", want.Path, web.Wire(r))
			}
			return web.Reply{Status: 204}, nil
		}
		serve(t, web.Mount(quiet, endpoint, wire.Routes("")), httptest.NewRequest(want.Method, want.Path, nil))
		if got != want {
			t.Errorf("%s %s came by %+v", want.Method, want.Path, got)
		}
	}
	if outside := web.Route(httptest.NewRequest("GET", "/", nil)); outside != (wire.Route{}) {
		t.Errorf("outside Mount: %+v", outside)
	}
}

// FuzzMount sends any request to an endpoint that reads all that endpoints read.
func FuzzMount(f *testing.F) {
	f.Add("POST", "/number-verification/v0/verify", "a=b", `{"phoneNumber":"+34123456789"}`, "Bearer x", "c", "application/json")
	f.Add("GET", "/oauth2/authorize", "client_id=%zz", "", "Basic eDp5", "a,b", "text/html")
	f.Add("PUT", "/verify/json", "api_key=x", "a=b", "", "", "")
	f.Add("OPTIONS", "/v1/number-verification/share", "", "\xff", "", "\x7f", ";")
	read := func(r *http.Request) (any, error) {
		if _, err := web.Bearer(r); err != nil {
			return nil, err
		}
		if web.Wire(r).Number.Verified == nil {
			_, err := web.Form(r)
			return web.Reply{Status: 204}, err
		}
		_, err := web.Object(r)
		return map[string]bool{"ok": true}, err
	}
	handler := web.Mount(quiet, read, wire.Routes(""))
	f.Fuzz(func(t *testing.T, method, path, query, text, authorization, correlator, contentType string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(text))
		r.Method, r.URL.Path, r.URL.RawQuery = method, path, query
		for name, value := range map[string]string{
			"Authorization": authorization, "X-Correlator": correlator, "X-Correlation-Id": correlator,
			"Content-Type": contentType, "Accept": contentType,
		} {
			r.Header.Set(name, value)
		}
		response := serve(t, handler, r)
		answer := body(t, response)
		if response.StatusCode >= 500 || response.StatusCode < 200 {
			t.Fatalf("%d %s", response.StatusCode, answer)
		}
		checkWireBody(t, response, answer)
	})
}

// checkWireBody checks that an error is the body of one of the wires.
func checkWireBody(t *testing.T, response *http.Response, answer string) {
	t.Helper()
	if response.StatusCode < 400 {
		return
	}
	if response.Header.Get("Content-Type") == "text/xml" {
		if err := xml.Unmarshal([]byte(answer), new(struct{ XMLName xml.Name })); err != nil {
			t.Errorf("no XML: %s", answer)
		}
		return
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		if !strings.HasPrefix(answer, "<!doctype html>") {
			t.Errorf("no page: %s", answer)
		}
		return
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(answer), &object); err != nil {
		t.Fatalf("no JSON: %s", answer)
	}
	names := slices.Sorted(maps.Keys(object))
	switch strings.Join(names, " ") {
	case "code message status", "code description message", "error error_description", "error_text status", "detail status title type":
	default:
		t.Errorf("no wire's body: %s", answer)
	}
}
