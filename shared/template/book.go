package template

import (
	"reflect"
	"regexp"
	"slices"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// How much there may be: templates of an account, as the API has it, and fragments of a template,
// which are more than two channels in each of the 60 locales that it names.
const (
	MaxTemplates = 10
	MaxFragments = 128
)

// MaxName is how many characters the name of a template may have.
const MaxName = 64

// Book is the templates of an account, in the order in which they were made. Its methods return the
// book as it stands after a change, and leave the one that they are asked of as it is.
type Book struct {
	// Account is whose it is.
	Account account.Key
	// Templates are its templates.
	Templates []Template
	// Revision is how often it has been written: 0 before the first time.
	Revision int64
}

// Template is a set of fragments under a name.
type Template struct {
	// ID is its template_id, a UUID, and Name its name, which no other one of the account has.
	ID, Name string
	// Default has messages use it that name none. At most one of an account is.
	Default bool
	// Fragments are its fragments, in the order in which they were made.
	Fragments []Entry
}

// nameForm is the form of names: 1 to 64 of these characters.
var nameForm = regexp.MustCompile(`\A[A-Za-z0-9_-]{1,64}\z`)

// ValidName tells whether a template may have that name.
func ValidName(name string) bool { return nameForm.MatchString(name) }

// After returns the book as it is written in place of what stands, the zero Book where nothing
// does. It fails with a fault.Changed when another revision stands than the one that was read. A
// repetition of the very write that made what stands is no change.
func (b Book) After(stands Book) (Book, error) {
	read := b.Revision
	b.Revision++
	if stands.Revision != read && !reflect.DeepEqual(stands, b) {
		return Book{}, fault.New(fault.Changed)
	}
	return b, nil
}

// Template returns the template of that ID, or a fault.UnknownTemplate.
func (b Book) Template(id string) (Template, error) {
	if i := b.index(id); i >= 0 {
		return b.Templates[i], nil
	}
	return Template{}, fault.New(fault.UnknownTemplate)
}

// Default returns the template that messages use which name none, or false.
func (b Book) Default() (Template, bool) {
	i := slices.IndexFunc(b.Templates, func(t Template) bool { return t.Default })
	if i < 0 {
		return Template{}, false
	}
	return b.Templates[i], true
}

// Create adds a template, which is the default when it is the only one. One that was added before,
// by a write whose answer got lost, stays. It fails with a fault.TemplateExists or
// TooManyTemplates.
func (b Book) Create(id, name string) (Book, error) {
	switch {
	case b.index(id) >= 0:
		return b, nil
	case b.taken(name, id):
		return Book{}, fault.New(fault.TemplateExists)
	case len(b.Templates) >= MaxTemplates:
		return Book{}, fault.New(fault.TooManyTemplates)
	}
	b.Templates = append(slices.Clone(b.Templates), Template{
		ID: id, Name: name, Default: len(b.Templates) == 0, Fragments: nil,
	})
	return b, nil
}

// Rename gives a template another name. It fails with a fault.UnknownTemplate or TemplateExists.
func (b Book) Rename(id, name string) (Book, error) {
	if b.taken(name, id) {
		return Book{}, fault.New(fault.TemplateExists)
	}
	return b.edit(id, func(t *Template) error { t.Name = name; return nil })
}

// SetDefault makes a template the default in place of the one that is, or has none be it when that
// was. It fails with a fault.UnknownTemplate.
func (b Book) SetDefault(id string, is bool) (Book, error) {
	b, err := b.edit(id, func(t *Template) error { t.Default = is; return nil })
	for i := range b.Templates {
		if is && b.Templates[i].ID != id {
			b.Templates[i].Default = false
		}
	}
	return b, err
}

// Delete takes a template away. It fails with a fault.UnknownTemplate, or with a TemplateNotEmpty
// while it has fragments.
func (b Book) Delete(id string) (Book, error) {
	t, err := b.Template(id)
	switch {
	case err != nil:
		return Book{}, err
	case len(t.Fragments) > 0:
		return Book{}, fault.New(fault.TemplateNotEmpty)
	}
	b.Templates = slices.DeleteFunc(
		slices.Clone(b.Templates), func(t Template) bool { return t.ID == id },
	)
	return b, nil
}

// Add adds a fragment to a template. One that was added before stays, as Create says. It fails with
// a fault.UnknownTemplate, FragmentExists or TooManyFragments.
func (b Book) Add(id string, e Entry) (Book, error) {
	return b.edit(id, func(t *Template) error {
		_, exists := t.fragment(e.Channel, e.Locale)
		switch {
		case t.has(e.ID):
			return nil
		case exists:
			return fault.New(fault.FragmentExists)
		case len(t.Fragments) >= MaxFragments:
			return fault.New(fault.TooManyFragments)
		}
		t.Fragments = append(slices.Clone(t.Fragments), e)
		return nil
	})
}

// Remove takes a fragment out of a template. It fails with a fault.UnknownTemplate or
// UnknownFragment.
func (b Book) Remove(id, fragment string) (Book, error) {
	return b.edit(id, func(t *Template) error {
		if !t.has(fragment) {
			return fault.New(fault.UnknownFragment)
		}
		t.Fragments = slices.DeleteFunc(
			slices.Clone(t.Fragments), func(e Entry) bool { return e.ID == fragment },
		)
		return nil
	})
}

// edit changes one template of a copy.
func (b Book) edit(id string, change func(*Template) error) (Book, error) {
	i := b.index(id)
	if i < 0 {
		return Book{}, fault.New(fault.UnknownTemplate)
	}
	b.Templates = slices.Clone(b.Templates)
	if err := change(&b.Templates[i]); err != nil {
		return Book{}, err
	}
	return b, nil
}

func (b Book) index(id string) int {
	return slices.IndexFunc(b.Templates, func(t Template) bool { return t.ID == id })
}

// taken tells whether another template has the name.
func (b Book) taken(name, id string) bool {
	return slices.ContainsFunc(
		b.Templates, func(t Template) bool { return t.Name == name && t.ID != id },
	)
}

// has tells whether a fragment of that ID is one of the template's.
func (t Template) has(fragment string) bool {
	return slices.ContainsFunc(t.Fragments, func(e Entry) bool { return e.ID == fragment })
}

// fragment returns the template's fragment for a channel and a locale, or false.
func (t Template) fragment(c verification.Channel, locale string) (Entry, bool) {
	i := slices.IndexFunc(
		t.Fragments, func(e Entry) bool { return e.Channel == c && e.Locale == locale },
	)
	if i < 0 {
		return Entry{}, false
	}
	return t.Fragments[i], true
}
