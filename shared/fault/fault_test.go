package fault_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"lineproof/shared/fault"
)

func TestEveryKindHasANameAndAClass(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range fault.Kinds() {
		if k.String() == "" || k.String() == "unknown kind" || seen[k.String()] {
			t.Errorf("kind %d: name %q is missing or taken", k, k)
		}
		seen[k.String()] = true
		if !slices.Contains(fault.Classes(), k.Class()) {
			t.Errorf("%v: its class %v is no class", k, k.Class())
		}
	}
	for _, class := range fault.Classes() {
		if class.Class() != class {
			t.Errorf("class %v belongs to %v", class, class.Class())
		}
	}
}

func TestClass(t *testing.T) {
	t.Parallel()
	for kind, class := range map[fault.Kind]fault.Kind{
		fault.MissingBody:              fault.BadRequest,
		fault.InvalidParam:             fault.BadRequest,
		fault.MissingCredentials:       fault.Unauthenticated,
		fault.ExpiredCredentials:       fault.Unauthenticated,
		fault.InvalidClient:            fault.Unauthenticated,
		fault.LongAssertion:            fault.Unauthenticated,
		fault.MissingScope:             fault.Forbidden,
		fault.NoNumber:                 fault.Forbidden,
		fault.UnknownTemplate:          fault.NotFound,
		fault.UnknownFragment:          fault.NotFound,
		fault.TemplateExists:           fault.BadRequest,
		fault.InvalidRequest:           fault.BadRequest,
		fault.Concurrent:               fault.BadRequest,
		fault.Kind(len(fault.Kinds())): fault.BadRequest,
	} {
		if got := kind.Class(); got != class {
			t.Errorf("class of %v is %v, want %v", kind, got, class)
		}
	}
}

func TestErrorsKeepTheirKindAndCause(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("dynamo: put grant: %w", fault.Wrap(fault.Unavailable, io.ErrUnexpectedEOF))
	if fault.Of(err) != fault.Unavailable || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("kind %v, cause lost: %v", fault.Of(err), err)
	}
	if !fault.Is(err, fault.Unavailable, fault.Internal) {
		t.Error("errors.Is does not compare kinds")
	}
	if fault.Of(io.EOF) != fault.Internal {
		t.Error("an error that nobody named is not internal")
	}
	if fault.As(nil) != nil {
		t.Error("no error became a failure")
	}
	if got := fault.In(fault.InvalidField, "phoneNumber").WithID("x"); got.ID != "x" || got.Param != "phoneNumber" {
		t.Errorf("WithID gave %+v", got)
	}
}
