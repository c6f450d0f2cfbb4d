package message

// baltic holds the languages of the Baltic states; ee-et is how the document
// spells Estonian.
var baltic = map[Locale]text{
	"ee-et": {
		psd2: wording{
			full:  "Kood ${pin} kinnitab makse ${amount} EUR, saaja ${name}. Kehtib ${minutes} ${unit}.",
			short: "Kood ${pin}: ${amount} EUR, saaja ${name}",
		},
		minutes: "min", comma: true, english: "en-gb",
	},
	"lt-lt": {
		psd2: wording{
			full:  "Kodas ${pin}: ${amount} EUR mokėjimas, gavėjas ${name}. Galioja ${minutes} ${unit}.",
			short: "Kodas ${pin}: ${amount} EUR, gavėjas ${name}",
		},
		minutes: "min", comma: true, english: "en-gb",
	},
	"lv-lv": {
		psd2: wording{
			full:  "Kods ${pin}: ${amount} EUR maksājums, saņēmējs ${name}. Derīgs ${minutes} ${unit}.",
			short: "Kods ${pin}: ${amount} EUR, saņēmējs ${name}",
		},
		minutes: "min", comma: true, english: "en-gb",
	},
}
