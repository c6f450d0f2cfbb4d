package web_test

import (
	"net/http"
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/web"
)

func authorized(headers ...string) *http.Request {
	return &http.Request{Header: http.Header{"Authorization": headers}}
}

func TestBearer(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"Bearer abc":      "abc",
		"bearer abc":      "abc",
		"BEARER abc":      "abc",
		"Bearer  abc ":    "abc",
		"Bearer a.b-c_~=": "a.b-c_~=",
	} {
		if got, err := web.Bearer(authorized(header)); err != nil || got != want {
			t.Errorf("%q gave %q, %v", header, got, err)
		}
	}
	for _, header := range []string{"", "Bearer", "Bearer ", "abc", "Basic abc", "Bearerabc", " Bearer abc", "Bearer\tabc", "DPoP abc"} {
		if got, err := web.Bearer(authorized(header)); fault.Of(err) != fault.InvalidCredentials || got != "" {
			t.Errorf("%q gave %q, %v", header, got, err)
		}
	}
	if _, err := web.Bearer(authorized("Bearer a", "Bearer b")); fault.Of(err) != fault.InvalidCredentials {
		t.Errorf("two headers gave %v", err)
	}
	if _, err := web.Bearer(&http.Request{Header: http.Header{}}); fault.Of(err) != fault.MissingCredentials {
		t.Errorf("no header gave %v", err)
	}
}

func FuzzBearer(f *testing.F) {
	f.Add("Bearer abc")
	f.Fuzz(func(t *testing.T, header string) {
		token, err := web.Bearer(authorized(header))
		if (err == nil) == (token == "") || !strings.Contains(header, token) {
			t.Errorf("%q gave %q, %v", header, token, err)
		}
	})
}
