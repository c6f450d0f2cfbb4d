package upstream

import "cmp"

// Hashing is what of a number is hashed (SHA-256, hexadecimal).
type Hashing string

// What is hashed.
const (
	// HashPlus is the number with its '+', as CAMARA has it since number verification 1.0.
	HashPlus Hashing = "plus"
	// HashDigits is the number without it.
	HashDigits Hashing = "digits"
	// HashEither is one of both: what is compared is compared with both (CAMARA 0.3.1).
	HashEither Hashing = "either"
)

// Valid tells whether it is one of them, or empty.
func (h Hashing) Valid() bool {
	return h == "" || h == HashPlus || h == HashDigits || h == HashEither
}

// answers tells which answers of verify tell something of a claim: a true, and a false too. A hash
// that may be of the form that the upstream does not compare with is false there for the very line.
func (p Peer) answers(claim Claim) (same, other bool) {
	own := cmp.Or(p.Hashing, HashPlus)
	switch {
	case claim.Hashed == "":
		return p.Verify != "", p.Verify != ""
	case p.Verify == "" || !yes(p.Hashed):
		return false, false
	case own == HashEither || own == claim.Hashed:
		return true, true
	default:
		return claim.Hashed == HashEither, false
	}
}

// compares tells whether share answers a claim: where its record lets it, and verify takes neither
// that nor any hash of a number with its '+', which all clients may send.
func (p Peer) compares(claim Claim) bool {
	if p.Share == "" || !yes(p.Compare) {
		return false
	}
	if claim.Hashed != "" {
		claim.Hashed = HashPlus
	}
	same, _ := p.answers(claim)
	return !same
}
