package e2e_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// shape says what a JSON object must have: members of a JSON type each; a name that ends in ? may
// be absent.
type shape map[string]any

// list is the shape of an array of equal things.
type list struct{ of any }

// fits asserts that a JSON value has a shape: text, truth, or a shape or list of such.
func fits(tb testing.TB, path string, value, want any) {
	tb.Helper()
	switch want := want.(type) {
	case shape:
		object, ok := value.(map[string]any)
		if !ok {
			tb.Errorf("%s is no object", path)
			return
		}
		fitsMembers(tb, path, object, want)
	case list:
		items, ok := value.([]any)
		if !ok {
			tb.Errorf("%s is %T, want an array", path, value)
		}
		for _, item := range items {
			fits(tb, path+"[]", item, want.of)
		}
	case string:
		if _, ok := value.(string); !ok {
			tb.Errorf("%s is %T, want a string", path, value)
		}
	case bool:
		if _, ok := value.(bool); !ok {
			tb.Errorf("%s is %T, want true or false", path, value)
		}
	}
}

func fitsMembers(tb testing.TB, path string, object map[string]any, want shape) {
	tb.Helper()
	known := map[string]bool{}
	for name, member := range want {
		name, optional := strings.CutSuffix(name, "?")
		known[name] = true
		value, has := object[name]
		if !has && !optional {
			tb.Errorf("%s has no %s", path, name)
		}
		if has {
			fits(tb, path+"."+name, value, member)
		}
	}
	for name := range object {
		if !known[name] {
			tb.Errorf("%s has %s, which nobody documents", path, name)
		}
	}
}

const text = "text"

// privateKey is the shape of a private JWK.
var privateKey = shape{
	"kty": text, "kid": text, "alg": text, "use?": text, "crv?": text, "x?": text, "y?": text, "d": text,
	"n?": text, "e?": text, "p?": text, "q?": text, "dp?": text, "dq?": text, "qi?": text,
}

// listing is the shape of GET /local/sandbox, on which client test suites rely.
var listing = shape{
	"issuer": text,
	"clients": list{shape{
		"client_id": text, "dialect": text, "token_endpoint_auth_method": text, "client_secret?": text, "private_jwk?": privateKey,
		"redirect_uris": list{text}, "scopes": list{text}, "grant_types": list{text}, "require_pkce": true,
	}},
	"applications": list{shape{
		"application_id": text, "private_key": text, "account": text, "signature_secret": text,
		"status_url": text, "redirect_urls": list{text}, "outcomes?": text,
	}},
	"accounts":  list{shape{"api_key": text, "api_secret": text, "signature_method?": text, "signature_secret?": text, "state": text}},
	"numbers":   list{shape{"number": text, "outcome": text}},
	"operators": list{shape{"iss": text, "private_jwk": privateKey}},
}

// TestSandboxListing holds GET /local/sandbox to its documented shape and content.
func TestSandboxListing(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		a := on.get(t, "/local/sandbox")
		a.wantType(t, typeJSON)
		fits(t, "listing", any(a.object(t)), listing)
		if on.issuer() != on.BaseURL {
			t.Errorf("the issuer is %s, reached as %s", on.issuer(), on.BaseURL)
		}
		methods := map[string][]string{}
		for _, c := range on.Sandbox.Clients {
			methods[c.Dialect] = append(methods[c.Dialect], c.Method)
			standard := []string{grantCode, grantCIBA, grantBearer}
			switch c.Dialect {
			case "konera":
				standard = append(standard, grantRefresh)
			case "otp":
				standard = []string{grantClient}
			}
			if !sameSet(c.GrantTypes, standard) || len(c.RedirectURIs) == 0 || len(c.Scopes) == 0 {
				t.Errorf("%s has the grant types %v, %d redirect_uris, %d scopes", c.ID, c.GrantTypes, len(c.RedirectURIs), len(c.Scopes))
			}
			withoutPKCE := c.Method == "application_jwt" || c.Method == "client_secret_basic" || c.Dialect == "otp"
			if c.RequirePKCE == withoutPKCE || c.Secret == "" == strings.HasPrefix(c.Method, "client_secret") {
				t.Errorf("%s: require_pkce is %t, a secret is there: %t", c.ID, c.RequirePKCE, c.Secret != "")
			}
		}
		want := map[string][]string{
			"vonage": {"application_jwt"}, "telefonica": {"private_key_jwt"}, "konera": {"client_secret_post"}, "orange": {"private_key_jwt"},
			"camara-0.3.1": {"private_key_jwt"}, "camara-1": {"private_key_jwt"}, "camara-wip": {"private_key_jwt"},
			"camara-2": {"private_key_jwt", "client_secret_basic"},
			"otp":      {"private_key_jwt", "client_secret_basic", "client_secret_basic", "client_secret_basic"},
		}
		if !maps.EqualFunc(methods, want, slices.Equal[[]string]) {
			t.Errorf("the clients by dialect are %v, want %v", methods, want)
		}
	})
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// TestSandboxNumbers lists one number for each outcome, all of them nobody's.
func TestSandboxNumbers(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		seen := map[string]string{}
		for _, n := range on.Sandbox.Numbers {
			if seen[n.Outcome] != "" || !strings.HasPrefix(n.Number, "+990") {
				t.Errorf("%s stands for %s, as %s does", n.Number, n.Outcome, seen[n.Outcome])
			}
			seen[n.Outcome] = n.Number
		}
		for _, outcome := range []string{"verified", "not_network", "no_number", "unresolved"} {
			if seen[outcome] == "" {
				t.Errorf("no number stands for %s", outcome)
			}
		}
	})
}

