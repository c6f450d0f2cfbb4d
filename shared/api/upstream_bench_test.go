package api_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lineproof/local/assembly"
	"lineproof/shared/outbound"
	"lineproof/shared/upstream"
	"lineproof/shared/web"
)

// distant is a world whose upstream is a server of this machine, and the client that calls it.
type distant struct {
	*world
	at     string
	client *http.Client
}

// distantly gives one of that profile, which logs nowhere.
func distantly(b *testing.B, profile string) distant {
	b.Helper()
	answers := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		rw.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/token" {
			_, _ = io.WriteString(rw, `{"access_token":"theirs","token_type":"Bearer","expires_in":300}`)
			return
		}
		_, _ = io.WriteString(rw, `{"devicePhoneNumberVerified":true}`)
	})
	server := httptest.NewServer(answers)
	b.Cleanup(server.Close)
	w := newWorld(b)
	w.behind(profile, func(u *upstream.Upstream) { u.Token, u.Verify = server.URL+"/token", server.URL+"/verify" })
	d := distant{w, server.URL, outbound.NewClient(outbound.Options{Loopback: true})}
	ports := w.ports()
	ports.Settings.UpstreamClient = d.client
	w.handler = web.Router(slog.New(slog.DiscardHandler), assembly.Silent(ports))
	return d
}

// bare measures the call of the upstream alone, by the client that carries calls of handlers.
func (d distant) bare(b *testing.B, path, contentType, body string) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, d.at+path, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", "Bearer theirs")
		answer, err := d.client.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
			b.Fatal(answer.StatusCode, err)
		}
		_ = answer.Body.Close()
	}
}

// landing is the callback of a device that was sent to the upstream.
func (d distant) landing() call {
	back := url.Values{"code": {"theirs"}, "state": {d.sent(authorization("basic")).Query().Get("state")}}
	return get("/oauth2/callback/network?" + back.Encode())
}

// opened is the call of verify by a token for who is back from the upstream.
func (d distant) opened() call {
	d.t.Helper()
	back := d.do(d.landing().request()).header.Get("Location")
	at, err := url.Parse(back)
	if err != nil {
		d.t.Fatal(err)
	}
	raw := d.do(d.as("basic", tokenPath, codeForm(at.Query().Get("code")))).member("access_token")
	return benchWire.verifyCall("Bearer "+raw, goodBody)
}

// BenchmarkUpstreamVerify is verify over an upstream beside the call of the upstream's own verify,
// the same in both: what the first takes more is ours.
func BenchmarkUpstreamVerify(b *testing.B) {
	d := distantly(b, "telefonica")
	b.Run("bare", func(b *testing.B) { d.bare(b, "/verify", "application/json", goodBody) })
	b.Run("over", func(b *testing.B) { measure(b, d.handler, 200, times(d.opened)) })
}

// BenchmarkUpstreamCallback is the callback beside the exchange that it makes, and with the
// assertion that it signs for one.
func BenchmarkUpstreamCallback(b *testing.B) {
	d := distantly(b, "telefonica")
	form := form("grant_type", "authorization_code", "code", "theirs", "redirect_uri", issuer+"/oauth2/callback/network")
	b.Run("bare", func(b *testing.B) { d.bare(b, "/token", "application/x-www-form-urlencoded", form.Encode()) })
	b.Run("over", func(b *testing.B) { measure(b, d.handler, 302, times(d.landing)) })
	signing := distantly(b, "camara")
	b.Run("over private_key_jwt", func(b *testing.B) { measure(b, signing.handler, 302, times(signing.landing)) })
}
