package memory

import (
	"context"
	"sync"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/template"
)

// Templates is a template.Store.
type Templates struct {
	mu        sync.Mutex
	books     map[account.Key]template.Book
	fragments map[template.Key]template.Fragment
}

// NewTemplates returns a store without templates.
func NewTemplates() *Templates {
	return &Templates{
		books:     map[account.Key]template.Book{},
		fragments: map[template.Key]template.Fragment{},
	}
}

// Reset forgets every template.
func (s *Templates) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.books)
	clear(s.fragments)
}

// Book returns the account's book.
func (s *Templates) Book(_ context.Context, k account.Key) (template.Book, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book(k), nil
}

func (s *Templates) book(k account.Key) template.Book {
	b, written := s.books[k]
	if !written {
		b.Account = k
	}
	return b
}

// Fragment returns the fragment of that key, or template.ErrNotFound.
func (s *Templates) Fragment(_ context.Context, k template.Key) (template.Fragment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known := s.fragments[k]
	if !known {
		return template.Fragment{}, template.ErrNotFound
	}
	return f, nil
}

// Fragments returns all fragments of an account's template.
func (s *Templates) Fragments(
	_ context.Context, k account.Key, id string,
) ([]template.Fragment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []template.Fragment
	for key, f := range s.fragments {
		if key.Account == k && key.Template == id {
			all = append(all, f)
		}
	}
	return all, nil
}

// Put makes a change of a book that stands as it was read.
func (s *Templates) Put(_ context.Context, c template.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := c.Book.After(s.book(c.Book.Account))
	if err != nil {
		return err
	}
	s.books[c.Book.Account] = next
	if c.Added != nil {
		s.fragments[c.Added.Key()] = *c.Added
	}
	delete(s.fragments, c.Removed)
	return nil
}

// Rewrite gives a fragment other words, or fails with template.ErrNotFound.
func (s *Templates) Rewrite(
	_ context.Context, k template.Key, words template.Text, now time.Time,
) (template.Fragment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known := s.fragments[k]
	if !known {
		return template.Fragment{}, template.ErrNotFound
	}
	f.Text, f.Updated = words, now
	s.fragments[k] = f
	return f, nil
}
