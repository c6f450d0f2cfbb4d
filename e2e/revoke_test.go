package e2e_test

import (
	"net/url"
	"testing"
)

const revokePath = "/oauth2/revoke"

// revoke asks for the end of a token.
func (on target) revoke(tb testing.TB, c client, token string) answer {
	tb.Helper()
	return on.submit(tb, revokePath, c.credentials(tb, on), url.Values{"token": {token}, "token_type_hint": {"access_token"}})
}

// TestRevocation ends tokens by what stands for them: a whole family, an access token, and nothing
// at all (RFC 7009).
func TestRevocation(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		w, c, first := konera(t, on)
		second := on.refresh(t, w, c, first.RefreshToken, "").tokens(t)
		other := on.withSecret(t)
		for _, foreign := range []answer{on.revoke(t, other, second.RefreshToken), on.revoke(t, other, "x")} {
			if foreign.Status != 200 || len(foreign.Body) > 0 {
				t.Errorf("no token of the client's: %d %s", foreign.Status, foreign.Body)
			}
		}
		on.revoke(t, other, second.AccessToken).wantOAuth(t, 400, "invalid_grant")
		on.revoke(t, c, second.IDToken+first.IDToken).wantOAuth(t, 400, "unsupported_token_type")
		on.revoke(t, c, "").wantOAuth(t, 400, "invalid_request")
		w.wantVerified(t, on.do(t, w.asking(second.AccessToken, naming(on.number(t, "verified")))), true)
		if a := on.revoke(t, c, second.RefreshToken); a.Status != 200 || len(a.Body) > 0 {
			t.Errorf("answered %d %s", a.Status, a.Body)
		}
		for _, access := range []string{first.AccessToken, second.AccessToken} {
			w.wantProblem(t, on.do(t, w.asking(access, naming(somebodyElse))), invalidToken)
		}
		on.refresh(t, w, c, second.RefreshToken, "").wantOAuth(t, 400, "invalid_grant")
	})
}

// TestReusableTokensOpenOneWire takes Konera's token to every other wire whose scope it holds.
func TestReusableTokensOpenOneWire(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		_, _, granted := konera(t, on)
		for _, w := range wires {
			a := on.do(t, w.asking(granted.AccessToken, naming(on.number(t, "verified"))))
			if (a.Status == 200) != (w.dialect == "konera") || a.Status != 200 && a.Status != 403 {
				t.Errorf("%s answers %d %s", w.dialect, a.Status, a.Body)
			}
		}
	})
}

// TestIDTokensAreSignedAsRegistered reads how each client's id_tokens are signed: nobody registered
// anything.
func TestIDTokensAreSignedAsRegistered(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachClient(t, on, func(t *testing.T, c client, w wire) {
			granted := w.authorization(t, on, "verified", w.verifyScope).tokens(t, on)
			if alg := protected(t, granted.IDToken)["alg"]; alg != "RS256" {
				t.Errorf("%s gets id_tokens signed %v, want RS256", c.ID, alg)
			}
		})
	})
}
