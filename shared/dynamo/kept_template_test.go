package dynamo_test

import (
	"testing"
	"time"

	"lineproof/shared/template"
	"lineproof/shared/verification"
)

func keptBooks(int) []any {
	b := template.Book{Account: 0xabcd0001, Revision: 4, Templates: []template.Template{
		{ID: "8f35a1a7-eb2f-4552-8fdf-fffdaee41bc9", Name: "my-template", Default: true},
		{ID: "0ac50843-b549-4a89-916e-848749f20040", Name: "other_1"},
	}}
	for _, f := range as[template.Fragment](keptFragments(latest)) {
		b.Templates[0].Fragments = append(b.Templates[0].Fragments, f.Entry)
	}
	return anys(b)
}

func keptFragments(int) []any {
	f := template.Fragment{
		Account: 0xabcd0001, Template: "8f35a1a7-eb2f-4552-8fdf-fffdaee41bc9",
		Entry: template.Entry{
			ID: "c70f446e-997a-4313-a081-60a02a31dc19", Channel: verification.SMS, Locale: "en-gb",
		},
		Text:    template.StoredText("<${brand}> & ${code}: ${time-limit} ${time-limit-unit}"),
		Created: keptNow, Updated: keptNow.Add(time.Minute),
	}
	return anys(f)
}

// writeFragments writes the book as owners do: its templates, then what is in them.
func writeFragments(t *testing.T, s *stores) {
	t.Helper()
	book := template.Book{Account: 0xabcd0001}
	want := as[template.Book](keptBooks(latest))[0]
	change := func(b template.Book, err error) {
		t.Helper()
		noError(t, err)
		noError(t, s.templates.Put(t.Context(), template.Change{Book: b}))
		book = b
		book.Revision++
	}
	for _, made := range want.Templates {
		change(book.Create(made.ID, made.Name))
	}
	change(book.SetDefault(want.Templates[0].ID, true))
	for _, f := range as[template.Fragment](keptFragments(latest)) {
		b, err := book.Add(f.Template, f.Entry)
		noError(t, err)
		f.Updated = f.Created
		noError(t, s.templates.Put(t.Context(), template.Change{Book: b, Added: &f}))
		_, err = s.templates.Rewrite(t.Context(), f.Key(), f.Text, keptNow.Add(time.Minute))
		noError(t, err)
	}
}

func readBook(t *testing.T, s *stores) []any {
	t.Helper()
	return readEach(t, keptBooks, func(b template.Book) (template.Book, error) {
		return s.templates.Book(t.Context(), b.Account)
	})
}

func readFragments(t *testing.T, s *stores) []any {
	t.Helper()
	return readEach(t, keptFragments, func(f template.Fragment) (template.Fragment, error) {
		return s.templates.Fragment(t.Context(), f.Key())
	})
}
