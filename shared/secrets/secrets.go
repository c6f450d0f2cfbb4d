// Package secrets owns where the keys of a deployment come from: the names under which it keeps
// them, each loadable alone, so that a function holds only what it needs; the form in which a ring
// is stored; and values that follow their source, so that a rotation needs no restart.
//
// The AWS Secrets Manager client is in package manager below, so that programs which generate their
// keys link none of it. [Marshal] is the one way to write a symmetric key down.
package secrets

import (
	"context"
	"errors"
	"time"
)

// Name names one secret of a deployment.
type Name string

// The secrets of a deployment. Each is a [Ring] in the form of [Marshal] unless it says otherwise.
const (
	// Signing is our private token keys, a JSON Web Key Set with private members.
	Signing Name = "signing"
	// Verification is the public half of Signing, a JSON Web Key Set. It is no secret and stands in
	// a table, where who verifies finds it over a connection that it needs anyway.
	Verification Name = "verification"
	// PairwiseSalt is that of pairwise subjects. It never rotates, or every subject would be
	// another.
	PairwiseSalt Name = "subjects"
	// Peppers are those of client and account secrets.
	Peppers Name = "credentials"
	// Refresh authenticates refresh tokens.
	Refresh Name = "refresh"
	// Gateway is the keys that the operator's gateway signs injected headers with; the operator
	// holds them too.
	Gateway Name = "gateway"
	// CloudFrontSecret is what CloudFront sends us to prove itself: a plain text, because
	// CloudFormation hands it to CloudFront as it is.
	CloudFrontSecret Name = "origin"
	// PINs is the key of PIN verification: request_ids, PINs and the hashes by which they are
	// compared are all derived from one, so that whoever sends or checks PINs needs no second
	// secret.
	PINs Name = "pins"
	// RequestIDs is the part of PINs that reads request_ids and opens the codes tried, under
	// the same IDs: for who neither sends nor checks PINs. It is derived from PINs, which
	// cannot be found from it.
	RequestIDs Name = "request-ids"
	// Fallback seals what is asked of a fallback while it waits.
	Fallback Name = "fallback"
	// Idempotency names fallbacks after their callers' keys. It never rotates, or a key that is
	// repeated would name another.
	Idempotency Name = "idempotency"
	// Upstreams is what we authenticate with at upstreams, by their names: a JSON object that
	// package upstream reads. Administrators write it; each key in it rotates by itself.
	Upstreams Name = "upstreams"
)

// ErrNotFound says that the source has no secret of that name.
var ErrNotFound = errors.New("secrets: not found")

// ErrChanged says that a secret is another than the one that was to be replaced.
var ErrChanged = errors.New("secrets: changed meanwhile")

// Versions tells how the versions of a secret stand, by their identifiers.
type Versions struct {
	// Current is the one in use; empty when nothing was ever stored.
	Current string
	// Previous is the one that was in use before; empty when there was none.
	Previous string
	// Pending is the one that a rotation is making; empty when none is under way.
	Pending string
	// Rotated is when the last rotation ended; zero when there was none.
	Rotated time.Time
}

// Source gives secrets by name.
type Source interface {
	// Get gives the current value, or ErrNotFound, or another error when the source is away. No
	// error holds a part of a secret.
	Get(ctx context.Context, name Name) ([]byte, error)
}
