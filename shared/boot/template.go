package boot

import (
	"time"

	"lineproof/shared/dynamo"
	"lineproof/shared/template"
)

// templatesTable names the table of message templates.
const templatesTable = "TEMPLATES_TABLE"

const deleteItem = "dynamodb:DeleteItem"

// templatesKept is how long a template is not read again, and so how long a change to it may take
// to show in messages.
const templatesKept = time.Minute

// Templates looks up message templates, each kept for a minute.
func (e *Env) Templates() template.Reader {
	store := dynamo.NewTemplates(e.database(), e.table(templatesTable, get))
	if e.plan.templates == nil {
		e.plan.templates = template.NewCached(store, templatesKept, e.Now)
	}
	return e.plan.templates
}

// TemplateStore keeps message templates.
func (e *Env) TemplateStore() template.Store {
	table := e.table(templatesTable, get, query, put, update, deleteItem)
	return dynamo.NewTemplates(dynamo.Consistent(e.database()), table)
}
