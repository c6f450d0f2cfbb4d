package template_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/template"
	"lineproof/shared/verification"
)

// book is of three templates, a the default, of which b has fragments s and v.
func book(t *testing.T) template.Book {
	t.Helper()
	b := template.Book{Account: 7}
	for _, id := range []string{"a", "b", "c"} {
		b = must(t)(b.Create(id, "name-"+id))
	}
	b = must(t)(b.Add("b", sms("s")))
	return must(t)(b.Add("b", template.Entry{ID: "v", Channel: verification.Voice, Locale: "en-gb"}))
}

func sms(id string) template.Entry {
	return template.Entry{ID: id, Channel: verification.SMS, Locale: "en-gb"}
}

func must(t *testing.T) func(template.Book, error) template.Book {
	return func(b template.Book, err error) template.Book {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// show writes the templates with their fragments, the default with a star.
func show(b template.Book) string {
	var all []string
	for _, tmpl := range b.Templates {
		text := tmpl.ID + "=" + tmpl.Name
		if tmpl.Default {
			text += "*"
		}
		for _, e := range tmpl.Fragments {
			text += "/" + e.ID
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func TestBook(t *testing.T) {
	t.Parallel()
	const before = "a=name-a* b=name-b/s/v c=name-c"
	for name, tt := range map[string]struct {
		change func(template.Book) (template.Book, error)
		want   string
		kind   fault.Kind
	}{
		"create": {
			change: func(b template.Book) (template.Book, error) { return b.Create("d", "new") },
			want:   before + " d=new",
		},
		"created before": {
			change: func(b template.Book) (template.Book, error) { return b.Create("b", "name-b") }, want: before,
		},
		"name taken": {
			change: func(b template.Book) (template.Book, error) { return b.Create("d", "name-b") },
			kind:   fault.TemplateExists,
		},
		"rename": {
			change: func(b template.Book) (template.Book, error) { return b.Rename("b", "other") },
			want:   "a=name-a* b=other/s/v c=name-c",
		},
		"rename to its own": {
			change: func(b template.Book) (template.Book, error) { return b.Rename("b", "name-b") }, want: before,
		},
		"rename to another's": {
			change: func(b template.Book) (template.Book, error) { return b.Rename("b", "name-a") },
			kind:   fault.TemplateExists,
		},
		"rename none": {
			change: func(b template.Book) (template.Book, error) { return b.Rename("d", "x") },
			kind:   fault.UnknownTemplate,
		},
		"default": {
			change: func(b template.Book) (template.Book, error) { return b.SetDefault("b", true) },
			want:   "a=name-a b=name-b*/s/v c=name-c",
		},
		"no default": {
			change: func(b template.Book) (template.Book, error) { return b.SetDefault("a", false) },
			want:   "a=name-a b=name-b/s/v c=name-c",
		},
		"not the default": {
			change: func(b template.Book) (template.Book, error) { return b.SetDefault("b", false) }, want: before,
		},
		"default none": {
			change: func(b template.Book) (template.Book, error) { return b.SetDefault("d", true) },
			kind:   fault.UnknownTemplate,
		},
		"delete": {
			change: func(b template.Book) (template.Book, error) { return b.Delete("a") },
			want:   "b=name-b/s/v c=name-c",
		},
		"delete what has fragments": {
			change: func(b template.Book) (template.Book, error) { return b.Delete("b") },
			kind:   fault.TemplateNotEmpty,
		},
		"delete none": {
			change: func(b template.Book) (template.Book, error) { return b.Delete("d") },
			kind:   fault.UnknownTemplate,
		},
		"add": {
			change: func(b template.Book) (template.Book, error) { return b.Add("a", sms("f")) },
			want:   "a=name-a*/f b=name-b/s/v c=name-c",
		},
		"added before": {
			change: func(b template.Book) (template.Book, error) { return b.Add("b", sms("s")) }, want: before,
		},
		"add a second": {
			change: func(b template.Book) (template.Book, error) { return b.Add("b", sms("f")) },
			kind:   fault.FragmentExists,
		},
		"add to none": {
			change: func(b template.Book) (template.Book, error) { return b.Add("d", sms("f")) },
			kind:   fault.UnknownTemplate,
		},
		"remove": {
			change: func(b template.Book) (template.Book, error) { return b.Remove("b", "s") },
			want:   "a=name-a* b=name-b/v c=name-c",
		},
		"remove none": {
			change: func(b template.Book) (template.Book, error) { return b.Remove("a", "s") },
			kind:   fault.UnknownFragment,
		},
		"remove from none": {
			change: func(b template.Book) (template.Book, error) { return b.Remove("d", "s") },
			kind:   fault.UnknownTemplate,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := book(t)
			got, err := tt.change(b)
			if (tt.want != "") != (err == nil) || err != nil && fault.Of(err) != tt.kind || show(got) != tt.want {
				t.Errorf("%q, %v; want %q, %v", show(got), err, tt.want, tt.kind)
			}
			if show(b) != before {
				t.Errorf("it was changed itself: %q", show(b))
			}
		})
	}
}

// TestBookIsFull takes ten templates, and 128 fragments of each.
func TestBookIsFull(t *testing.T) {
	t.Parallel()
	b := template.Book{Account: 7}
	for i := range template.MaxTemplates {
		b = must(t)(b.Create(fmt.Sprint(i), fmt.Sprint(i)))
	}
	if _, err := b.Create("x", "x"); !fault.Is(err, fault.TooManyTemplates) {
		t.Errorf("one more: %v", err)
	}
	if _, err := b.Create("x", "1"); !fault.Is(err, fault.TemplateExists) {
		t.Errorf("one more of a name: %v", err)
	}
	for i := range template.MaxFragments {
		b = must(t)(b.Add("1", template.Entry{ID: fmt.Sprint(i), Channel: verification.SMS, Locale: fmt.Sprint(i)}))
	}
	if _, err := b.Add("1", sms("x")); !fault.Is(err, fault.TooManyFragments) {
		t.Errorf("one more fragment: %v", err)
	}
	again := must(t)(template.Book{}.Create("y", "y"))
	if first, is := again.Default(); !is || first.ID != "y" {
		t.Errorf("the first is not the default: %+v", again)
	}
}

func TestAfter(t *testing.T) {
	t.Parallel()
	read := must(t)(template.Book{Account: 7, Revision: 2}.Create("a", "a"))
	written, err := read.After(template.Book{Account: 7, Revision: 2})
	if err != nil || written.Revision != 3 || !reflect.DeepEqual(written.Templates, read.Templates) {
		t.Errorf("written %+v, %v", written, err)
	}
	if _, err := read.After(written); err != nil {
		t.Errorf("its own repetition: %v", err)
	}
	other := must(t)(written.Rename("a", "b"))
	if _, err := read.After(other); !fault.Is(err, fault.Changed) {
		t.Errorf("over another: %v", err)
	}
}

func TestValidName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"my-template_1": true, "A": true, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false,
		"": false, "my template": false, "é": false, "a\n": false, "a.b": false, "a/b": false,
	} {
		if got := template.ValidName(name); got != want {
			t.Errorf("%q: %t", name, got)
		}
	}
}
