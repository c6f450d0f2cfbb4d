// Package sms owns what messages say and whence they leave, and the senders of people who develop:
// an inbox, and test numbers that have no phone behind them. What reaches phones is sms/provider.
package sms

import (
	"cmp"
	"slices"

	"lineproof/shared/verification"
)

// Route is how messages leave for a country.
type Route struct {
	// SMS is the origination identity of text messages: the name of a number, pool or sender ID of
	// End User Messaging; empty sends none.
	SMS string
	// SenderIDs are the sender_ids that the country lets us use in place of SMS.
	SenderIDs []string
	// EntityID and TemplateID are what India's operators ask for in a text message of a sender ID:
	// IN_ENTITY_ID and IN_TEMPLATE_ID of SendTextMessage's DestinationCountryParameters. Both or
	// none is set.
	EntityID, TemplateID string
	// Voice is the origination identity of calls: a number or pool; empty calls nobody.
	Voice string
}

// Routes holds the routes by country (ISO 3166 alpha-2, and XK for Kosovo); Default is for those
// that have none of their own.
type Routes map[string]Route

// Default stands in Routes in place of a country.
const Default = "default"

// Of returns the route for a country (ISO 3166 alpha-2); the zero Route sends nothing.
func (r Routes) Of(country string) Route {
	if route, own := r[country]; own {
		return route
	}
	return r[Default]
}

// Reach tells whether a message can leave for the country by the channel. It serves as
// verification.Requester.Routed.
func (r Routes) Reach(country string, c verification.Channel) bool {
	return r.Of(country).Identity(c, "") != ""
}

// Identity returns the origination identity for a channel, which is the sender that was asked for
// where the country allows it; empty sends nothing.
func (r Route) Identity(c verification.Channel, sender string) string {
	switch {
	case c == verification.Voice:
		return r.Voice
	case slices.Contains(r.SenderIDs, sender):
		return sender
	default:
		return r.SMS
	}
}

// Parameters returns the DestinationCountryParameters of a text message, by End User Messaging's
// names; nil where none are asked.
func (r Route) Parameters() map[string]string {
	if r.EntityID == "" {
		return nil
	}
	return map[string]string{entityID: r.EntityID, templateID: r.TemplateID}
}

// Registered returns the route with what the message itself says of its registration in India.
func (r Route) Registered(n verification.OutboundMessage) Route {
	if n.Country == india {
		r.EntityID = cmp.Or(n.Entity, r.EntityID)
		r.TemplateID = cmp.Or(n.Content, r.TemplateID)
	}
	return r
}
