package upstream_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/shared/outbound"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
)

// idp is an upstream's issuer, whose documents and keys a test changes.
type idp struct {
	*operator

	mu       sync.Mutex
	keys     token.Ring
	metadata func(issuer string) string
	control  string // the Cache-Control of its keys
	down     bool
	asked    map[string]int
}

func newKey(t testing.TB, alg string) token.Key {
	t.Helper()
	k, err := token.Generate(alg)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	i := &idp{keys: token.Ring{newKey(t, token.ES256)}, asked: map[string]int{}}
	i.metadata = func(issuer string) string {
		return fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, issuer, issuer+"/jwks")
	}
	i.operator = operate(t, i.answer)
	return i
}

func (i *idp) answer(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked[r.URL.Path]++
	switch {
	case i.down:
		w.WriteHeader(http.StatusBadGateway)
	case strings.HasSuffix(r.URL.Path, "/jwks"):
		w.Header().Set("Cache-Control", i.control)
		_, _ = w.Write(i.keys.JWKS())
	case r.URL.Path == "/.well-known/openid-configuration":
		_, _ = io.WriteString(w, i.metadata(i.URL))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (i *idp) change(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

// count returns how often a document was asked for.
func (i *idp) count(path string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked[path]
}

// peer is an upstream of that issuer.
func (i *idp) peer(t *testing.T, change func(*upstream.Upstream)) upstream.Peer {
	t.Helper()
	return i.operator.peer(t, "camara", func(u *upstream.Upstream) {
		u.Issuer = i.URL
		if change != nil {
			change(u)
		}
	})
}

// signs makes an id_token of an issuer.
func signs(t *testing.T, key token.Key, issuer, nonce string, now time.Time) string {
	t.Helper()
	raw, err := token.Issuer{Ring: token.Ring{key}, Name: issuer}.ID(token.IDClaims{
		Client: "client-a", Subject: "somebody", Nonce: nonce, Issued: now, Expires: now.Add(time.Minute),
	}, key.Alg)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// clock is one that a test moves.
type clock struct{ now time.Time }

func (c *clock) time() time.Time { return c.now }

func issuersAt(c *clock) *upstream.Issuers {
	return upstream.NewIssuers(outbound.NewClient(outbound.Options{Loopback: true}), c.time)
}

// An id_token counts as its issuer's own, for us and for the leg, and its keys are fetched once.
func TestIDTokens(t *testing.T) {
	t.Parallel()
	i, c := newIDP(t), &clock{noon}
	checks, p := issuersAt(c), i.peer(t, nil)
	for name, test := range map[string]struct {
		raw  string
		want upstream.Outcome
	}{
		"good":          {signs(t, i.keys[0], i.URL, "nonce", noon), upstream.Match},
		"wrong nonce":   {signs(t, i.keys[0], i.URL, "another", noon), upstream.Malformed},
		"no nonce":      {signs(t, i.keys[0], i.URL, "", noon), upstream.Malformed},
		"a foreign iss": {signs(t, i.keys[0], "https://other.example", "nonce", noon), upstream.Malformed},
		"over":          {signs(t, i.keys[0], i.URL, "nonce", noon.Add(-time.Hour)), upstream.Malformed},
		"another's key": {signs(t, newKey(t, token.ES256), i.URL, "nonce", noon), upstream.Malformed},
		"no token":      {"x", upstream.Malformed},
	} {
		if got := checks.Check(t.Context(), p, upstream.Secret{}, test.raw, "nonce"); got != test.want {
			t.Errorf("%s comes to %s, want %s", name, got, test.want)
		}
	}
	if i.count("/jwks") != 1 || i.count("/.well-known/openid-configuration") != 1 {
		t.Errorf("asked %v", i.asked)
	}
	own := upstream.Secret{Client: "another-client"}
	if got := checks.Check(t.Context(), p, own, signs(t, i.keys[0], i.URL, "nonce", noon), "nonce"); got != upstream.Malformed {
		t.Errorf("for another client of ours it comes to %s", got)
	}
}

// Keys are kept as long as they say, within bounds; an unknown key has them fetched again at most
// once a minute; and while they cannot be had, those that were stay.
func TestKeysOfIssuers(t *testing.T) {
	t.Parallel()
	i, c := newIDP(t), &clock{noon}
	checks, p := issuersAt(c), i.peer(t, nil)
	first, second := i.keys[0], newKey(t, token.RS256)
	for step, test := range []struct {
		after   time.Duration
		key     token.Key
		change  func()
		want    upstream.Outcome
		fetched int
	}{
		{0, first, nil, upstream.Match, 1},
		{4 * time.Minute, first, nil, upstream.Match, 1},
		{0, second, nil, upstream.Malformed, 2}, // rotated, and not published yet
		{0, second, func() { i.keys = token.Ring{second, first} }, upstream.Malformed, 2},
		{59 * time.Second, second, nil, upstream.Malformed, 2},
		{time.Second, second, nil, upstream.Match, 3},
		{0, first, func() { i.control = "public, max-age=7200" }, upstream.Match, 3},
		{5 * time.Minute, first, nil, upstream.Match, 4},
		{2*time.Hour - time.Second, first, func() { i.control = "max-age=999999999" }, upstream.Match, 4},
		{time.Second, first, nil, upstream.Match, 5},
		{24*time.Hour - time.Second, first, func() { i.down = true }, upstream.Match, 5},
		{time.Second, first, nil, upstream.Match, 6}, // stale, for the issuer is down
		{30 * time.Second, first, nil, upstream.Match, 6},
		{30 * time.Second, second, nil, upstream.Match, 7},
		{time.Minute, first, func() { i.down, i.keys, i.control = false, token.Ring{second}, "max-age=1" }, upstream.Malformed, 8},
		{4 * time.Minute, second, nil, upstream.Match, 8},
	} {
		c.now = c.now.Add(test.after)
		if test.change != nil {
			i.change(test.change)
		}
		raw := signs(t, test.key, i.URL, "nonce", c.now)
		if got := checks.Check(t.Context(), p, upstream.Secret{}, raw, "nonce"); got != test.want || i.count("/jwks") != test.fetched {
			t.Errorf("step %d comes to %s after %d fetches, want %s after %d", step, got, i.count("/jwks"), test.want, test.fetched)
		}
	}
}

// What cannot be had, or is at a host that the record does not know, makes an id_token one that
// nobody can check, and each try asks again.
func TestKeysThatCannotBeHad(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*idp)
		record func(*upstream.Upstream)
		want   upstream.Outcome
	}{
		"no metadata": {func(i *idp) { i.metadata = func(string) string { return `{}` } }, nil, upstream.Away},
		"another's metadata": {func(i *idp) {
			i.metadata = func(at string) string { return `{"issuer":"https://a.example","jwks_uri":"` + at + `/jwks"}` }
		}, nil, upstream.Away},
		"keys elsewhere": {func(i *idp) {
			i.metadata = func(at string) string {
				return `{"issuer":"` + at + `","jwks_uri":"` + strings.Replace(at, "127.0.0.1", "localhost", 1) + `/jwks"}`
			}
		}, nil, upstream.Away},
		"down":             {func(i *idp) { i.down = true }, nil, upstream.Away},
		"no keys":          {func(i *idp) { i.keys = nil }, nil, upstream.Away},
		"by the record":    {func(i *idp) { i.metadata = nil }, func(u *upstream.Upstream) { u.JWKS = u.Issuer + "/other/jwks" }, upstream.Match},
		"without issuer":   {func(i *idp) { i.down = true }, func(u *upstream.Upstream) { u.Issuer = "" }, upstream.Match},
		"a record of keys": {func(i *idp) { i.metadata = nil }, func(u *upstream.Upstream) { u.JWKS, u.Issuer = u.Issuer+"/jwks", "" }, upstream.Match},
	} {
		i := newIDP(t)
		key := i.keys[0]
		test.change(i)
		raw := signs(t, key, i.URL, "nonce", noon)
		checks, p := issuersAt(&clock{noon}), i.peer(t, test.record)
		if got := checks.Check(t.Context(), p, upstream.Secret{}, raw, "nonce"); got != test.want {
			t.Errorf("%s comes to %s, want %s", name, got, test.want)
		}
	}
}

// Without keys the nonce, the audience and the time count as ever.
func TestIDTokensWithoutIssuer(t *testing.T) {
	t.Parallel()
	o := operate(t, says(500, ""))
	p, key := o.peer(t, "camara", nil), newKey(t, token.ES256)
	for name, test := range map[string]struct {
		raw, nonce string
		want       upstream.Outcome
	}{
		"good":        {signs(t, key, "https://whoever.example", "nonce", noon), "nonce", upstream.Match},
		"wrong nonce": {signs(t, key, "https://whoever.example", "another", noon), "nonce", upstream.Malformed},
		"over":        {signs(t, key, "https://whoever.example", "nonce", noon.Add(-time.Hour)), "nonce", upstream.Malformed},
	} {
		if got := issuersAt(&clock{noon}).Check(t.Context(), p, upstream.Secret{}, test.raw, test.nonce); got != test.want {
			t.Errorf("%s comes to %s, want %s", name, got, test.want)
		}
	}
	if o.calls.Load() != 0 {
		t.Errorf("%d calls were made", o.calls.Load())
	}
}

// Many at once fetch the keys once, and nobody waits for another's fetch longer than it has time.
func TestKeysAreFetchedOnce(t *testing.T) {
	t.Parallel()
	i, c := newIDP(t), &clock{noon}
	checks, p := issuersAt(c), i.peer(t, nil)
	raw := signs(t, i.keys[0], i.URL, "nonce", noon)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if got := checks.Check(t.Context(), p, upstream.Secret{}, raw, "nonce"); got != upstream.Match {
				t.Errorf("comes to %s", got)
			}
		})
	}
	all.Wait()
	if i.count("/jwks") != 1 {
		t.Errorf("%d fetches", i.count("/jwks"))
	}
	begun, release := make(chan struct{}), make(chan struct{})
	slow := operate(t, func(http.ResponseWriter, *http.Request) { close(begun); <-release })
	held := slow.peer(t, "camara", func(u *upstream.Upstream) { u.JWKS = slow.URL + "/jwks" })
	all.Go(func() { checks.Check(t.Context(), held, upstream.Secret{}, raw, "nonce") })
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if got := checks.Check(ctx, held, upstream.Secret{}, raw, "nonce"); got != upstream.Away || slow.calls.Load() != 1 {
		t.Errorf("comes to %s after %d calls", got, slow.calls.Load())
	}
	close(release)
	all.Wait()
}
