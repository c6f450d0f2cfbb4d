package message

var welshWords = wording{
	full:   "Cod ${name}: ${pin}. Yn ddilys am ${minutes} ${unit}.",
	short:  "Cod ${name}: ${pin}",
	speech: "Eich cod ${name} yw ${pin}",
}

var celtic = map[Locale]text{
	"cy-cy": {verify: welshWords, minutes: "mun", voice: "GWYNETH"},
	"cy-gb": {verify: welshWords, minutes: "mun", voice: "GWYNETH"},
	"ga-ie": {
		psd2: wording{
			full:  "Cód ${pin} d'íocaíocht ${amount} EUR chuig ${name}. Bailí: ${minutes} ${unit}.",
			short: "Cód ${pin}: ${amount} EUR chuig ${name}",
		},
		minutes: "nóim", english: "en-gb",
	},
}
