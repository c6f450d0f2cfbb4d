package rotation_test

import (
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/keyring"
	"lineproof/shared/secrets"
	"lineproof/shared/secrets/rotation"
	"lineproof/shared/token"
	"lineproof/shared/verification"
)

func (l *line) cancel(t *testing.T, with verification.IDRing, id string) error {
	t.Helper()
	c := verification.Controller{Store: l.store, Keys: with, Now: l.at}
	return c.Cancel(t.Context(), owner, id)
}

// Whatever step a rotation has come to, who begins verifications makes no request_id that is
// unknown to who fetched RequestIDs just before.
func TestReadersAreFirst(t *testing.T) {
	t.Parallel()
	v := newVault()
	v.rotate(t, secrets.PINs)
	l, digits := newLine(v), uint64(447700900000)
	readers := hold(v, secrets.RequestIDs, secrets.ParseAs(verification.NewIDKey))
	versions := map[uint32]bool{}
	for range 4 {
		v.pass(month)
		slow := current(t, readers.fresh)
		version := v.begin(secrets.PINs)
		for _, step := range steps {
			if err := v.rotator().Step(t.Context(), step, secrets.PINs, version); err != nil {
				t.Fatal(err)
			}
			pins, err := secrets.ParseAs(verification.NewKey)(v.value(t, secrets.PINs))
			if err != nil {
				t.Fatal(err)
			}
			versions[pins[0].Version()] = true
			for _, with := range []verification.IDRing{slow, current(t, readers.fresh)} {
				digits++
				id := l.request(t, pins, pins, digits)
				if state := l.search(t, with, id); state != verification.InProgress {
					t.Errorf("after %s a search finds %s", step, state)
				}
				v.pass(30 * time.Second)
				if err := l.cancel(t, with, id); err != nil {
					t.Errorf("after %s a cancel: %v", step, err)
				}
			}
		}
	}
	if len(versions) != 5 {
		t.Errorf("%d keys made the ids of 4 rotations", len(versions))
	}
}

// What others look for is not there, or is another's: then nothing new becomes active.
func TestUnpublishedKeysMakeNothing(t *testing.T) {
	t.Parallel()
	for name, part := range map[secrets.Name]secrets.Name{
		secrets.Signing: secrets.Verification, secrets.PINs: secrets.RequestIDs,
	} {
		v, stranger := newVault(), newVault()
		stranger.drawn = 99
		stranger.rotate(t, name)
		version := v.begin(name)
		for _, step := range []string{rotation.Create, rotation.Set} {
			if err := v.rotator().Step(t.Context(), step, name, version); err != nil {
				t.Fatal(err)
			}
		}
		shown := v.secrets[part]
		for what, set := range map[string][]byte{
			"none": []byte(`{"keys":[]}`), "another's": stranger.value(t, part),
			"the same ids": sameIDs(t, part, shown.values[shown.Current]),
		} {
			held := shown.values[shown.Current]
			shown.values[shown.Current] = set
			for _, step := range []string{rotation.Test, rotation.Finish} {
				err := v.rotator().Step(t.Context(), step, name, version)
				if !errors.Is(err, rotation.ErrUnpublished) {
					t.Errorf("%s of %s with %s: %v", step, name, what, err)
				}
			}
			shown.values[shown.Current] = held
		}
		if err := v.rotator().Step(t.Context(), rotation.Finish, name, version); err != nil {
			t.Errorf("%s with what is right: %v", name, err)
		}
	}
}

// sameIDs returns other keys under the same ids.
func sameIDs(t *testing.T, part secrets.Name, shown []byte) []byte {
	t.Helper()
	if part == secrets.Verification {
		return anotherSet(t, shown)
	}
	ring, err := secrets.Parse(shown)
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range ring {
		ring[i] = keyring.NewSecret(k.ID, make([]byte, 64))
	}
	return secrets.Marshal(ring)
}

// anotherSet gives other keys under the same kids.
func anotherSet(t *testing.T, public []byte) []byte {
	t.Helper()
	ring, err := token.ParseJWKS(public)
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range ring {
		other, err := token.Generate(k.Alg)
		if err != nil {
			t.Fatal(err)
		}
		ring[i].Public = other.Public
	}
	return ring.JWKS()
}

