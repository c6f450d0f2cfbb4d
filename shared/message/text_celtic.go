package message

var welshWords = wording{
	full:   "Cod ${name}: ${pin}. Yn ddilys am ${minutes} mun.",
	short:  "Cod ${name}: ${pin}",
	speech: "Eich cod ${name} yw ${pin}",
}

var celtic = map[Locale]text{
	"cy-cy": {verify: welshWords, voice: "GWYNETH"},
	"cy-gb": {verify: welshWords, voice: "GWYNETH"},
	"ga-ie": {
		psd2: wording{
			full:  "Cód ${pin} d'íocaíocht ${amount} EUR chuig ${name}. Bailí: ${minutes} nóim.",
			short: "Cód ${pin}: ${amount} EUR chuig ${name}",
		},
		english: "en-gb",
	},
}
