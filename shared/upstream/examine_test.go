package upstream_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/outbound"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

func examiner() upstream.Examiner {
	here := outbound.Options{Loopback: true}
	return upstream.Examiner{
		Calls: upstream.Calls{Client: outbound.NewClient(here), Random: rand.Reader, Now: func() time.Time { return noon }},
		Reach: func(ctx context.Context, address string) error { return outbound.Reach(ctx, here, address) },
	}
}

// provider is an upstream that can be examined: its metadata and its token endpoint answer as told.
type provider struct {
	metadata string // with AT for its own address
	status   int
	token    string
	keys     token.Ring
}

func (p provider) serve(t *testing.T) *operator {
	t.Helper()
	return operate(t, func(w http.ResponseWriter, r *http.Request) {
		at := "http://" + r.Host
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			if p.metadata == "" {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			_, _ = io.WriteString(w, strings.ReplaceAll(p.metadata, "AT", at))
		case "/.well-known/oauth-authorization-server":
			w.WriteHeader(http.StatusNotFound)
		case "/jwks":
			_, _ = w.Write(p.keys.JWKS())
		case "/token":
			says(p.status, p.token)(w, r)
		default:
			t.Errorf("%s was asked for", r.URL.Path)
		}
	})
}

// found returns the findings of a check, of a state where one is wanted.
func found(all []upstream.Finding, check string, state upstream.State) string {
	var said []string
	for _, f := range all {
		if f.Check == check && f.State == state {
			said = append(said, f.Says)
		}
	}
	return strings.Join(said, "; ")
}

const goodMetadata = `{"issuer":"AT","authorization_endpoint":"AT/authorize","token_endpoint":"AT/token","jwks_uri":"AT/jwks",
	"code_challenge_methods_supported":["S256"],"token_endpoint_auth_methods_supported":["client_secret_basic"],
	"id_token_signing_alg_values_supported":["RS256"]`

// An upstream as it should be is found so, is asked for a token once, and its device's endpoint
// never; nothing that is secret is told.
func TestExamine(t *testing.T) {
	t.Parallel()
	o := provider{goodMetadata + "}", 400, `{"error":"invalid_grant"}`, token.Ring{newKey(t, token.ES256)}}.serve(t)
	p := o.peer(t, "camara", func(u *upstream.Upstream) {
		u.Issuer, u.Authorization, u.Method, u.AMR, u.Default = o.URL, o.URL+"/authorize", grant.SecretBasic, grant.NetworkBased, true
	})
	all := examiner().Examine(t.Context(), p, upstream.Secret{Text: "canary"}, "https://us.example/cb")
	for _, f := range all {
		if f.State != upstream.OK || strings.Contains(f.Says, "canary") {
			t.Errorf("%+v", f)
		}
	}
	if len(all) != 9 || o.calls.Load() != 3 {
		t.Errorf("%d findings after %d calls: %+v", len(all), o.calls.Load(), all)
	}
}

