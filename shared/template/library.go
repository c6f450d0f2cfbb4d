package template

import (
	"context"
	"errors"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/cache"
	"lineproof/shared/verification"
)

// Library writes the messages of verifications from their accounts' templates.
type Library struct {
	// Books looks templates up.
	Books Reader
	// Phrases fills them.
	Phrases Phrases
}

// Wish is which template a verification asks for.
type Wish struct {
	// Account is whose verification it is.
	Account account.Key
	// Template is the template_id, empty for the default.
	Template string
	// Locales are those that messages may have, the one that is wanted most first.
	Locales []string
}

// Write gives the steps of an order the words of the template that is wished for, where that has a
// fragment for the channel and a locale, else those of the default, else none: then the message is
// ours. It fails with a fault.UnknownTemplate or Unavailable.
func (l Library) Write(ctx context.Context, w Wish, o *verification.Order) error {
	book, err := l.book(ctx, w)
	if err != nil {
		return err
	}
	templates, err := book.sought(w.Template)
	if err != nil {
		return err
	}
	for i := range o.Plan.Steps {
		s := &o.Plan.Steps[i]
		if s.Channel == verification.Silent {
			continue
		}
		f, found, err := l.find(ctx, w, templates, s.Channel)
		if err != nil {
			return err
		}
		if found {
			l.write(f, s, o)
		}
	}
	return nil
}

// book returns the book of a wish, read anew where what is kept has no such template: it may have
// been made since.
func (l Library) book(ctx context.Context, w Wish) (Book, error) {
	book, err := l.Books.Book(ctx, w.Account)
	cached, is := l.Books.(*Cached)
	if !is || err != nil || w.Template == "" || book.index(w.Template) >= 0 {
		return book, err
	}
	return cached.books.Renew(ctx, w.Account)
}

// sought returns the templates to look in: the one of that ID, when it is not empty, and the
// default.
func (b Book) sought(id string) ([]Template, error) {
	var all []Template
	if id != "" {
		t, err := b.Template(id)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	if t, is := b.Default(); is && t.ID != id {
		all = append(all, t)
	}
	return all, nil
}

// find returns the fragment of the first template and locale that has one, or false.
func (l Library) find(
	ctx context.Context, w Wish, templates []Template, c verification.Channel,
) (f Fragment, found bool, err error) {
	for _, t := range templates {
		for _, locale := range w.Locales {
			entry, has := t.fragment(c, locale)
			if !has {
				continue
			}
			f, err := l.Books.Fragment(ctx, Key{w.Account, t.ID, entry.ID})
			if !errors.Is(err, ErrNotFound) { // else it has gone since the book was read
				return f, err == nil, err
			}
		}
	}
	return Fragment{}, false, nil
}

// write fills a step in. An SMS ends in the line that Android's SMS Retriever looks for.
func (l Library) write(f Fragment, s *verification.Step, o *verification.Order) {
	limit, unit := l.Phrases.TimeLimit(f.Locale, o.Plan.Expiry)
	s.Text = f.Text.Fill(o.Brand, limit, unit)
	if s.Channel != verification.SMS {
		return
	}
	if s.AppHash != "" {
		s.Text = verification.StoredText(s.Text.Template() + "\n" + s.AppHash)
	}
	s.Segments = l.Phrases.Segments(s.Text.Sample(o.Digits))
}

// mostKept is how many books, and how many fragments, are kept.
const mostKept = 1024

// Cached is a Reader that keeps what it looked up: a fragment that does not exist as long as one
// that does.
type Cached struct {
	books     cache.Cache[account.Key, Book]
	fragments cache.Cache[Key, Fragment]
}

// NewCached returns one that asks r for what it does not keep, and keeps each answer for so long by
// the clock now. A change takes that long to show.
func NewCached(r Reader, keep time.Duration, now func() time.Time) *Cached {
	return &Cached{
		books: cache.Cache[account.Key, Book]{
			Look: r.Book, Missing: nil, Keep: keep, Most: mostKept, Now: now,
		},
		fragments: cache.Cache[Key, Fragment]{
			Look: r.Fragment, Missing: ErrNotFound, Keep: keep, Most: mostKept, Now: now,
		},
	}
}

// Book returns the account's book as it stands or stood. It fails as its Reader does.
func (c *Cached) Book(ctx context.Context, k account.Key) (Book, error) {
	return c.books.Get(ctx, k)
}

// Fragment returns the fragment of that key, or ErrNotFound. It fails as its Reader does.
func (c *Cached) Fragment(ctx context.Context, k Key) (Fragment, error) {
	return c.fragments.Get(ctx, k)
}
