package e2e_test

import (
	"net/url"
	"testing"
	"time"
)

// konera gives Konera's wire, client and first tokens, a refresh token among them.
func konera(tb testing.TB, on target) (wire, client, tokens) {
	tb.Helper()
	w := speaking(tb, "konera")
	a := w.authorization(tb, on, "verified", w.verifyScope+" offline_access")
	granted := a.tokens(tb, on)
	if granted.RefreshToken == "" || granted.IDToken == "" || granted.ExpiresIn != 3600 {
		tb.Fatal("no refresh token, no id_token or another lifetime than an hour")
	}
	return w, a.client, granted
}

// refresh exchanges a refresh token, with a scope when it is not empty.
func (on target) refresh(tb testing.TB, w wire, c client, token, scope string) answer {
	tb.Helper()
	form := url.Values{"grant_type": {grantRefresh}, "refresh_token": {token}}
	if scope != "" {
		form.Set("scope", scope)
	}
	return on.submit(tb, w.token, c.credentials(tb, on), form)
}

// TestRefresh rotates refresh tokens, with the granted scope, a narrower one and a wider one.
func TestRefresh(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		w, c, first := konera(t, on)
		on.refresh(t, w, c, first.RefreshToken, w.verifyScope+" offline_access "+scopeShare).wantOAuth(t, 400, "invalid_scope")
		on.refresh(t, w, c, altered("." + first.RefreshToken)[1:], "").wantOAuth(t, 400, "invalid_grant")
		on.refresh(t, w, c, "", "").wantOAuth(t, 400, "invalid_request")
		second := on.refresh(t, w, c, first.RefreshToken, w.verifyScope+" offline_access").tokens(t)
		if second.RefreshToken == "" || second.RefreshToken == first.RefreshToken {
			t.Error("the refresh token did not rotate")
		}
		third := on.refresh(t, w, c, second.RefreshToken, "openid offline_access").tokens(t)
		w.wantProblem(t, on.do(t, w.asking(third.AccessToken, naming(somebodyElse))), noScope)
		fourth := on.refresh(t, w, c, third.RefreshToken, "").tokens(t)
		for _, access := range []string{first.AccessToken, second.AccessToken, fourth.AccessToken} {
			w.wantVerified(t, on.do(t, w.asking(access, naming(on.number(t, "verified")))), true)
		}
	})
}

// TestRefreshReuse presents a spent refresh token: it and all that came of it end (RFC 9700
// §4.14.2).
func TestRefreshReuse(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		w, c, first := konera(t, on)
		second := on.refresh(t, w, c, first.RefreshToken, "").tokens(t)
		on.refresh(t, w, c, first.RefreshToken, "").wantOAuth(t, 400, "invalid_grant")
		on.refresh(t, w, c, second.RefreshToken, "").wantOAuth(t, 400, "invalid_grant")
		for _, access := range []string{first.AccessToken, second.AccessToken} {
			w.wantProblem(t, on.do(t, w.asking(access, naming(somebodyElse))), invalidToken)
		}
	})
}

// TestRefreshOfAnother presents a refresh token as another client, which may not refresh at all and
// must not end it.
func TestRefreshOfAnother(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		w, c, first := konera(t, on)
		on.refresh(t, w, on.withSecret(t), first.RefreshToken, "").wantOAuth(t, 400, "unauthorized_client")
		on.submit(t, w.token, posted(c.ID, "wrong"), url.Values{"grant_type": {grantRefresh}, "refresh_token": {first.RefreshToken}}).
			wantOAuth(t, 401, "invalid_client")
		on.refresh(t, w, c, first.RefreshToken, "").tokens(t)
	})
}

// TestRefreshLifetime refreshes after the access token's hour, and no more once thirty days are
// over, however often it did.
func TestRefreshLifetime(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		w, c, last := konera(t, on)
		for range 2 {
			on.advance(t, 14*24*time.Hour)
			w.wantProblem(t, on.do(t, w.asking(last.AccessToken, naming(somebodyElse))), expiredToken)
			last = on.refresh(t, w, c, last.RefreshToken, "").tokens(t)
			w.wantVerified(t, on.do(t, w.asking(last.AccessToken, naming(on.number(t, "verified")))), true)
		}
		on.advance(t, 2*24*time.Hour-30*time.Minute)
		last = on.refresh(t, w, c, last.RefreshToken, "").tokens(t)
		if last.ExpiresIn > 1800 {
			t.Errorf("the last access token lives %d s, beyond the end of the grant", last.ExpiresIn)
		}
		on.advance(t, 31*time.Minute)
		on.refresh(t, w, c, last.RefreshToken, "").wantOAuth(t, 400, "invalid_grant")
	})
}

// TestNoRefresh gives no refresh token to a client whose policy has none, whatever it asks for.
func TestNoRefresh(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		a := wires[0].authorization(t, on, "verified", wires[0].verifyScope+" offline_access")
		if back := on.visit(t, a.authorize, a.query, nil); back.Get("error") != "invalid_scope" {
			t.Errorf("sent back with %v, want invalid_scope", back)
		}
	})
}
