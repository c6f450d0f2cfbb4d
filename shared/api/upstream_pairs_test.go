package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/phone"
	"lineproof/shared/upstream"
	"lineproof/shared/wire"
)

// profileOf names the profile under which a wire is called at an upstream.
func profileOf(wire string) string {
	if _, known := upstream.ProfileOf(wire); known {
		return wire
	}
	return "camara"
}

// behindBy puts a network behind a world, which is called in that wire.
func (w *world) behindBy(back numberWire) *world {
	w.t.Helper()
	network := w.behind(profileOf(back.name), func(u *upstream.Upstream) {
		u.Verify, u.Share = issuer+back.verify, ""
		u.ScopeVerify = strings.ReplaceAll(back.verifyScope, purpose, upstream.Purpose)
		if !strings.Contains(u.ScopeVerify, upstream.Purpose) { // the network wants one
			u.ScopeVerify = upstream.Purpose + " " + u.ScopeVerify
		}
	})
	network.change("front", func(c *grant.Client) { c.Scopes = namesOf(back.verifyScope) })
	return network
}

// namesOf returns the scopes that a client is registered with for one of a wire.
func namesOf(scope string) []string {
	parsed := grant.ParseScope(scope)
	return append(parsed.Names, "openid", purpose)
}

// verifyBy has the subscriber go to the network behind, and asks about a number in a wire.
func (w *world) verifyBy(front numberWire, claimed string) answer {
	w.t.Helper()
	return w.do(w.verifyCallBy(front, `{"phoneNumber":"`+claimed+`"}`))
}

// verifyCallBy has the subscriber go to the network behind, and returns a call of verify in a wire.
func (w *world) verifyCallBy(front numberWire, body string) *http.Request {
	w.t.Helper()
	asked := authorization("camara")
	asked.Set("scope", front.verifyScope)
	if !strings.Contains(front.verifyScope, purpose) {
		asked.Set("scope", purpose+" "+front.verifyScope)
	}
	code := w.travel(authorizePath + "?" + asked.Encode()).Get("code")
	token := w.do(w.as("camara", tokenPath, codeForm(code))).member("access_token")
	w.asked = 0
	r := httptest.NewRequest(http.MethodPost, front.verify, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// Every wire is served by every other: what the network behind says in its own words comes to the
// client in its.
func TestEveryWireBehindEveryWire(t *testing.T) {
	t.Parallel()
	for _, back := range numberWires {
		for _, front := range numberWires {
			t.Run(back.name+" behind "+front.name, func(t *testing.T) {
				t.Parallel()
				pair(t, back, front)
			})
		}
	}
}

func pair(t *testing.T, back, front numberWire) {
	t.Helper()
	w := newWorld(t)
	network := w.behindBy(back)
	w.change("camara", func(c *grant.Client) { c.Scopes = namesOf(front.verifyScope) })
	nobody := authorization("camara")
	nobody.Set("scope", strings.Join(namesOf(front.verifyScope), " "))
	if refused := w.travel(authorizePath + "?" + nobody.Encode()); refused.Get("error") != "access_denied" {
		t.Errorf("nobody comes back with %v", refused)
	}
	network.attach("192.0.2.1")
	for claimed, want := range map[string]string{subscriber: "true", stranger: "false"} {
		a := w.verifyBy(front, claimed)
		if a.status != http.StatusOK || !strings.Contains(a.body, `"devicePhoneNumberVerified":`+want) || w.asked != 1 {
			t.Errorf("%s is answered %d %s after %d calls", claimed, a.status, a.body, w.asked)
		}
	}
	told, _ := wire.Match(http.MethodPost, back.verify)
	route, _ := wire.Match(http.MethodPost, front.verify)
	for kind, change := range map[fault.Kind]func(*grant.Grant){
		fault.NotNetworkAuthenticated: func(g *grant.Grant) { g.AMR = "" },
		fault.NoNumber:                func(g *grant.Grant) { g.Number = phone.Number{} },
	} {
		w.hostile = network.answering(back, change)
		if told.Wire.Failures.Of(kind).Code == told.Wire.Failures.Of(fault.NotNetworkAuthenticated).Code {
			kind = fault.NotNetworkAuthenticated // it has one word for both
		}
		want := route.Wire.Failures.Of(kind)
		if a := w.verifyBy(front, subscriber); a.status != want.Status || a.member("code") != want.Code || w.asked != 1 {
			t.Errorf("%s is answered %d %s after %d calls, want %d %s", kind, a.status, a.body, w.asked, want.Status, want.Code)
		}
		w.hostile = nil
	}
}

// answering returns a network that answers as it does, but about a grant that has changed.
func (w *world) answering(by numberWire, change func(*grant.Grant)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == by.verify {
			r.Header.Set("Authorization", "Bearer "+w.accessToken(by.verifyScope, change))
		}
		w.handler.ServeHTTP(rw, r)
	}
}
