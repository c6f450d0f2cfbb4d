package upstream

import "lineproof/shared/grant"

// orange is Orange's CAMARA portal. Endpoints, scopes and errors are each country's own: France's
// scope stands here, and a record says what another has.
var orange = Profile{
	Name: "orange",
	Terms: Terms{
		Method:      grant.SecretBasic,
		ScopeVerify: Purpose + "#number-verification:verify",
		Can:         Can{Plus: is(true)},
	},
	Errors: map[string]Outcome{
		"50": Misconfigured, "52": OtherNetwork, "53": Busy,
	},
}
