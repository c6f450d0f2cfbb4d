package dialect_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/dialect"
)

func TestEveryRouteBelongsToOneWire(t *testing.T) {
	t.Parallel()
	owners := map[string]*dialect.Wire{}
	taken := map[string]bool{}
	for _, wire := range dialect.Wires() {
		for _, r := range wire.Routes {
			if r.Wire != wire {
				t.Errorf("%s %s: its wire is not %s", r.Method, r.Path, wire.Name)
			}
			if taken[r.Method+r.Path] {
				t.Errorf("%s %s is claimed twice", r.Method, r.Path)
			}
			if other := owners[r.Path]; other != nil && other != wire {
				t.Errorf("%s is claimed by %s and %s", r.Path, other.Name, wire.Name)
			}
			taken[r.Method+r.Path], owners[r.Path] = true, wire
			checkServed(t, r)
		}
	}
	if len(dialect.Routes("")) != len(taken) {
		t.Error("Routes does not give every route")
	}
}

// checkServed checks that what the route's operation needs of the wire is there.
func checkServed(t *testing.T, r dialect.Route) {
	t.Helper()
	rules := r.Wire.Number
	if r.Operation == dialect.Verify && (rules.Verified == nil || len(rules.VerifyScopes) == 0) {
		t.Errorf("%s: %s cannot answer verify", r.Path, r.Wire.Name)
	}
	if r.Operation == dialect.Share && (rules.Shared == nil || len(rules.ShareScopes) == 0) {
		t.Errorf("%s: %s cannot answer share", r.Path, r.Wire.Name)
	}
	if got, ok := dialect.Match(r.Method, r.Path); !ok || got != r {
		t.Errorf("%s %s matches %+v", r.Method, r.Path, got)
	}
}

func TestEveryWireIsWhole(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	bases := map[string]string{}
	for _, w := range dialect.Wires() {
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

// neighbours tells whether near may answer beside what wire serves: the page's paths lie among the OAuth wire's, whose JSON is
// the answer to a program, and all of the Verify API's are answered as its request is.
func neighbours(wire, near *dialect.Wire) bool {
	return wire == near || wire == dialect.Page && near == dialect.OAuth ||
		strings.HasPrefix(wire.Name, "nexmo-") && near == dialect.NexmoRequestJSON
}

// What a wire serves lies under what it answers for, so that a slip in a path is answered in the wire meant.
func TestRoutesLieUnderTheirBases(t *testing.T) {
	t.Parallel()
	for _, r := range dialect.Routes("") {
		near := dialect.Nearest(r.Path)
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
		if r, ok := dialect.Match(test.method, test.path); ok != test.want || ok && (r.Path != test.path || r.Method != test.method) {
			t.Errorf("%s %q: %v, %+v", test.method, test.path, ok, r)
		}
	}
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]struct {
		methods string
		wire    *dialect.Wire
	}{
		"/number-verification/v0/verify":              {"POST", dialect.Orange},
		"/number-verification/v0/device-phone-number": {"GET", dialect.Orange},
		"/v1/number-verification/share":               {"POST", dialect.Telefonica},
		"/oauth2/authorize":                           {"GET POST", dialect.Page},
		"/oauth2/auth":                                {"GET", dialect.Page},
		"/oauth2/token":                               {"POST", dialect.OAuth},
		"/oauth2/jwks":                                {"GET HEAD", dialect.OAuth},
		"/verify/psd2/xml":                            {"GET POST", dialect.NexmoPSD2XML},
		"/verify/network-unblock":                     {"POST", dialect.NetworkUnblockWire},
		"/":                                           {"", nil},
		"":                                            {"", nil},
		"/number-verification/v0":                     {"", nil},
		"/number-verification/v0/verify/":             {"", nil},
	} {
		methods, wire := dialect.Allowed(path)
		if strings.Join(methods, " ") != want.methods || wire != want.wire {
			t.Errorf("%q allows %v of %v", path, methods, wire)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]*dialect.Wire{
		"":                                            dialect.Bare,
		"/":                                           dialect.Bare,
		"//":                                          dialect.Bare,
		"/number-verification":                        dialect.Bare,
		"/number-verification/":                       dialect.Bare,
		"/number-verification/v0":                     dialect.Orange,
		"/number-verification/v0/":                    dialect.Orange,
		"/number-verification/v01":                    dialect.Bare,
		"/number-verification/v0/verify/x/y":          dialect.Orange,
		"/number-verification/v1/x":                   dialect.CAMARA1,
		"/number-verification/v2/x":                   dialect.CAMARA2,
		"/number-verification/vwip/x":                 dialect.CAMARAWIP,
		"/camara/number-verification/v0/x":            dialect.CAMARA0,
		"/camara/number-verification/v031/x":          dialect.Vonage,
		"/camara/number-verification/v03":             dialect.Bare,
		"/camara/api/number-verification/v1/x":        dialect.Konera,
		"/api/number-verification/v1/x":               dialect.Konera,
		"/camara/api/auth/v1/x":                       dialect.OAuth,
		"/v1/number-verification/x":                   dialect.Telefonica,
		"/v1/x":                                       dialect.Bare,
		"/oauth2/x":                                   dialect.OAuth,
		"/oauth2x":                                    dialect.Bare,
		"/.well-known/oauth-authorization-server":     dialect.OAuth,
		"/x/number-verification/v0/verify":            dialect.Bare,
		"/verify":                                     dialect.NexmoRequestJSON,
		"/verify/check":                               dialect.NexmoRequestJSON,
		"/verify/network-unblock/x":                   dialect.NetworkUnblockWire,
		"/verify/network-unblockx":                    dialect.NexmoRequestJSON,
		"/verifyx":                                    dialect.Bare,
		"/NUMBER-VERIFICATION/V0/verify":              dialect.Bare,
		"/number-verification/v0\x00/verify":          dialect.Bare,
		"/number-verification/v0/../v1/verify":        dialect.Orange,
		"/number-verification/v0/device-phone-number": dialect.Orange,
	} {
		if got := dialect.Nearest(path); got != want {
			t.Errorf("%q is nearest to %s, want %s", path, got.Name, want.Name)
		}
	}
}

func FuzzNearest(f *testing.F) {
	f.Add("/number-verification/v0/verify")
	f.Add("/oauth2")
	f.Fuzz(func(t *testing.T, path string) {
		wire := dialect.Nearest(path)
		held := func(base string) bool { return path == base || strings.HasPrefix(path, base+"/") }
		if wire != dialect.Bare && !slices.ContainsFunc(wire.Bases, held) {
			t.Errorf("%q is nearest to %s", path, wire.Name)
		}
		if _, served := dialect.Allowed(path); served != nil && !neighbours(served, wire) {
			t.Errorf("%q is served by %s and nearest to %s", path, served.Name, wire.Name)
		}
	})
}

// A wire made for one program's own use has its routes and is not declared to others.
func TestNew(t *testing.T) {
	t.Parallel()
	wire := dialect.New(dialect.Wire{Name: "own", Routes: []dialect.Route{{Operation: dialect.Verify, Method: "POST", Path: "/own"}}})
	if wire.Routes[0].Wire != wire {
		t.Error("its route is not its own")
	}
	if slices.Contains(dialect.Wires(), wire) {
		t.Error("it is declared")
	}
}
