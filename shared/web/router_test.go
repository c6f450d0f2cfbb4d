package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// Each route leads to its operation's endpoint, and what none leads to is answered by the nearest
// wire.
func TestRouter(t *testing.T) {
	t.Parallel()
	named := func(name string) web.Endpoint { return func(*http.Request) (any, error) { return name, nil } }
	router := web.Router(quiet, map[wire.Operation]web.Endpoint{wire.Verify: named("verify"), wire.Share: named("share")})
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{http.MethodPost, "/number-verification/v2/verify", http.StatusOK, `"verify"`},
		{http.MethodGet, "/number-verification/v2/device-phone-number", http.StatusOK, `"share"`},
		{http.MethodGet, "/number-verification/v2/verify", http.StatusMethodNotAllowed, ""},
		{http.MethodPost, "/number-verification/v2/nothing", http.StatusNotFound, ""},
		{http.MethodPost, "/nowhere", http.StatusNotFound, ""},
	} {
		answer := httptest.NewRecorder()
		router.ServeHTTP(answer, httptest.NewRequest(c.method, c.path, nil))
		if answer.Code != c.status || c.body != "" && answer.Body.String() != c.body {
			t.Errorf("%s %s is answered %d %s", c.method, c.path, answer.Code, answer.Body)
		}
	}
}
