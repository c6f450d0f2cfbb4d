package template_test

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/memory"
	"lineproof/shared/template"
	"lineproof/shared/verification"
)

// counting counts what is read.
type counting struct {
	template.Reader
	books, fragments int
}

func (c *counting) Book(ctx context.Context, k account.Key) (template.Book, error) {
	c.books++
	return c.Reader.Book(ctx, k)
}

func (c *counting) Fragment(ctx context.Context, k template.Key) (template.Fragment, error) {
	c.fragments++
	return c.Reader.Fragment(ctx, k)
}

// filled is a store of a default template with fragments in en-gb and fr-fr by SMS, and another with
// de-de by SMS and en-gb by voice; it returns their IDs.
func filled(t *testing.T) (s *memory.Templates, standard, other string) {
	t.Helper()
	s = memory.NewTemplates()
	e, ctx := editor(s), t.Context()
	a, errA := e.Create(ctx, 7, "standard")
	b, errB := e.Create(ctx, 7, "other")
	_, err1 := e.Add(ctx, 7, a.ID, draft("en-gb"))
	_, err2 := e.Add(ctx, 7, a.ID, draft("fr-fr"))
	german := draft("de-de")
	german.Text = template.StoredText("${brand}: ${code}, ${time-limit} ${time-limit-unit}")
	_, err3 := e.Add(ctx, 7, b.ID, german)
	call := draft("en-gb")
	call.Channel = verification.Voice
	_, err4 := e.Add(ctx, 7, b.ID, call)
	if err := cmp.Or(errA, errB, err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	return s, a.ID, b.ID
}

func order(channels ...verification.Channel) *verification.Order {
	o := &verification.Order{Brand: "Shop", Digits: 6, Plan: verification.Plan{Expiry: 3 * time.Minute}}
	for _, c := range channels {
		o.Plan.Steps = append(o.Plan.Steps, verification.Step{Channel: c})
	}
	return o
}

func TestLibrary(t *testing.T) {
	t.Parallel()
	s, standard, other := filled(t)
	library := template.Library{Books: s, Phrases: phrases}
	all := []verification.Channel{verification.Silent, verification.SMS, verification.Voice}
	for name, tt := range map[string]struct {
		id      string
		locales []string
		want    []string
	}{
		"default":                      {"", []string{"en-gb"}, []string{"", "{{code}} en-gb", ""}},
		"default by its ID":            {standard, []string{"en-gb"}, []string{"", "{{code}} en-gb", ""}},
		"named, else the default":      {other, []string{"en-gb"}, []string{"", "{{code}} en-gb", "{{code}} en-gb"}},
		"named":                        {other, []string{"de-de"}, []string{"", "Shop: {{code}}, 3 Minuten", ""}},
		"the first locale":             {"", []string{"fr-fr", "en-gb"}, []string{"", "{{code}} fr-fr", ""}},
		"the second locale":            {"", []string{"af-za", "en-gb"}, []string{"", "{{code}} en-gb", ""}},
		"named before the first one":   {other, []string{"fr-fr", "de-de"}, []string{"", "Shop: {{code}}, 3 Minuten", ""}},
		"no fragment: words are ours":  {other, []string{"it-it"}, []string{"", "", ""}},
		"no fragment of that language": {"", []string{"en-us"}, []string{"", "", ""}},
	} {
		o := order(all...)
		err := library.Write(t.Context(), template.Wish{Account: 7, Template: tt.id, Locales: tt.locales}, o)
		var got []string
		for _, step := range o.Plan.Steps {
			got = append(got, step.Text.Template())
		}
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, tt.want)
		}
	}
	for _, k := range []account.Key{7, 8} {
		err := library.Write(t.Context(), template.Wish{Account: k, Template: "x"}, order(all...))
		if !fault.Is(err, fault.UnknownTemplate) {
			t.Errorf("no such template: %v", err)
		}
	}
	if err := library.Write(t.Context(), template.Wish{Account: 8, Locales: []string{"en-gb"}}, order(all...)); err != nil {
		t.Errorf("an account without templates: %v", err)
	}
}

