package upstream

import "lineproof/shared/grant"

// nokia is Nokia's Network as Code: a scope without purpose, and a hint without scheme. Its client
// is told by /oauth2/v1/auth/clientcredentials to who has the API key.
var nokia = Profile{
	Name: "nokia",
	Terms: Terms{
		Method:      grant.SecretPost,
		ScopeVerify: "number-verification:verify",
		Can:         Can{Plus: is(true)},
	},
	Hint: BareHint,
}
