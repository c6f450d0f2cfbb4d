package upstream

import "lineproof/shared/grant"

// Konera is Konera's portal: the client's secret in the form, no hashes and no share.
var Konera = declare(Profile{
	Name: "konera",
	Terms: Terms{
		Method:      grant.SecretPost,
		ScopeVerify: "openid " + Purpose + " number-verification:verify",
		Can:         Can{Plus: is(true)},
	},
})
