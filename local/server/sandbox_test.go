package server_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/wire"
)

// Whoever tries a wire finds a client for it in the listing, and the wire on the page.
func TestEachWireCanBeTried(t *testing.T) {
	t.Parallel()
	ask := serve(t, "http://127.0.0.1:8080")
	listed, _ := ask(http.MethodGet, "/local/sandbox")
	page, _ := ask(http.MethodGet, "/")
	var listing struct {
		Clients []struct {
			Dialect string `json:"dialect"`
		} `json:"clients"`
	}
	if err := json.Unmarshal(listed.Body.Bytes(), &listing); err != nil {
		t.Fatal(err)
	}
	dialects := map[string]bool{}
	for _, c := range listing.Clients {
		dialects[c.Dialect] = true
	}
	for _, w := range wire.Wires() {
		dialect := w.Name
		switch {
		case w.OneTime.Scopes != nil:
			dialect = "otp"
		case w.Number.Verified == nil:
			continue
		}
		if !dialects[dialect] {
			t.Errorf("no sandbox client speaks %s", w.Name)
		}
		if !slices.ContainsFunc(w.Routes, func(r wire.Route) bool {
			return strings.Contains(page.Body.String(), `"`+w.Name+`":{"path":"`+r.Path+`"`)
		}) {
			t.Errorf("the page has none of the paths of %s", w.Name)
		}
	}
}
