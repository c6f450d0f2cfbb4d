package wire

// OneTime says how a wire's one-time passwords are asked for. The zero OneTime serves none.
type OneTime struct {
	// Scopes are those of which one opens its operations. They have no subscriber: a client asks
	// for them in its own name.
	Scopes []string
	// OnlyKnown refuses bodies with a property that the wire does not know.
	OnlyKnown bool
	// ID tells whether a text is spelt as an authenticationId may be, be there one or not.
	ID func(text string) bool
}

// ClientScopes returns the scopes that have no subscriber, of all wires.
func ClientScopes() []string {
	return everyScope(func(w *Wire) []string { return w.OneTime.Scopes })
}
