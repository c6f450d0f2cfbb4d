// Package silent owns the question that silent verification asks: is this the number of the line
// that something proves? Whoever can tell fills [Prover].
package silent

import (
	"context"
	"net/url"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
)

// Prover tells what a claim comes to. It fails when a repetition may help, with a *fault.Error
// whose kind is ours (see fault.Kind.Ours); whatever else keeps it from telling is a Proof.
type Prover interface {
	Prove(ctx context.Context, c Claim) (Proof, error)
}

// Claim is that somebody's line has a number, and what is to prove it: the request that would be
// sent to the token endpoint for a line's access token.
type Claim struct {
	// Number is the one claimed.
	Number phone.Number
	// Purpose is what the proof must have been granted for (dpv:…); any when empty.
	Purpose string
	// Form is the token request's parameters, and Authorization its header.
	Form          url.Values
	Authorization string
}

// Outcome is what a claim can come to.
type Outcome uint8

// The outcomes. The zero value is Unknown, which is never Different.
const (
	// Unknown is a line of which nobody could tell.
	Unknown Outcome = iota
	// Same is a line of that number.
	Same
	// Different is a line of another number.
	Different
)

// Proof is what a claim came to.
type Proof struct {
	// Outcome is one of the three.
	Outcome Outcome
	// Why tells why the outcome is Unknown.
	Why fault.Kind
}

// Told returns the Proof of a line that is known: of that number, or of another.
func Told(same bool) Proof {
	if same {
		return Proof{Outcome: Same}
	}
	return Proof{Outcome: Different}
}

// Failed returns the Proof that a failure comes to, or the failure itself when a repetition may
// help.
func Failed(err error) (Proof, error) {
	kind := fault.Of(err)
	if kind.Ours() {
		return Proof{}, err
	}
	return Proof{Why: kind}, nil
}