// What the build before RequestIDs kept: its secret, and a verification with a code tried.
const (
	formerSecret = `{"history":[{"id":"0a0b0c0d","made":"2025-11-02T00:00:00Z"},` +
		`{"id":"1a1b1c1d","made":"2025-12-02T00:00:00Z"}],"keys":[` +
		`{"id":"0a0b0c0d","secret":"paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU="},` +
		`{"id":"1a1b1c1d","secret":"Wlpaenp6Wlpaenp6Wlpaenp6Wlpaenp6Wlpaenp6Wlo="}]}`
	formerID    = "1e612caf292adbacb9273e3477e8854f"
	formerPIN   = "3235"
	formerHash  = "6d81ca111803e3dc526c659c02dfc3472b1afde3c611e2bf4de76cd9e092c901"
	formerCheck = "7477656c76652062797465738162b54758dcbd954a6a7c84f5b7d9ab52b8e058" +
		"c419d2193f809c9e6c56ca234463beb635b232168964387e37fe75"
)

// former returns the verification as it stood at the update.
func former(t *testing.T, number uint64, now time.Time) verification.Verification {
	t.Helper()
	hash, errHash := hex.DecodeString(formerHash)
	check, errCheck := hex.DecodeString(formerCheck)
	o, errOrder := order(number)
	if err := errors.Join(errHash, errCheck, errOrder); err != nil {
		t.Fatal(err)
	}
	v := verification.Verification{
		Ref: verification.Ref{Account: owner, Number: o.Line.Number, Nonce: 77}, Revision: 1,
		Submitted: now, PINExpires: now.Add(5 * time.Minute), Expires: now.Add(5 * time.Minute),
		Hash: hash, Checks: [][]byte{check}, Checked: now,
		Attempts: 1, Total: 1, Allowed: 9, Event: 1,
	}
	v.Detail = verification.Detail{
		Key: 0x0a0b0c0d, Brand: o.Brand, Country: "GB", Digits: 4, Plan: o.Plan, Generation: 1,
	}
	return v
}

// A stack that is updated has a PINs secret, and RequestIDs without keys. The rotation that the
// update asks for fills it, and what was begun before is found, checked and cancelled.
func TestVerificationsOutliveTheUpdate(t *testing.T) {
	t.Parallel()
	for end, state := range map[string]verification.State{"check": verification.Success, "cancel": verification.Cancelled} {
		v := newVault()
		v.secrets[secrets.PINs].values["first"] = []byte(formerSecret)
		l := newLine(v)
		begun := former(t, 447700900000, v.now)
		start := verification.Admission{Verification: begun, Now: v.now}
		if _, err := l.store.Begin(t.Context(), start); err != nil {
			t.Fatal(err)
		}
		l.pins[formerID] = formerPIN
		if _, err := secrets.ParseAs(verification.NewIDKey)(v.value(t, secrets.RequestIDs)); err == nil {
			t.Error("RequestIDs without keys reads")
		}
		v.pass(time.Minute)
		v.rotate(t, secrets.PINs)
		readers, err := secrets.ParseAs(verification.NewIDKey)(v.value(t, secrets.RequestIDs))
		if err != nil {
			t.Fatal(err)
		}
		s := verification.Searcher{Store: l.store, Keys: readers, Now: l.at}
		found, err := s.Search(t.Context(), owner, []string{formerID})
		if err != nil || len(found) != 1 || len(found[0].Tried) != 1 {
			t.Fatalf("found %d, %v", len(found), err)
		}
		tried := found[0].Tried[0]
		if code := tried.Code.Reveal(); code != "0000" || tried.Address != "198.51.100.7" {
			t.Errorf("the code tried is %q from %q", code, tried.Address)
		}
		pins, err := secrets.ParseAs(verification.NewKey)(v.value(t, secrets.PINs))
		if err != nil {
			t.Fatal(err)
		}
		if err := map[string]func() error{
			"check":  func() error { return l.check(t, pins, formerID) },
			"cancel": func() error { return l.cancel(t, readers, formerID) },
		}[end](); err != nil {
			t.Errorf("%s: %v", end, err)
		}
		if got := l.search(t, readers, formerID); got != state {
			t.Errorf("after %s it is %s", end, got)
		}
		err = l.cancel(t, readers[1:2], formerID)
		if !errors.Is(err, fault.New(fault.UnknownRequest)) {
			t.Errorf("another key reads it: %v", err)
		}
	}
}
