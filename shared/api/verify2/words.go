package verify2

import (
	"context"
	"slices"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/template"
	"lineproof/shared/verification"
)

// write has the order's messages say what the templates of its account do, where its terms let it
// have any. It fails with a fault.InvalidParam for a template that does not exist, and for a brand
// that with the words around it shows what the terms keep out of messages.
func write(
	ctx context.Context, l template.Library, w template.Wish, t account.Terms,
	o *verification.Order,
) error {
	f := form{faults: &[]fault.Parameter{}}
	err := error(fault.New(fault.UnknownTemplate))
	switch {
	case t.Templates:
		err = l.Write(ctx, w, o)
	case w.Template == "":
		return nil
	}
	if fault.Is(err, fault.UnknownTemplate) {
		f.wrong("template_id", "`template_id` is no template of the account")
		return f.err()
	}
	leads := func(s verification.Step) bool { return s.Text.Leads(o.Digits) }
	if err == nil && t.PlainBrand && slices.ContainsFunc(o.Plan.Steps, leads) {
		f.wrong("brand", "`brand` and the template show a link or a number to call")
		return f.err()
	}
	return err
}
