package storetest

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/template"
	"lineproof/shared/verification"
)

// Templates holds a store to the promises of template.Store.
func Templates(t *testing.T, s template.Store) {
	t.Run("round trip", func(t *testing.T) { t.Parallel(); templateRoundTrip(t, s) })
	t.Run("changed meanwhile", func(t *testing.T) { t.Parallel(); templateChanged(t, s) })
	t.Run("rewritten", func(t *testing.T) { t.Parallel(); templateRewritten(t, s) })
	t.Run("removed", func(t *testing.T) { t.Parallel(); templateRemoved(t, s) })
	t.Run("template race", func(t *testing.T) { t.Parallel(); templateRace(t, s) })
	t.Run("fragment race", func(t *testing.T) { t.Parallel(); fragmentRace(t, s) })
	t.Run("delete race", func(t *testing.T) { t.Parallel(); templateDeleteRace(t, s) })
}

// fragment returns a fragment of the book's only template.
func fragment(b template.Book, c template.Entry) template.Fragment {
	return template.Fragment{
		Account: b.Account, Template: b.Templates[0].ID, Entry: c,
		Text: template.StoredText("é ${code} " + c.ID), Created: now, Updated: now.Add(instant),
	}
}

// written writes a book with a template and two fragments, and returns both as they stand.
func written(t *testing.T, s template.Store) (template.Book, []template.Fragment) {
	t.Helper()
	b, err := template.Book{Account: uniqueAccount()}.Create(unique(), "first")
	write(t, s, template.Change{Book: b}, err)
	b.Revision++
	all := []template.Fragment{
		fragment(b, template.Entry{ID: unique(), Channel: verification.SMS, Locale: "en-gb"}),
		fragment(b, template.Entry{ID: unique(), Channel: verification.Voice, Locale: "pt-br"}),
	}
	for _, f := range all {
		b, err = b.Add(f.Template, f.Entry)
		write(t, s, template.Change{Book: b, Added: &f}, err)
		b.Revision++
	}
	return b, all
}

func write(t *testing.T, s template.Store, c template.Change, err error) {
	t.Helper()
	if err = cmp.Or(err, s.Put(t.Context(), c)); err != nil {
		t.Fatal(err)
	}
}

func wantBook(t *testing.T, s template.Store, want template.Book, all ...template.Fragment) {
	t.Helper()
	if got, err := s.Book(t.Context(), want.Account); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the book stands\n%+v, %v; want\n%+v", got, err, want)
	}
	for _, tmpl := range want.Templates {
		got, err := s.Fragments(t.Context(), want.Account, tmpl.ID)
		byID := func(a, b template.Fragment) int { return cmp.Compare(a.ID, b.ID) }
		slices.SortFunc(got, byID)
		wanted := slices.Clone(all)
		slices.SortFunc(wanted, byID)
		if err != nil || len(got)+len(wanted) > 0 && !reflect.DeepEqual(got, wanted) {
			t.Errorf("the fragments stand\n%+v, %v; want\n%+v", got, err, wanted)
		}
	}
}

func templateRoundTrip(t *testing.T, s template.Store) {
	none := template.Book{Account: uniqueAccount()}
	wantBook(t, s, none)
	b, all := written(t, s)
	wantBook(t, s, b, all...)
	for _, f := range all {
		if got, err := s.Fragment(t.Context(), f.Key()); err != nil || got != f {
			t.Errorf("reads %+v, %v; want %+v", got, err, f)
		}
		other := f.Key()
		other.Account = none.Account
		if _, err := s.Fragment(t.Context(), other); !errors.Is(err, template.ErrNotFound) {
			t.Errorf("another account's: %v", err)
		}
	}
	if other, err := s.Fragments(t.Context(), none.Account, b.Templates[0].ID); err != nil || len(other) > 0 {
		t.Errorf("another account has %d, %v", len(other), err)
	}
	wantEveryField(t, b)
	wantEveryField(t, b.Templates[0])
	wantEveryField(t, b.Templates[0].Fragments[0])
	wantEveryField(t, all[0])
}

// templateChanged lets nobody write over what he has not read, and brings no fragment with that.
func templateChanged(t *testing.T, s template.Store) {
	b, all := written(t, s)
	read := b
	read.Revision--
	ahead := b
	ahead.Revision++
	for name, stale := range map[string]template.Book{
		"opened": {Account: b.Account}, "read before": read, "ahead": ahead,
	} {
		f := fragment(b, template.Entry{ID: unique(), Channel: verification.SMS, Locale: "fr-fr"})
		renamed, err := b.Rename(b.Templates[0].ID, name)
		renamed.Revision = stale.Revision
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []template.Change{
			{Book: renamed}, {Book: renamed, Added: &f}, {Book: renamed, Removed: all[0].Key()},
		} {
			if err := s.Put(t.Context(), c); !fault.Is(err, fault.Changed) {
				t.Errorf("%s: written over: %v", name, err)
			}
		}
		if _, err := s.Fragment(t.Context(), f.Key()); !errors.Is(err, template.ErrNotFound) {
			t.Errorf("%s: its fragment stands: %v", name, err)
		}
	}
	wantBook(t, s, b, all...)
}

