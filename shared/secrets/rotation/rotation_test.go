package rotation_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/keyring"
	"lineproof/shared/secrets"
	"lineproof/shared/secrets/rotation"
	"lineproof/shared/token"
)

const (
	month = 30 * 24 * time.Hour
	day   = 24 * time.Hour
)

// ids gives the identifiers of a secret's keys in their order, of one algorithm where there are
// several.
func ids(t *testing.T, v *vault, name secrets.Name, alg string) []string {
	t.Helper()
	var all []string
	if alg == "" {
		for _, k := range v.ring(t, name) {
			all = append(all, k.ID)
		}
		return all
	}
	r, err := token.ParsePrivateJWKS(v.value(t, name))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range r {
		if k.Alg == alg {
			all = append(all, k.ID)
		}
	}
	return all
}

// The life of a key, of every secret: known for a whole rotation before it is active, kept until
// what it made has expired.
func TestLifeOfAKey(t *testing.T) {
	t.Parallel()
	cases := map[secrets.Name]struct {
		alg  string
		kept []int // how many keys there are after each monthly rotation
	}{
		secrets.Signing:  {token.ES256, []int{2, 3, 3, 3}},
		secrets.Refresh:  {"", []int{2, 3, 4, 4}},
		secrets.PINs:     {"", []int{2, 3, 4, 4}},
		secrets.Gateway:  {"", []int{2, 3, 4, 4}},
		secrets.Fallback: {"", []int{2, 3, 3, 3}},
		secrets.Peppers:  {"", []int{2, 3, 4, 5}},
	}
	if len(cases) != len(rotation.Names()) {
		t.Errorf("%v rotate, and the lives of %d are known here", rotation.Names(), len(cases))
	}
	for name, tt := range cases {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			v := newVault()
			var before []string
			for i, want := range tt.kept {
				v.rotate(t, name)
				after := ids(t, v, name, tt.alg)
				if len(after) != want {
					t.Fatalf("rotation %d leaves %d keys, want %d", i, len(after), want)
				}
				if i > 0 && (after[0] != before[1] || after[2] != before[0] || slices.Contains(before, after[1])) {
					t.Fatalf("rotation %d made %v of %v", i, after, before)
				}
				before = after
				v.pass(month)
			}
		})
	}
}

// A stack that has just been made works with the key that CloudFormation wrote, and goes on with
// it.
func TestFirstRotation(t *testing.T) {
	t.Parallel()
	v := newVault()
	sum := keyring.MAC(v.ring(t, secrets.Refresh)).Sum([]byte("x"))
	v.rotate(t, secrets.Refresh)
	if r := v.ring(t, secrets.Refresh); r.Active().ID != "initial" || len(r) != 2 || !keyring.MAC(r).Check(sum, []byte("x")) {
		t.Errorf("the first rotation made %v", r)
	}
	v.secrets[secrets.PINs].values["first"] = []byte(`{"keys":[]}`)
	v.rotate(t, secrets.PINs)
	if r := v.ring(t, secrets.PINs); len(r) != 2 {
		t.Errorf("an empty ring became %v", r)
	}
}

// Whatever step a rotation has come to, a signer has only what the verifiers have.
func TestVerifiersAreFirst(t *testing.T) {
	t.Parallel()
	v := newVault()
	v.rotate(t, secrets.Signing)
	for range 4 {
		v.pass(month)
		slow, err := token.ParseJWKS(v.value(t, secrets.Verification)) // what a verifier fetched just before
		if err != nil {
			t.Fatal(err)
		}
		version := v.begin(secrets.Signing)
		for _, step := range steps {
			if err := v.rotator().Step(t.Context(), step, secrets.Signing, version); err != nil {
				t.Fatal(err)
			}
			signer, err := token.ParsePrivateJWKS(v.value(t, secrets.Signing))
			if err != nil {
				t.Fatal(err)
			}
			signs(t, v, token.Issuer{Ring: signer, Name: "https://a.example"}, token.Issuer{Ring: slow, Name: "https://a.example"})
		}
	}
	if text := string(v.value(t, secrets.Verification)); strings.Contains(text, `"d":`) || strings.Contains(text, "history") {
		t.Error("the public set holds more than public keys")
	}
}

