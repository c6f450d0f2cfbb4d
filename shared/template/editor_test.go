package template_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/memory"
	"lineproof/shared/template"
	"lineproof/shared/verification"
)

var now = time.Date(2030, 1, 2, 3, 4, 5, 6, time.UTC)

func editor(s template.Store) template.Editor {
	return template.Editor{Store: s, Random: rand.Reader, Now: func() time.Time { return now }}
}

func draft(locale string) template.Draft {
	return template.Draft{Channel: verification.SMS, Locale: locale, Text: template.StoredText("${code} " + locale)}
}

var uuid4 = regexp.MustCompile(`\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z`)

func TestEditor(t *testing.T) {
	t.Parallel()
	e, ctx := editor(memory.NewTemplates()), t.Context()
	made, err := e.Create(ctx, 7, "first")
	if err != nil || !made.Default || !uuid4.MatchString(made.ID) {
		t.Fatalf("made %+v, %v", made, err)
	}
	name, no := "second", false
	if got, err := e.Revise(ctx, 7, made.ID, template.Revision{Name: &name, Default: &no}); err != nil || got.Name != name || got.Default {
		t.Errorf("revised %+v, %v", got, err)
	}
	if got, err := e.Revise(ctx, 7, made.ID, template.Revision{}); err != nil || got.Name != name {
		t.Errorf("revised in nothing %+v, %v", got, err)
	}
	var fragments []template.Fragment
	for _, locale := range []string{"fr-fr", "en-gb", "de-de"} {
		f, err := e.Add(ctx, 7, made.ID, draft(locale))
		if err != nil || !uuid4.MatchString(f.ID) || !f.Created.Equal(now) || !f.Updated.Equal(now) {
			t.Fatalf("added %+v, %v", f, err)
		}
		fragments = append(fragments, f)
	}
	if got, err := e.Fragments(ctx, 7, made.ID); err != nil || !slices.Equal(got, fragments) {
		t.Errorf("lists %+v, %v", got, err)
	}
	if got, err := e.Fragment(ctx, fragments[1].Key()); err != nil || got != fragments[1] {
		t.Errorf("reads %+v, %v", got, err)
	}
	words := template.StoredText("other ${code}")
	got, err := e.Rewrite(ctx, fragments[1].Key(), func(entry template.Entry) (template.Text, error) {
		return words, map[bool]error{false: errors.New("another entry")}[entry == fragments[1].Entry]
	})
	if err != nil || got.Text != words {
		t.Errorf("rewritten %+v, %v", got, err)
	}
	if err := e.Delete(ctx, 7, made.ID); !fault.Is(err, fault.TemplateNotEmpty) {
		t.Errorf("deleted: %v", err)
	}
	for _, f := range fragments {
		if err := e.Remove(ctx, f.Key()); err != nil {
			t.Error(err)
		}
	}
	if err := e.Delete(ctx, 7, made.ID); err != nil {
		t.Error(err)
	}
}

// TestEditorOfStrangers finds nothing of another account, and nothing that does not exist.
func TestEditorOfStrangers(t *testing.T) {
	t.Parallel()
	e, ctx := editor(memory.NewTemplates()), t.Context()
	made, err := e.Create(ctx, 7, "first")
	f, errAdd := e.Add(ctx, 7, made.ID, draft("en-gb"))
	if err = cmp.Or(err, errAdd); err != nil {
		t.Fatal(err)
	}
	foreign, unknown := f.Key(), f.Key()
	foreign.Account, unknown.ID = 8, "x"
	judge := func(template.Entry) (template.Text, error) { return f.Text, nil }
	for _, tt := range []struct {
		key  template.Key
		kind fault.Kind
	}{{foreign, fault.UnknownTemplate}, {unknown, fault.UnknownFragment}} {
		_, errRead := e.Fragment(ctx, tt.key)
		_, errWrite := e.Rewrite(ctx, tt.key, judge)
		for _, err := range []error{errRead, errWrite, e.Remove(ctx, tt.key)} {
			if !fault.Is(err, tt.kind) {
				t.Errorf("%+v: %v, want %v", tt.key, err, tt.kind)
			}
		}
	}
	name := "x"
	_, errList := e.Fragments(ctx, 8, made.ID)
	_, errRevise := e.Revise(ctx, 8, made.ID, template.Revision{Name: &name})
	_, errEmpty := e.Revise(ctx, 8, made.ID, template.Revision{})
	_, errMore := e.Add(ctx, 8, made.ID, draft("fr-fr"))
	for _, err := range []error{errList, errRevise, errEmpty, errMore, e.Delete(ctx, 8, made.ID)} {
		if !fault.Is(err, fault.UnknownTemplate) {
			t.Errorf("another account's: %v", err)
		}
	}
}

// busy changes the book before each put, so often.
type busy struct {
	template.Store
	times int
}

func (b *busy) Put(ctx context.Context, c template.Change) error {
	if b.times > 0 {
		b.times--
		stands, err := b.Book(ctx, c.Book.Account)
		if err == nil {
			stands, err = stands.Create(fmt.Sprint(b.times), fmt.Sprint("other", b.times))
		}
		if err = cmp.Or(err, b.Store.Put(ctx, template.Change{Book: stands})); err != nil {
			return err
		}
	}
	return b.Store.Put(ctx, c)
}

// TestEditorReadsAgain judges anew what others have changed meanwhile, and gives up in the end.
func TestEditorReadsAgain(t *testing.T) {
	t.Parallel()
	s := &busy{Store: memory.NewTemplates(), times: 3}
	if made, err := editor(s).Create(t.Context(), 7, "mine"); err != nil || made.Default {
		t.Errorf("made %+v, %v", made, err)
	}
	s.times = 1
	if _, err := editor(s).Create(t.Context(), 7, "other0"); !fault.Is(err, fault.TemplateExists) {
		t.Errorf("a name that another took meanwhile: %v", err)
	}
	s = &busy{Store: memory.NewTemplates(), times: 9}
	if _, err := editor(s).Create(t.Context(), 7, "mine"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("others kept changing it: %v", err)
	}
}

// TestEditorRace has a template of each name once, and ten in all, however many are made at once.
func TestEditorRace(t *testing.T) {
	t.Parallel()
	s := memory.NewTemplates()
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			for range 100 {
				_, err := editor(s).Create(t.Context(), 7, fmt.Sprint(i%15))
				if err == nil || !fault.Is(err, fault.Unavailable) {
					return
				}
			}
		})
	}
	all.Wait()
	b, _ := s.Book(t.Context(), account.Key(7))
	names, defaults := map[string]bool{}, 0
	for _, made := range b.Templates {
		names[made.Name] = true
		if made.Default {
			defaults++
		}
	}
	if len(b.Templates) != template.MaxTemplates || len(names) != len(b.Templates) || defaults != 1 {
		t.Errorf("%d templates of %d names, %d of them the default", len(b.Templates), len(names), defaults)
	}
}
