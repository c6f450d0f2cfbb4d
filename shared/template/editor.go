package template

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// Editor changes the templates of accounts at their owners' wish. Whoever changes a book that
// somebody else has changed meanwhile reads it again. All methods fail with a fault.Unavailable
// when the store is away.
type Editor struct {
	// Store keeps them.
	Store Store
	// Random draws the IDs.
	Random io.Reader
	// Now tells the time.
	Now func() time.Time
}

// Revision is what changes about a template; a nil field stays as it is.
type Revision struct {
	Name    *string
	Default *bool
}

// Draft is a fragment that is to be made.
type Draft struct {
	Channel verification.Channel
	Locale  string
	Text    Text
}

// maxEdits is how often a change is tried that meets others of the same book.
const maxEdits = 8

// Create makes a template. It fails as Book.Create does.
func (e Editor) Create(ctx context.Context, k account.Key, name string) (Template, error) {
	id, err := newID(e.Random)
	if err != nil {
		return Template{}, err
	}
	book, err := e.edit(ctx, k, func(b Book) (Book, error) { return b.Create(id, name) })
	if err != nil {
		return Template{}, err
	}
	return book.Template(id)
}

// Revise changes a template. It fails as Book.Rename and Book.SetDefault do.
func (e Editor) Revise(
	ctx context.Context, k account.Key, id string, r Revision,
) (Template, error) {
	book, err := e.edit(ctx, k, func(b Book) (Book, error) {
		_, err := b.Template(id)
		if err == nil && r.Name != nil {
			b, err = b.Rename(id, *r.Name)
		}
		if err == nil && r.Default != nil {
			b, err = b.SetDefault(id, *r.Default)
		}
		return b, err
	})
	if err != nil {
		return Template{}, err
	}
	return book.Template(id)
}

// Delete takes a template away. It fails as Book.Delete does.
func (e Editor) Delete(ctx context.Context, k account.Key, id string) error {
	_, err := e.edit(ctx, k, func(b Book) (Book, error) { return b.Delete(id) })
	return err
}

// Add makes a fragment of a template. It fails as Book.Add does.
func (e Editor) Add(
	ctx context.Context, k account.Key, template string, d Draft,
) (Fragment, error) {
	id, err := newID(e.Random)
	if err != nil {
		return Fragment{}, err
	}
	now := e.Now()
	f := Fragment{
		Account: k, Template: template, Entry: Entry{ID: id, Channel: d.Channel, Locale: d.Locale},
		Text: d.Text, Created: now, Updated: now,
	}
	err = e.change(ctx, k, func(b Book) (Change, error) {
		b, err := b.Add(template, f.Entry)
		return Change{Book: b, Added: &f, Removed: Key{}}, err
	})
	return f, err
}

// Remove takes a fragment away. It fails as Book.Remove does.
func (e Editor) Remove(ctx context.Context, k Key) error {
	return e.change(ctx, k.Account, func(b Book) (Change, error) {
		b, err := b.Remove(k.Template, k.ID)
		return Change{Book: b, Added: nil, Removed: k}, err
	})
}

// Fragments returns the fragments of a template in the order in which they were made, or a
// fault.UnknownTemplate.
func (e Editor) Fragments(
	ctx context.Context, k account.Key, template string,
) ([]Fragment, error) {
	book, err := e.Store.Book(ctx, k)
	if err != nil {
		return nil, err
	}
	t, err := book.Template(template)
	if err != nil {
		return nil, err
	}
	stored, err := e.Store.Fragments(ctx, k, template)
	if err != nil {
		return nil, err
	}
	byID := map[string]Fragment{}
	for _, f := range stored {
		byID[f.ID] = f
	}
	fragments := make([]Fragment, 0, len(t.Fragments))
	for _, entry := range t.Fragments {
		if f, there := byID[entry.ID]; there { // else it has gone since
			fragments = append(fragments, f)
		}
	}
	return fragments, nil
}

// Fragment returns a fragment, or a fault.UnknownTemplate or UnknownFragment.
func (e Editor) Fragment(ctx context.Context, k Key) (Fragment, error) {
	if _, err := e.entry(ctx, k); err != nil {
		return Fragment{}, err
	}
	return known(e.Store.Fragment(ctx, k))
}

// Rewrite gives a fragment the words that judge finds for its channel and locale, and returns it.
// It fails as judge does, and with a fault.UnknownTemplate or UnknownFragment.
func (e Editor) Rewrite(
	ctx context.Context, k Key, judge func(Entry) (Text, error),
) (Fragment, error) {
	entry, err := e.entry(ctx, k)
	if err != nil {
		return Fragment{}, err
	}
	words, err := judge(entry)
	if err != nil {
		return Fragment{}, err
	}
	return known(e.Store.Rewrite(ctx, k, words, e.Now()))
}

// entry returns the fragment's place in the book.
func (e Editor) entry(ctx context.Context, k Key) (Entry, error) {
	book, err := e.Store.Book(ctx, k.Account)
	if err != nil {
		return Entry{}, err
	}
	t, err := book.Template(k.Template)
	if err != nil {
		return Entry{}, err
	}
	for _, entry := range t.Fragments {
		if entry.ID == k.ID {
			return entry, nil
		}
	}
	return Entry{}, fault.New(fault.UnknownFragment)
}

// known returns what a store does, of a fragment that has gone since the book was read too.
func known(f Fragment, err error) (Fragment, error) {
	if errors.Is(err, ErrNotFound) {
		return Fragment{}, fault.New(fault.UnknownFragment)
	}
	return f, err
}

// edit changes a book alone, and returns it.
func (e Editor) edit(
	ctx context.Context, k account.Key, f func(Book) (Book, error),
) (after Book, err error) {
	err = e.change(ctx, k, func(b Book) (Change, error) {
		after, err = f(b)
		return Change{Book: after, Added: nil, Removed: Key{}}, err
	})
	return after, err
}

// change makes the change that f returns of the book as it stands.
func (e Editor) change(
	ctx context.Context, k account.Key, f func(Book) (Change, error),
) error {
	for range maxEdits {
		book, err := e.Store.Book(ctx, k)
		if err != nil {
			return err
		}
		c, err := f(book)
		if err != nil {
			return err
		}
		if err := e.Store.Put(ctx, c); !fault.Is(err, fault.Changed) {
			return err
		}
	}
	return fault.Wrap(fault.Unavailable, errBusy)
}

var errBusy = errors.New("template: others keep changing the book")

// newID draws a UUID of version 4 (RFC 9562 §5.4).
func newID(random io.Reader) (string, error) {
	id, err := verification.NewUUID(random)
	if err != nil {
		return "", fmt.Errorf("template: name: %w", fault.Wrap(fault.Internal, err))
	}
	return id, nil
}
