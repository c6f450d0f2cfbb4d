// Package template owns the message templates of accounts: what their texts may say, how they
// change, and which text a message gets (Verify API v2, templates).
//
// A template has a fragment for each channel and locale that it has words for. Which templates and
// fragments an account has stands in its [Book], whose write decides every change. The words stand
// in the fragments, because together they may be more than a record holds.
package template

import (
	"context"
	"errors"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/verification"
)

// Entry names a fragment within its template.
type Entry struct {
	// ID is its template_fragment_id, a UUID.
	ID string
	// Channel is what it is for, verification.SMS or Voice, and Locale in which language: a tag in
	// lower case, as en-gb.
	Channel verification.Channel
	Locale  string
}

// Key names a fragment among those of all accounts.
type Key struct {
	// Account is whose it is.
	Account account.Key
	// Template and ID are its template_id and template_fragment_id.
	Template, ID string
}

// Fragment is what a template says by one channel in one locale.
type Fragment struct {
	// Account is whose it is, and Template the ID of its template.
	Account  account.Key
	Template string
	Entry
	// Text are its words.
	Text Text
	// Created and Updated are when it and its words were written.
	Created, Updated time.Time
}

// Key returns what names the fragment.
func (f Fragment) Key() Key { return Key{f.Account, f.Template, f.ID} }

// ErrNotFound says that no such fragment exists.
var ErrNotFound = errors.New("template: not found")

// Reader looks up templates for messages.
type Reader interface {
	// Book returns the account's book; one without templates when nothing was ever written. It
	// fails with a fault.Unavailable when the store is away, as all methods do.
	Book(ctx context.Context, k account.Key) (Book, error)
	// Fragment returns the fragment of that key, or ErrNotFound.
	Fragment(ctx context.Context, k Key) (Fragment, error)
}

// Store keeps templates.
type Store interface {
	Reader
	// Fragments returns all fragments of an account's template, in any order.
	Fragments(ctx context.Context, k account.Key, template string) ([]Fragment, error)
	// Put makes a change on the condition that the book stands as it was read, else it fails with a
	// fault.Changed (see [Book.After]).
	Put(ctx context.Context, c Change) error
	// Rewrite gives a fragment other words and returns it, or ErrNotFound.
	Rewrite(ctx context.Context, k Key, words Text, now time.Time) (Fragment, error)
}

// Change is one of a book, and what comes and goes with it, all or none.
type Change struct {
	// Book is how it stands after the change, with the revision that was read.
	Book Book
	// Added is the fragment that is new in it; nil for none.
	Added *Fragment
	// Removed names the fragment that has gone from it; the zero Key for none.
	Removed Key
}
