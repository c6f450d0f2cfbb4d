package upstream

import "lineproof/shared/grant"

// VonageV2 is the Verify API (v2) of Vonage, whose silent step begins with the number. Its success
// says nothing of how the line was told, so it authenticates nobody for a grant.
var VonageV2 = declare(Profile{
	Name:  "vonage-v2",
	Shape: CheckURL,
	Terms: Terms{
		Method: grant.ApplicationJWT,
		Verify: "https://api.nexmo.com/v2/verify",
		Hosts:  []string{"nexmo.com", "vonage.com"},
	},
})