// TestLibraryCountsSegments counts an SMS as it will be sent, with the app's line.
func TestLibraryCountsSegments(t *testing.T) {
	t.Parallel()
	s, _, other := filled(t)
	o := order(verification.SMS, verification.SMS, verification.Voice)
	o.Brand, o.Plan.Steps[1].AppHash = "Жabcdefghijklmnopq", "FA+9qCX9VSu"
	o.Digits = 10
	err := template.Library{Books: s, Phrases: phrases}.Write(
		t.Context(), template.Wish{Account: 7, Template: other, Locales: []string{"de-de", "en-gb"}}, o,
	)
	steps := o.Plan.Steps
	if err != nil || steps[0].Segments != 1 || steps[1].Segments != 1 || steps[2].Segments != 0 {
		t.Errorf("%+v, %v", steps, err)
	}
	if got, want := steps[1].Text.Template(), "Жabcdefghijklmnopq: {{code}}, 3 Minuten\nFA+9qCX9VSu"; got != want {
		t.Errorf("says %q, want %q", got, want)
	}
	o = order(verification.SMS)
	o.Brand, o.Digits, o.Plan.Steps[0].AppHash = "ЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖ", 10, "FA+9qCX9VSu"
	long := draft("it-it")
	long.Text = template.StoredText("${brand} 012345678901234567890123456789 ${code}")
	if _, err := editor(s).Add(t.Context(), 7, other, long); err != nil {
		t.Fatal(err)
	}
	err = template.Library{Books: s, Phrases: phrases}.Write(
		t.Context(), template.Wish{Account: 7, Template: other, Locales: []string{"it-it"}}, o,
	)
	if err != nil || o.Plan.Steps[0].Segments != 2 {
		t.Errorf("%d segments of 60 and 12 units, %v", o.Plan.Steps[0].Segments, err)
	}
}

// gone has lost its fragments since its books were read.
type gone struct{ template.Reader }

func (gone) Fragment(context.Context, template.Key) (template.Fragment, error) {
	return template.Fragment{}, template.ErrNotFound
}

func TestLibraryOfWhatHasGone(t *testing.T) {
	t.Parallel()
	s, _, _ := filled(t)
	o := order(verification.SMS)
	err := template.Library{Books: gone{s}, Phrases: phrases}.Write(
		t.Context(), template.Wish{Account: 7, Locales: []string{"en-gb"}}, o,
	)
	if err != nil || !o.Plan.Steps[0].Text.IsZero() {
		t.Errorf("%+v, %v", o.Plan.Steps, err)
	}
}

// A template that was made after the book was kept is found at once.
func TestCachedFindsWhatIsNew(t *testing.T) {
	t.Parallel()
	s, _, _ := filled(t)
	reads := &counting{Reader: s}
	cached := template.NewCached(reads, time.Minute, func() time.Time { return now })
	library := template.Library{Books: cached, Phrases: phrases}
	write := func(id string) error {
		wish := template.Wish{Account: 7, Template: id, Locales: []string{"en-gb"}}
		return library.Write(t.Context(), wish, order(verification.SMS))
	}
	if err := write("none"); !fault.Is(err, fault.UnknownTemplate) {
		t.Fatal(err)
	}
	made, err := editor(s).Create(t.Context(), 7, "new")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := write(made.ID); err != nil {
			t.Error(err)
		}
	}
	if reads.books != 3 {
		t.Errorf("%d books were read", reads.books)
	}
}

// TestCached reads each book and fragment once in a minute, those that do not exist too.
func TestCached(t *testing.T) {
	t.Parallel()
	s, _, other := filled(t)
	at := now
	reads := &counting{Reader: s}
	cached := template.NewCached(reads, time.Minute, func() time.Time { return at })
	library := template.Library{Books: cached, Phrases: phrases}
	ask := func() {
		for range 3 {
			wish := template.Wish{Account: 7, Template: other, Locales: []string{"fr-fr"}}
			if err := library.Write(t.Context(), wish, order(verification.SMS, verification.Voice)); err != nil {
				t.Fatal(err)
			}
			if _, err := cached.Fragment(t.Context(), template.Key{Account: 7}); !errors.Is(err, template.ErrNotFound) {
				t.Errorf("of no fragment: %v", err)
			}
		}
	}
	ask()
	at = at.Add(59 * time.Second)
	ask()
	if reads.books != 1 || reads.fragments != 2 {
		t.Errorf("%d books and %d fragments were read in a minute", reads.books, reads.fragments)
	}
	at = at.Add(time.Second)
	ask()
	if reads.books != 2 || reads.fragments != 4 {
		t.Errorf("%d books and %d fragments were read after it", reads.books, reads.fragments)
	}
}
