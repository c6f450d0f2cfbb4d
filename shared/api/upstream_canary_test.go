package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// The marks that an upstream sends, and those of what we authenticate with there beside secret.
const (
	theirCode    = "canary-code-7f3a"
	theirAccess  = "canary-access-7f3a"
	theirRefresh = "canary-refresh-7f3a"
	theirText    = "canary-text-7f3a"
	theirRequest = "canary-request-7f3a"
	ourAPIKey    = "canary-api-key-7f3a"
)

// lines are the numbers that are asked about, without what their spellings begin with.
var lines = []string{subscriber[3:], stranger[3:]}

// confidant is the upstream behind a world, with id_tokens, whose answers hold marks and which
// notes what it is told in confidence.
type confidant struct {
	w       *world
	mu      sync.Mutex
	told    []string
	nonce   string // of the id_token
	same    bool   // what it verifies
	refuses string // the path that it refuses
}

func (c *confidant) note(secrets ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range secrets {
		if s != "" {
			c.told = append(c.told, s)
		}
	}
}

// answer answers with marks whatever an upstream is asked.
func (c *confidant) answer(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	c.note(credential, form.Get("client_assertion"), form.Get("code_verifier"), form.Get("client_secret"), form.Get("assertion"))
	if r.URL.Path == c.refuses {
		rw.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(rw, `{"code":"%[1]s","error":"%[1]s","message":"%[1]s %[2]s"}`, theirText, subscriber)
		return
	}
	switch r.URL.Path {
	case tokenPath:
		given := map[string]any{
			"access_token": theirAccess, "refresh_token": theirRefresh, "token_type": "Bearer",
			"id_token": c.identity(),
		}
		_ = json.NewEncoder(rw).Encode(given)
	case backchannelPath:
		_, _ = io.WriteString(rw, `{"auth_req_id":"`+theirRequest+`","interval":1}`)
	case "/oauth2/jwks":
		_, _ = rw.Write(token.Ring{keys()["operator"]}.JWKS())
	case "/share":
		_, _ = io.WriteString(rw, `{"devicePhoneNumber":"`+subscriber+`"}`)
	default:
		_, _ = fmt.Fprintf(rw, `{"devicePhoneNumberVerified":%v,"message":%q}`, c.same, theirText)
	}
}

// identity returns an id_token that is good for the leg.
func (c *confidant) identity() string {
	raw, err := token.Issuer{Ring: token.Ring{keys()["operator"]}, Name: issuer}.ID(token.IDClaims{
		Client: "front", Subject: "canary", Nonce: c.nonce, Issued: c.w.Now(), Expires: c.w.Now().Add(time.Minute),
	}, keys()["operator"].Alg)
	if err != nil {
		c.w.t.Fatal(err)
	}
	c.note(raw)
	return raw
}

// confiding puts a confidant behind a world, as an upstream of that profile.
func (w *world) confiding(profile string, change func(*upstream.Upstream)) *confidant {
	w.t.Helper()
	w.behind(profile, func(u *upstream.Upstream) {
		u.Issuer, u.JWKS, u.Verify, u.Share = issuer, issuer+"/oauth2/jwks", issuer+"/verify", issuer+"/share"
		if change != nil {
			change(u)
		}
	})
	s := frontSecret()
	s.APIKey = ourAPIKey
	w.secrets["front"] = s
	c := &confidant{w: w, same: true}
	w.hostile = c.answer
	c.note(theirCode, theirAccess, theirRefresh, theirText, ourAPIKey, secret, url.QueryEscape(secret))
	for _, key := range s.Keys {
		var set struct{ Keys []struct{ D string } }
		if err := json.Unmarshal(token.Ring{key}.PrivateJWKS(), &set); err != nil || set.Keys[0].D == "" {
			w.t.Fatalf("the private key has no d: %v", err)
		}
		c.note(set.Keys[0].D)
	}
	return c
}