func signs(t *testing.T, v *vault, signer, verifier token.Issuer) {
	t.Helper()
	text, err := signer.Access(token.Access{ID: "a", Client: "b", Subject: "c", Issued: v.now, Expires: v.now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.VerifyAccess(text, v.now); err != nil {
		t.Errorf("a verifier that fetched its keys before the rotation refuses a token: %v", err)
	}
	if _, err := signer.ID(token.IDClaims{Client: "b", Subject: "c", Issued: v.now, Expires: v.now}, token.RS256); err != nil {
		t.Error(err)
	}
}

func TestRotationWaitsUntilTheNextKeyIsKnown(t *testing.T) {
	t.Parallel()
	v := newVault()
	v.rotate(t, secrets.PINs)
	before := ids(t, v, secrets.PINs, "")
	version := v.begin(secrets.PINs)
	v.pass(rotation.Spread - time.Second)
	if err := v.rotator().Step(t.Context(), rotation.Create, secrets.PINs, version); !errors.Is(err, rotation.ErrEarly) {
		t.Errorf("a key that may be unknown becomes active: %v", err)
	}
	v.pass(time.Second)
	for _, step := range steps {
		if err := v.rotator().Step(t.Context(), step, secrets.PINs, version); err != nil {
			t.Fatal(err)
		}
	}
	if after := ids(t, v, secrets.PINs, ""); after[0] != before[1] {
		t.Errorf("made %v of %v", after, before)
	}
}

// A rotation that took hours to finish made its next key known only then.
func TestSpreadCountsFromTheEndOfARotation(t *testing.T) {
	t.Parallel()
	v := newVault()
	version := v.begin(secrets.PINs)
	for _, step := range steps {
		if err := v.rotator().Step(t.Context(), step, secrets.PINs, version); err != nil {
			t.Fatal(err)
		}
		v.pass(time.Hour)
	}
	v.secrets[secrets.PINs].Rotated = v.now
	if err := v.rotator().Step(t.Context(), rotation.Create, secrets.PINs, v.begin(secrets.PINs)); !errors.Is(err, rotation.ErrEarly) {
		t.Errorf("error %v", err)
	}
}

// Every call of every step fails once; the step is repeated, and the outcome is that of a rotation
// without failures.
func TestRepeatedAfterEveryFailure(t *testing.T) {
	t.Parallel()
	for _, name := range rotation.Names() {
		v := newVault()
		v.rotate(t, name)
		v.pass(month)
		failed := map[string]bool{}
		v.fail = func(call string) error {
			if failed[call] {
				return nil
			}
			failed[call] = true
			return errAway
		}
		version := v.begin(name)
		for _, step := range steps {
			failed = map[string]bool{}
			for try := 0; ; try++ {
				err := v.rotator().Step(t.Context(), step, name, version)
				if err == nil {
					break
				}
				if !errors.Is(err, errAway) || try > 6 {
					t.Fatalf("%s of %s: %v", step, name, err)
				}
			}
		}
		if v.secrets[name].Current != version {
			t.Errorf("%s was not rotated", name)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	v := newVault()
	pending := v.begin(secrets.PINs)
	for _, tt := range []struct {
		step    string
		name    secrets.Name
		version string
		want    error
	}{
		{rotation.Create, secrets.PairwiseSalt, "first", rotation.ErrFixed},
		{rotation.Create, secrets.Verification, "first", rotation.ErrFixed},
		{rotation.Create, secrets.CloudFrontSecret, "first", rotation.ErrFixed},
		{rotation.Create, "other", "first", rotation.ErrFixed},
		{"dropSecret", secrets.PINs, pending, rotation.ErrStep},
		{rotation.Create, secrets.PINs, "unheard-of", rotation.ErrNotPending},
		{rotation.Create, secrets.Refresh, "", rotation.ErrNotPending},
		{rotation.Finish, secrets.PINs, pending, secrets.ErrNotFound}, // nothing was created
		{rotation.Finish, secrets.PINs, "first", nil},                 // current already
	} {
		if err := v.rotator().Step(t.Context(), tt.step, tt.name, tt.version); !errors.Is(err, tt.want) {
			t.Errorf("%s of %s to %q: %v, want %v", tt.step, tt.name, tt.version, err, tt.want)
		}
	}
}

func TestNothingInUseIsLost(t *testing.T) {
	t.Parallel()
	v := newVault()
	version := v.begin(secrets.PINs)
	if err := v.rotator().Step(t.Context(), rotation.Create, secrets.PINs, version); err != nil {
		t.Fatal(err)
	}
	by, _ := secrets.Generate(v) // someone puts another ring in place meanwhile
	v.secrets[secrets.PINs].values["first"] = secrets.Marshal(by)
	for _, step := range []string{rotation.Test, rotation.Finish} {
		if err := v.rotator().Step(t.Context(), step, secrets.PINs, version); !errors.Is(err, rotation.ErrLost) {
			t.Errorf("%s: %v", step, err)
		}
	}
}

func TestStaleRotationDoesNotFinish(t *testing.T) {
	t.Parallel()
	v := newVault()
	version := v.begin(secrets.PINs)
	if err := v.rotator().Step(t.Context(), rotation.Create, secrets.PINs, version); err != nil {
		t.Fatal(err)
	}
	v.pass(day + time.Second)
	if err := v.rotator().Step(t.Context(), rotation.Finish, secrets.PINs, version); !errors.Is(err, rotation.ErrStale) {
		t.Errorf("error %v", err)
	}
}

// A ring that nobody rotated before, with keys put there by hand: they are kept as retired.
func TestKeysWithoutHistoryAreKept(t *testing.T) {
	t.Parallel()
	v := newVault()
	first, _ := secrets.Generate(v)
	second, _ := secrets.Generate(v)
	second = append(second, first...)
	v.secrets[secrets.PINs].values["first"] = secrets.Marshal(second)
	v.rotate(t, secrets.PINs)
	after := ids(t, v, secrets.PINs, "")
	if len(after) != 3 || after[0] != second[0].ID || after[2] != first[0].ID {
		t.Errorf("%v became %v", second, after)
	}
}

func TestUnreadableValuesStayWhatTheyAre(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"canary", `{"keys":[{"id":"a"}]}`, `{"keys":"canary"}`, `{"keys":[{"kty":"EC","crv":"P-256","kid":"a"}]}`, `[]`} {
		for _, name := range rotation.Names() {
			v := newVault()
			v.secrets[name].values["first"] = []byte(text)
			err := v.rotator().Step(t.Context(), rotation.Create, name, v.begin(name))
			if err == nil || strings.Contains(err.Error(), "canary") || len(v.secrets[name].values) != 1 {
				t.Errorf("%s of %q: %v", name, text, err)
			}
		}
	}
}

// Credentials are never dropped, so the ring is full one day; then nothing happens to it.
func TestFullRing(t *testing.T) {
	t.Parallel()
	v := newVault()
	for i := range 20 {
		version := v.begin(secrets.Peppers)
		err := v.rotator().Step(t.Context(), rotation.Create, secrets.Peppers, version)
		if full := i >= 15; errors.Is(err, rotation.ErrFull) != full || !full && err != nil {
			t.Fatalf("rotation %d: %v", i, err)
		}
		if err == nil {
			err = v.rotator().Step(t.Context(), rotation.Finish, secrets.Peppers, version)
			if err != nil {
				t.Fatal(err)
			}
		}
		v.pass(month)
	}
	if r := v.ring(t, secrets.Peppers); len(r) != 16 || r[15].ID != "initial" {
		t.Errorf("%d keys, the last is %v", len(r), r[len(r)-1])
	}
}

func FuzzValues(f *testing.F) {
	f.Add(`{"id":"initial","secret":"` + strings.Repeat("Az09", 16) + `"}`)
	f.Add(`{"keys":[{"id":"a","secret":"` + strings.Repeat("Az09", 16) + `"}],"history":[{"id":"a","made":"2026-01-01T00:00:00Z"}]}`)
	f.Add(`{"keys":[],"history":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		v := newVault()
		v.secrets[secrets.PINs].values["first"] = []byte(text)
		version := v.begin(secrets.PINs)
		if err := v.rotator().Step(t.Context(), rotation.Create, secrets.PINs, version); err != nil {
			return
		}
		value := v.secrets[secrets.PINs].values[version]
		if _, err := secrets.Parse(value); err != nil || !json.Valid(value) {
			t.Errorf("%q became %q: %v", text, value, err)
		}
	})
}
