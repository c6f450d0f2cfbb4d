package upstream_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/shared/memory"
	"lineproof/shared/outbound"
	"lineproof/shared/phone"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// operator is an upstream that answers as told, and counts what it is asked.
type operator struct {
	*httptest.Server

	calls atomic.Int64
	mu    sync.Mutex
	last  *http.Request
	body  string
}

func operate(t *testing.T, answer http.HandlerFunc) *operator {
	t.Helper()
	o := &operator{}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.calls.Add(1)
		body, _ := io.ReadAll(r.Body)
		o.mu.Lock()
		o.last, o.body = r, string(body)
		o.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(o.Close)
	return o
}

// peer returns the operator under a profile.
func (o *operator) peer(t *testing.T, profile string, change func(*upstream.Upstream)) upstream.Peer {
	t.Helper()
	u := of("a", profile, change)
	u.Token, u.Verify, u.Share = o.URL+"/token", o.URL+"/verify", o.URL+"/share"
	if change != nil {
		change(&u)
	}
	p, known := u.Peer()
	if !known {
		t.Fatal(profile)
	}
	return p
}

func caller() upstream.Caller {
	return upstream.Caller{
		Calls: upstream.Calls{
			Client: outbound.NewClient(outbound.Options{Loopback: true}), Random: rand.Reader,
			Now: func() time.Time { return noon },
		},
		Breakers: memory.NewBreakers(), Tell: func(context.Context, upstream.Report) {},
	}
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func number(t testing.TB, text string) phone.Number {
	t.Helper()
	n, err := phone.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		want   upstream.Outcome
	}{
		"match":              {200, `{"devicePhoneNumberVerified":true}`, upstream.Match},
		"mismatch":           {200, `{"devicePhoneNumberVerified":false,"assessedAt":"x"}`, upstream.Mismatch},
		"no boolean":         {200, `{}`, upstream.Malformed},
		"null":               {200, `{"devicePhoneNumberVerified":null}`, upstream.Malformed},
		"a text":             {200, `{"devicePhoneNumberVerified":"false"}`, upstream.Malformed},
		"a number":           {200, `{"devicePhoneNumberVerified":0}`, upstream.Malformed},
		"an array":           {200, `[]`, upstream.Malformed},
		"HTML":               {200, `<html>false</html>`, upstream.Malformed},
		"nothing":            {200, ``, upstream.Malformed},
		"two objects":        {200, `{"devicePhoneNumberVerified":true}{}`, upstream.Malformed},
		"another success":    {201, `{"devicePhoneNumberVerified":true}`, upstream.Malformed},
		"64 KB and more":     {200, `{"devicePhoneNumberVerified":true,"x":"` + strings.Repeat("x", 64<<10) + `"}`, upstream.Malformed},
		"a redirect":         {302, ``, upstream.Malformed},
		"not the network":    {403, `{"status":403,"code":"NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK","message":"x"}`, upstream.OtherNetwork},
		"another spelling":   {403, `{"status":403,"code":"USER_NOT_AUTHENTICATED_BY_SUPPORTED_METHOD"}`, upstream.OtherNetwork},
		"no number":          {403, `{"code":"NUMBER_VERIFICATION.INVALID_TOKEN_CONTEXT"}`, upstream.NoNumber},
		"unidentifiable":     {422, `{"code":"UNIDENTIFIABLE_DEVICE"}`, upstream.NoNumber},
		"not covered":        {422, `{"code":"SERVICE_NOT_APPLICABLE"}`, upstream.NotCovered},
		"our token":          {401, `{"code":"UNAUTHENTICATED"}`, upstream.Misconfigured},
		"our rights":         {403, `{"code":"PERMISSION_DENIED"}`, upstream.Misconfigured},
		"our request":        {400, `{"code":"INVALID_ARGUMENT"}`, upstream.Misconfigured},
		"too often":          {429, `{"code":"TOO_MANY_REQUESTS"}`, upstream.Busy},
		"a conflict":         {409, `{}`, upstream.Conflict},
		"a failure":          {500, `{"code":"INTERNAL"}`, upstream.Burned},
		"a failure in HTML":  {503, `<html>`, upstream.Burned},
		"an unknown refusal": {418, `{}`, upstream.Malformed},
		"an unknown path":    {404, `{"code":"NOT_FOUND"}`, upstream.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := operate(t, says(test.status, test.body))
			claim := upstream.Claim{Number: number(t, "+447700900000")}
			got := caller().Verify(t.Context(), o.peer(t, "camara", nil), upstream.Token{Text: "token"}, claim, nil)
			if got != test.want || o.calls.Load() != 1 {
				t.Errorf("%s after %d calls, want %s", got, o.calls.Load(), test.want)
			}
		})
	}
}