// send has a device sent to the upstream, and returns the state with which it comes back. Beside
// what OAuth has there, its address holds nothing of ours.
func (c *confidant) send(scope string) string {
	c.w.t.Helper()
	to := c.w.sent(merged(authorization("camara"), "scope", scope, "login_hint", "tel:"+subscriber))
	leaks(c.w.t, "the way to the upstream", to.String(), slices.Concat(c.told, inner))
	sent := to.Query()
	c.nonce = sent.Get("nonce")
	c.note(sent.Get("state"), c.nonce, sent.Get("code_challenge"))
	return sent.Get("state")
}

// back has a device come back, and returns how the client hears of it.
func (c *confidant) back(query string) url.Values {
	c.w.t.Helper()
	a := c.w.do(httptest.NewRequest(http.MethodGet, "/oauth2/callback/network?"+query, nil))
	location := a.header.Get("Location")
	leaks(c.w.t, "the way back", location+a.body, slices.Concat(c.told, lines, inner))
	u, err := url.Parse(location)
	if err != nil {
		c.w.t.Fatal(err)
	}
	return u.Query()
}

// stored wants nothing secret to stand in the grant of a leg: what the
// upstream is asked with and what opens its answer is sealed, what redeems is hashed.
func (c *confidant) stored(state string) {
	c.w.t.Helper()
	ticket, _ := grant.ParseTicket(grant.OfLeg, state)
	c.holds(ticket.ID)
}

// holds wants nothing secret to stand in a grant.
func (c *confidant) holds(id string) {
	c.w.t.Helper()
	g, err := c.w.grants.Grant(c.w.t.Context(), id)
	if err != nil {
		c.w.t.Fatal(err)
	}
	secrets := slices.Concat(c.told, lines)
	text, err := json.Marshal(g)
	if err != nil {
		c.w.t.Fatal(err)
	}
	leaks(c.w.t, "the grant", string(text)+string(g.Kept)+string(g.Secret)+g.Number.E164(), secrets)
}

// opened has the client redeem a code and ask by the token.
func (c *confidant) opened(code string, ask func(raw string) answer) {
	c.w.t.Helper()
	given := c.w.do(c.w.as("camara", tokenPath, codeForm(code)))
	leaks(c.w.t, "the token's answer", given.body, slices.Concat(c.told, lines))
	raw := given.member("access_token")
	c.note(code, raw, given.member("id_token"))
	for range 2 { // the second time it is spent
		a := ask(raw)
		if a.status >= 400 {
			leaks(c.w.t, "a refusal", a.body+a.header.Get("WWW-Authenticate"), slices.Concat(c.told, lines, inner))
		}
	}
}

// Nothing that is told in confidence on any way over an upstream shows in a log, an error, a
// redirect of ours or what is stored, whatever the upstream answers.
func TestNothingSecretShowsOverUpstreams(t *testing.T) {
	t.Parallel()
	yes := true
	both := goodScope + " " + scopeShare
	for name, way := range map[string]struct {
		profile, scope string
		change         func(*upstream.Upstream)
	}{
		"a key, PKCE and an id_token": {"camara", goodScope, nil},
		"Basic":                       {"telefonica", goodScope, nil},
		"a secret in the form":        {"konera", goodScope, nil},
		"a code as the token":         {"infobip", goodScope, nil},
		"an API key":                  {"nokia", goodScope, nil},
		"share compared":              {"telefonica", goodScope, func(u *upstream.Upstream) { u.Verify, u.Compare = "", &yes }},
		"share":                       {"telefonica", both, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.confiding(way.profile, way.change)
			ask := func(raw string) answer { return w.verify(raw, stranger) }
			if way.scope == both {
				ask = func(raw string) answer { return w.called(numberWires[4].shareCall("Bearer "+raw, ""), "") }
			}
			answered := 0
			for _, refuses := range []string{"", "/verify", "/share", tokenPath, "/oauth2/jwks"} {
				c.refuses, c.same = refuses, !c.same
				state := c.send(way.scope)
				w.asked = 0
				if code := c.back("code=" + theirCode + "&state=" + state).Get("code"); code != "" {
					c.stored(state)
					c.opened(code, ask)
					c.stored(state)
				}
				answered += w.asked
				w.advance(time.Hour) // so that keys are fetched anew, and no breaker opens
			}
			for _, query := range []string{
				"error=" + theirText + "&error_description=" + theirText, "error=access_denied&error_description=" + theirText,
				"code=" + theirCode + "&iss=https://" + theirText, "id_token=" + theirText,
			} {
				c.back(query + "&state=" + c.send(way.scope))
			}
			c.back("code=" + theirCode + "&state=" + theirText)
			if answered < 5 || len(c.told) < 30 {
				t.Fatalf("only %d calls were answered, and %d secrets told", answered, len(c.told))
			}
			leaks(t, "the log", w.log.String(), slices.Concat(c.told, lines, marked))
		})
	}
}

