// Package rotation owns the life of a deployment's keys: when a new one is made, when it is used,
// and when it goes.
//
// Many processes hold each secret, and each fetches it again every few minutes. So no key is used
// in the rotation that makes it:
//
//	made     a rotation adds it behind the active key. Everyone who verifies, opens or compares
//	         has it from now on.
//	active   the next rotation puts it first: it signs, seals and derives. It is refused while the
//	         key is younger than [Spread].
//	retired  the rotation after that puts it behind its successor. What it made stays good.
//	dropped  the first rotation by which all that it made has expired leaves it out.
//
// A secret holds its keys in this order: the active one, the next, the retired ones from young to
// old; readers need to know no more than that the first is active. Beside the keys stands their
// history, which only this package reads.
//
// [Rotator] takes the four steps of AWS Secrets Manager's rotations, each of which may be repeated.
package rotation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"lineproof/shared/secrets"
)

const (
	// Spread is how old a key must be before it is used: longer than secrets and key sets are kept
	// by whoever fetched them, five minutes each here and by those who heed our Cache-Control.
	Spread = 15 * time.Minute
	// margin is how much longer than what it made a retired key is kept. A rotation that takes
	// longer to finish is not finished.
	margin = 24 * time.Hour
)

// SecretStore keeps secrets in versions.
type SecretStore interface {
	secrets.Source
	// Versions tells how the versions of a secret stand.
	Versions(ctx context.Context, name secrets.Name) (secrets.Versions, error)
	// Version gives the value of a version, or secrets.ErrNotFound when it has none yet.
	Version(ctx context.Context, name secrets.Name, version string) ([]byte, error)
	// Put gives the pending version its value. Repeating it changes nothing.
	Put(ctx context.Context, name secrets.Name, version string, value []byte) error
	// Promote makes a version current in place of the one that is, which may be none.
	Promote(ctx context.Context, name secrets.Name, version, instead string) error
}

// KeyPublisher shows a part of a secret to who must not hold it whole.
type KeyPublisher interface {
	secrets.Source
	// Publish puts a set of keys in the place of the one of that name.
	Publish(ctx context.Context, name secrets.Name, set []byte) error
}

// Rotator rotates the secrets of a deployment.
type Rotator struct {
	// Store keeps them.
	Store SecretStore
	// Publishers show the parts: Verification, the public half of Signing, and RequestIDs, of PINs.
	Publishers map[secrets.Name]KeyPublisher
	// Random makes symmetric keys; asymmetric ones take the system's randomness.
	Random io.Reader
	// Now tells the time.
	Now func() time.Time
}

// The steps of a rotation, as Secrets Manager names them.
const (
	Create = "createSecret" // makes the pending version
	Set    = "setSecret"    // shows the part that others need: Verification or RequestIDs
	Test   = "testSecret"   // tries it
	Finish = "finishSecret" // makes it current
)

// The failures of a rotation. Their texts hold no secret.
var (
	// ErrFixed says that the secret has no rotation.
	ErrFixed = errors.New("rotation: this secret does not rotate")
	// ErrStep says that there is no such step.
	ErrStep = errors.New("rotation: no such step")
	// ErrNotPending says that the version is not the one that a rotation is making.
	ErrNotPending = errors.New("rotation: the version is not pending")
	// ErrEarly says that the next key is not known everywhere yet.
	ErrEarly = errors.New("rotation: the next key is younger than 15 minutes; try again later")
	// ErrFull says that a ring has as many keys as it may, of which each may still be needed.
	ErrFull = errors.New("rotation: the ring is full of keys that may still be needed")
	// ErrStale says that a rotation was begun so long ago that its history is wrong.
	ErrStale = errors.New(
		"rotation: the pending version is older than a day; take the label AWSPENDING from it and rotate again",
	)
	// ErrLost says that the pending version lacks a key of the current one, which someone has
	// changed meanwhile.
	ErrLost = errors.New("rotation: the pending version lacks a key that is in use")
	// ErrUnpublished says that what others need of the keys does not stand where they look.
	ErrUnpublished = errors.New("rotation: what others need of the keys is not published")
)

// Step takes one step of the rotation that makes a version of a secret. It may be repeated; a
// version that is current already needs no step. It fails with one of the errors above or with the
// store's.
func (r Rotator) Step(ctx context.Context, step string, name secrets.Name, version string) error {
	kind, rotates := kinds[name]
	if !rotates {
		return ErrFixed
	}
	take, known := map[string]func(context.Context, job) error{
		Create: r.create, Set: r.set, Test: r.test, Finish: r.finish,
	}[step]
	if !known {
		return ErrStep
	}
	versions, err := r.Store.Versions(ctx, name)
	switch {
	case err != nil:
		return err
	case version == "" || versions.Current != version && versions.Pending != version:
		return ErrNotPending
	case versions.Current == version:
		return nil
	}
	return take(ctx, job{kind, name, version, versions})
}

// job is the rotation of one secret.
type job struct {
	kind
	name     secrets.Name
	version  string
	versions secrets.Versions
}

func (r Rotator) create(ctx context.Context, j job) error {
	_, err := r.Store.Version(ctx, j.name, j.version)
	if !errors.Is(err, secrets.ErrNotFound) {
		return err // the value is there, or cannot be read
	}
	current, err := r.Store.Get(ctx, j.name)
	if err != nil && !errors.Is(err, secrets.ErrNotFound) {
		return err
	}
	value, err := j.turn(
		current, occasion{r.Now().UTC().Truncate(time.Second), j.versions.Rotated, r.Random},
	)
	if err != nil {
		return fmt.Errorf("rotation: turn %s: %w", j.name, err)
	}
	return r.Store.Put(ctx, j.name, j.version, value)
}

func (r Rotator) set(ctx context.Context, j job) error {
	if j.part == nil {
		return nil
	}
	pending, err := r.Store.Version(ctx, j.name, j.version)
	if err != nil {
		return err
	}
	part, err := j.part.of(pending)
	if err != nil {
		return err
	}
	return r.Publishers[j.part.name].Publish(ctx, j.part.name, part)
}

func (r Rotator) test(ctx context.Context, j job) error {
	pending, err := r.Store.Version(ctx, j.name, j.version)
	if err != nil {
		return err
	}
	current, err := r.Store.Get(ctx, j.name)
	if err != nil && !errors.Is(err, secrets.ErrNotFound) {
		return err
	}
	if err := successor(current, pending, j.life, r.Now()); err != nil || j.part == nil {
		return err
	}
	return r.published(ctx, *j.part, pending)
}

// published tells whether the part of a value stands where others look for it, and is good to them.
func (r Rotator) published(ctx context.Context, p split, value []byte) error {
	shown, err := r.Publishers[p.name].Get(ctx, p.name)
	if err != nil {
		return err
	}
	part, err := p.of(value)
	switch {
	case err != nil:
		return err
	case !bytes.Equal(part, shown):
		return ErrUnpublished
	case p.try == nil:
		return nil
	}
	return p.try(value, shown, r.Now())
}

func (r Rotator) finish(ctx context.Context, j job) error {
	if err := r.test(ctx, j); err != nil {
		return err
	}
	return r.Store.Promote(ctx, j.name, j.version, j.versions.Current)
}
