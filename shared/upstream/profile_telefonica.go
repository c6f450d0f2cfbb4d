package upstream

import "lineproof/shared/grant"

// Telefonica is Telefónica Open Gateway: its developer pages, and its document of number
// verification 0.5.0. Its hosts are given at onboarding. It takes '+' as optional.
var Telefonica = declare(Profile{
	Name: "telefonica",
	Terms: Terms{
		Method:      grant.SecretBasic,
		ScopeVerify: Purpose + " number-verification:verify",
		ScopeShare:  Purpose + " number-verification:device-phone-number:read",
		Can:         Can{Plus: is(true)},
	},
	Names: map[string]string{"prompt": ""},
})