func templateRewritten(t *testing.T, s template.Store) {
	b, all := written(t, s)
	words := template.StoredText("other words: ${code}")
	want := all[1]
	want.Text, want.Updated = words, now.Add(2*instant)
	got, err := s.Rewrite(t.Context(), want.Key(), words, want.Updated)
	if err != nil || got != want {
		t.Errorf("rewritten %+v, %v; want %+v", got, err, want)
	}
	wantBook(t, s, b, all[0], want)
	missing := want.Key()
	missing.ID = unique()
	if _, err := s.Rewrite(t.Context(), missing, words, now); !errors.Is(err, template.ErrNotFound) {
		t.Errorf("rewrote what does not exist: %v", err)
	}
	if _, err := s.Fragment(t.Context(), missing); !errors.Is(err, template.ErrNotFound) {
		t.Errorf("that made one: %v", err)
	}
}

func templateRemoved(t *testing.T, s template.Store) {
	b, all := written(t, s)
	b, err := b.Remove(all[0].Template, all[0].ID)
	write(t, s, template.Change{Book: b, Removed: all[0].Key()}, err)
	b.Revision++
	wantBook(t, s, b, all[1])
	if _, err := s.Rewrite(t.Context(), all[0].Key(), all[0].Text, now); !errors.Is(err, template.ErrNotFound) {
		t.Errorf("rewrote what has gone: %v", err)
	}
}

// templateRace opens one book in many ways at once, of which one counts.
func templateRace(t *testing.T, s template.Store) {
	k := uniqueAccount()
	wantOneWinner(t, fault.New(fault.Changed), func(int) error {
		b, err := template.Book{Account: k}.Create(unique(), "name")
		return cmp.Or(err, s.Put(t.Context(), template.Change{Book: b}))
	})
}

// fragmentRace adds a fragment for one channel and locale in many ways at once. One counts, and no
// other stands.
func fragmentRace(t *testing.T, s template.Store) {
	b, err := template.Book{Account: uniqueAccount()}.Create(unique(), "name")
	write(t, s, template.Change{Book: b}, err)
	b.Revision++
	wantOneWinner(t, fault.New(fault.Changed), func(int) error {
		f := fragment(b, template.Entry{ID: unique(), Channel: verification.SMS, Locale: "en-gb"})
		after, err := b.Add(f.Template, f.Entry)
		return cmp.Or(err, s.Put(t.Context(), template.Change{Book: after, Added: &f}))
	})
	if all, err := s.Fragments(t.Context(), b.Account, b.Templates[0].ID); err != nil || len(all) != 1 {
		t.Errorf("%d fragments stand, %v", len(all), err)
	}
}

// templateDeleteRace deletes a template while fragments are added to it: no fragment stands without
// its template. All who delete it make the same of the book, so if one wins, they all do.
func templateDeleteRace(t *testing.T, s template.Store) {
	b, err := template.Book{Account: uniqueAccount()}.Create(unique(), "name")
	write(t, s, template.Change{Book: b}, err)
	b.Revision++
	id := b.Templates[0].ID
	won := race(t, fault.New(fault.Changed), func(i int) error {
		if i%2 == 0 {
			after, err := b.Delete(id)
			return cmp.Or(err, s.Put(t.Context(), template.Change{Book: after}))
		}
		f := fragment(b, template.Entry{ID: unique(), Channel: verification.SMS, Locale: "en-gb"})
		after, err := b.Add(id, f.Entry)
		return cmp.Or(err, s.Put(t.Context(), template.Change{Book: after, Added: &f}))
	})
	stands, err := s.Book(t.Context(), b.Account)
	all, errAll := s.Fragments(t.Context(), b.Account, id)
	listed := 0
	if len(stands.Templates) > 0 {
		listed = len(stands.Templates[0].Fragments)
	}
	if cmp.Or(err, errAll) != nil || len(all) != listed || won != 1 && listed+len(stands.Templates) > 0 {
		t.Errorf("%d won, %d fragments stand and %d are listed: %v, %v", won, len(all), listed, err, errAll)
	}
}
