package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"lineproof/shared/fault"
	"lineproof/shared/web"
)

func TestParams(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ query, body, want string }{
		"nothing":                    {"", "", ""},
		"a query":                    {"a=1&b=2", "", "a=1&b=2"},
		"a form":                     {"", "a=1&b=x+y%2B", "a=1&b=x+y%2B"},
		"JSON":                       {"", `{"a":"1","b":2,"c":true,"d":1.50}`, "a=1&b=2&c=true&d=1.50"},
		"JSON in space":              {"", "\r\n {\"a\":\"1\"} ", "a=1"},
		"the body wins":              {"a=1&b=2", "a=3", "a=3&b=2"},
		"all of the body's win":      {"a=1&a=2", `{"a":"3"}`, "a=3"},
		"a name twice":               {"", "a=1&a=2", "a=1&a=2"},
		"an array":                   {"", `{"a":["1",2,true]}`, "a=1&a=2&a=true"},
		"an empty array":             {"a=1", `{"a":[]}`, "a=1"},
		"an array of other things":   {"", `{"a":[null,{},[],"x"]}`, "a=x"},
		"null":                       {"a=1", `{"a":null}`, "a=1"},
		"an object":                  {"", `{"a":{"b":1}}`, ""},
		"an empty text":              {"a=1", `{"a":""}`, "a="},
		"escapes":                    {"", `{"a":"\u002b34"}`, "a=%2B34"},
		"a key twice":                {"b=1", `{"a":"1","a":"2"}`, "b=1"},
		"malformed JSON":             {"b=1", `{"a":`, "b=1"},
		"malformed form":             {"b=1", "a=%zz", "b=1"},
		"malformed query":            {"b=%zz", "a=1", "a=1"},
		"a JSON array":               {"", `["a"]`, "%5B%22a%22%5D="},
		"JSON that is not UTF-8":     {"", "{\"a\":\"\xff\"}", ""},
		"a form that is not UTF-8":   {"", "a=%ff&b=1", "b=1"},
		"one value that is not":      {"", "a=1&a=%ff", ""},
		"a query that is not":        {"a=%ff&b=1", "", "b=1"},
		"a value that hides another": {"a=1", "a=%ff", ""},
		"deep JSON":                  {"", nested(17, ""), ""},
		"a huge number":              {"", `{"a":1e999}`, "a=1e999"},
	} {
		for _, contentType := range []string{"", "application/json", "application/x-www-form-urlencoded", "text/xml"} {
			r := httptest.NewRequest(http.MethodPost, "/verify/json", strings.NewReader(test.body))
			r.URL.RawQuery = test.query
			r.Header.Set("Content-Type", contentType)
			got, err := web.Params(r)
			if err != nil || got == nil || got.Encode() != test.want {
				t.Errorf("%s as %q: %q, %v", name, contentType, got.Encode(), err)
			}
		}
	}
}

func TestParamsOfALargeBody(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/verify/json", strings.NewReader("a="+strings.Repeat("x", web.MaxBody)))
	if got, err := web.Params(r); fault.Of(err) != fault.TooLarge || got != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func FuzzParams(f *testing.F) {
	f.Add("a=1", `{"a":["1",2]}`)
	f.Add("a=%zz", "b=%ff&c")
	f.Fuzz(func(t *testing.T, query, body string) {
		r := httptest.NewRequest(http.MethodPost, "/verify/json", strings.NewReader(body))
		r.URL.RawQuery = query
		got, err := web.Params(r)
		if err != nil {
			if fault.Of(err) != fault.TooLarge || len(body) <= web.MaxBody {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		for name, values := range got {
			if len(values) == 0 || !utf8.ValidString(strings.Join(values, "")) {
				t.Errorf("%q, %q: %q is %q", query, body, name, values)
			}
		}
		if again, err := url.ParseQuery(got.Encode()); err != nil || again.Encode() != got.Encode() {
			t.Errorf("%q, %q: not to be read again: %v", query, body, err)
		}
	})
}
