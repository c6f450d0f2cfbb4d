package api_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lineproof/shared/api/authserver"
	fallbackapi "lineproof/shared/api/fallback"
	"lineproof/shared/fallback"
	"lineproof/shared/grant"
	"lineproof/shared/memory"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
)

// silentFallback begins a fallback of that number by the token request, takes its silent step, and
// returns what that came to and the record as it then stands.
func (w *world) silentFallback(t *testing.T, number string, request url.Values) (fallback.Result, fallback.Fallback) {
	t.Helper()
	key, err := fallback.NewKey(9, bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	token := map[string]string{}
	for name := range request {
		token[name] = request.Get(name)
	}
	const execution = "execution"
	q := fallback.Request{Order: verification.Order{Line: verification.Line{Number: msisdn(t, number)}}, Token: token}
	sealed, err := key.Seal(q, execution, w.random)
	if err != nil {
		t.Fatal(err)
	}
	store := memory.NewFallbacks()
	begun := fallback.Fallback{
		Execution: execution, Number: q.Order.Line.Number, State: fallback.Silent, Sealed: sealed,
		Expires: w.Now().Add(time.Hour),
	}
	if err := store.Begin(t.Context(), begun, w.Now()); err != nil {
		t.Fatal(err)
	}
	p := w.ports()
	p.Stores.Fallbacks, p.Keys.Fallbacks = store, fallback.Ring{key}
	p.Settings.Log = slog.New(slog.NewJSONHandler(w.log, nil))
	result, err := fallbackapi.SilentStep(p, authserver.Prover(p)).Run(context.Background(), execution)
	if err != nil {
		t.Fatal(err)
	}
	f, err := store.Fallback(t.Context(), execution)
	if err != nil {
		t.Fatal(err)
	}
	return result, f
}

// tokenRequest is that of a client for a code.
func (w *world) tokenRequest(code string) url.Values {
	return over(form("client_assertion_type", assertionType, "client_assertion", w.assertion("camara")), codeForm(code))
}

// The silent step of a fallback asks the upstream that a code came from, once. Nothing but a
// mismatch is one; all else leaves the PIN to decide, under a word of its own.
func TestFallbackByAnUpstream(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers http.HandlerFunc
		lost    bool
		change  func(*upstream.Upstream)
		want    fallback.SilentResult
	}{
		"same":      {answers: says(200, `{"devicePhoneNumberVerified":true}`), want: fallback.SilentResult{Outcome: fallback.Proved}},
		"different": {answers: says(200, `{"devicePhoneNumberVerified":false}`), want: fallback.SilentResult{Outcome: fallback.Mismatch}},
		"other network": {
			answers: says(403, `{"code":"NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"}`),
			want:    fallback.SilentResult{Outcome: fallback.Unknown, Reason: "not_network_authenticated"},
		},
		"not covered": {
			answers: says(422, `{"code":"SERVICE_NOT_APPLICABLE"}`),
			want:    fallback.SilentResult{Outcome: fallback.Unknown, Reason: "not_covered"},
		},
		"no number": {
			answers: says(403, `{"code":"INVALID_TOKEN_CONTEXT"}`),
			want:    fallback.SilentResult{Outcome: fallback.Unknown, Reason: "no_number"},
		},
		"consent": {
			answers: says(403, `{"error":"consent_required"}`),
			want:    fallback.SilentResult{Outcome: fallback.Unknown, Reason: "consent_required"},
		},
		"busy":        {answers: says(429, `{}`), want: fallback.SilentResult{Outcome: fallback.Unknown, Reason: "upstream_busy"}},
		"burned":      {lost: true, want: fallback.SilentResult{Outcome: fallback.Unknown, Reason: "upstream_timeout"}},
		"malformed":   {answers: says(200, `{"devicePhoneNumberVerified":"false"}`), want: fallback.SilentResult{Outcome: fallback.Unknown, Reason: "upstream_malformed"}},
		"credentials": {answers: says(401, `{}`), want: fallback.SilentResult{Outcome: fallback.Unknown, Reason: "upstream_misconfigured"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.behind("camara", test.change).attach("192.0.2.1")
			request := w.tokenRequest(w.away("camara").Get("code"))
			w.asked, w.hostile, w.silentUpstream = 0, test.answers, test.lost
			result, f := w.silentFallback(t, subscriber, request)
			if result.Silence != test.want || f.Silence != test.want || w.asked != 1 {
				t.Errorf("it comes to %+v and stands as %+v, want %+v, after %d calls", result.Silence, f.Silence, test.want, w.asked)
			}
			verified := test.want.Outcome == fallback.Proved
			if result.Verified != verified || (f.State == fallback.Done) != verified {
				t.Errorf("the result is %+v, the state %s", result, f.State)
			}
			if text := w.log.String(); !strings.Contains(text, `"outcome":"`+string(test.want.Outcome)+`"`) || strings.Contains(text, subscriber[1:]) {
				t.Errorf("the log says %s", text)
			}
		})
	}
}

// An upstream that has ended, or that is not there any more, is asked nothing.
func TestFallbackByAnEndedUpstream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("camara", nil).attach("192.0.2.1")
	request := w.tokenRequest(w.away("camara").Get("code"))
	all, err := w.upstreams.Upstreams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all[0].Ended = true
	if err := w.upstreams.Put(t.Context(), all[0]); err != nil {
		t.Fatal(err)
	}
	w.asked = 0
	want := fallback.SilentResult{Outcome: fallback.Unknown, Reason: fallback.ReasonNotCovered}
	if result, _ := w.silentFallback(t, subscriber, request); result.Silence != want || w.asked != 0 {
		t.Errorf("it comes to %+v after %d calls", result.Silence, w.asked)
	}
}

// A client's own upstream is the one that its subscribers are sent to, and that its fallbacks ask;
// when it is none any more, no other takes its place.
func TestFallbackByAClientsOwnUpstream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind("camara", func(u *upstream.Upstream) { u.Default, u.Countries = false, []string{"XK"} }).attach("192.0.2.1")
	w.spare()
	w.wantSent("spare.example", "", "login_hint", "tel:"+subscriber)
	w.change("camara", func(c *grant.Client) { c.Upstream = "network" })
	w.wantSent("network.example", "", "login_hint", "tel:"+subscriber)
	request := w.tokenRequest(w.away("camara").Get("code"))
	w.asked = 0
	want := fallback.SilentResult{Outcome: fallback.Proved}
	if result, _ := w.silentFallback(t, subscriber, request); result.Silence != want || w.asked != 1 {
		t.Errorf("it comes to %+v after %d calls", result.Silence, w.asked)
	}
	w.change("camara", func(c *grant.Client) { c.Upstream = "ended" })
	w.wantSent("", "access_denied")
}