// What is wrong is told in words of ours, with what to do.
func TestExamineFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := provider{goodMetadata + "}", 400, `{"error":"invalid_grant"}`, token.Ring{newKey(t, token.ES256)}}
	with := func(change func(*provider)) provider { p := good; change(&p); return p }
	says := func(text string) provider {
		return with(func(p *provider) {
			p.metadata = strings.Replace(goodMetadata+"}", text[:strings.Index(text, "→")], text[strings.Index(text, "→")+len("→"):], 1)
		})
	}
	asked := func(status int, body string) provider {
		return with(func(p *provider) { p.status, p.token = status, body })
	}
	for name, test := range map[string]struct {
		provider provider
		record   func(*upstream.Upstream)
		secret   upstream.Secret
		check    string
		says     string
	}{
		"wrong credentials":      {asked(401, `{"error":"invalid_client","error_description":"canary"}`), nil, upstream.Secret{Text: "s"}, "credentials", "invalid_client: client_id"},
		"a client of another":    {asked(400, `{"error":"unauthorized_client"}`), nil, upstream.Secret{Text: "s"}, "credentials", "unauthorized_client"},
		"an unknown error":       {asked(400, `{"error":"canary"}`), nil, upstream.Secret{Text: "s"}, "credentials", "400 and no error that OAuth has"},
		"a gateway's refusal":    {asked(403, `canary`), nil, upstream.Secret{Text: "s"}, "credentials", "403: client_id"},
		"a wrong path":           {asked(404, `canary`), nil, upstream.Secret{Text: "s"}, "credentials", "is token_endpoint right?"},
		"a redirect":             {asked(302, ``), nil, upstream.Secret{Text: "s"}, "credentials", "it redirects"},
		"a failure":              {asked(502, ``), nil, upstream.Secret{Text: "s"}, "credentials", "502: the provider fails"},
		"any code":               {asked(200, `{"access_token":"canary"}`), nil, upstream.Secret{Text: "s"}, "credentials", "a code that was made up is taken"},
		"redirect_uri":           {asked(400, `{"error":"invalid_request"}`), nil, upstream.Secret{Text: "s"}, "credentials", "redirect_uri"},
		"no secret":              {good, nil, upstream.Secret{}, "secret", "set-upstream-secret"},
		"no key":                 {good, func(u *upstream.Upstream) { u.Method = grant.PrivateKeyJWT }, upstream.Secret{Text: "s"}, "secret", "no private key"},
		"a host that is none":    {good, func(u *upstream.Upstream) { u.Verify = "https://127.0.0.1:1/verify" }, upstream.Secret{Text: "s"}, "verify_url", "nobody answers"},
		"an address within":      {good, func(u *upstream.Upstream) { u.Share = "https://169.254.169.254/x" }, upstream.Secret{Text: "s"}, "share_url", "not public"},
		"no metadata":            {with(func(p *provider) { p.metadata = "" }), nil, upstream.Secret{Text: "s"}, "metadata", "neither"},
		"metadata in HTML":       {with(func(p *provider) { p.metadata = "<html>canary" }), nil, upstream.Secret{Text: "s"}, "metadata", "neither"},
		"another issuer":         {says(`"issuer":"AT"→"issuer":"https://canary.example"`), nil, upstream.Secret{Text: "s"}, "metadata", "another issuer"},
		"another token endpoint": {says(`AT/token→AT/canary`), nil, upstream.Secret{Text: "s"}, "metadata", "another token_endpoint at a host of the record's"},
		"another host":           {says(`AT/token→https://canary.example/token`), nil, upstream.Secret{Text: "s"}, "metadata", "token_endpoint at another host, which is refused"},
		"keys at another host":   {says(`AT/jwks→https://canary.example/jwks`), nil, upstream.Secret{Text: "s"}, "keys", "jwks_uri at another host, which is refused"},
		"no keys":                {with(func(p *provider) { p.keys = nil }), nil, upstream.Secret{Text: "s"}, "keys", "no key set"},
		"PKCE":                   {says(`S256→plain`), nil, upstream.Secret{Text: "s"}, "metadata", "put pkce as false"},
		"the method":             {says(`client_secret_basic→tls_client_auth`), nil, upstream.Secret{Text: "s"}, "metadata", "does not take client_secret_basic"},
		"algorithms":             {says(`RS256→HS256`), nil, upstream.Secret{Text: "s"}, "metadata", "neither ES256"},
		"iss":                    {says(`"issuer"→"authorization_response_iss_parameter_supported":true,"issuer"`), nil, upstream.Secret{Text: "s"}, "metadata", "put advertises_iss"},
		"iss that is not":        {good, func(u *upstream.Upstream) { yes := true; u.AdvertisesIssuer = &yes }, upstream.Secret{Text: "s"}, "metadata", "need not name the issuer"},
		"ended":                  {good, func(u *upstream.Upstream) { u.Ended = true }, upstream.Secret{Text: "s"}, "record", "it has ended"},
		"over":                   {good, func(u *upstream.Upstream) { u.Until = noon }, upstream.Secret{Text: "s"}, "record", "contract is over"},
		"amr":                    {good, func(u *upstream.Upstream) { u.AMR = "" }, upstream.Secret{Text: "s"}, "record", "amr is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := test.provider.serve(t)
			p := o.peer(t, "camara", func(u *upstream.Upstream) {
				u.Issuer, u.Authorization, u.Method, u.AMR, u.Default = o.URL, o.URL+"/authorize", grant.SecretBasic, grant.NetworkBased, true
				if test.record != nil {
					test.record(u)
				}
			})
			all := examiner().Examine(t.Context(), p, test.secret, "https://us.example/cb")
			if got := found(all, test.check, upstream.Wrong); !strings.Contains(got, test.says) {
				t.Errorf("found %+v", all)
			}
			if strings.Contains(fmt.Sprint(all), "canary") {
				t.Errorf("it tells %+v", all)
			}
		})
	}
}

