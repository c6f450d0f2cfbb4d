package wire_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/wire"
)

func TestEveryRouteBelongsToOneWire(t *testing.T) {
	t.Parallel()
	owners := map[string]*wire.Wire{}
	taken := map[string]bool{}
	for _, w := range wire.Wires() {
		for _, r := range w.Routes {
			if r.Wire != w {
				t.Errorf("%s %s: its wire is not %s", r.Method, r.Path, w.Name)
			}
			if taken[r.Method+r.Path] {
				t.Errorf("%s %s is claimed twice", r.Method, r.Path)
			}
			if other := owners[r.Path]; other != nil && other != w {
				t.Errorf("%s is claimed by %s and %s", r.Path, other.Name, w.Name)
			}
			taken[r.Method+r.Path], owners[r.Path] = true, w
			checkServed(t, r)
		}
	}
	if len(wire.Routes("")) != len(taken) {
		t.Error("Routes does not give every route")
	}
}

// checkServed checks that what the route's operation needs of the wire is there.
func checkServed(t *testing.T, r wire.Route) {
	t.Helper()
	rules := r.Wire.Number
	if r.Operation == wire.Verify && (rules.Verified == nil || len(rules.VerifyScopes) == 0) {
		t.Errorf("%s: %s cannot answer verify", r.Path, r.Wire.Name)
	}
	if r.Operation == wire.Share && (rules.Shared == nil || len(rules.ShareScopes) == 0) {
		t.Errorf("%s: %s cannot answer share", r.Path, r.Wire.Name)
	}
	if got, ok := wire.Match(r.Method, r.Path); !ok || got != r {
		t.Errorf("%s %s matches %+v", r.Method, r.Path, got)
	}
}

func TestEveryWireIsWhole(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	bases := map[string]string{}
	for _, w := range wire.Wires() {
		if w.Name == "" || names[w.Name] || w.Source == "" || w.Codec.Encode == nil || w.Codec.ContentType == "" || w.Shape == nil {
			t.Errorf("wire %q is not whole, or its name is taken", w.Name)
		}
		names[w.Name] = true
		if (w.Correlation.Header == "") != (w.Correlation.Valid == nil) {
			t.Errorf("%s: a correlation header without a rule, or a rule without a header", w.Name)
		}
		for _, base := range w.Bases {
			if bases[base] != "" {
				t.Errorf("base %s is claimed by %s and %s", base, bases[base], w.Name)
			}
			bases[base] = w.Name
		}
	}
}

// neighbours tells whether near may answer beside what wire serves: the page's paths lie among the
// OAuth wire's, whose JSON is the answer to a program, and all of the Verify API's are answered as
// its request is.
func neighbours(w, near *wire.Wire) bool {
	return w == near || w == wire.Page && near == wire.OAuth ||
		strings.HasPrefix(w.Name, "nexmo-") && near == wire.NexmoRequestJSON
}

