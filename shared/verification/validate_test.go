package verification_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

func (r *rig) validator() verification.Validator {
	return verification.Validator{Checker: r.checker(), Searcher: r.searcher()}
}

func (r *rig) validate(t testing.TB, id, code string) error {
	t.Helper()
	return r.validator().Validate(t.Context(), owner, id, verification.NewPIN(code))
}

// next begins another verification of the same number, in place of the live one.
func (r *rig) next(t testing.TB) string {
	t.Helper()
	o := order(t, map[string]string{"steps": "sms"})
	o.Policy = verification.Supersede
	id, err := r.requester().Request(t.Context(), caller(), o, newNonce(t))
	if err != nil {
		t.Fatal(err)
	}
	r.advance(t, time.Second/2)
	return id
}

// TestValidate tells how each verification has ended, also once another has its place.
func TestValidate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(r *rig, id, code string) error
		want fault.Kind
	}{
		"verified": {func(r *rig, id, code string) error { return r.validate(t, id, code) }, fault.Ended},
		"expired":  {func(r *rig, _, _ string) error { r.advance(t, 5*time.Minute); return nil }, fault.Ended},
		"cancelled": {func(r *rig, id, _ string) error {
			r.advance(t, 31*time.Second)
			err := r.controller().Cancel(t.Context(), owner, id)
			r.advance(t, time.Minute)
			return err
		}, fault.Ended},
		"superseded": {func(r *rig, _, _ string) error { r.next(t); return nil }, fault.Ended},
		"failed": {func(r *rig, id, code string) error {
			for _, want := range []fault.Kind{fault.WrongCode, fault.WrongCode, fault.TooManyCodes} {
				wantFailure(t, r.validate(t, id, wrong(code)), want, id)
			}
			return nil
		}, fault.TooManyCodes},
	} {
		r := newRig(t)
		id := r.next(t)
		code := r.provider.last(t).PIN.Reveal()
		if err := test.end(r, id, code); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for range 2 {
			for _, tried := range []string{code, wrong(code), "", "thirteen"} {
				wantFailure(t, r.validate(t, id, tried), test.want, id)
			}
			r.next(t) // which displaces it, if none has
		}
	}
}

// calls counts what is asked of a store.
type calls struct {
	store
	asked *[]string
}

func (s calls) Check(ctx context.Context, a verification.Attempt) (verification.Verification, error) {
	*s.asked = append(*s.asked, "check")
	return s.store.Check(ctx, a)
}

func (s calls) Find(ctx context.Context, refs []verification.Ref) ([]verification.Verification, error) {
	*s.asked = append(*s.asked, "find")
	return s.store.Find(ctx, refs)
}

// TestValidateUnknown gives one answer to what is malformed, foreign or made up, by the same calls.
// A code for a live verification takes one.
func TestValidateUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.next(t)
	var asked []string
	r.store = calls{r.store, &asked}
	for _, unknown := range []string{
		"", "x", "ea0840f3-3663-4149-bd10-c7c6b8912105", strings.Repeat("0", 32), id[:31] + "g",
		id + "0", key(t, 2).RequestID(verification.Ref{Account: owner, Number: subscriber, Nonce: 1}),
		key(t, 1).RequestID(verification.Ref{Account: owner, Number: subscriber, Nonce: 1}),
	} {
		asked = nil
		wantFailure(t, r.validate(t, unknown, "1234"), fault.UnknownRequest, unknown)
		if got := strings.Join(asked, " "); got != "check find" {
			t.Errorf("%q takes %s", unknown, got)
		}
	}
	asked = nil
	err := r.validator().Validate(t.Context(), owner+1, id, verification.NewPIN("1234"))
	wantFailure(t, err, fault.UnknownRequest, id)
	if got := strings.Join(asked, " "); got != "check find" {
		t.Errorf("another account's takes %s", got)
	}
	for _, code := range []string{wrong(r.provider.last(t).PIN.Reveal()), r.provider.last(t).PIN.Reveal()} {
		asked = nil
		_ = r.validate(t, id, code)
		if got := strings.Join(asked, " "); got != "check" {
			t.Errorf("a code for a live verification takes %s", got)
		}
	}
}

// unfinding is a store that finds nothing.
type unfinding struct{ store }

func (unfinding) Find(context.Context, []verification.Ref) ([]verification.Verification, error) {
	return nil, fault.New(fault.Unavailable)
}

// TestValidateWithoutAnswer calls nothing unknown that nobody could look up.
func TestValidateWithoutAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.next(t)
	r.next(t)
	r.store = unfinding{r.store}
	wantKind(t, r.validate(t, id, "1234"), fault.Unavailable)
}
