package web_test

import (
	"encoding/base64"
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

func TestBasic(t *testing.T) {
	t.Parallel()
	encoded := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	for header, want := range map[string]string{
		encoded("id:secret"):       "id|secret",
		encoded("a%3Ab:c%2Fd%25+"): "a:b|c/d% ",
		encoded("id:"):             "id|",
		encoded(":secret"):         "|secret",
		encoded("id:a:b"):          "id|a:b",
		encoded("a%:50%zz"):        "a%|50%zz",
		strings.Replace(encoded("id:secret"), "Basic", "bAsIc", 1): "id|secret",
	} {
		id, secret, ok := web.Basic(authorized(header))
		if !ok || id+"|"+secret != want {
			t.Errorf("%q gave %q, %q, %v", header, id, secret, ok)
		}
	}
	for _, header := range []string{"", "Basic", "Basic !", encoded("nocolon"), "Bearer abc"} {
		if id, secret, ok := web.Basic(authorized(header)); ok {
			t.Errorf("%q gave %q, %q", header, id, secret)
		}
	}
}

func FuzzCredentials(f *testing.F) {
	f.Add("Bearer abc")
	f.Add("Basic aWQ6c2VjcmV0")
	f.Fuzz(func(t *testing.T, header string) {
		token, err := web.Bearer(authorized(header))
		if (err == nil) == (token == "") || !strings.Contains(header, token) {
			t.Errorf("%q gave %q, %v", header, token, err)
		}
		if _, _, ok := web.Basic(authorized(header)); ok && err == nil {
			t.Errorf("%q is both", header)
		}
	})
}
