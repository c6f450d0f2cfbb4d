package verify2

import (
	"fmt"
	"net/http"
	"strconv"

	"lineproof/shared/fault"
	"lineproof/shared/template"
	"lineproof/shared/urlencoded"
	"lineproof/shared/wire"
)

// The sizes of pages of lists. Java's SDK asks for 1000.
const (
	defaultPageSize = 10
	maxPageSize     = 1000
	maxPage         = 1_000_000
)

// page is the part of a list that is asked for: its number, from 1, and how many of how many
// elements it has at most.
type page struct{ number, size int }

// readPage reads the parameters page and page_size.
func readPage(r *http.Request) (page, error) {
	values := urlencoded.Parse(r.URL.RawQuery)
	f := form{faults: &[]fault.Parameter{}}
	number := func(name string, most, other int) int {
		if len(values[name]) == 0 || values[name][0] == "" {
			return other
		}
		n, err := strconv.Atoi(values[name][0])
		if err != nil || n < 1 || n > most {
			f.wrong(name, fmt.Sprintf("`%s` must be an integer between 1 and %d", name, most))
		}
		return n
	}
	p := page{number("page", maxPage, 1), number("page_size", maxPageSize, defaultPageSize)}
	return p, f.err()
}

// pages returns how many pages have so many elements; an empty list has one.
func (p page) pages(elements int) int { return max(1, (elements+p.size-1)/p.size) }

// of returns the elements of the page.
func of[T any](p page, all []T) []T {
	first := min((p.number-1)*p.size, len(all))
	return all[first:min(first+p.size, len(all))]
}

// link is a link of HAL (draft-kelly-json-hal), and links those of a resource by their relation.
type (
	link struct {
		Href string `json:"href"`
	}
	links map[string]link
)

// listAnswer is a page of a list in HAL.
type listAnswer struct {
	PageSize   int            `json:"page_size"`
	Page       int            `json:"page"`
	TotalPages int            `json:"total_pages"`
	TotalItems int            `json:"total_items"`
	Embedded   map[string]any `json:"_embedded"`
	Links      links          `json:"_links"`
}

// templateAnswer is a template.
type templateAnswer struct {
	ID      string `json:"template_id"`
	Name    string `json:"name"`
	Default bool   `json:"is_default"`
	Links   links  `json:"_links"`
}

// fragmentAnswer is a fragment of a template.
type fragmentAnswer struct {
	ID      string `json:"template_fragment_id"`
	Channel string `json:"channel"`
	Locale  string `json:"locale"`
	Text    string `json:"text"`
	Created string `json:"date_created"`
	Updated string `json:"date_updated"`
	Links   links  `json:"_links"`
}

// resources writes templates and fragments with their links.
type resources struct {
	origin string // as https://verify.example
}

func (h resources) templates(all []template.Template, p page) listAnswer {
	shown := []templateAnswer{}
	for _, t := range of(p, all) {
		shown = append(shown, h.template(t))
	}
	return h.list(wire.TemplatesPath, "templates", shown, p, len(all))
}

func (h resources) template(t template.Template) templateAnswer {
	self := h.origin + wire.TemplatesPath + "/" + t.ID
	return templateAnswer{t.ID, t.Name, t.Default, links{
		"self": {self}, "fragments": {self + wire.FragmentsEnd},
	}}
}

func (h resources) fragments(id string, all []template.Fragment, p page) listAnswer {
	shown := []fragmentAnswer{}
	for _, f := range of(p, all) {
		shown = append(shown, h.fragment(f))
	}
	path := wire.TemplatesPath + "/" + id + wire.FragmentsEnd
	return h.list(path, "template_fragments", shown, p, len(all))
}

func (h resources) fragment(f template.Fragment) fragmentAnswer {
	of := h.origin + wire.TemplatesPath + "/" + f.Template
	return fragmentAnswer{
		f.ID, channel(f.Channel), f.Locale, f.Text.Written(), date(f.Created), date(f.Updated),
		links{"self": {of + wire.FragmentsEnd + "/" + f.ID}, "template": {of}},
	}
}

// list writes a page of the list at that path.
func (h resources) list(path, name string, shown any, p page, total int) listAnswer {
	at := func(number int) link {
		return link{fmt.Sprintf("%s%s?page=%d&page_size=%d", h.origin, path, number, p.size)}
	}
	last := p.pages(total)
	to := links{"self": at(p.number), "first": at(1), "last": at(last)}
	if p.number < last {
		to["next"] = at(p.number + 1)
	}
	if p.number > 1 {
		to["prev"] = at(min(p.number-1, last))
	}
	return listAnswer{p.size, p.number, last, total, map[string]any{name: shown}, to}
}