// An application of the Verify API is tried by a request that does not exist.
func TestExamineAnApplication(t *testing.T) {
	t.Parallel()
	secret := upstream.Secret{Keys: token.Ring{newKey(t, token.RS256)}}
	for status, want := range map[int]upstream.State{404: upstream.OK, 401: upstream.Wrong, 500: upstream.Wrong} {
		o := operate(t, says(status, `{}`))
		p := o.peer(t, "vonage-v2", func(u *upstream.Upstream) { u.Token, u.Share = "", "" })
		all := examiner().Examine(t.Context(), p, secret, "")
		if found(all, "credentials", want) == "" || o.calls.Load() != 1 {
			t.Errorf("%d: %+v after %d calls", status, all, o.calls.Load())
		}
	}
	o := operate(t, says(404, `{}`))
	p := o.peer(t, "vonage-v2", func(u *upstream.Upstream) { u.Token, u.Share = "", "" })
	wrong := upstream.Secret{Keys: token.Ring{newKey(t, token.ES256)}}
	if all := examiner().Examine(t.Context(), p, wrong, ""); found(all, "secret", upstream.Wrong) == "" {
		t.Errorf("a key for another algorithm: %+v", all)
	}
}

// A platform tells who we are to who has its key, by which its verify is called too; its metadata
// is compared, though it stands at another host.
func TestPlatform(t *testing.T) {
	t.Parallel()
	market := operate(t, func(w http.ResponseWriter, r *http.Request) {
		at := "http://" + r.Host
		switch {
		case r.Header.Get("X-RapidAPI-Key") != "an-api-key" || r.Header.Get("X-RapidAPI-Host") != "network-as-code.nokia.rapidapi.com":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/oauth2/v1/auth/clientcredentials":
			_, _ = io.WriteString(w, `{"client_id":"told","client_secret":"told-secret"}`)
		case r.URL.Path == "/.well-known/openid-configuration":
			_, _ = io.WriteString(w, `{"authorization_endpoint":"`+at+`/authorize","token_endpoint":"`+at+`/moved"}`)
		case r.URL.Path == "/verify" && r.Header.Get("Authorization") == "Bearer theirs":
			_, _ = io.WriteString(w, `{"devicePhoneNumberVerified":true}`)
		}
	})
	auth := operate(t, says(200, `{"access_token":"theirs"}`))
	p := market.peer(t, "nokia", func(u *upstream.Upstream) {
		u.ClientID, u.Authorization, u.Token = "told", market.URL+"/authorize", auth.URL+"/token"
	})
	told, o := caller().Registration(t.Context(), p, "an-api-key")
	if o != upstream.Match || told.ClientID != "told" || told.Secret != "told-secret" {
		t.Errorf("told %q, %s", told.ClientID, o)
	}
	if _, o := caller().Registration(t.Context(), p, "another"); o != upstream.Misconfigured {
		t.Errorf("by another key: %s", o)
	}
	secret := upstream.Secret{Text: told.Secret, APIKey: "an-api-key"}
	given, o := caller().Exchange(t.Context(), p, secret, "code", "cb", "v")
	if o != upstream.Match || auth.last.Header.Get("X-RapidAPI-Key") != "" {
		t.Errorf("%s, and the other host has the key: %q", o, auth.last.Header.Get("X-RapidAPI-Key"))
	}
	key := make([]byte, 32)
	sealed, err := given.Seal(key, "grant", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := upstream.OpenToken(key, "grant", sealed)
	if err != nil {
		t.Fatal(err)
	}
	if o := caller().Verify(t.Context(), p, opened, upstream.Claim{Number: number(t, "+447700900000")}, nil); o != upstream.Match {
		t.Errorf("verify comes to %s", o)
	}
	all := examiner().Examine(t.Context(), p, upstream.Secret{Text: "s"}, "")
	if !strings.Contains(found(all, "secret", upstream.Wrong), "api_key") {
		t.Errorf("without an API key: %+v", all)
	}
	all = examiner().Examine(t.Context(), p, secret, "")
	if !strings.Contains(found(all, "metadata", upstream.Wrong), "token_endpoint at a host of the record's") {
		t.Errorf("%+v", all)
	}
}

// Who has no client_id yet is put, and asked by nobody.
func TestPlatformBeforeItsKey(t *testing.T) {
	t.Parallel()
	u := of("a", "nokia", func(u *upstream.Upstream) { u.ClientID, u.Default = "", true })
	p, _ := u.Peer()
	if p.Lacks() != "" {
		t.Errorf("lacks %s", p.Lacks())
	}
	if chosen, is := upstream.Choose([]upstream.Upstream{u}, upstream.Asked{Verify: true}, noon); is {
		t.Errorf("chosen is %s", chosen.Name)
	}
	if _, o := caller().Registration(t.Context(), upstream.Peer{}, "key"); o != upstream.Misconfigured {
		t.Errorf("of no platform: %s", o)
	}
}

// An upstream that takes operator tokens is brought one that is made up, in its own way.
func TestExamineOperatorTokens(t *testing.T) {
	t.Parallel()
	key := newKey(t, token.ES256)
	for name, test := range map[string]struct {
		way    upstream.Vouching
		status int
		body   string
		state  upstream.State
		says   string
	}{
		"an assertion":             {upstream.ByAssertion, 400, `{"error":"invalid_grant"}`, upstream.OK, "they are taken"},
		"an assertion, any token":  {upstream.ByAssertion, 200, `{"access_token":"canary"}`, upstream.Wrong, "made up is taken"},
		"an assertion, no client":  {upstream.ByAssertion, 400, `{"error":"unauthorized_client"}`, upstream.Wrong, "the grant type"},
		"an assertion, other key":  {upstream.ByAssertion, 401, `{"error":"invalid_client"}`, upstream.Wrong, "they are refused"},
		"an assertion, HTML":       {upstream.ByAssertion, 200, `<html>canary`, upstream.Wrong, "malformed"},
		"CIBA":                     {upstream.ByBackchannel, 200, `{"auth_req_id":"canary","expires_in":60}`, upstream.OK, "they are taken"},
		"CIBA, refused at once":    {upstream.ByBackchannel, 400, `{"error":"unknown_user_id"}`, upstream.OK, "they are taken"},
		"CIBA, no client":          {upstream.ByBackchannel, 400, `{"error":"unauthorized_client"}`, upstream.Wrong, "they are refused"},
		"CIBA, a failure":          {upstream.ByBackchannel, 502, ``, upstream.Wrong, "burned"},
		"CIBA, no request, but OK": {upstream.ByBackchannel, 200, `{}`, upstream.Wrong, "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := operate(t, says(test.status, test.body))
			p := o.peer(t, "camara", func(u *upstream.Upstream) {
				u.Authorization, u.Share, u.AMR, u.OperatorTokens, u.Backchannel = "", "", grant.SIMBased, test.way, o.URL+"/bc"
			})
			all := examiner().Examine(t.Context(), p, upstream.Secret{Keys: token.Ring{key}}, "https://us.example/cb")
			if got := found(all, "operator_tokens", test.state); !strings.Contains(got, test.says) || strings.Contains(got, "canary") {
				t.Errorf("%s: %+v", got, all)
			}
			if found(all, "credentials", upstream.Untried) == "" || o.calls.Load() != 1 {
				t.Errorf("%d calls: %+v", o.calls.Load(), all)
			}
		})
	}
}
