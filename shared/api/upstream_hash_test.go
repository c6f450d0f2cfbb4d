package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/upstream"
	"lineproof/shared/wire"
)

// A hash goes to a network as that compares it. What the network cannot tell is never told as
// another number, and where it could tell nothing, it is not asked; the token is spent.
func TestHashesBehindEveryWire(t *testing.T) {
	t.Parallel()
	for _, back := range numberWires {
		for _, front := range numberWires {
			if ruled(front).Hashed {
				t.Run(back.name+" behind "+front.name, func(t *testing.T) {
					t.Parallel()
					hashes(t, back, front)
				})
			}
		}
	}
}

// ruled returns how a wire reads and answers.
func ruled(n numberWire) wire.Number {
	route, _ := wire.Match(http.MethodPost, n.verify)
	return route.Wire.Number
}

func hashes(t *testing.T, back, front numberWire) {
	t.Helper()
	w := newWorld(t)
	w.behindHashing(back).attach("192.0.2.1")
	w.change("camara", func(c *grant.Client) { c.Scopes = namesOf(front.verifyScope) })
	there, here := ruled(back), ruled(front)
	route, _ := wire.Match(http.MethodPost, front.verify)
	uncovered := route.Wire.Failures.Of(fault.NotCovered)
	for hash, is := range map[string]string{
		hashWithPlus:                  "true",
		strings.ToUpper(hashWithPlus): "true",
		hashWithoutPlus:               "digits",
		hashOfAnother:                 "false",
	} {
		want, calls := is, 1
		switch {
		case !there.Hashed:
			want, calls = "", 0
		case is == "digits" && there.PlusOptional:
			want = "true"
		case is == "digits" && !here.PlusOptional:
			want = "false" // it is no hash that this wire has
		case is == "digits":
			want = ""
		case is == "false" && here.PlusOptional && !there.PlusOptional:
			want = ""
		}
		r := w.verifyCallBy(front, `{"hashedPhoneNumber":"`+hash+`"}`)
		again := httptest.NewRequest(r.Method, r.URL.Path, strings.NewReader(goodBody))
		again.Header = r.Header
		a := w.do(r)
		switch {
		case w.asked != calls:
			t.Errorf("%s came to %d calls, want %d", is, w.asked, calls)
		case want == "" && (a.status != uncovered.Status || a.member("code") != uncovered.Code):
			t.Errorf("%s is answered %d %s, want %d %s", is, a.status, a.body, uncovered.Status, uncovered.Code)
		case want != "" && !strings.Contains(a.body, `"devicePhoneNumberVerified":`+want):
			t.Errorf("%s is answered %d %s, want %s", is, a.status, a.body, want)
		}
		if a := w.do(again); a.status != http.StatusUnauthorized {
			t.Errorf("again it is answered %d %s", a.status, a.body)
		}
	}
}

// behindHashing puts a network behind a world, which compares hashes as its wire does.
func (w *world) behindHashing(back numberWire) *world {
	w.t.Helper()
	network := w.behindBy(back)
	all, err := w.upstreams.Upstreams(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	u, rules := all[0], ruled(back)
	u.Hashed, u.Hashing = &rules.Hashed, upstream.HashPlus
	if rules.PlusOptional {
		u.Hashing = upstream.HashEither
	}
	if err := w.upstreams.Put(w.t.Context(), u); err != nil {
		w.t.Fatal(err)
	}
	return network
}
