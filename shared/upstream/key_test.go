package upstream_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// signer returns the kid that a token request is signed with.
func signer(t *testing.T, u upstream.Upstream, s upstream.Secret, now time.Time) string {
	t.Helper()
	o := operate(t, says(200, `{"access_token":"theirs"}`))
	p := o.peer(t, "camara", func(of *upstream.Upstream) { of.Keys = u.Keys })
	c := caller()
	c.Now = func() time.Time { return now }
	if _, outcome := c.Exchange(t.Context(), p, s, "code", "https://us.example/cb", "v"); outcome != upstream.Match {
		t.Fatalf("the exchange comes to %s", outcome)
	}
	_, rest, _ := strings.Cut(o.body, "client_assertion=")
	for _, k := range s.Keys {
		assertion, _, _ := strings.Cut(rest, "&")
		if _, err := token.ClientAssertion(assertion, token.Ring{k}, "client-a", []string{p.Token}, now); err == nil {
			return k.ID
		}
	}
	t.Fatal("no key of the secret signed")
	return ""
}

func shown(u upstream.Upstream, now time.Time) []string {
	var ids []string
	for _, k := range upstream.Published([]upstream.Upstream{u}, now) {
		ids = append(ids, k.ID)
	}
	return ids
}

// A key is published a day before it signs and a day after another does, whoever rotates when; a
// request to sign at once has the waiting key sign, and no key signs that is not published.
func TestRotate(t *testing.T) {
	t.Parallel()
	s, keys, err := upstream.NewKey(token.ES256, noon)
	if err != nil {
		t.Fatal(err)
	}
	u := of("a", "camara", func(u *upstream.Upstream) { u.Keys = keys })
	names := map[string]string{keys[0].ID: "a"} // by kid
	now := noon
	for i, step := range []struct {
		after  time.Duration
		rotate string // "", or "now"; "-" does not
		err    error
		shown  string // newest first
		signs  string
	}{
		{0, "-", nil, "a", "a"},
		{time.Hour, "", nil, "b a", "a"},
		{time.Hour, "", upstream.ErrPending, "b a", "a"},
		{23*time.Hour - time.Second, "-", nil, "b a", "a"},
		{time.Second, "-", nil, "b a", "b"},
		{24*time.Hour - time.Second, "", nil, "c b a", "b"},
		{time.Hour, "now", nil, "c b", "c"},
		{time.Hour, "now", nil, "d c b", "d"},
		{25 * time.Hour, "now", nil, "e d", "e"},
		{30 * 24 * time.Hour, "", nil, "f e", "e"},
		{30 * 24 * time.Hour, "", nil, "g f", "f"},
	} {
		now = now.Add(step.after)
		if step.rotate != "-" {
			next, secret, err := upstream.Rotate(u, s, now, step.rotate == "now")
			if !errors.Is(err, step.err) {
				t.Fatalf("step %d: %v, want %v", i, err, step.err)
			}
			if err == nil {
				u, s = next, secret
			}
		}
		for _, k := range s.Keys {
			if names[k.ID] == "" {
				names[k.ID] = string(rune('a' + len(names)))
			}
		}
		var got []string
		for _, id := range shown(u, now) {
			got = append(got, names[id])
		}
		signs := names[signer(t, u, s, now)]
		if strings.Join(got, " ") != step.shown || signs != step.signs || len(s.Keys) != len(got) || len(s.From) != len(got) {
			t.Errorf("step %d: %v are shown, %s signs, %d are held; want %s and %s", i, got, signs, len(s.Keys), step.shown, step.signs)
		}
		if !slices.Contains(got, signs) {
			t.Errorf("step %d: %s signs and is not shown", i, signs)
		}
	}
}

// A key that was brought along signs until one that is made here does, is kept as long as others
// are, and is never published.
func TestRotateFromAKeyBroughtAlong(t *testing.T) {
	t.Parallel()
	brought := newKey(t, token.RS256)
	s := upstream.Secret{Keys: token.Ring{brought}}
	u := of("a", "camara", nil)
	if got := shown(u, noon); len(got) != 0 {
		t.Errorf("published: %v", got)
	}
	u, s, err := upstream.Rotate(u, s, noon, false)
	if err != nil || len(u.Keys) != 1 || signer(t, u, s, noon) != brought.ID {
		t.Fatalf("%v, %d keys", err, len(u.Keys))
	}
	made := u.Keys[0].ID
	if got := shown(u, noon); len(got) != 1 || got[0] != made {
		t.Errorf("published: %v", got)
	}
	day := noon.Add(24 * time.Hour)
	if signer(t, u, s, day) != made {
		t.Error("a day later it does not sign")
	}
	for after, kept := range map[time.Duration]bool{24*time.Hour - time.Second: true, 24 * time.Hour: false} {
		_, later, err := upstream.Rotate(u, s, day.Add(after), false)
		if err != nil || later.Keys.Has(brought.ID) != kept {
			t.Errorf("after %s it is kept: %v, %v", after, !kept, err)
		}
	}
}

// A key whose private half was never stored is none: another is made in its place.
func TestRotateAfterACrash(t *testing.T) {
	t.Parallel()
	s, keys, err := upstream.NewKey(token.ES256, noon)
	if err != nil {
		t.Fatal(err)
	}
	u := of("a", "camara", func(u *upstream.Upstream) { u.Keys = keys })
	lost, _, err := upstream.Rotate(u, s, noon, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, atOnce := range []bool{false, true} { // until then it may be on its way
		if _, _, err := upstream.Rotate(lost, s, noon.Add(time.Minute-1), atOnce); !fault.Is(err, fault.Changed) {
			t.Errorf("while it is stored: %v", err)
		}
	}
	again, secret, err := upstream.Rotate(lost, s, noon.Add(time.Minute), false)
	if err != nil || len(again.Keys) != 2 || again.Keys[0].ID == lost.Keys[0].ID || !secret.Keys.Has(again.Keys[0].ID) {
		t.Errorf("%d keys, %v", len(again.Keys), err)
	}
	if _, _, err := upstream.Rotate(u, upstream.Secret{Text: "x"}, noon, true); !errors.Is(err, upstream.ErrNoKey) {
		t.Errorf("without a key: %v", err)
	}
}

// What is published are keys that can be read, once each, of upstreams that may be asked.
func TestPublished(t *testing.T) {
	t.Parallel()
	_, a, err := upstream.NewKey(token.ES256, noon)
	_, b, errB := upstream.NewKey(token.ES256, noon)
	if err != nil || errB != nil {
		t.Fatal(err, errB)
	}
	with := func(keys []upstream.Key, change func(*upstream.Upstream)) upstream.Upstream {
		u := of("a", "camara", change)
		u.Keys = keys
		return u
	}
	all := []upstream.Upstream{
		with(a, nil), with(a, nil),
		with(b, func(u *upstream.Upstream) { u.Ended = true }),
		with(b, func(u *upstream.Upstream) { u.Until = noon }),
		with([]upstream.Key{{ID: "x", JWK: "broken"}, {ID: "y", JWK: `{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}`}}, nil),
	}
	got := upstream.Published(all, noon)
	if len(got) != 1 || got[0].ID != a[0].ID || got[0].Private() != nil {
		t.Errorf("published: %s", got.JWKS())
	}
	if _, keys, err := upstream.NewKey(token.RS256, noon); err != nil || len(keys) != 0 {
		t.Errorf("an application's key is published: %v, %v", keys, err)
	}
}
