package upstream

import "lineproof/shared/grant"

// Infobip is Infobip's number verification 0: the authorization request in camel case, without
// response type and scope, and a code that opens verify by itself, beside the platform's key.
var Infobip = declare(Profile{
	Name: "infobip",
	Terms: Terms{
		Method: grant.SecretBasic,
		Can:    Can{Plus: is(true)},
	},
	Names: map[string]string{
		"client_id": "clientId", "redirect_uri": "redirectUrl", "response_type": "", "scope": "",
		"nonce": "", "prompt": "",
	},
	Bare: true,
	Errors: map[string]Outcome{
		"NOT_FOUND": NotCovered, "CONFLICT": Busy, "SERVICE_NOT_APPLICABLE": NotCovered,
	},
})
