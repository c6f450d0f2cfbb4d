package verify2

import (
	"net/http"
	"strings"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/template"
	"lineproof/shared/verification"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// Templates keeps an account's message templates and their fragments (…/v2/verify/templates), over
// its ports and what the texts are measured by. All accounts may read theirs; those whose terms do
// not let them have templates get a fault.Forbidden for all else.
func Templates(p TemplatePorts, phrases template.Phrases) web.Endpoint {
	c := callersOf(p)
	e := template.Editor{Store: p.TemplateStore(), Random: p.Random(), Now: p.Now}
	hal := resources{p.Issuer()}
	return func(r *http.Request) (any, error) {
		who, body, err := c.identify(r)
		if err != nil {
			return nil, err
		}
		owner, err := c.payer(r.Context(), who.account)
		if err != nil {
			return nil, err
		}
		if r.Method != http.MethodGet && !owner.Terms.Templates {
			return nil, fault.New(fault.Forbidden)
		}
		k := keeping{e, hal, phrases, r, owner, body}
		return k.carryOut(web.Route(r).Path)
	}
}

// keeping is a call about templates.
type keeping struct {
	template.Editor
	hal     resources
	phrases template.Phrases
	r       *http.Request
	owner   account.Account
	body    []byte
}

// carryOut does what the method asks for of the resources at that path.
func (k keeping) carryOut(path string) (any, error) {
	operation := map[string]func() (any, error){
		"GET " + wire.TemplatesPath:   k.list,
		"POST " + wire.TemplatesPath:  k.create,
		"GET " + wire.TemplatePath:    k.get,
		"PATCH " + wire.TemplatePath:  k.revise,
		"DELETE " + wire.TemplatePath: k.delete,
		"GET " + wire.FragmentsPath:   k.listFragments,
		"POST " + wire.FragmentsPath:  k.add,
		"GET " + wire.FragmentPath:    k.getFragment,
		"PATCH " + wire.FragmentPath:  k.rewrite,
		"DELETE " + wire.FragmentPath: k.remove,
	}[k.r.Method+" "+path]
	if operation == nil {
		return nil, fault.New(fault.NotFound)
	}
	return operation()
}

// id returns the template_id of the path. What is malformed names nothing.
func (k keeping) id() string { return uuid(k.r.PathValue("template_id")) }

// key returns what the path calls a fragment.
func (k keeping) key() template.Key {
	return template.Key{
		Account: k.owner.Key, Template: k.id(), ID: uuid(k.r.PathValue("template_fragment_id")),
	}
}

// done has the log tell how the call ended.
func (k keeping) done(outcome string) { web.Note(k.r.Context(), web.Outcome, outcome) }

func (k keeping) list() (any, error) {
	page, err := readPage(k.r)
	if err != nil {
		return nil, err
	}
	book, err := k.Store.Book(k.r.Context(), k.owner.Key)
	if err != nil {
		return nil, err
	}
	return k.hal.templates(book.Templates, page), nil
}

func (k keeping) get() (any, error) {
	book, err := k.Store.Book(k.r.Context(), k.owner.Key)
	if err != nil {
		return nil, err
	}
	t, err := book.Template(k.id())
	if err != nil {
		return nil, err
	}
	return k.hal.template(t), nil
}

func (k keeping) create() (any, error) {
	f, err := readForm(k.body)
	if err != nil {
		return nil, err
	}
	name := f.name()
	if !f.has("name") {
		f.wrong("name", "`name` is required")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	made, err := k.Create(k.r.Context(), k.owner.Key, name)
	if err != nil {
		return nil, err
	}
	k.done("template created")
	return web.Reply{Status: http.StatusCreated, Body: k.hal.template(made)}, nil
}

// name reads the name of a template.
func (f form) name() string {
	return f.text("name", 1, template.MaxName, template.ValidName)
}

func (k keeping) revise() (any, error) {
	f, err := readForm(k.body)
	if err != nil {
		return nil, err
	}
	var revision template.Revision
	if name := f.name(); f.has("name") {
		revision.Name = &name
	}
	if is := f.truth("is_default", false); f.has("is_default") {
		revision.Default = &is
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	revised, err := k.Revise(k.r.Context(), k.owner.Key, k.id(), revision)
	if err != nil {
		return nil, err
	}
	k.done("template revised")
	return k.hal.template(revised), nil
}

func (k keeping) delete() (any, error) {
	if err := k.Delete(k.r.Context(), k.owner.Key, k.id()); err != nil {
		return nil, err
	}
	k.done("template deleted")
	return web.Reply{Status: http.StatusNoContent}, nil
}

func (k keeping) listFragments() (any, error) {
	page, err := readPage(k.r)
	if err != nil {
		return nil, err
	}
	all, err := k.Fragments(k.r.Context(), k.owner.Key, k.id())
	if err != nil {
		return nil, err
	}
	return k.hal.fragments(k.id(), all, page), nil
}

func (k keeping) getFragment() (any, error) {
	found, err := k.Fragment(k.r.Context(), k.key())
	if err != nil {
		return nil, err
	}
	return k.hal.fragment(found), nil
}

func (k keeping) add() (any, error) {
	f, err := readForm(k.body)
	if err != nil {
		return nil, err
	}
	draft := k.draft(f)
	if err := f.err(); err != nil {
		return nil, err
	}
	added, err := k.Add(k.r.Context(), k.owner.Key, k.id(), draft)
	if err != nil {
		return nil, err
	}
	k.done("fragment created")
	return web.Reply{Status: http.StatusCreated, Body: k.hal.fragment(added)}, nil
}

// draft reads a fragment that is to be made.
func (k keeping) draft(f form) template.Draft {
	d := template.Draft{Channel: channels[f.text("channel", 1, maxNumber, nil)]}
	if d.Channel != verification.SMS && d.Channel != verification.Voice {
		f.wrong("channel", "`channel` must be one of sms, voice")
	}
	d.Locale = strings.ToLower(f.text("locale", 2, maxNumber, tagForm.MatchString))
	switch {
	case !f.has("locale"):
		f.wrong("locale", "`locale` is required")
	case d.Locale != "" && !k.phrases.Speaks(d.Channel, d.Locale):
		f.wrong("locale", "`locale` is none that a voice speaks")
	}
	d.Text = k.text(f, d.Channel, d.Locale)
	return d
}

// text reads the words of a fragment.
func (k keeping) text(f form, c verification.Channel, locale string) template.Text {
	if !f.has("text") {
		f.wrong("text", "`text` is required")
		return template.Text{}
	}
	written := f.text("text", 1, web.MaxBody, nil)
	if written == "" {
		return template.Text{}
	}
	words, flaw := template.Judge(written, c, locale, k.owner.Terms.PlainBrand, k.phrases)
	if flaw != "" {
		f.wrong("text", "`text` "+flaw)
	}
	return words
}

func (k keeping) rewrite() (any, error) {
	f, err := readForm(k.body)
	if err != nil {
		return nil, err
	}
	rewritten, err := k.Rewrite(
		k.r.Context(), k.key(), func(e template.Entry) (template.Text, error) {
			words := k.text(f, e.Channel, e.Locale)
			return words, f.err()
		},
	)
	if err != nil {
		return nil, err
	}
	k.done("fragment rewritten")
	return k.hal.fragment(rewritten), nil
}

func (k keeping) remove() (any, error) {
	if err := k.Remove(k.r.Context(), k.key()); err != nil {
		return nil, err
	}
	k.done("fragment deleted")
	return web.Reply{Status: http.StatusNoContent}, nil
}
