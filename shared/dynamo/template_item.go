package dynamo

import (
	"encoding/json"
	"fmt"
	"strings"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/template"
	"lineproof/shared/verification"
)

// The attributes of books and fragments.
const (
	templatePart     = "templatePart"
	templateRecord   = "templateRecord"
	templateRevision = "templateRevision"

	fragmentChannel = "fragmentChannel"
	fragmentLocale  = "fragmentLocale"
	fragmentText    = "fragmentText"
	createdAt       = "createdAt"
	updatedAt       = "updatedAt"
)

// templateKey names an item of an account: its book, or a fragment.
type templateKey struct {
	account account.Key
	part    string
}

func (k templateKey) item() item {
	return item{accountID: text(k.account.String()), templatePart: text(k.part)}
}

// bookPart is the part of books; a fragment's begins with the UUID of its template.
const bookPart = "templates"

func bookKey(k account.Key) templateKey { return templateKey{k, bookPart} }

func fragmentKey(k template.Key) templateKey {
	return templateKey{k.Account, fragmentsPrefix(k.Template) + k.ID}
}

// fragmentsPrefix begins the parts of a template's fragments.
func fragmentsPrefix(id string) string { return id + "#" }

// bookMembers is a template.Book as templateRecord holds it (see the package's documentation).
type bookMembers struct {
	Templates []templateMembers `json:"Templates"`
}

type templateMembers struct {
	ID        string         `json:"ID"`
	Name      string         `json:"Name"`
	Default   bool           `json:"Default"`
	Fragments []entryMembers `json:"Fragments"`
}

type entryMembers struct {
	ID      string               `json:"ID"`
	Channel verification.Channel `json:"Channel"`
	Locale  string               `json:"Locale"`
}

func newTemplateMembers(t template.Template) templateMembers {
	return templateMembers{t.ID, t.Name, t.Default, each(
		t.Fragments, func(e template.Entry) entryMembers { return entryMembers(e) },
	)}
}

func (m templateMembers) template() template.Template {
	return template.Template{
		ID: m.ID, Name: m.Name, Default: m.Default, Fragments: each(
			m.Fragments, func(e entryMembers) template.Entry { return template.Entry(e) },
		),
	}
}

// encodeBook returns the item of a book as it stands after its next write.
func encodeBook(b template.Book) (item, error) {
	record, err := json.Marshal(bookMembers{each(b.Templates, newTemplateMembers)})
	if err != nil {
		return nil, fmt.Errorf("dynamo: encode templates: %w", fault.New(fault.Internal))
	}
	it := bookKey(b.Account).item()
	it[templateRecord], it[templateRevision] = text(string(record)), integer(b.Revision+1)
	return it, nil
}

func decodeBook(it item) (template.Book, error) {
	d := &decoder{item: it}
	var m bookMembers
	if err := json.Unmarshal([]byte(d.text(templateRecord)), &m); err != nil {
		d.fail(templateRecord)
	}
	b := template.Book{
		Account:   account.ParseKey(d.text(accountID)),
		Templates: each(m.Templates, templateMembers.template),
		Revision:  d.integer(templateRevision),
	}
	if err := d.err(); err != nil {
		return template.Book{}, err
	}
	return b, nil
}

// standing returns what stands of an account's book in an item, which is empty where none is.
func standing(k account.Key, it item) (template.Book, error) {
	if len(it) == 0 {
		return template.Book{Account: k}, nil
	}
	return decodeBook(it)
}

func encodeFragment(f template.Fragment) item {
	it := fragmentKey(f.Key()).item()
	it[fragmentChannel], it[fragmentLocale] = text(f.Channel), text(f.Locale)
	it[fragmentText] = text(f.Text.Written())
	it[createdAt], it[updatedAt] = moment(f.Created), moment(f.Updated)
	return it
}

func decodeFragment(it item) (template.Fragment, error) {
	d := &decoder{item: it}
	of, id, named := strings.Cut(d.text(templatePart), "#")
	if !named {
		d.fail(templatePart)
	}
	f := template.Fragment{
		Account: account.ParseKey(d.text(accountID)), Template: of,
		Entry: template.Entry{
			ID: id, Channel: verification.Channel(d.text(fragmentChannel)),
			Locale: d.text(fragmentLocale),
		},
		Text:    template.StoredText(d.text(fragmentText)),
		Created: d.moment(createdAt),
		Updated: d.moment(updatedAt),
	}
	if err := d.err(); err != nil {
		return template.Fragment{}, err
	}
	return f, nil
}