// What a wire serves lies under what it answers for, so that a slip in a path is answered in the
// wire meant.
func TestRoutesLieUnderTheirBases(t *testing.T) {
	t.Parallel()
	for _, r := range wire.Routes("") {
		near := wire.Nearest(r.Path)
		if !neighbours(r.Wire, near) {
			t.Errorf("%s of %s is nearest to %s", r.Path, r.Wire.Name, near.Name)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		method, path string
		want         bool
	}{
		{http.MethodPost, "/number-verification/v2/verify", true},
		{http.MethodGet, "/number-verification/v2/verify", false},
		{"post", "/number-verification/v2/verify", false},
		{http.MethodPost, "/number-verification/v2/verify/", false},
		{http.MethodPost, "/Number-Verification/v2/verify", false},
		{http.MethodPost, "//number-verification/v2/verify", false},
		{http.MethodPost, "/number-verification/v3/verify", false},
		{http.MethodPost, "", false},
		{"", "", false},
	} {
		if r, ok := wire.Match(test.method, test.path); ok != test.want || ok && (r.Path != test.path || r.Method != test.method) {
			t.Errorf("%s %q: %v, %+v", test.method, test.path, ok, r)
		}
	}
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]struct {
		methods string
		wire    *wire.Wire
	}{
		"/number-verification/v0/verify":              {"POST", wire.Orange},
		"/number-verification/v0/device-phone-number": {"GET", wire.Orange},
		"/v1/number-verification/share":               {"POST", wire.Telefonica},
		"/oauth2/authorize":                           {"GET POST", wire.Page},
		"/oauth2/auth":                                {"GET", wire.Page},
		"/oauth2/token":                               {"POST", wire.OAuth},
		"/oauth2/jwks":                                {"GET HEAD", wire.OAuth},
		"/verify/psd2/xml":                            {"GET POST", wire.NexmoPSD2XML},
		"/verify/network-unblock":                     {"POST", wire.NetworkUnblockWire},
		"/":                                           {"", nil},
		"":                                            {"", nil},
		"/number-verification/v0":                     {"", nil},
		"/number-verification/v0/verify/":             {"", nil},
	} {
		methods, w := wire.Allowed(path)
		if strings.Join(methods, " ") != want.methods || w != want.wire {
			t.Errorf("%q allows %v of %v", path, methods, w)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]*wire.Wire{
		"":                                            wire.Bare,
		"/":                                           wire.Bare,
		"//":                                          wire.Bare,
		"/number-verification":                        wire.Bare,
		"/number-verification/":                       wire.Bare,
		"/number-verification/v0":                     wire.Orange,
		"/number-verification/v0/":                    wire.Orange,
		"/number-verification/v01":                    wire.Bare,
		"/number-verification/v0/verify/x/y":          wire.Orange,
		"/number-verification/v1/x":                   wire.CAMARA1,
		"/number-verification/v2/x":                   wire.CAMARA2,
		"/number-verification/vwip/x":                 wire.CAMARAWIP,
		"/camara/number-verification/v0/x":            wire.CAMARA0,
		"/camara/number-verification/v031/x":          wire.Vonage,
		"/camara/number-verification/v03":             wire.Bare,
		"/camara/api/number-verification/v1/x":        wire.Konera,
		"/api/number-verification/v1/x":               wire.Konera,
		"/camara/api/auth/v1/x":                       wire.OAuth,
		"/v1/number-verification/x":                   wire.Telefonica,
		"/v1/x":                                       wire.Bare,
		"/oauth2/x":                                   wire.OAuth,
		"/oauth2x":                                    wire.Bare,
		"/.well-known/oauth-authorization-server":     wire.OAuth,
		"/x/number-verification/v0/verify":            wire.Bare,
		"/verify":                                     wire.NexmoRequestJSON,
		"/verify/check":                               wire.NexmoRequestJSON,
		"/verify/network-unblock/x":                   wire.NetworkUnblockWire,
		"/verify/network-unblockx":                    wire.NexmoRequestJSON,
		"/verifyx":                                    wire.Bare,
		"/NUMBER-VERIFICATION/V0/verify":              wire.Bare,
		"/number-verification/v0\x00/verify":          wire.Bare,
		"/number-verification/v0/../v1/verify":        wire.Orange,
		"/number-verification/v0/device-phone-number": wire.Orange,
	} {
		if got := wire.Nearest(path); got != want {
			t.Errorf("%q is nearest to %s, want %s", path, got.Name, want.Name)
		}
	}
}

func FuzzNearest(f *testing.F) {
	f.Add("/number-verification/v0/verify")
	f.Add("/oauth2")
	f.Fuzz(func(t *testing.T, path string) {
		w := wire.Nearest(path)
		held := func(base string) bool { return path == base || strings.HasPrefix(path, base+"/") }
		if w != wire.Bare && !slices.ContainsFunc(w.Bases, held) {
			t.Errorf("%q is nearest to %s", path, w.Name)
		}
		if _, served := wire.Allowed(path); served != nil && !neighbours(served, w) {
			t.Errorf("%q is served by %s and nearest to %s", path, served.Name, w.Name)
		}
	})
}

// A wire made for one program's own use has its routes and is not declared to others.
func TestNew(t *testing.T) {
	t.Parallel()
	w := wire.New(wire.Wire{Name: "own", Routes: []wire.Route{{Operation: wire.Verify, Method: "POST", Path: "/own"}}})
	if w.Routes[0].Wire != w {
		t.Error("its route is not its own")
	}
	if slices.Contains(wire.Wires(), w) {
		t.Error("it is declared")
	}
}
