// Package fault owns the closed set of ways in which a call can fail.
//
// A failure travels from the rule that finds it to the writer that answers as an [Error]: a [Kind],
// perhaps the name of the parameter at fault, and a cause for our own eyes. Each wire format turns
// the kind into its own status, code and text; no text of a cause ever reaches a client, and no
// cause that could hold what a client sent ever reaches a log.
package fault

import (
	"errors"
	"log/slog"
	"slices"
	"time"
)

// Error is a failure of one kind.
type Error struct {
	// Kind says how the call failed.
	Kind Kind
	// Param names the parameter, header or field at fault, in the wire's own spelling. It is a name
	// that we chose, never text that a client sent.
	Param string
	// ID is the identifier that belongs in the answer, as the live request_id of a concurrent
	// verification.
	ID string
	// Invalid are all parameters at fault, for wires that list them.
	Invalid []Parameter
	// Instance names this very failure, a UUID that the log has too; empty where nobody asks.
	Instance string
	// CancellableFrom and NextEventAt belong in the answer of a cancel that came too early or too
	// late: when a verification that is too young can be cancelled, and when its next event takes
	// place. Zero is never.
	CancellableFrom, NextEventAt time.Time
	// AttemptsLeft belongs in the answer of a wrong code: how many more can be tried. 0 is not
	// known.
	AttemptsLeft int
	// Source names where refused credentials came from, for logs alone: a keyed hash, no address.
	Source string

	cause error
}

// Parameter is one at fault, with why: both in our own words, no text that a client sent.
type Parameter struct{ Name, Reason string }

// New gives a failure of kind k without a cause.
func New(k Kind) *Error { return &Error{Kind: k} }

// In gives a failure of kind k that lies in the parameter, header or field named param.
func In(k Kind, param string) *Error { return &Error{Kind: k, Param: param} }

// Wrap gives a failure of kind k with its cause, which only logs and errors.Is see. A nil cause
// gives a plain failure.
func Wrap(k Kind, cause error) *Error { return &Error{Kind: k, cause: cause} }

// WithID gives the same failure carrying id.
func (e *Error) WithID(id string) *Error {
	with := *e
	with.ID = id
	return &with
}

// From returns the same failure with its source.
func (e *Error) From(source string) *Error {
	with := *e
	with.Source = source
	return &with
}

// Error gives the kind, the parameter and the cause, for logs only.
func (e *Error) Error() string {
	text := e.Kind.String()
	if e.Param != "" {
		text += " (" + e.Param + ")"
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap gives the cause, so that errors.Is and errors.As see through the failure.
func (e *Error) Unwrap() error { return e.cause }

// Is tells whether target is a failure of the same kind, for errors.Is of an error that is told by
// value; [Is] asks for a kind.
func (e *Error) Is(target error) bool {
	var other *Error
	return errors.As(target, &other) && other.Kind == e.Kind
}

// LogValue gives what a log may hold of the failure.
func (e *Error) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("kind", e.Kind.String())}
	if e.Param != "" {
		attrs = append(attrs, slog.String("param", e.Param))
	}
	if e.Source != "" {
		attrs = append(attrs, slog.String("source", e.Source))
	}
	if e.cause != nil {
		attrs = append(attrs, slog.String("cause", e.cause.Error()))
	}
	return slog.GroupValue(attrs...)
}

// As gives err as a failure: itself when it is or wraps one, else one of kind Internal that wraps
// it. A nil err gives nil.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	var failure *Error
	if errors.As(err, &failure) {
		return failure
	}
	return Wrap(Internal, err)
}

// Of returns the kind of err, which must not be nil: Internal when it is no failure.
func Of(err error) Kind { return As(err).Kind }

// Is tells whether err is a failure of one of the kinds; a nil err is of none.
func Is(err error, kinds ...Kind) bool { return err != nil && slices.Contains(kinds, Of(err)) }
