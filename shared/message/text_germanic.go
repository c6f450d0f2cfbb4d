package message

var germanic = map[Locale]text{
	"de-de": {
		verify: wording{
			full:   "Ihr Code für ${name}: ${pin}. Gültig für ${minutes} ${unit}.",
			short:  "Code für ${name}: ${pin}",
			speech: "Ihr Code für ${name} lautet ${pin}",
		},
		psd2: wording{
			full:   "Ihr Code ${pin} bestätigt die Zahlung von ${amount} EUR an ${name}. Gültig für ${minutes} ${unit}.",
			short:  "Code ${pin}: ${amount} EUR an ${name}",
			speech: "Ihr Code für die Zahlung von ${amount} Euro an ${name} lautet ${pin}",
		},
		minute: "Minute", minutes: "Minuten", comma: true, voice: "VICKI",
	},
	"nl-nl": {
		verify: wording{
			full:   "Code voor ${name}: ${pin}. Geldig gedurende ${minutes} ${unit}.",
			short:  "Code voor ${name}: ${pin}",
			speech: "Uw code voor ${name} is ${pin}",
		},
		psd2: wording{
			full:   "Code ${pin} bevestigt de betaling van ${amount} EUR aan ${name}. Geldig gedurende ${minutes} ${unit}.",
			short:  "Code ${pin}: ${amount} EUR aan ${name}",
			speech: "Uw code voor de betaling van ${amount} euro aan ${name} is ${pin}",
		},
		minute: "minuut", minutes: "minuten", comma: true, voice: "LOTTE",
	},
}
