package upstream

import "lineproof/shared/grant"

// CAMARA is CAMARA's own profile: Security and Interoperability of r4.2 and Number Verification
// 2.1.0. It has no endpoints.
var CAMARA = declare(Profile{
	Name: "camara",
	Terms: Terms{
		Method:      grant.PrivateKeyJWT,
		ScopeVerify: "openid " + Purpose + " number-verification:verify",
		ScopeShare:  "openid " + Purpose + " number-verification:device-phone-number:read",
		Can:         Can{PKCE: is(true), Plus: is(true), Hashed: is(true), Hashing: HashPlus},
	},
})
