package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/upstream"
)

// overheard returns a network in whose place nothing answers, but of whose calls what is told in
// confidence is noted.
func overheard(a *abroad, seen *[]string) {
	network := a.handler
	a.handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if _, credential, is := strings.Cut(r.Header.Get("Authorization"), " "); is {
			*seen = append(*seen, credential)
		}
		network.ServeHTTP(rw, r)
	})
}

// hidden wants none of the secrets to show in what a world logs and queues, and none but the code in
// what is told of a verification.
func (w *pinWorld) hidden(t *testing.T, id string, secrets []string) {
	t.Helper()
	w.wantSilence(t, id, secrets)
	leaks(t, "what is told", w.summary(id), slices.DeleteFunc(slices.Clone(secrets), func(s string) bool {
		return s == line // whose verification it is
	}))
	stands, err := json.Marshal(w.told.jobs)
	if err != nil {
		t.Fatal(err)
	}
	leaks(t, "callbacks", string(stands), secrets)
}

// privates are the private halves of the keys that we have for upstreams, and our other secrets.
func privates(t *testing.T) []string {
	t.Helper()
	var set struct{ Keys []struct{ D string } }
	if err := json.Unmarshal(frontSecret().Keys.PrivateJWKS(), &set); err != nil {
		t.Fatal(err)
	}
	all := []string{secret}
	for _, k := range set.Keys {
		all = append(all, k.D)
	}
	return all
}

// Nothing that is told in confidence on the way of a silent step over an upstream of the code flow
// shows, and what comes back to the device is its code alone.
func TestNothingSecretShowsInStepsByCodes(t *testing.T) {
	t.Parallel()
	for _, held := range []string{ownLine, otherLine, ""} {
		for _, profile := range []string{"camara", "telefonica"} {
			w := newPINWorld(t)
			a, network := w.behindCodes(func(u *upstream.Upstream) { u.Profile = profile })
			if held != "" {
				network.attachNumber("192.0.2.1", held)
			}
			secrets := append(privates(t), line, otherLine[1:])
			overheard(a, &secrets)
			id := w.begun2(silently())
			network.advance(time.Second)
			to := w.sent(id)
			sent := to.Query()
			leaks(t, "the way there", to.String(), slices.Concat(secrets, []string{w.issuer + "/v2/verify"}))
			secrets = append(secrets, sent.Get("state"), sent.Get("nonce"))
			made := w.travel(a, to.String())
			secrets = append(secrets, secretsIn(strings.Join(made.hops, " "))...)
			last := made.hops[len(made.hops)-1]
			leaks(t, "the way back", strings.Split(last, "?")[0], secrets)
			if made.status >= 400 {
				leaks(t, "a refusal", made.body, slices.Concat(secrets, inner))
			}
			code := made.member("code")
			if (code != "") != (held == ownLine) {
				t.Fatalf("the device is answered %d %s", made.status, made.body)
			}
			again := w.do(call{method: http.MethodGet, target: strings.TrimPrefix(last, w.issuer)})
			leaks(t, "again", again.body, slices.Concat(secrets, inner))
			w.check2(id, code)
			w.advance(time.Minute)
			if code != "" {
				secrets = append(secrets, code)
			}
			w.hidden(t, id, secrets)
		}
	}
}

// Nothing shows of a step that begins with the number: neither the upstream's code, name and
// address of it nor our JWTs, whatever it answers.
func TestNothingSecretShowsInStepsByTheNumber(t *testing.T) {
	t.Parallel()
	const canary = `{"title":"canary-title","detail":"canary ` + line + `","status":"canary"}`
	for name, answers := range map[string]http.HandlerFunc{
		"as it should": nil, "refused": says(401, canary), "not covered": says(422, canary), "broken": says(500, canary),
		"another answer": says(200, canary),
	} {
		w := newPINWorld(t)
		a, network := w.behindSteps(nil)
		secrets := append(privates(t), line, "canary-title", "canary ")
		overheard(a, &secrets)
		id, given := w.begunAt(a, network, ownLine)
		code := given.member("code")
		if given.status != 200 || code == "" || len(secrets) < 6 {
			t.Fatalf("%s: the device is answered %d %s", name, given.status, given.body)
		}
		there := strings.TrimPrefix(given.hops[1], networkIssuer)
		secrets = append(secrets, code, given.member("request_id"), there)
		a.answers(answers)
		for _, tried := range []string{otherCode(code), code} {
			checked := w.check2(id, tried)
			if checked.status >= 400 {
				leaks(t, name+", a refusal", checked.body, slices.Concat(secrets, inner))
			}
		}
		other := w.do(w.asApp(appOf(strangerKey), v2(http.MethodPost, "", asking2(silently()))))
		if at := other.member("request_id"); at != "" && answers != nil { // which the upstream refuses to begin
			came := w.do(visiting(at))
			leaks(t, name+", a device", came.body+came.header.Get("Location"), slices.Concat(secrets, inner))
		}
		w.advance(time.Minute)
		w.hidden(t, id, secrets)
	}
}
