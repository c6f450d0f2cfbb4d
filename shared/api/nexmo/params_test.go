package nexmo_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"lineproof/shared/api/nexmo"
	"lineproof/shared/fault"
	"lineproof/shared/web"
)

// sent makes a request with a query and a body of some content type.
func sent(query, kind, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/verify/json", strings.NewReader(body))
	r.URL.RawQuery = query
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return r
}

func TestParams(t *testing.T) {
	t.Parallel()
	const form, json = "application/x-www-form-urlencoded", "application/json"
	for name, test := range map[string]struct{ query, kind, body, want string }{
		"nothing":                        {"", "", "", ""},
		"query":                          {"a=1&b=x+y%26", "", "", "a=1&b=x+y%26"},
		"form":                           {"", form, "a=1&b=x+y", "a=1&b=x+y"},
		"form called JSON":               {"", json, "a=1&b=2", "a=1&b=2"},
		"form called nothing":            {"", "", "a=1", "a=1"},
		"form called an image":           {"", "image/png", "a=1", "a=1"},
		"JSON":                           {"", json, `{"a":"1","b":"x y"}`, "a=1&b=x+y"},
		"JSON called a form":             {"", form, `{"a":"1"}`, "a=1"},
		"JSON called nothing":            {"", "", "\r\n\t {\"a\":\"1\"} ", "a=1"},
		"form after a line feed":         {"", "", "\na=1\n", "a=1"},
		"body beats query":               {"a=1&b=2", form, "a=3", "a=3&b=2"},
		"JSON beats query":               {"a=1&b=2", json, `{"a":"3"}`, "a=3&b=2"},
		"body beats all of a query":      {"a=1&a=2", form, "a=3", "a=3"},
		"empty in the body beats too":    {"a=1", form, "a=", "a="},
		"null in the body leaves it":     {"a=1", json, `{"a":null}`, "a=1"},
		"repeated in the query":          {"a=2&a=1&a=3", "", "", "a=2&a=1&a=3"},
		"repeated in the form":           {"", form, "a=2&a=1", "a=2&a=1"},
		"array":                          {"", json, `{"a":["2","1"]}`, "a=2&a=1"},
		"array of anything":              {"", json, `{"a":[1,true,"x",null,{},["y"]]}`, "a=1&a=true&a=x"},
		"empty array leaves the query's": {"a=1", json, `{"a":[]}`, "a=1"},
		"numbers":                        {"", json, `{"a":447700900000,"b":6.0,"c":1e3,"d":-0,"e":12345678901234567890}`, "a=447700900000&b=6.0&c=1e3&d=-0&e=12345678901234567890"},
		"booleans":                       {"", json, `{"a":true,"b":false}`, "a=true&b=false"},
		"objects and null are none":      {"", json, `{"a":{"b":"1"},"c":null,"d":"2"}`, "d=2"},
		"escapes":                        {"", json, `{"a":"\u00e9\n\"","\u0062":"1"}`, "a=%C3%A9%0A%22&b=1"},
		"a bare percent in the form":     {"b=1", form, "a=1&c=%zz", "a=1&b=1&c=%25zz"},
		"a bare percent in the query":    {"b=%zz&c=5%", form, "a=1", "a=1&b=%25zz&c=5%25"},
		"semicolons":                     {"a=1;b=2", form, "c=3;d", "a=1%3Bb%3D2&c=3%3Bd"},
		"byte order mark, form":          {"", form, "\ufeffa=1", "a=1"},
		"byte order mark, JSON":          {"", json, "\ufeff{\"a\":\"1\"}", "a=1"},
		"not UTF-8 in the form":          {"", form, "a=%ff&b=1", "b=1"},
		"not UTF-8 in the query":         {"a=%ff&a=1&b=1", "", "", "b=1"},
		"half a surrogate pair":          {"", json, `{"a":"\ud800"}`, "a=%EF%BF%BD"},
		"a word":                         {"b=1", "", "hello", "b=1&hello="},
		"the largest body":               {"", form, "a=" + strings.Repeat("x", web.MaxBody-2), "a=" + strings.Repeat("x", web.MaxBody-2)},
	} {
		got, err := nexmo.Params(sent(test.query, test.kind, test.body))
		want, _ := url.ParseQuery(test.want)
		if err != nil || !maps.EqualFunc(got, want, slices.Equal[[]string]) {
			t.Errorf("%s: %.200v, %v; want %.200v", name, got, err, want)
		}
	}
}

func TestParamsThatAreRefused(t *testing.T) {
	t.Parallel()
	_, err := nexmo.Params(sent("", "", strings.Repeat("x", web.MaxBody+1)))
	if !fault.Is(err, fault.TooLarge) {
		t.Errorf("a body of %d bytes gave %v", web.MaxBody+1, err)
	}
	for name, body := range map[string]string{
		"broken":              `{"a":"1"`,
		"and more":            `{"a":"1"}x`,
		"with a leading zero": `{"a":0123}`,
		"too deep":            `{"a":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}`,
		"with a name twice":   `{"a":"1","a":"2"}`,
		"that is not UTF-8":   "{\"a\":\"\xff\"}",
	} {
		if got, err := nexmo.Params(sent("b=1", "application/json", body)); fault.As(err).Kind != fault.InvalidBody {
			t.Errorf("JSON %s gave %v, %v", name, got, err)
		}
	}
	cut := sent("a=1", "", "")
	cut.Body = io.NopCloser(io.MultiReader(strings.NewReader("b="), iotest.ErrReader(io.ErrUnexpectedEOF)))
	if _, err = nexmo.Params(cut); !fault.Is(err, fault.InvalidBody) {
		t.Errorf("half a body gave %v", err)
	}
}

func FuzzParams(f *testing.F) {
	f.Add("a=1&a=2", "b=%zz")
	f.Add("a=1", `{"a":[1,"\ud800",null],"b":{}}`)
	f.Add("%", "{")
	f.Fuzz(func(t *testing.T, query, body string) {
		params, err := nexmo.Params(sent(query, "", body))
		if err != nil {
			if k := fault.Of(err); k != fault.TooLarge && k != fault.InvalidBody {
				t.Errorf("gave %v", err)
			}
			return
		}
		for name, values := range params {
			if len(values) == 0 || !utf8.ValidString(strings.Join(values, "")) {
				t.Errorf("%q is %q", name, values)
			}
		}
	})
}
