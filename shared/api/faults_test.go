package api_test

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

// flows are requests that together make every call that a store has.
var flows = asks{
	"verify":   func(w *world) call { return benchWire.verifyCall(bearer(w, benchWire.verifyScope), goodBody) },
	"bad body": func(w *world) call { return benchWire.verifyCall(bearer(w, benchWire.verifyScope), "{}") },
	"share":    func(w *world) call { return benchWire.shareCall(bearer(w, benchWire.shareScope), "") },
	"authorize": func(w *world) call {
		w.attach("192.0.2.1")
		return get(authorizePath + "?" + authorization("camara").Encode())
	},
	"object": func(w *world) call {
		w.attach("192.0.2.1")
		return get(authorizePath + "?" + w.object("camara", nil).Encode())
	},
	"code": func(w *world) call { return w.exchanged("camara") },
	"reused code": func(w *world) call {
		code := w.code(authorization("konera"))
		w.do(w.as("konera", tokenPath, codeForm(code)))
		return callOf(w.t, w.as("konera", tokenPath, codeForm(code)))
	},
	"refresh": func(w *world) call {
		return w.posted("konera", tokenPath, "grant_type", "refresh_token", "scope", scopeVerify, "refresh_token", w.exchange("konera").member("refresh_token"))
	},
	"reused refresh token": func(w *world) call {
		raw := w.exchange("konera").member("refresh_token")
		w.refreshed(raw, "")
		return w.posted("konera", tokenPath, "grant_type", "refresh_token", "refresh_token", raw)
	},
	"backchannel": func(w *world) call {
		return w.posted("camara", backchannelPath, "scope", goodScope, "login_hint", "operatortoken:"+w.operatorToken())
	},
	"poll": func(w *world) call {
		id := w.backchannel("camara", "ipport:192.0.2.9:1")
		w.advance(5 * time.Second)
		return w.posted("camara", tokenPath, "grant_type", cibaType, "auth_req_id", id)
	},
	"bearer": func(w *world) call {
		return plain(tokenPath, bearerForm(w.bearerAssertion("camara", "operatortoken:"+w.operatorToken())).Encode())
	},
}

// Whichever call of a store fails, the answer says that the service is away, and grants nothing.
func TestAnyCallOfAStoreMayFail(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for name, ask := range flows {
		w := newWorld(t)
		c := ask(w)
		w.watch.take()
		w.from("192.0.2.1:40000", c)
		written, read := w.watch.take()
		for _, called := range slices.Concat(written, read) {
			seen[called] = true
			w := newWorld(t)
			c := ask(w)
			w.watch.fail(fault.Wrap(fault.Unavailable, errors.New("an inner cause")), called)
			a := w.from("192.0.2.1:40000", c)
			location := a.header.Get("Location")
			if a.status != 503 && !strings.Contains(location, "error=temporarily_unavailable") {
				t.Errorf("%s without %s: %d %s %s", name, called, a.status, location, a.body)
			}
			leaks(t, name, a.body+location, append(slices.Clone(inner), "access_token", "auth_req_id", "code="))
		}
	}
	if len(seen) != 10 {
		t.Errorf("only %v were tried", seen)
	}
}

// A request that failed because a store was away can be repeated with the same code.
func TestAFailedExchangeCanBeRepeated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.code(authorization("camara"))
	for _, only := range []string{"clients", "replays", "grants.Redeem"} {
		w.watch.fail(fault.New(fault.Unavailable), only)
		w.do(w.as("camara", tokenPath, codeForm(code))).is(t, 503, "temporarily_unavailable")
	}
	w.watch.fail(nil, "")
	w.do(w.as("camara", tokenPath, codeForm(code))).is(t, 200, "")
}

func TestWithoutRandomnessNothingIsIssued(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.attach("192.0.2.1")
	w.random = iotest.ErrReader(errors.New("an inner cause"))
	w.handler = w.mount(slog.New(slog.DiscardHandler))
	if back := w.authorize(authorization("camara")).redirected(t); back.Get("error") != "server_error" || back.Has("code") {
		t.Errorf("came back with %v", back)
	}
	w.start("login_hint", "tel:"+subscriber).is(t, 500, "server_error")
	w.do(post(tokenPath, bearerForm(w.bearerAssertion("camara", "tel:"+subscriber)))).is(t, 500, "server_error")
}

func TestClientsWhoseKeysCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.attach("192.0.2.1")
	w.change("camara", func(c *grant.Client) { c.JWKS = []byte("{") })
	w.start("login_hint", "tel:"+subscriber).is(t, 500, "server_error")
	w.do(post(tokenPath, bearerForm(w.bearerAssertion("camara", "tel:"+subscriber)))).is(t, 400, "invalid_grant")
	if back := w.authorize(w.object("camara", nil)).redirected(t); back.Get("error") != "invalid_request_object" {
		t.Errorf("came back with %v", back)
	}
}
