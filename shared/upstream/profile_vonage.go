package upstream

import "lineproof/shared/grant"

// vonageV2 is the Verify API (v2) of Vonage, whose silent step begins with the number.
var vonageV2 = Profile{
	Name:  "vonage-v2",
	Shape: CheckURL,
	Terms: Terms{
		Method: grant.ApplicationJWT,
		Verify: "https://api.nexmo.com/v2/verify",
	},
}
