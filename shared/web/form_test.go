package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/web"
)

// post gives a form request to the token endpoint.
func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/oauth2/authorize?query=ignored", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// readWith gives what reader reads of the request.
func readWith(t testing.TB, r *http.Request, reader func(*http.Request) (url.Values, error)) (values url.Values, err error) {
	t.Helper()
	err = through(t, r, func(r *http.Request) error {
		values, err = reader(r)
		return err
	})
	return values, err
}

func TestValues(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                          "",
		"a=1&b=2":                   "a=1&b=2",
		"a=1&a=2":                   "a=1&a=2",
		"a=":                        "",
		"a":                         "",
		"a=&a=1":                    "a=1",
		"a=&b=1":                    "b=1",
		"&&":                        "",
		"=x":                        "=x",
		"a=%2B34&b=x+y":             "a=%2B34&b=x+y",
		"a=%C3%A9":                  "a=%C3%A9",
		strings.Repeat("a=1&", 500): strings.TrimSuffix(strings.Repeat("a=1&", 500), "&"),
	} {
		if got, err := readWith(t, post(body), web.Values); err != nil || got.Encode() != want {
			t.Errorf("%q gave %q, %v", body, got.Encode(), err)
		}
	}
	for _, body := range []string{"a=%", "a=%zz", "a=%ff", "%ff=a", "a=\xff", "a=1;b=2", "a=%ed%a0%80"} {
		if got, err := readWith(t, post(body), web.Values); fault.Of(err) != fault.BadRequest || got != nil || strings.Contains(err.Error(), body) {
			t.Errorf("%q gave %v, %v", body, got, err)
		}
	}
}

func TestValuesOfGET(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/oauth2/authorize?a=1&b=", strings.NewReader("c=3"))
	if got, err := readWith(t, r, web.Values); err != nil || got.Encode() != "a=1" {
		t.Errorf("got %v, %v", got, err)
	}
	bad := httptest.NewRequest(http.MethodGet, "/oauth2/authorize", nil)
	bad.URL.RawQuery = "a=%zz"
	if got, err := readWith(t, bad, web.Values); fault.Of(err) != fault.BadRequest {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestFormsOfOtherTypes(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]fault.Kind{
		"":                                  fault.Internal,
		"application/x-www-form-urlencoded": fault.Internal,
		"application/x-www-form-urlencoded; charset=UTF-8": fault.Internal,
		"application/json":                             fault.UnsupportedMediaType,
		"multipart/form-data; boundary=x":              fault.UnsupportedMediaType,
		"text/plain":                                   fault.UnsupportedMediaType,
		"application/x-www-form-urlencoded; charset=x": fault.UnsupportedMediaType,
	} {
		r := post("a=1")
		r.Header.Set("Content-Type", contentType)
		if got, err := readWith(t, r, web.Values); (err == nil) != (want == fault.Internal) || err != nil && fault.Of(err) != want {
			t.Errorf("%q: %v, %v", contentType, got, err)
		}
	}
}

func TestFormsOfAnySize(t *testing.T) {
	t.Parallel()
	if _, err := readWith(t, post("a="+strings.Repeat("x", web.MaxBody-2)), web.Values); err != nil {
		t.Errorf("8192 bytes: %v", err)
	}
	if _, err := readWith(t, post("a="+strings.Repeat("x", web.MaxBody-1)), web.Values); fault.Of(err) != fault.TooLarge {
		t.Errorf("8193 bytes: %v", err)
	}
}

func TestForm(t *testing.T) {
	t.Parallel()
	for body, good := range map[string]bool{
		"": true, "a=1&b=1": true, "a=1&a=": true, "a=1&a=1": false, "a=1&a=2": false, "a=1&%61=2": false, "a=1&A=1": true,
	} {
		_, err := readWith(t, post(body), web.Form)
		if (err == nil) != good || err != nil && fault.Of(err) != fault.InvalidParam {
			t.Errorf("%q: %v", body, err)
		}
	}
	if err := web.Single(nil); err != nil {
		t.Errorf("no values: %v", err)
	}
}

func FuzzValues(f *testing.F) {
	for _, seed := range []string{"grant_type=authorization_code&code=a", "a=1&a=2", "a=%zz", "a;b", "%ff=%ff", "a=&a=b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		values, err := readWith(t, post(body), web.Form)
		if err != nil {
			if k := fault.Of(err); k != fault.BadRequest && k != fault.InvalidParam && k != fault.TooLarge {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		for name, all := range values {
			if len(all) != 1 || all[0] == "" {
				t.Errorf("%q: %q has %q", body, name, all)
			}
		}
		if again, err := readWith(t, post(values.Encode()), web.Form); len(values.Encode()) <= web.MaxBody && (err != nil || again.Encode() != values.Encode()) {
			t.Errorf("%q: read again as %v, %v", body, again, err)
		}
	})
}
