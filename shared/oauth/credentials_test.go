package oauth

import (
	"encoding/base64"
	"strings"
	"testing"
)

func encoded(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }

func TestParseCredentials(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		encoded("id:secret"):       "id|secret",
		encoded("a%3Ab:c%2Fd%25+"): "a:b|c/d% ",
		encoded("id:"):             "id|",
		encoded(":secret"):         "|secret",
		encoded("id:a:b"):          "id|a:b",
		encoded("a%:50%zz"):        "a%|50%zz",
		strings.Replace(encoded("id:secret"), "Basic", "bAsIc", 1): "id|secret",
	} {
		c := ParseCredentials(header)
		if !c.given || !c.basic || c.client+"|"+c.secret != want || c.bearer != "" {
			t.Errorf("%q is read as %+v", header, c)
		}
	}
	for header, want := range map[string]string{"Bearer abc": "abc", "bearer  abc ": "abc"} {
		if c := ParseCredentials(header); c != (Credentials{given: true, bearer: want}) {
			t.Errorf("%q is read as %+v", header, c)
		}
	}
	for _, header := range []string{"Basic", "Basic !", encoded("nocolon"), "Bearer", "Bearer ", "DPoP abc", "x"} {
		if c := ParseCredentials(header); c != (Credentials{given: true}) {
			t.Errorf("%q is read as %+v", header, c)
		}
	}
	if c := ParseCredentials("Bearer a", "Bearer b"); c != (Credentials{given: true}) {
		t.Errorf("two headers are read as %+v", c)
	}
	if ParseCredentials() != (Credentials{}) || ParseCredentials("") != (Credentials{}) {
		t.Error("there is no header, and something is read")
	}
}

func FuzzParseCredentials(f *testing.F) {
	f.Add("Bearer abc")
	f.Add("Basic aWQ6c2VjcmV0")
	f.Fuzz(func(t *testing.T, header string) {
		c := ParseCredentials(header)
		if c.basic && c.bearer != "" || c.given != (header != "") || !strings.Contains(header, c.bearer) {
			t.Errorf("%q is read as %+v", header, c)
		}
	})
}
