package dynamo_test

import (
	"crypto/rand"
	"errors"
	"net/http"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/dynamo/dynamodel"
	"lineproof/shared/fault"
	"lineproof/shared/storetest"
	"lineproof/shared/template"
	"lineproof/shared/verification"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	names := dynamo.Tables{Templates: "Templates-" + rand.Text()}
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		storetest.Templates(t, dynamo.NewTemplates(dynamo.Consistent(client), names.Templates))
	})
}

func TestTemplatesFail(t *testing.T) {
	t.Parallel()
	s := dynamo.NewTemplates(local(t, http.DefaultTransport), "Templates-"+rand.Text()) // no such table
	added := template.Fragment{Account: 1, Template: "t", Entry: template.Entry{ID: "f"}}
	_, errBook := s.Book(t.Context(), 1)
	_, errFragment := s.Fragment(t.Context(), added.Key())
	_, errAll := s.Fragments(t.Context(), 1, "t")
	_, errWords := s.Rewrite(t.Context(), added.Key(), added.Text, keptNow)
	for name, err := range map[string]error{
		"book": errBook, "fragment": errFragment, "fragments": errAll, "rewrite": errWords,
		"put":   s.Put(t.Context(), template.Change{Book: template.Book{Account: 1}}),
		"added": s.Put(t.Context(), template.Change{Book: template.Book{Account: 1}, Added: &added}),
	} {
		if fault.Of(err) != fault.Internal || errors.Is(err, template.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTemplateAnswersLost carries each write out and loses its answer: the client's repetition, which
// finds that it was carried out, succeeds.
func TestTemplateAnswersLost(t *testing.T) {
	t.Parallel()
	names := dynamo.Tables{Templates: "Templates"}
	lost := map[string]bool{}
	s := dynamo.NewTemplates(modelled(names, func(c dynamodel.Call) dynamodel.Fault {
		if c.Operation == "GetItem" || c.Operation == "Query" || lost[c.Operation] {
			return dynamodel.None
		}
		lost[c.Operation] = true
		return dynamodel.LoseAnswer
	}), names.Templates)
	b, err := template.Book{Account: 7}.Create("t", "name")
	noError(t, err)
	noError(t, s.Put(t.Context(), template.Change{Book: b}))
	b.Revision++
	f := template.Fragment{
		Account: 7, Template: "t", Entry: template.Entry{ID: "f", Channel: verification.SMS, Locale: "en-gb"},
		Text: template.StoredText("${code}"), Created: keptNow, Updated: keptNow,
	}
	b, err = b.Add("t", f.Entry)
	noError(t, err)
	noError(t, s.Put(t.Context(), template.Change{Book: b, Added: &f}))
	b.Revision++
	got, err := s.Rewrite(t.Context(), f.Key(), f.Text, keptNow)
	if err != nil || got != f {
		t.Errorf("rewritten %+v, %v", got, err)
	}
	if len(lost) != 3 {
		t.Errorf("lost answers of %v", lost)
	}
	stands, err := s.Book(t.Context(), account.Key(7))
	if err != nil || !reflect.DeepEqual(stands, b) {
		t.Errorf("stands %+v, %v", stands, err)
	}
}