// wantTime asserts the body of an answer that tells the time: now, in RFC 3339, and nothing else.
func wantTime(tb testing.TB, a answer) time.Time {
	tb.Helper()
	object := a.object(tb)
	wantMembers(tb, object, "now")
	told, _ := object["now"].(string)
	now, err := time.Parse(time.RFC3339, told)
	if err != nil || a.Status != http.StatusOK {
		tb.Fatalf("answered %d %s, want a time", a.Status, a.Body)
	}
	a.wantType(tb, typeJSON)
	return now
}

// TestClock moves the clock, which runs by itself and never back.
func TestClock(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		move := func(by string) time.Time {
			t.Helper()
			return wantTime(t, on.post(t, "/local/clock", `{"advance":"`+by+`"}`))
		}
		before := move("0s")
		if off := time.Since(before).Abs(); off > time.Minute {
			t.Errorf("the clock is %v off before anybody moved it", off)
		}
		after := move("31s")
		if moved := after.Sub(before); moved < 31*time.Second || moved > 91*time.Second {
			t.Errorf("31s moved the clock by %v", moved)
		}
		for _, by := range []string{"1h30m", "1.5s", "250ms", "0"} {
			if next := move(by); next.Before(after) {
				t.Errorf("%s moved the clock back", by)
			} else {
				after = next
			}
		}
		for _, bad := range []string{
			`{"advance":"-1s"}`, `{"advance":"-0.001s"}`, `{"advance":"31"}`, `{"advance":31}`, `{"advance":""}`, `{"advance":"soon"}`, `{"advance":null}`,
			`{"advance":"9999999999h"}`, `{}`, ``, `[]`, `nonsense`, `{"advance":"1s"}{}`, `{"advance":"1s","advance":"2s"}`, `{"Advance":"1s"}`,
		} {
			if a := on.post(t, "/local/clock", bad); a.Status != http.StatusBadRequest {
				t.Errorf("%s answered %d %s, want 400", bad, a.Status, a.Body)
			}
		}
		if now := move("0s"); now.Sub(after) > 30*time.Second {
			t.Error("a refused call moved the clock")
		}
		for range 3 { // as far as a duration reaches, and further
			next := move("2562047h")
			if next.Before(after) {
				t.Errorf("the clock went back from %v to %v", after, next)
			}
			after = next
		}
	})
}

