package upstream

import "lineproof/shared/grant"

// Nokia is Nokia's Network as Code: a scope without purpose, and a hint without scheme. Its API
// stands in a market, by whose key the client is told and verify is called; its authorization
// server is another host.
var Nokia = declare(Profile{
	Name: "nokia",
	Terms: Terms{
		Method:      grant.SecretPost,
		ScopeVerify: "number-verification:verify",
		Can:         Can{Plus: is(true)},
	},
	Hint: BareHint,
	Platform: Platform{
		KeyHeader:  "X-Rapidapi-Key",
		Headers:    map[string]string{"X-Rapidapi-Host": "network-as-code.nokia.rapidapi.com"},
		ClientFrom: "/oauth2/v1/auth/clientcredentials",
	},
})
