package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// lineFor has an endpoint asked and returns the one line that this leaves.
func lineFor(t *testing.T, r *http.Request, endpoint web.Endpoint,
	routes []wire.Route) map[string]any {
	t.Helper()
	log, text := logged()
	web.Mount(log, endpoint, routes).ServeHTTP(httptest.NewRecorder(), r)
	return only(t, text)
}

func only(t *testing.T, text *bytes.Buffer) map[string]any {
	t.Helper()
	var line map[string]any
	err := json.Unmarshal(text.Bytes(), &line)
	if err != nil || strings.Count(text.String(), "\n") != 1 {
		t.Fatalf("not one line: %q", text)
	}
	return line
}

func TestLineOfARequest(t *testing.T) {
	t.Parallel()
	noting := func(r *http.Request) (any, error) {
		web.Note(r.Context(), web.Outcome, "perhaps")
		web.Note(r.Context(), "client", "shop")
		web.Note(r.Context(), web.Outcome, "true")
		return nil, nil
	}
	refusing := func(r *http.Request) (any, error) {
		web.Note(r.Context(), web.Outcome, "true")
		return nil, fault.In(fault.InvalidField, "phoneNumber")
	}
	redirecting := func(*http.Request) (any, error) {
		reply := web.Redirect("https://client.example/callback?error=server_error")
		reply.Failure = fault.Wrap(fault.Unavailable, errors.New("a cause"))
		return reply, nil
	}
	for name, test := range map[string]struct {
		endpoint web.Endpoint
		want     map[string]any
	}{
		"answer": {noting, map[string]any{
			"level": "INFO", "status": 200.0, "outcome": "true", "client": "shop", "failure": nil,
		}},
		"failure": {refusing, map[string]any{
			"level": "INFO", "status": 400.0, "outcome": "INVALID_ARGUMENT", "client": nil,
		}},
		"redirect": {redirecting, map[string]any{
			"level": "ERROR", "status": 302.0, "outcome": "UNAVAILABLE",
		}},
	} {
		line := lineFor(t, asked(), test.endpoint, wire.CAMARA2.Routes)
		for key, want := range test.want {
			if line[key] != want {
				t.Errorf("%s: %s is %v, want %v", name, key, line[key], want)
			}
		}
		ms, ok := line["ms"].(float64)
		if !ok || ms < 0 || ms > 60_000 || line["method"] != "POST" ||
			line["path"] != "/number-verification/v2/verify" || line["wire"] != "camara-2" {
			t.Errorf("%s: the line is %v", name, line)
		}
	}
}

func TestOutcomeInTheWiresOwnCode(t *testing.T) {
	t.Parallel()
	late := func(*http.Request) (any, error) { return nil, fault.New(fault.WrongCode) }
	r := httptest.NewRequest(http.MethodGet, "/verify/check/json?code=1234", nil)
	line := lineFor(t, r, late, wire.Routes(wire.PINCheck))
	if line["outcome"] != "16" || line["status"] != 200.0 {
		t.Errorf("a wrong code leaves %v", line)
	}
}

func TestNothingMadeUpIsLogged(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/":                                "/",
		"/4915112345678":                   "/*",
		"/number-verification/v2/verfy":    "/number-verification/v2/*",
		"/verify/json/4915112345678":       "/verify/json/*",
		"/oauth2/token/":                   "/oauth2/token/",
		"/%34%39/verify":                   "/*/verify",
		"/a/b/c/d/e/f/g/h/verify/json/jso": "/*/*/*/*/*/*/*",
	} {
		line := lineFor(t, httptest.NewRequest("CANARY", path, nil), nil, nil)
		if line["path"] != want || line["method"] != "other" || line["operation"] != "unmatched" {
			t.Errorf("%s leaves %v, want %s", path, line, want)
		}
	}
	web.Note(t.Context(), "nobody", "reads this") // outside of requests there is no line
	if got := web.Familiar("/fallback/check"); got != "/fallback/check" {
		t.Errorf("a path that there is becomes %s", got)
	}
}

// What a request leaves running may note something while its line is written.
func TestNotesAfterTheEnd(t *testing.T) {
	t.Parallel()
	r, line := web.Begin(asked(), wire.Route{})
	done := make(chan struct{})
	go func() { defer close(done); web.Note(r.Context(), "late", "yes") }()
	line.End(r.Context(), slog.New(slog.DiscardHandler), web.Answered{Method: r.Method})
	<-done
}