// What is asked says no more than it must, each provider in its own way.
func TestVerifyAsks(t *testing.T) {
	t.Parallel()
	n := number(t, "+447700900000")
	digits := false
	for name, test := range map[string]struct {
		profile string
		change  func(*upstream.Upstream)
		claim   upstream.Claim
		body    string
		header  map[string]string
	}{
		"plain":   {"camara", nil, upstream.Claim{Number: n}, `{"phoneNumber":"+447700900000"}`, map[string]string{"Authorization": "Bearer token"}},
		"digits":  {"camara", func(u *upstream.Upstream) { u.Plus = &digits }, upstream.Claim{Number: n}, `{"phoneNumber":"447700900000"}`, nil},
		"hashed":  {"camara", nil, upstream.Claim{Hash: n.Hash(), Hashed: upstream.HashPlus}, `{"hashedPhoneNumber":"` + n.Hash().Hex() + `"}`, nil},
		"infobip": {"infobip", nil, upstream.Claim{Number: n}, `{"phoneNumber":"+447700900000"}`, map[string]string{"X-Correlator": "token", "Authorization": "Basic Y2xpZW50LWE6c2VjcmV0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := operate(t, says(200, `{"devicePhoneNumberVerified":true}`))
			given := upstream.Token{Text: "token"}
			if test.profile == "infobip" {
				p, _ := of("a", "infobip", nil).Peer()
				given, _ = caller().Exchange(t.Context(), p, upstream.Secret{Text: "secret"}, "token", "", "")
			}
			got := caller().Verify(t.Context(), o.peer(t, test.profile, test.change), given, test.claim, nil)
			if got != upstream.Match || o.body != test.body || o.last.Method != http.MethodPost || o.last.URL.Path != "/verify" {
				t.Errorf("%s %s %s comes to %s", o.last.Method, o.last.URL, o.body, got)
			}
			for name, value := range test.header {
				if o.last.Header.Get(name) != value {
					t.Errorf("%s is %q, want %q", name, o.last.Header.Get(name), value)
				}
			}
			if o.last.Header.Get("X-Correlator") == "" {
				t.Error("the call has no name")
			}
		})
	}
}

