package rotation_test

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"lineproof/shared/secrets"
	"lineproof/shared/secrets/rotation"
)

// vault keeps secrets as Secrets Manager does, and published key sets, in memory, with a clock that
// tests move.
type vault struct {
	now     time.Time
	secrets map[secrets.Name]*secret
	drawn   byte
	begun   int
	fail    func(call string) error // tells what a call fails with
}

type secret struct {
	secrets.Versions
	values map[string][]byte
}

var (
	errAway   = errors.New("away")
	errExists = errors.New("the version has another value")
)

// newVault holds the secrets of a new stack: those that CloudFormation can make, and two that it
// cannot.
func newVault() *vault {
	v := &vault{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), secrets: map[secrets.Name]*secret{}, fail: func(string) error { return nil }}
	others := []secrets.Name{secrets.Verification, secrets.RequestIDs, secrets.PairwiseSalt}
	for _, name := range append(rotation.Names(), others...) {
		value := `{"id":"initial","secret":"` + string(bytes.Repeat([]byte("Az09"), 16)) + `"}`
		if name == secrets.Signing || name == secrets.Verification || name == secrets.RequestIDs {
			value = `{"keys": []}`
		}
		v.secrets[name] = &secret{secrets.Versions{Current: "first"}, map[string][]byte{"first": []byte(value)}}
	}
	return v
}

func (v *vault) Get(ctx context.Context, name secrets.Name) ([]byte, error) {
	return v.Version(ctx, name, v.secrets[name].Current)
}

func (v *vault) Version(_ context.Context, name secrets.Name, version string) ([]byte, error) {
	if err := v.fail("get " + string(name)); err != nil {
		return nil, err
	}
	value, ok := v.secrets[name].values[version]
	if !ok {
		return nil, secrets.ErrNotFound
	}
	return value, nil
}

func (v *vault) Versions(_ context.Context, name secrets.Name) (secrets.Versions, error) {
	return v.secrets[name].Versions, v.fail("describe " + string(name))
}

func (v *vault) Put(_ context.Context, name secrets.Name, version string, value []byte) error {
	if err := v.fail("put " + string(name)); err != nil {
		return err
	}
	s := v.secrets[name]
	if held, ok := s.values[version]; ok {
		if !bytes.Equal(held, value) {
			return errExists
		}
		return nil
	}
	s.values[version], s.Pending = value, version
	return nil
}

// Publish puts a key set where Get finds it.
func (v *vault) Publish(_ context.Context, name secrets.Name, set []byte) error {
	if err := v.fail("publish " + string(name)); err != nil {
		return err
	}
	v.secrets[name].values[v.secrets[name].Current] = set
	return nil
}

func (v *vault) Promote(_ context.Context, name secrets.Name, version, instead string) error {
	if err := v.fail("promote " + string(name)); err != nil {
		return err
	}
	s := v.secrets[name]
	if s.Current != instead {
		return errors.New("the label is elsewhere")
	}
	s.Current, s.Pending, s.Rotated = version, "", v.now
	return nil
}

// Read gives foreseeable randomness, never the same twice.
func (v *vault) Read(p []byte) (int, error) {
	for i := range p {
		v.drawn++
		p[i] = v.drawn*31 + byte(i)
	}
	return len(p), nil
}

func (v *vault) rotator() rotation.Rotator {
	return rotation.Rotator{
		Store: v, Random: v, Now: func() time.Time { return v.now },
		Publishers: map[secrets.Name]rotation.KeyPublisher{secrets.Verification: v, secrets.RequestIDs: v},
	}
}

// begin asks for a rotation, as RotateSecret does, and gives the version to be made.
func (v *vault) begin(name secrets.Name) string {
	v.begun++
	version := "version-" + strconv.Itoa(v.begun)
	v.secrets[name].Pending = version
	return version
}

var steps = []string{rotation.Create, rotation.Set, rotation.Test, rotation.Finish}

// rotate takes all four steps, each twice, because Secrets Manager repeats what seems to have
// failed.
func (v *vault) rotate(t *testing.T, name secrets.Name) {
	t.Helper()
	version := v.begin(name)
	for _, step := range steps {
		for range 2 {
			if err := v.rotator().Step(t.Context(), step, name, version); err != nil {
				t.Fatalf("%s of %s: %v", step, name, err)
			}
		}
	}
	if v.secrets[name].Current != version {
		t.Fatalf("%s stands at %s after the rotation to %s", name, v.secrets[name].Current, version)
	}
}

// value gives what everyone who reads a secret gets.
func (v *vault) value(t *testing.T, name secrets.Name) []byte {
	t.Helper()
	value, err := v.Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// ring gives a symmetric secret as its readers parse it.
func (v *vault) ring(t *testing.T, name secrets.Name) secrets.Ring {
	t.Helper()
	r, err := secrets.Parse(v.value(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (v *vault) pass(d time.Duration) { v.now = v.now.Add(d) }
