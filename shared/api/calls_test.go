package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/grant"
)

// Every operation decides by one conditional write. What is written beside it is the record of a
// token that works once, and what is read beside it is the client.
func TestStoreCalls(t *testing.T) {
	t.Parallel()
	reusable := func(g *grant.Grant) { g.Policy = grant.KoneraPolicy }
	verify := func(w *world, body string, changes ...func(*grant.Grant)) call {
		return numberWires[2].verifyCall("Bearer "+w.accessToken(numberWires[2].verifyScope, changes...), body)
	}
	konera := func(w *world, body string) call {
		i := slices.IndexFunc(numberWires, func(n numberWire) bool { return n.name == "konera" })
		return numberWires[i].verifyCall("Bearer "+w.accessToken(scopeVerify, reusable), body)
	}
	poll := func(w *world, id string) call {
		return w.posted("camara", tokenPath, "grant_type", cibaType, "auth_req_id", id)
	}
	for name, test := range map[string]struct {
		ask           func(w *world) call
		status        int
		written, read string
	}{
		"verify":                {func(w *world) call { return verify(w, goodBody) }, 200, "grants.Use", "clients.Client"},
		"verify, reusable":      {func(w *world) call { return konera(w, goodBody) }, 200, "", "clients.Client grants.Grant"},
		"verify, bad body":      {func(w *world) call { return verify(w, "{}") }, 400, "", "clients.Client grants.Grant"},
		"verify, used up":       {func(w *world) call { return verify(w, goodBody, func(g *grant.Grant) { g.State = grant.Used }) }, 401, "grants.Use", "clients.Client"},
		"verify, no token":      {func(*world) call { return numberWires[2].verifyCall("", goodBody) }, 401, "", ""},
		"verify, forged token":  {func(*world) call { return numberWires[2].verifyCall("Bearer x.y.z", goodBody) }, 401, "", ""},
		"verify, scope missing": {func(w *world) call { return numberWires[2].verifyCall(bearer(w, "openid"), goodBody) }, 403, "", "clients.Client"},
		"share":                 {func(w *world) call { return numberWires[2].shareCall(bearer(w, scopeShare), "") }, 200, "grants.Use", "clients.Client"},
		"authorize": {func(w *world) call {
			w.attach("192.0.2.1")
			return get(authorizePath + "?" + authorization("camara").Encode())
		}, 302, "grants.Put", "clients.Client sessions.Session"},
		"authorize, bad redirect": {func(*world) call {
			return get(authorizePath + "?" + merged(authorization("camara"), "redirect_uri", "x").Encode())
		}, 400, "", "clients.Client"},
		"code, by Basic":           {func(w *world) call { return w.exchanged("basic") }, 200, "grants.Redeem", "clients.Client"},
		"code, by secret":          {func(w *world) call { return w.exchanged("konera") }, 200, "grants.Redeem", "clients.Client"},
		"code, by private_key_jwt": {func(w *world) call { return w.exchanged("camara") }, 200, "replays.Once grants.Redeem", "clients.Client"},
		"code, by application JWT": {func(w *world) call { return w.exchanged("vonage") }, 200, "replays.Once grants.Redeem", "clients.Client"},
		"code, wrong secret":       {func(w *world) call { return w.exchanged("konera", "client_secret", "x") }, 401, "", "clients.Client"},
		"code, wrong verifier":     {func(w *world) call { return w.exchanged("basic", "code_verifier", strings.Repeat("a", 43)) }, 400, "grants.Redeem", "clients.Client"},
		"refresh": {func(w *world) call {
			return w.posted("konera", tokenPath, "grant_type", "refresh_token", "refresh_token", w.exchange("konera").member("refresh_token"))
		}, 200, "grants.Rotate", "clients.Client"},
		"refresh, narrower": {func(w *world) call {
			return w.posted("konera", tokenPath, "grant_type", "refresh_token", "refresh_token", w.exchange("konera").member("refresh_token"), "scope", scopeVerify)
		}, 200, "grants.Rotate", "clients.Client grants.Grant"},
		"backchannel": {func(w *world) call {
			return w.posted("camara", backchannelPath, "scope", goodScope, "login_hint", "tel:"+subscriber)
		},
			200, "replays.Once grants.Put", "clients.Client"},
		"backchannel, SIM": {func(w *world) call {
			return w.posted("camara", backchannelPath, "scope", goodScope, "login_hint", "operatortoken:"+w.operatorToken())
		}, 200, "replays.Once replays.Once grants.Put", "clients.Client"},
		"poll": {func(w *world) call { return poll(w, w.backchannel("camara", "tel:"+subscriber)) }, 200, "replays.Once grants.Redeem", "clients.Client"},
		"poll, pending": {func(w *world) call {
			id := w.backchannel("camara", "ipport:192.0.2.1:1")
			w.advance(5 * time.Second)
			return poll(w, id)
		}, 400, "replays.Once grants.Redeem replays.Once grants.Poll", "clients.Client sessions.Session"},
		"revoke": {func(w *world) call {
			return w.posted("basic", revokePath, "token", w.exchange("basic").member("access_token"))
		},
			200, "grants.Revoke", "clients.Client"},
		"revoke, unknown": {func(w *world) call { return w.posted("basic", revokePath, "token", "x") }, 200, "", "clients.Client"},
		"backchannel, address": {func(w *world) call {
			return w.posted("camara", backchannelPath, "scope", goodScope, "login_hint", "ipport:192.0.2.1:1")
		}, 200, "replays.Once replays.Once grants.Put", "clients.Client sessions.Session"},
		"bearer": {func(w *world) call {
			return plain(tokenPath, bearerForm(w.bearerAssertion("camara", "tel:"+subscriber)).Encode())
		},
			200, "replays.Once grants.Put", "clients.Client"},
		"discovery": {func(*world) call { return get("/.well-known/openid-configuration") }, 200, "", ""},
		"keys":      {func(*world) call { return get("/oauth2/jwks") }, 200, "", ""},
		"unmatched": {func(*world) call { return get("/x") }, 404, "", ""},
	} {
		w := newWorld(t)
		c := test.ask(w)
		w.watch.take()
		a := w.from("192.0.2.1:40000", c)
		written, read := w.watch.take()
		if a.status != test.status || strings.Join(written, " ") != test.written || strings.Join(read, " ") != test.read {
			t.Errorf("%s: %d, wrote %v, read %v", name, a.status, written, read)
		}
	}
}