// Operator tokens, and what comes of them, show nowhere either.
func TestNothingSecretShowsOfOperatorTokens(t *testing.T) {
	t.Parallel()
	for _, way := range []upstream.Vouching{upstream.ByAssertion, upstream.ByBackchannel} {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			clear(w.operators)
			c := w.confiding("camara", func(u *upstream.Upstream) {
				u.OperatorTokens, u.Backchannel = way, issuer+backchannelPath
			})
			c.note(theirRequest)
			for i, refuses := range []string{"", "/verify", tokenPath, backchannelPath, "/oauth2/jwks"} {
				c.refuses = refuses
				for name, bring := range map[string]func(vouch string) answer{
					"an assertion": func(vouch string) answer {
						assertion := w.bearerAssertion("camara", "operatortoken:"+vouch)
						c.note(assertion)
						return w.do(post(tokenPath, bearerForm(assertion)))
					},
					"a poll": func(vouch string) answer {
						begun := w.start("login_hint", "operatortoken:"+vouch)
						id := begun.member("auth_req_id")
						ticket, _ := grant.ParseTicket(grant.CIBA, id)
						c.note(id)
						c.holds(ticket.ID)
						given := w.poll("camara", id)
						c.holds(ticket.ID)
						return given
					},
				} {
					vouch := fmt.Sprintf("canary-vouch-%d-%s", i, name[2:3])
					c.note(vouch)
					given := bring(vouch)
					c.note(given.member("access_token"), given.member("id_token"))
					if given.status >= 400 {
						leaks(t, "a refusal", given.body, slices.Concat(c.told, lines, inner))
						continue
					}
					leaks(t, "the token's answer", given.member("scope")+given.member("refresh_token"), slices.Concat(c.told, lines))
					if a := w.verify(given.member("access_token"), subscriber); a.status >= 400 {
						leaks(t, "a refusal", a.body, slices.Concat(c.told, lines, inner))
					}
				}
				w.advance(time.Hour)
			}
			if w.asked < 10 {
				t.Fatalf("only %d calls were answered", w.asked)
			}
			leaks(t, "the log", w.log.String(), slices.Concat(c.told, lines, marked))
		})
	}
}

// The silent step of a fallback tells its machine nothing but an outcome, and neither do its log
// and its record.
func TestNothingSecretShowsInFallbacksOverUpstreams(t *testing.T) {
	t.Parallel()
	for _, refuses := range []string{"", "/verify"} {
		for _, same := range []bool{true, false} {
			w := newWorld(t)
			c := w.confiding("camara", nil)
			c.refuses, c.same = refuses, same
			code := c.back("code=" + theirCode + "&state=" + c.send(goodScope)).Get("code")
			request := w.tokenRequest(code)
			w.asked = 0
			result, f := w.silentFallback(t, subscriber, request)
			told, err := json.Marshal(result)
			if err != nil || w.asked != 1 {
				t.Fatalf("%v after %d calls", err, w.asked)
			}
			secrets := slices.Concat(c.told, lines, []string{code, request.Get("client_assertion")})
			leaks(t, "what the state machine is told", string(told), secrets)
			leaks(t, "the record", string(f.Sealed)+fmt.Sprintf("%+v", f), secrets)
			leaks(t, "the log", w.log.String(), secrets)
		}
	}
}
