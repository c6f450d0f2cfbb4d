package upstream

import "lineproof/shared/grant"

// nokia is Nokia's Network as Code: a client that is fetched, a scope without purpose, and a hint
// without scheme.
var nokia = Profile{
	Name: "nokia",
	Terms: Terms{
		Method:      grant.SecretPost,
		ScopeVerify: "number-verification:verify",
		Can:         Can{Plus: is(true)},
	},
	Hint:       BareHint,
	ClientFrom: "/oauth2/v1/auth/clientcredentials",
}
