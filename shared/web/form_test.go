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
		"":                                "",
		"code=1&state=2":                  "code=1&state=2",
		"code=1&code=2":                   "code=1&code=2",
		"code=":                           "",
		"code":                            "",
		"code=&code=1":                    "code=1",
		"code=&state=1":                   "state=1",
		"&&":                              "",
		"state=%2B34&scope=x+y":           "scope=x+y&state=%2B34",
		"state=%C3%A9":                    "state=%C3%A9",
		"state=a;b":                       "state=a%3Bb",
		"state=%":                         "state=%25",
		"state=100%25%2":                  "state=100%25%252",
		"state=%zz&code=1":                "code=1&state=%25zz",
		"\ufeffcode=1":                    "code=1",
		"=x&code=1&%=%;":                  "code=1",
		"utm=a;b&code=1&x=%ff&x=1&\xff=1": "code=1", // nobody asked for these
		strings.Repeat("code=1&", 500):    strings.TrimSuffix(strings.Repeat("code=1&", 500), "&"),
	} {
		if got, err := readWith(t, post(body), web.Values); err != nil || got.Encode() != want {
			t.Errorf("%q gave %q, %v", body, got.Encode(), err)
		}
	}
	for _, body := range []string{"state=%ff", "state=\xff", "code=1&state=%ed%a0%80"} {
		got, err := readWith(t, post(body), web.Values)
		if err == nil || fault.Of(err) != fault.BadRequest || got != nil || strings.Contains(err.Error(), body) {
			t.Errorf("%q gave %v, %v", body, got, err)
		}
	}
}

func TestValuesOfGET(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/oauth2/authorize?code=1&state=", strings.NewReader("scope=3"))
	if got, err := readWith(t, r, web.Values); err != nil || got.Encode() != "code=1" {
		t.Errorf("got %v, %v", got, err)
	}
	bare := httptest.NewRequest(http.MethodGet, "/oauth2/authorize", nil)
	bare.URL.RawQuery = "state=%zz"
	if got, err := readWith(t, bare, web.Values); err != nil || got.Get("state") != "%zz" {
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
		"application/x-www-form-urlencoded; charset=x": fault.Internal,
		"Application/X-WWW-Form-URLEncoded;charset":    fault.Internal,
		";charset=utf-8":                               fault.UnsupportedMediaType,
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
		"": true, "code=1&state=1": true, "code=1&code=": true, "code=1&code=1": false, "code=1&code=2": false,
		"code=1&%63ode=2": false, "code=1&Code=1": true, "resource=a&resource=b": true,
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
	for _, seed := range []string{"grant_type=authorization_code&code=a", "code=1&code=2", "state=%zz", "state=a;b", "%ff=%ff", "code=&code=b", "state=%ff"} {
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
