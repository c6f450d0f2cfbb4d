package api_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lineproof/shared/api/number"
	"lineproof/shared/fault"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// sixth is a wire that no package knows: everything that a new operator's wire needs is in this
// literal.
var sixth = wire.New(wire.Wire{
	Name:        "sixth",
	Source:      "this test",
	Bases:       []string{"/sixth"},
	Routes:      []wire.Route{{Operation: wire.Verify, Method: http.MethodPut, Path: "/sixth/prove"}},
	Correlation: wire.Correlation{Header: "x-trace", Valid: func(value string) bool { return !strings.Contains(value, "!") }},
	Media:       []string{"application/vnd.sixth+json"},
	Accept:      "application/vnd.sixth+json",
	Codec:       wire.Codec{ContentType: "application/vnd.sixth+json", Encode: wire.JSON.Encode},
	Failures: wire.Table{
		fault.BadRequest:           {Status: 400, Code: "E1", Message: "bad"},
		fault.Unauthenticated:      {Status: 401, Code: "E2", Message: "who"},
		fault.Forbidden:            {Status: 403, Code: "E3", Message: "no"},
		fault.NoNumber:             {Status: 409, Code: "E4", Message: "nobody"},
		fault.UnsupportedMediaType: {Status: 415, Code: "E5", Message: "type"},
		fault.NotAcceptable:        {Status: 406, Code: "E6", Message: "accept"},
		fault.TooLarge:             {Status: 400, Code: "E7", Message: "large"},
		fault.Unavailable:          {Status: 503, Code: "E8", Message: "later"},
	},
	Shape: func(a wire.Answer, f *fault.Error) any {
		return map[string]any{"fault": map[string]string{"id": a.Code, "at": f.Param}}
	},
	Challenge: "Sixth",
	Number: wire.Number{
		VerifyScopes: []string{"sixth:prove"},
		PlusOptional: true,
		Hashed:       true,
		OnlyKnown:    true,
		Verified: func(match bool, at time.Time) any {
			return map[string]any{"proved": match, "at": at.Unix()}
		},
	},
})

func TestASixthWireIsOneLiteral(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	handler := web.Mount(slog.New(slog.DiscardHandler), number.Verify(w.ports()), sixth.Routes)
	const good = `{"phoneNumber":"34123456789"}`
	for name, test := range map[string]struct {
		scope, body string
		header      http.Header
		status      int
		want        string
	}{
		"match":            {"sixth:prove", good, nil, 200, `{"at":1775046605,"proved":true}`},
		"no match":         {"sixth:prove", `{"phoneNumber":"` + stranger + `"}`, nil, 200, `{"at":1775046605,"proved":false}`},
		"hash":             {"openid dpv:X#sixth:prove", `{"hashedPhoneNumber":"` + hashWithoutPlus + `"}`, nil, 200, `{"at":1775046605,"proved":true}`},
		"bad field":        {"sixth:prove", `{"phoneNumber":1}`, nil, 400, `{"fault":{"at":"phoneNumber","id":"E1"}}`},
		"unknown field":    {"sixth:prove", `{"phoneNumber":"34123456789","x":1}`, nil, 400, `{"fault":{"at":"","id":"E1"}}`},
		"no token":         {"", good, nil, 401, `{"fault":{"at":"","id":"E2"}}`},
		"another scope":    {scopeVerify, good, nil, 403, `{"fault":{"at":"","id":"E3"}}`},
		"another type":     {"sixth:prove", good, http.Header{"Content-Type": {"application/json"}}, 415, `{"fault":{"at":"Content-Type","id":"E5"}}`},
		"another accepted": {"sixth:prove", good, http.Header{"Accept": {"application/json"}}, 406, `{"fault":{"at":"Accept","id":"E6"}}`},
		"too large":        {"sixth:prove", strings.Repeat("x", 8193), nil, 400, `{"fault":{"at":"","id":"E7"}}`},
		"bad trace":        {"sixth:prove", good, http.Header{"X-Trace": {"a!"}}, 400, `{"fault":{"at":"x-trace","id":"E1"}}`},
	} {
		r := httptest.NewRequest(http.MethodPut, "/sixth/prove", strings.NewReader(test.body))
		r.Header = http.Header{"Content-Type": {"application/vnd.sixth+json"}, "X-Trace": {"t-1"}}
		if test.scope != "" {
			r.Header.Set("Authorization", "Bearer "+w.accessToken(test.scope))
		}
		for header, values := range test.header {
			r.Header[header] = values
		}
		rw := httptest.NewRecorder()
		handler.ServeHTTP(rw, r)
		if rw.Code != test.status || rw.Body.String() != test.want || rw.Header().Get("Content-Type") != "application/vnd.sixth+json" {
			t.Errorf("%s: %d %s", name, rw.Code, rw.Body)
		}
		if echo := rw.Header().Get("X-Trace"); (echo == "t-1") != (name != "bad trace") {
			t.Errorf("%s: echoed %q", name, echo)
		}
		if rw.Code == 401 && rw.Header().Get("WWW-Authenticate") != `Sixth realm="lineproof"` {
			t.Errorf("%s: %v", name, rw.Header())
		}
	}
}
