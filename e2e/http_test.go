package e2e_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// browser follows no redirect and keeps enough connections for races.
var browser = &http.Client{
	Timeout:       60 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
}

// call is a request to make.
type call struct {
	Method, Path string
	Header       http.Header
	Body         string
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

const (
	typeJSON = "application/json"
	typeForm = "application/x-www-form-urlencoded"
)

// do makes a call, also while a test cleans up. No call may ever end in a server error, be kept by
// a cache unasked, or be sniffed.
func (on target) do(tb testing.TB, c call) answer {
	tb.Helper()
	a := on.attempt(tb, c)
	if a.Status != 0 {
		a.checkAlways(tb, c)
	}
	return a
}

// attempt makes a call that may be answered that there are too many others; its zero answer is
// none.
func (on target) attempt(tb testing.TB, c call) answer {
	tb.Helper()
	request, err := http.NewRequestWithContext(context.WithoutCancel(tb.Context()), c.Method, on.BaseURL+c.Path, strings.NewReader(c.Body))
	if err != nil {
		tb.Error(err)
		return answer{}
	}
	if c.Body == "" {
		request.Body = http.NoBody
	}
	if c.Header != nil {
		request.Header = c.Header
	}
	response, err := browser.Do(request)
	if err != nil {
		tb.Error(err)
		return answer{}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Error(err)
	}
	return answer{response.StatusCode, response.Header, body}
}

func (a answer) checkAlways(tb testing.TB, c call) {
	tb.Helper()
	if a.Status >= 500 {
		tb.Errorf("%s %s answered %d %s", c.Method, c.Path, a.Status, a.Body)
	}
	if strings.HasPrefix(c.Path, "/local/") || c.Path == "/" {
		return
	}
	if a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("Referrer-Policy") != "no-referrer" ||
		!strings.Contains(a.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		tb.Errorf("%s %s lacks a security header: %v", c.Method, c.Path, a.Header)
	}
	kept := strings.HasPrefix(a.Header.Get("Cache-Control"), "public") && a.Status == http.StatusOK &&
		(c.Method == http.MethodGet || c.Method == http.MethodHead)
	if a.Header.Get("Cache-Control") != "no-store" && !kept {
		tb.Errorf("%s %s may be kept: %q", c.Method, c.Path, a.Header.Get("Cache-Control"))
	}
}

func (on target) get(tb testing.TB, path string) answer {
	tb.Helper()
	return on.do(tb, call{Method: http.MethodGet, Path: path})
}

func (on target) post(tb testing.TB, path, body string) answer {
	tb.Helper()
	return on.do(tb, call{Method: http.MethodPost, Path: path, Header: http.Header{"Content-Type": {typeJSON}}, Body: body})
}

func (on target) postForm(tb testing.TB, path string, header http.Header, form url.Values) answer {
	tb.Helper()
	sent := http.Header{"Content-Type": {typeForm}}
	maps.Copy(sent, header)
	return on.do(tb, call{Method: http.MethodPost, Path: path, Header: sent, Body: form.Encode()})
}

// object reads a body that must be one JSON object.
func (a answer) object(tb testing.TB) map[string]any {
	tb.Helper()
	var members map[string]any
	if err := json.Unmarshal(a.Body, &members); err != nil || members == nil {
		tb.Fatalf("answered %d %q, which is no JSON object", a.Status, a.Body)
	}
	return members
}

// wantMembers asserts that a JSON object has exactly these members.
func wantMembers(tb testing.TB, object map[string]any, names ...string) {
	tb.Helper()
	slices.Sort(names)
	if got := slices.Sorted(maps.Keys(object)); !slices.Equal(got, names) {
		tb.Errorf("the members are %v, want %v", got, names)
	}
}

// wantType asserts the content type, which has no parameters.
func (a answer) wantType(tb testing.TB, want string) {
	tb.Helper()
	if got := a.Header.Get("Content-Type"); got != want {
		tb.Errorf("Content-Type is %q, want %q", got, want)
	}
}

// spell gives a value as JSON.
func spell(tb testing.TB, value any) string {
	tb.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}
