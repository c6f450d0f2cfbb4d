package message

var nordic = map[Locale]text{
	"da-dk": {
		verify: wording{
			full:   "Kode til ${name}: ${pin}. Gyldig i ${minutes} ${unit}.",
			short:  "Kode til ${name}: ${pin}",
			speech: "Din kode til ${name} er ${pin}",
		},
		psd2: wording{
			full:   "Koden ${pin} bekræfter betalingen på ${amount} EUR til ${name}. Gyldig i ${minutes} ${unit}.",
			short:  "Kode ${pin}: ${amount} EUR til ${name}",
			speech: "Din kode til betalingen på ${amount} euro til ${name} er ${pin}",
		},
		minute: "minut", minutes: "minutter", comma: true, voice: "NAJA",
	},
	"fi-fi": {
		verify: wording{
			full:  "Palvelun ${name} koodi: ${pin}. Voimassa ${minutes} ${unit}.",
			short: "Palvelun ${name} koodi: ${pin}",
		},
		psd2: wording{
			full:  "Koodi ${pin} vahvistaa maksun ${amount} EUR, saaja ${name}. Voimassa ${minutes} ${unit}.",
			short: "Koodi ${pin}: ${amount} EUR, saaja ${name}",
		},
		minutes: "min", comma: true, english: "en-gb",
	},
	"is-is": {
		verify: wording{
			full:   "Kóði fyrir ${name}: ${pin}. Gildir í ${minutes} ${unit}.",
			short:  "Kóði fyrir ${name}: ${pin}",
			speech: "Kóðinn þinn fyrir ${name} er ${pin}",
		},
		minutes: "mín", comma: true, voice: "DORA",
	},
	"nb-no": {
		verify: wording{
			full:   "Kode for ${name}: ${pin}. Gyldig i ${minutes} ${unit}.",
			short:  "Kode for ${name}: ${pin}",
			speech: "Koden din for ${name} er ${pin}",
		},
		minute: "minutt", minutes: "minutter", comma: true, voice: "LIV",
	},
	"sv-se": {
		verify: wording{
			full:   "Kod för ${name}: ${pin}. Giltig i ${minutes} ${unit}.",
			short:  "Kod för ${name}: ${pin}",
			speech: "Din kod för ${name} är ${pin}",
		},
		psd2: wording{
			full:   "Koden ${pin} bekräftar betalningen på ${amount} EUR till ${name}. Giltig i ${minutes} ${unit}.",
			short:  "Kod ${pin}: ${amount} EUR till ${name}",
			speech: "Din kod för betalningen på ${amount} euro till ${name} är ${pin}",
		},
		minute: "minut", minutes: "minuter", comma: true, voice: "ASTRID",
	},
}