// TestSessionsRoute refuses what is no session.
func TestSessionsRoute(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		good := session{Address: freshIPv4(), PortFrom: 1, PortTo: 65535, Number: freshNumber(), Seconds: 1}
		on.put(t, good)
		for name, change := range map[string]func(map[string]any){
			"no address":         func(m map[string]any) { delete(m, "address") },
			"no number":          func(m map[string]any) { delete(m, "number") },
			"no seconds":         func(m map[string]any) { delete(m, "seconds") },
			"no seconds at all":  func(m map[string]any) { m["seconds"] = 0 },
			"negative":           func(m map[string]any) { m["seconds"] = -1 },
			"a fraction":         func(m map[string]any) { m["seconds"] = 1.5 },
			"for years":          func(m map[string]any) { m["seconds"] = 1 << 40 },
			"text":               func(m map[string]any) { m["seconds"] = "60" },
			"a name":             func(m map[string]any) { m["address"] = "localhost" },
			"address and port":   func(m map[string]any) { m["address"] = "192.0.2.1:80" },
			"an IPv4 prefix":     func(m map[string]any) { m["address"] = "192.0.2.0/24" },
			"half the Internet":  func(m map[string]any) { m["address"] = "2000::/4" },
			"bits after":         func(m map[string]any) { m["address"] = "2001:db8::1/64" },
			"everybody":          func(m map[string]any) { m["address"] = "0.0.0.0" },
			"half a port range":  func(m map[string]any) { delete(m, "port_to") },
			"ports reversed":     func(m map[string]any) { m["port_from"], m["port_to"] = 2, 1 },
			"port 0":             func(m map[string]any) { m["port_from"] = 0 },
			"port 65536":         func(m map[string]any) { m["port_to"] = 65536 },
			"a short number":     func(m map[string]any) { m["number"] = "+12" },
			"a number in words":  func(m map[string]any) { m["number"] = "nobody" },
			"a number of number": func(m map[string]any) { m["number"] = 4915112345678 },
		} {
			var members map[string]any
			if err := json.Unmarshal([]byte(spell(t, good)), &members); err != nil {
				t.Fatal(err)
			}
			change(members)
			if a := on.post(t, "/local/sessions", spell(t, members)); a.Status != http.StatusBadRequest {
				t.Errorf("%s: answered %d %s, want 400", name, a.Status, a.Body)
			}
		}
		for _, bad := range []string{"", "[]", "nonsense", strings.Repeat(" ", 9000)} {
			if a := on.post(t, "/local/sessions", bad); a.Status != http.StatusBadRequest {
				t.Errorf("%.9q answered %d %s, want 400", bad, a.Status, a.Body)
			}
		}
	})
}

// TestReset forgets codes, tokens, sessions and replays; time is real again; clients and keys stay.
func TestReset(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		w, c := wires[0], on.client(t, "camara-2")
		started := on.advance(t, time.Hour)
		address := freshIPv4()
		on.put(t, session{Address: on.Address, Number: freshNumber(), Seconds: 600})
		on.put(t, session{Address: address, Number: freshNumber(), Seconds: 600})
		token := w.access(t, on, "verified", w.verifyScope)
		flow := w.begin(t, on, c)
		code := flow.code(t, on)
		_, _, granted := konera(t, on)
		id := on.backchannel(t, c, "ipport:"+address, w.verifyScope).authReqID(t)
		before := on.get(t, "/local/sandbox")

		if now := wantTime(t, on.post(t, "/local/reset", "")); time.Since(now).Abs() > time.Minute || !now.Before(started) {
			t.Errorf("the clock says %v after a reset", now)
		}

		w.wantNobody(t, on, "", nil)
		on.submit(t, tokenPath, c.credentials(t, on), flow.exchange(code)).wantOAuth(t, 400, "invalid_grant")
		on.poll(t, tokenPath, c, id).wantOAuth(t, 400, "invalid_grant")
		on.refresh(t, speaking(t, "konera"), on.client(t, "konera"), granted.RefreshToken, "").wantOAuth(t, 400, "invalid_grant")
		w.wantProblem(t, on.do(t, w.asking(token, naming(somebodyElse))), invalidToken)
		pending := on.backchannel(t, c, "ipport:"+address, w.verifyScope).authReqID(t)
		on.poll(t, tokenPath, c, pending).wantOAuth(t, 400, "authorization_pending")
		if after := on.get(t, "/local/sandbox"); string(after.Body) != string(before.Body) {
			t.Error("the sandbox is another after a reset")
		}
		for _, w := range wires {
			w.wantVerified(t, on.do(t, w.asking(w.access(t, on, "verified", w.verifyScope), naming(somebodyElse))), false)
		}
	})
}

// TestResetForgetsReplays takes an assertion again after a reset.
func TestResetForgetsReplays(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		as := on.client(t, "camara-2").credentials(t, on)
		if !on.authenticates(t, as) || on.authenticates(t, as) {
			t.Fatal("want the first use to authenticate and the second not")
		}
		on.reset(t)
		if !on.authenticates(t, as) {
			t.Error("a replay is remembered after a reset")
		}
	})
}

// TestLocalMethods refuses other methods and paths below /local/.
func TestLocalMethods(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		for path, method := range map[string]string{
			"/local/sandbox": http.MethodPost, "/local/clock": http.MethodGet, "/local/sessions": http.MethodGet, "/local/reset": http.MethodGet,
		} {
			if a := on.do(t, call{Method: method, Path: path}); a.Status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s answered %d, want 405", method, path, a.Status)
			}
		}
		if a := on.get(t, "/local/nothing"); a.Status != http.StatusNotFound {
			t.Errorf("answered %d, want 404", a.Status)
		}
		page := on.get(t, "/")
		if page.Status != http.StatusOK || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
			t.Errorf("the console page answered %d %s", page.Status, page.Header.Get("Content-Type"))
		}
	})
}
