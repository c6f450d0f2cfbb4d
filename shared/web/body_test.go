package web_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"lineproof/shared/fault"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// through runs read on a request as it is behind Mount, and gives the failure that it ends in.
func through(t testing.TB, r *http.Request, read func(*http.Request) error) error {
	t.Helper()
	route, ok := wire.Match(r.Method, r.URL.Path)
	if !ok {
		t.Fatalf("no route takes %s %s", r.Method, r.URL.Path)
	}
	var got error
	endpoint := func(r *http.Request) (any, error) {
		got = read(r)
		return nil, got
	}
	web.Mount(quiet, endpoint, []wire.Route{route}).ServeHTTP(httptest.NewRecorder(), r)
	return got
}

// nested gives an object with depth containers, the innermost of which holds inner.
func nested(depth int, inner string) string {
	return strings.Repeat(`{"a":`, depth-1) + "{" + inner + "}" + strings.Repeat("}", depth-1)
}

// sized gives an object of exactly so many bytes.
func sized(bytes int) string {
	const empty = `{"a":""}`
	return `{"a":"` + strings.Repeat("x", bytes-len(empty)) + `"}`
}

func TestParseObject(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		good bool
	}{
		"an object":                   {`{"a":"b"}`, true},
		"no members":                  {`{}`, true},
		"space around":                {" \r\n\t{ \"a\" : 1 } \n", true},
		"a huge number":               {`{"a":1e999}`, true},
		"a precise number":            {`{"a":123456789012345678901234567890.1}`, true},
		"null as a value":             {`{"a":null}`, true},
		"escapes":                     {`{"\u0061":"\ud83d\ude00"}`, true},
		"unicode":                     {`{"é":"日本"}`, true},
		"equal keys in two objects":   {`{"a":{"k":1},"b":{"k":1}}`, true},
		"equal keys in nested ones":   {`{"a":{"a":{"a":1}}}`, true},
		"keys of different case":      {`{"a":1,"A":2}`, true},
		"15 deep":                     {nested(15, `"a":1`), true},
		"16 deep and empty":           {nested(16, ""), true},
		"17 deep":                     {nested(17, ""), false},
		"1600 deep":                   {nested(1600, ""), false},
		"4000 arrays deep":            {`{"a":` + strings.Repeat("[", 4000) + strings.Repeat("]", 4000) + "}", false},
		"4000 arrays never closed":    {strings.Repeat("[", 8000), false},
		"nothing":                     {"", false},
		"space":                       {" \n", false},
		"null":                        {"null", false},
		"true":                        {"true", false},
		"a number":                    {"1", false},
		"a text":                      {`"a"`, false},
		"an array":                    {`[]`, false},
		"an array of objects":         {`[{"a":1}]`, false},
		"a key twice":                 {`{"a":1,"a":2}`, false},
		"a key twice, escaped":        {`{"a":1,"\u0061":2}`, false},
		"a key twice, deeper":         {`{"b":{"a":1,"a":2}}`, false},
		"a key twice, in an array":    {`{"b":[[{"a":1,"a":1}]]}`, false},
		"an empty key twice":          {`{"":1,"":2}`, false},
		"another object after it":     {`{}{}`, false},
		"text after it":               {`{} x`, false},
		"a bracket after it":          {`{}]`, false},
		"a null byte after it":        {"{}\x00", false},
		"a comma after it":            {`{},`, false},
		"cut off":                     {`{"a":`, false},
		"cut off in a text":           {`{"a":"`, false},
		"cut off after a member":      {`{"a":1`, false},
		"a comma too much":            {`{"a":1,}`, false},
		"no comma":                    {`{"a":1 "b":2}`, false},
		"no colon":                    {`{"a" 1}`, false},
		"a colon for a comma":         {`{"a":[1:2]}`, false},
		"a bare key":                  {`{a:1}`, false},
		"a number as key":             {`{1:1}`, false},
		"single quotes":               {`{'a':1}`, false},
		"a comment":                   {`{"a":1/**/}`, false},
		"NaN":                         {`{"a":NaN}`, false},
		"a leading zero":              {`{"a":01}`, false},
		"a leading plus":              {`{"a":+1}`, false},
		"a line feed in a text":       {"{\"a\":\"\n\"}", false},
		"a wrong escape":              {`{"a":"\x"}`, false},
		"a byte order mark":           {"\ufeff{}", false},
		"Latin-1":                     {"{\"a\":\"\xe9\"}", false},
		"an overlong form":            {"{\"a\":\"\xc0\xaf\"}", false},
		"a surrogate in UTF-8":        {"{\"a\":\"\xed\xa0\x80\"}", false},
		"UTF-16":                      {"{\x00}\x00", false},
		"a text that is no key value": {`{"a"}`, false},
	} {
		members, err := web.ParseObject([]byte(test.body))
		if (err == nil) != test.good || (members != nil) != test.good {
			t.Errorf("%s: %v, %v", name, members, err)
		}
		if err != nil && fault.Of(err) != fault.InvalidBody {
			t.Errorf("%s: kind %v", name, fault.Of(err))
		}
		if err != nil && len(test.body) > 3 && strings.Contains(err.Error(), test.body) {
			t.Errorf("%s: the error quotes the body: %v", name, err)
		}
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	members, err := web.ParseObject([]byte(`{"text": "+34\u0031", "empty":"", "null":null, "number":1, "list":["a"], "object":{}, "true":true}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"text": "+341", "empty": ""} {
		if got, err := members.Text(name); err != nil || got != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"null", "number", "list", "object", "true", "absent", "TEXT"} {
		_, err := members.Text(name)
		if failure := fault.As(err); failure == nil || failure.Kind != fault.InvalidField || failure.Param != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !members.Has("null") || members.Has("absent") || members.Has("Null") {
		t.Error("Has tells wrongly what is there")
	}
}

func TestObject(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body, contentType string
		want              fault.Kind // Internal when it is accepted
	}{
		"no type":                       {`{}`, "", fault.Internal},
		"JSON":                          {`{}`, "application/json", fault.Internal},
		"JSON in capitals":              {`{}`, "Application/JSON", fault.Internal},
		"charset utf-8":                 {`{}`, "application/json; charset=utf-8", fault.Internal},
		"charset UTF-8, quoted":         {`{}`, `application/json;charset="UTF-8"`, fault.Internal},
		"another parameter":             {`{}`, "application/json; profile=x", fault.Internal},
		"charset utf8":                  {`{}`, "application/json; charset=utf8", fault.Internal},
		"charset us-ascii":              {`{}`, "application/json; charset=us-ascii", fault.Internal},
		"another charset":               {`{}`, "application/json; charset=iso-8859-1", fault.Internal},
		"bytes of another charset":      {"{\"a\":\"\xe9\"}", "application/json; charset=iso-8859-1", fault.InvalidBody},
		"UTF-16":                        {"{\x00}\x00", "application/json; charset=utf-16", fault.InvalidBody},
		"a parameter without a value":   {`{}`, "application/json; charset", fault.Internal},
		"byte order mark":               {"\ufeff{}", "application/json", fault.InvalidBody},
		"text":                          {`{}`, "text/plain", fault.UnsupportedMediaType},
		"a form":                        {`{}`, "application/x-www-form-urlencoded", fault.UnsupportedMediaType},
		"a kind of JSON":                {`{}`, "application/problem+json", fault.UnsupportedMediaType},
		"any":                           {`{}`, "*/*", fault.UnsupportedMediaType},
		"no media type":                 {`{}`, "; charset=utf-8", fault.UnsupportedMediaType},
		"nonsense":                      {`{}`, ";;;", fault.UnsupportedMediaType},
		"no body":                       {"", "application/json", fault.MissingBody},
		"no body and another type":      {"", "text/plain", fault.MissingBody},
		"space alone":                   {" ", "application/json", fault.InvalidBody},
		"an array":                      {"[]", "application/json", fault.InvalidBody},
		"8192 bytes":                    {sized(web.MaxBody), "application/json", fault.Internal},
		"8193 bytes":                    {sized(web.MaxBody + 1), "application/json", fault.TooLarge},
		"10 MB":                         {sized(10 << 20), "application/json", fault.TooLarge},
		"too large and of another type": {sized(web.MaxBody + 1), "text/plain", fault.TooLarge},
	} {
		r := httptest.NewRequest(http.MethodPost, "/number-verification/v2/verify", strings.NewReader(test.body))
		r.Header["Content-Type"] = []string{test.contentType}
		err := through(t, r, func(r *http.Request) error {
			_, err := web.Object(r)
			return err
		})
		if (err == nil) != (test.want == fault.Internal) || err != nil && fault.Of(err) != test.want {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestOptionalObject(t *testing.T) {
	t.Parallel()
	for body, good := range map[string]bool{"": true, "{}": true, `{"a":1}`: true, " ": false, "null": false, "[]": false} {
		r := httptest.NewRequest(http.MethodPost, "/v1/number-verification/share", strings.NewReader(body))
		err := through(t, r, func(r *http.Request) error {
			members, err := web.OptionalObject(r)
			if err == nil && members == nil {
				t.Errorf("%q gave no members to ask", body)
			}
			return err
		})
		if (err == nil) != good {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestBodyThatEndsEarly(t *testing.T) {
	t.Parallel()
	broken := io.MultiReader(strings.NewReader(`{"a"`), iotest.ErrReader(errors.New("canary")))
	r := httptest.NewRequest(http.MethodPost, "/number-verification/v2/verify", broken)
	_, err := web.Body(r)
	if fault.Of(err) != fault.InvalidBody || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

func FuzzParseObject(f *testing.F) {
	for _, seed := range []string{`{"phoneNumber":"+34123456789"}`, `{"a":{"b":[1,2,{"c":null}]}}`, `{"a":1,"a":2}`, "{}{}", nested(17, ""), "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		members, err := web.ParseObject(body)
		if (err == nil) != (members != nil) || err != nil && fault.Of(err) != fault.InvalidBody {
			t.Fatalf("%q: %v, %v", body, members, err)
		}
		for name, raw := range members {
			if again, err := web.ParseObject([]byte(`{"a":` + string(raw) + "}")); err != nil || !again.Has("a") {
				t.Errorf("%q: the member %q does not read by itself: %v", body, name, err)
			}
			_, _ = members.Text(name)
		}
	})
}
