package upstream

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/token"
)

// form is the content type of token requests.
const form = "application/x-www-form-urlencoded"

// Exchange exchanges a code (RFC 6749 §4.1.3), once: its answer is told by an outcome when there is
// no token.
func (c Caller) Exchange(
	ctx context.Context, p Peer, s Secret, code, callback, verifier string,
) (Token, Outcome) {
	if p.profile.Bare {
		return Token{Text: code, Authorization: basic(p.ClientID, s.Text)}, Match
	}
	var t Token
	o := c.guarded(ctx, p, Exchanging, "", func() (o Outcome) {
		t, o = c.token(ctx, p, s, p.codeForm(code, callback, verifier))
		return o
	})
	t.APIKey = s.APIKey
	return t, o
}

// codeForm returns the parameters of a code's exchange.
func (p Peer) codeForm(code, callback, verifier string) url.Values {
	asked := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback},
	}
	if yes(p.PKCE) {
		asked.Set("code_verifier", verifier)
	}
	return asked
}

// submit sends a form to an endpoint of OAuth's under our authentication, once, or returns why
// there is no answer.
func (c Calls) submit(
	ctx context.Context, p Peer, s Secret, endpoint string, asked url.Values,
) (answer, Outcome, bool) {
	asked, header, err := c.authenticated(p, s, endpoint, asked)
	if err != nil {
		return answer{}, Misconfigured, false
	}
	return c.post(ctx, endpoint, header, asked)
}

// post sends a form to an endpoint of OAuth's, once.
func (c Calls) post(
	ctx context.Context, address string, header http.Header, asked url.Values,
) (answer, Outcome, bool) {
	return call(ctx, c.Client, exchangeWithin, func(ctx context.Context) (*http.Request, error) {
		return request(ctx, http.MethodPost, address, header, form, asked.Encode())
	})
}

// token makes a token request under our authentication, and reads its answer.
func (c Calls) token(ctx context.Context, p Peer, s Secret, asked url.Values) (Token, Outcome) {
	now := c.Now()
	a, o, came := c.submit(ctx, p, s, p.Token, asked)
	if !came {
		return Token{}, o
	}
	return p.issued(a, now)
}

// issued reads the answer to a token request that was made at now.
func (p Peer) issued(a answer, now time.Time) (Token, Outcome) {
	if a.status != http.StatusOK {
		return Token{}, p.disputed(a)
	}
	members, _ := a.object()
	access, kind := text(members, "access_token"), text(members, "token_type")
	if access == "" || !printable(access) || kind != "" && !strings.EqualFold(kind, "bearer") {
		return Token{}, Malformed
	}
	t := Token{Text: access, ID: text(members, "id_token")}
	if id := members["id_token"]; t.ID == "" && len(id) > 0 && string(id) != "null" {
		return Token{}, Malformed
	}
	var seconds float64
	if json.Unmarshal(members["expires_in"], &seconds) == nil && seconds > 0 {
		t.Expires = now.Add(time.Duration(min(seconds, 1e6)) * time.Second)
	}
	return t, Match
}

// authenticated adds our authentication to a request to an endpoint of OAuth's.
func (c Calls) authenticated(
	p Peer, s Secret, endpoint string, asked url.Values,
) (url.Values, http.Header, error) {
	client, header := cmp.Or(s.Client, p.ClientID), http.Header{}
	switch p.Method {
	case grant.SecretBasic:
		header.Set("Authorization", basic(client, s.Text))
	case grant.SecretPost:
		asked.Set("client_id", client)
		asked.Set("client_secret", s.Text)
	default:
		id, err := grant.NewID(c.Random)
		if err != nil {
			return nil, nil, err
		}
		signed, err := token.NewAssertion(s.signing(c.Now()), client, endpoint, id, c.Now())
		if err != nil {
			return nil, nil, err
		}
		asked.Set("client_id", client)
		asked.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		asked.Set("client_assertion", signed)
	}
	return asked, header, nil
}
