package message

var englishWords = wording{
	full:   "${name} code: ${pin}. Valid for ${minutes} ${unit}.",
	short:  "${name} code: ${pin}",
	speech: "Your ${name} code is ${pin}",
}

var english = map[Locale]text{
	"en-au": {verify: englishWords, minute: "minute", minutes: "minutes", voice: "NICOLE"},
	"en-in": {verify: englishWords, minute: "minute", minutes: "minutes", voice: "RAVEENA"},
	"en-us": {verify: englishWords, minute: "minute", minutes: "minutes", voice: "JOANNA"},
	"en-gb": {
		verify: englishWords,
		psd2: wording{
			full:   "Your code ${pin} confirms the payment of ${amount} EUR to ${name}. Valid for ${minutes} ${unit}.",
			short:  "Code ${pin}: ${amount} EUR to ${name}",
			speech: "Your code to confirm the payment of ${amount} euros to ${name} is ${pin}",
		},
		minute: "minute", minutes: "minutes", voice: "AMY",
	},
}
