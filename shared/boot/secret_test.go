package boot

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"lineproof/shared/keyring"
	"lineproof/shared/secrets"
	"lineproof/shared/secrets/secretstest"
	"lineproof/shared/token"
	"lineproof/shared/verification"
)

// vault is a source whose secrets can change and that can be away.
type vault struct {
	mu   sync.Mutex
	held map[secrets.Name][]byte
	away error
	gets int
}

func (v *vault) Get(_ context.Context, name secrets.Name) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.gets++
	if v.away != nil {
		return nil, v.away
	}
	return v.held[name], nil
}

func (v *vault) set(name secrets.Name, text []byte, away error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.held[name], v.away = text, away
}

func newKeySet(t *testing.T) (kid string, public []byte) {
	t.Helper()
	key, err := token.Generate(token.ES256)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := token.NewRing(key)
	if err != nil {
		t.Fatal(err)
	}
	return key.ID, ring.JWKS()
}

// A main that has secrets and does not say what they are fetched from fails at its start.
func TestSecretsAreFetchedFromSomething(t *testing.T) {
	t.Parallel()
	asks := func(e *Env) any { return e.ClientPeppers() }
	err := assemble(from(complete()), asks).err()
	if want := "boot: CREDENTIALS_SECRET: " + errNoOpener.Error(); err == nil || err.Error() != want {
		t.Errorf("the start fails with %v, want %s", err, want)
	}
}

// rotating wires a verifier to a vault and a clock that the test moves.
func rotating(v *vault, now *time.Time) (*wired[string], *int) {
	builds := new(int)
	w := assemble(from(complete()), func(e *Env) string {
		*builds++
		e.plan.published, e.plan.now = v, func() time.Time { return *now }
		if ring := e.Verifier().Ring; len(ring) > 0 {
			return ring[0].ID
		}
		return ""
	})
	return w, builds
}

func TestRotatedSecretRewiresWithoutRestart(t *testing.T) {
	t.Parallel()
	oldID, old := newKeySet(t)
	newID, next := newKeySet(t)
	v := &vault{held: map[secrets.Name][]byte{secrets.Verification: old}}
	now := time.Unix(1_700_000_000, 0)
	w, builds := rotating(v, &now)
	step := func(when string, want string, wantBuilds int) {
		t.Helper()
		got, err := w.current(t.Context())
		if err != nil || got != want || *builds != wantBuilds {
			t.Errorf("%s: key %q after %d wirings, error %v; want %q after %d", when, got, *builds, err, want, wantBuilds)
		}
	}
	step("at first", oldID, 2)
	step("again", oldID, 2)
	v.set(secrets.Verification, next, nil)
	step("rotated a moment ago", oldID, 2)
	now = now.Add(secretKept)
	step("rotated and due", newID, 3)
	v.set(secrets.Verification, []byte("broken"), nil)
	now = now.Add(secretKept)
	step("rotated to nonsense", newID, 3)
	v.set(secrets.Verification, next, errors.New("away"))
	now = now.Add(secretKept)
	step("source away", newID, 3)
}

func TestSecretThatWasNeverThereIsAskedForAgain(t *testing.T) {
	t.Parallel()
	id, set := newKeySet(t)
	v := &vault{held: map[secrets.Name][]byte{}, away: errors.New("away")}
	now := time.Unix(1_700_000_000, 0)
	w, _ := rotating(v, &now)
	if _, err := w.current(t.Context()); err == nil {
		t.Error("a function without its keys is wired")
	}
	v.set(secrets.Verification, set, nil)
	if got, err := w.current(t.Context()); err != nil || got != id {
		t.Errorf("key %q, error %v", got, err)
	}
}

// made returns the secrets that other packages make: token keys, and PINs with its part.
func made(signing token.Ring) map[secrets.Name][]byte {
	pins := secrets.Ring{keyring.NewSecret("0a0b0c0d", bytes.Repeat([]byte{0xa5}, 32))}
	ids, _ := secrets.Part(pins, verification.IDMaterial) // 32 bytes are enough
	return map[secrets.Name][]byte{
		secrets.Signing: signing.PrivateJWKS(), secrets.Verification: signing.JWKS(),
		secrets.PINs: secrets.Marshal(pins), secrets.RequestIDs: secrets.Marshal(ids),
	}
}

func TestEverySecretArrivesAsWhatItIs(t *testing.T) {
	t.Parallel()
	key, err := token.Generate(token.ES256)
	if err != nil {
		t.Fatal(err)
	}
	signing, _ := token.NewRing(key)
	bundle, err := secretstest.Generate(&counter{}, made(signing))
	if err != nil {
		t.Fatal(err)
	}
	w := assemble(from(complete()), func(e *Env) *Env {
		e.plan.source, e.plan.published = bundle, bundle
		everything(e)
		return e
	})
	e, err := w.current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r := e.Verifier().Ring; len(r) != 1 || r[0].Private() != nil {
		t.Error("the verifier holds a private key, or none at all")
	}
	if r := e.Signer().Ring; len(r) != 1 || r[0].Private() == nil {
		t.Error("the signer holds no private key")
	}
	if e.Signer().Name != "https://lineproof.example" || len(e.PairwiseSalt()) != 32 {
		t.Error("no issuer or no salt")
	}
	if sum := e.ClientPeppers().Sum([]byte("a")); !e.ClientPeppers().Check(sum, []byte("a")) || e.RefreshKeys().Check(sum, []byte("a")) {
		t.Error("the MACs are not two working ones")
	}
	pins, ids, ref := e.PINKeys(), e.RequestIDKeys(), verification.Ref{Account: 1, Nonce: 2}
	if len(pins) != 1 || len(ids) != 1 || pins[0].RequestID(ref) != ids[0].RequestID(ref) {
		t.Error("what makes request_ids and what reads them are not of one key")
	}
	if len(e.AccountPeppers()) != 1 { // of the same secret as ClientPeppers
		t.Error("no pepper for accounts")
	}
	if len(e.CloudFrontSecret().Active().Reveal()) == 0 || len(e.gatewayKeys().Active().Reveal()) != 32 {
		t.Error("no origin secret or no gateway key")
	}
}

// counter is a predictable source of bytes, no two of 256 the same.
type counter struct{ next byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = c.next
		c.next++
	}
	return len(p), nil
}

func TestConcurrentRequestsShareAWiring(t *testing.T) {
	t.Parallel()
	id, set := newKeySet(t)
	v := &vault{held: map[secrets.Name][]byte{secrets.Verification: set}}
	now := time.Unix(1_700_000_000, 0)
	w, builds := rotating(v, &now)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got, err := w.current(context.Background()); err != nil || got != id {
				t.Errorf("key %q, error %v", got, err)
			}
		})
	}
	all.Wait()
	if *builds != 2 || v.gets != 1 {
		t.Errorf("%d wirings and %d fetches, want 2 and 1", *builds, v.gets)
	}
}
