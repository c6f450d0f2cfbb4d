package verification

import (
	"context"
	"net/netip"

	"lineproof/shared/account"
	"lineproof/shared/fault"
)

// Validator compares codes as a Checker does, and tells a verification that has ended from none.
// That takes a read more, but of a code for a live one.
type Validator struct {
	// Checker tries codes.
	Checker Checker
	// Searcher finds verifications that have ended, be it that another took their place.
	Searcher Searcher
}

// ValidatePorts is what a Validator is wired to.
type ValidatePorts interface {
	CheckPorts
	// Finder reads verifications.
	Finder() Finder
}

// NewValidator returns a Validator over its ports, an outbox, and who is told at once of an end.
func NewValidator(p ValidatePorts, outbox Outbox, ended Listener) Validator {
	checker := NewChecker(p, outbox, ended)
	searcher := Searcher{Store: p.Finder(), Keys: IDKeys(checker.Keys), Now: p.Now}
	return Validator{Checker: checker, Searcher: searcher}
}

// Validate tries a code against the verification of the account that the request_id names. It fails
// with fault.WrongCode, TooManyCodes, also when an earlier code was one too many, Ended, or
// UnknownRequest, each with the request_id, or with Unavailable. What is malformed, foreign or made
// up is unknown by the same calls of the store.
func (v Validator) Validate(ctx context.Context, owner account.Key, id string, tried PIN) error {
	_, err := v.Checker.Check(ctx, owner, id, tried, netip.Addr{})
	if !fault.Is(err, fault.UnknownRequest) {
		return err
	}
	found, errFound := v.Searcher.Search(ctx, owner, []string{id})
	switch {
	case fault.Is(errFound, fault.UnknownRequest):
		return err
	case errFound != nil:
		return errFound
	case found[0].State == Failed:
		return fault.New(fault.TooManyCodes).WithID(id)
	}
	return fault.New(fault.Ended).WithID(id)
}
