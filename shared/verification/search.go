package verification

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
)

// Searcher reports on verifications. A search is one read, and a second for those that a later one
// of the same number displaced.
type Searcher struct {
	// Store reads them.
	Store Finder
	// Keys are those in use.
	Keys IDRing
	// Now tells the time.
	Now func() time.Time
}

// Report is what a search tells of a verification.
type Report struct {
	Verification
	// RequestID is its id.
	RequestID string
	// State is its state now.
	State State
	// Finalized is when it ended; zero while it is live.
	Finalized time.Time
	// Tried are the codes tried, oldest first.
	Tried []Tried
}

// Tried is a code that was tried.
type Tried struct {
	// At is when.
	At time.Time
	// Code is what was entered.
	Code PIN
	// Valid tells whether it was the PIN.
	Valid bool
	// Address is the end user's, as its caller reported it.
	Address string
}

// First gives when the first event took place, or the zero Time.
func (r Report) First() time.Time {
	if len(r.Events) == 0 {
		return time.Time{}
	}
	return r.Events[0].At
}

// Last gives when the last event took place, or the zero Time.
func (r Report) Last() time.Time {
	if len(r.Events) == 0 {
		return time.Time{}
	}
	return r.Events[len(r.Events)-1].At
}

// Search reports on the account's verifications that the request_ids name, in their order; unknown
// ones are left out. It fails with fault.UnknownRequest when it finds none, or with Unavailable.
func (s Searcher) Search(ctx context.Context, owner account.Key, ids []string) ([]Report, error) {
	refs := make([]Ref, len(ids))
	for i, id := range ids {
		refs[i], _ = resolve(s.Keys, owner, id)
	}
	found, err := s.Store.Find(ctx, refs)
	if err != nil {
		return nil, err
	}
	var reports []Report
	for i, id := range ids {
		if v := found[i]; v.Nonce != 0 {
			id, _ = ParseRequestID(id)
			reports = append(reports, s.report(v, id))
		}
	}
	if len(reports) == 0 {
		return nil, fault.New(fault.UnknownRequest)
	}
	return reports, nil
}

func (s Searcher) report(v Verification, id string) Report {
	now := s.Now()
	r := Report{Verification: v, RequestID: id, State: v.State(now), Finalized: v.Finalized(now)}
	key, known := s.Keys.ByVersion(v.Key)
	if !known {
		return r
	}
	for i, sealed := range v.Checks {
		tried := unpackCheck(key.open(v.Ref, sealed))
		tried.Valid = v.matched() && i == len(v.Checks)-1
		r.Tried = append(r.Tried, tried)
	}
	return r
}

// packCheck writes a check as it is sealed: milliseconds, code, address.
func packCheck(at time.Time, code PIN, address netip.Addr) string {
	packed := fmt.Sprintf("%d %s ", at.UnixMilli(), code.digits)
	if address.IsValid() {
		packed += address.Unmap().String()
	}
	return packed
}

func unpackCheck(text string) Tried {
	at, rest, _ := strings.Cut(text, " ")
	code, address, _ := strings.Cut(rest, " ")
	ms, _ := strconv.ParseInt(at, 10, 64)
	return Tried{At: time.UnixMilli(ms).UTC(), Code: PIN{digits: code}, Address: address}
}