// An upstream that only shares answers a verify where its record says so, and no hash is forwarded
// where none is taken.
func TestVerifyByShare(t *testing.T) {
	t.Parallel()
	yes, n := true, number(t, "+447700900000")
	for name, test := range map[string]struct {
		change func(*upstream.Upstream)
		shared string
		want   upstream.Outcome
	}{
		"the same":       {func(u *upstream.Upstream) { u.Verify, u.Compare = "", &yes }, "+447700900000", upstream.Match},
		"without plus":   {func(u *upstream.Upstream) { u.Verify, u.Compare = "", &yes }, "447700900000", upstream.Match},
		"another":        {func(u *upstream.Upstream) { u.Verify, u.Compare = "", &yes }, "+447700900001", upstream.Mismatch},
		"none":           {func(u *upstream.Upstream) { u.Verify, u.Compare = "", &yes }, "", upstream.Malformed},
		"not allowed":    {func(u *upstream.Upstream) { u.Verify = "" }, "+447700900000", upstream.NotCovered},
		"nothing to ask": {func(u *upstream.Upstream) { u.Verify, u.Share, u.Compare = "", "", &yes }, "", upstream.NotCovered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, _ := json.Marshal(map[string]string{"devicePhoneNumber": test.shared})
			o := operate(t, says(200, string(body)))
			p := o.peer(t, "telefonica", test.change)
			matches := func(got phone.Number) bool { return got.Equal(n) }
			got := caller().Verify(t.Context(), p, upstream.Token{Text: "t"}, upstream.Claim{Hash: n.Hash(), Hashed: upstream.HashPlus}, matches)
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// Nothing is ever asked twice of which something may have arrived.
func TestCallsAreMadeOnce(t *testing.T) {
	t.Parallel()
	claim := upstream.Claim{Number: number(t, "+447700900000")}
	reset := operate(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	})
	c := caller()
	for i := range int64(3) {
		if got := c.Verify(t.Context(), reset.peer(t, "camara", nil), upstream.Token{Text: "t"}, claim, nil); got != upstream.Burned || reset.calls.Load() != i+1 {
			t.Errorf("%s after %d calls", got, reset.calls.Load())
		}
	}
	// A connection that the other side closes under the second call: a GET would be sent again.
	second := operate(t, nil)
	second.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if second.calls.Add(1)%2 == 0 {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.Close()
			return
		}
		says(200, `{"devicePhoneNumber":"+447700900000"}`)(w, r)
	})
	p := second.peer(t, "camara", nil)
	for i, want := range []upstream.Outcome{upstream.Match, upstream.Burned, upstream.Match, upstream.Burned} {
		if _, got := c.Share(t.Context(), p, upstream.Token{Text: "t"}); got != want || second.calls.Load() != int64(i+1) {
			t.Errorf("call %d is %s after %d", i, got, second.calls.Load())
		}
	}
	gone := operate(t, nil)
	gone.Close()
	if got := c.Verify(t.Context(), gone.peer(t, "camara", nil), upstream.Token{Text: "t"}, claim, nil); got != upstream.Away {
		t.Errorf("nobody there is %s", got)
	}
	slow := operate(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if got := c.Verify(ctx, slow.peer(t, "camara", nil), upstream.Token{Text: "t"}, claim, nil); got != upstream.Burned || slow.calls.Load() != 1 {
		t.Errorf("no answer is %s after %d calls", got, slow.calls.Load())
	}
}

func TestExchange(t *testing.T) {
	t.Parallel()
	key, err := token.Generate(token.ES256)
	if err != nil {
		t.Fatal(err)
	}
	secret := upstream.Secret{Text: "secret", Keys: token.Ring{key}}
	for profile, want := range map[string]string{
		"camara":     "client_assertion=…&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_id=client-a&code=code&code_verifier=verifier&grant_type=authorization_code&redirect_uri=https://us.example/cb ",
		"telefonica": "code=code&grant_type=authorization_code&redirect_uri=https://us.example/cb Basic Y2xpZW50LWE6c2VjcmV0",
		"konera":     "client_id=client-a&client_secret=secret&code=code&grant_type=authorization_code&redirect_uri=https://us.example/cb ",
	} {
		o := operate(t, says(200, `{"access_token":"theirs","token_type":"Bearer","expires_in":300}`))
		p := o.peer(t, profile, nil)
		got, outcome := caller().Exchange(t.Context(), p, secret, "code", "https://us.example/cb", "verifier")
		form, err := url.ParseQuery(o.body)
		if err != nil {
			t.Fatal(err)
		}
		if signed := form.Get("client_assertion"); signed != "" {
			if _, err := token.ClientAssertion(signed, token.Ring{key}, "client-a", []string{p.Token}, noon); err != nil {
				t.Errorf("%s: %v", profile, err)
			}
			form.Set("client_assertion", "…")
		}
		asked, _ := url.QueryUnescape(form.Encode())
		if asked += " " + o.last.Header.Get("Authorization"); asked != want {
			t.Errorf("%s asks\n%s\nwant\n%s", profile, asked, want)
		}
		if outcome != upstream.Match || got.Text != "theirs" || !got.Expires.Equal(noon.Add(300*time.Second)) {
			t.Errorf("%s: %s until %s", profile, outcome, got.Expires)
		}
	}
	for answer, want := range map[string]upstream.Outcome{
		`400 {"error":"invalid_grant"}`: upstream.Refusal, `401 {"error":"invalid_client"}`: upstream.Misconfigured,
		`400 {"error":"access_denied"}`: upstream.OtherNetwork, `400 {"error":"consent_required"}`: upstream.NoConsent,
		`200 {"access_token":""}`: upstream.Malformed, `200 {"access_token":"a b"}`: upstream.Malformed,
		`200 {"access_token":"a","token_type":"mac"}`: upstream.Malformed, `200 <html>`: upstream.Malformed,
		`503 {"error":"temporarily_unavailable"}`: upstream.Busy, `500 x`: upstream.Burned,
	} {
		status, body, _ := strings.Cut(answer, " ")
		code := map[string]int{"200": 200, "400": 400, "401": 401, "500": 500, "503": 503}[status]
		o := operate(t, says(code, body))
		if _, got := caller().Exchange(t.Context(), o.peer(t, "telefonica", nil), secret, "code", "x", "v"); got != want || o.calls.Load() != 1 {
			t.Errorf("%s is %s after %d calls, want %s", answer, got, o.calls.Load(), want)
		}
	}
}
