package message

var slavic = map[Locale]text{
	"bg-bg": {
		psd2: wording{
			full:  "Код ${pin} за плащане на ${amount} EUR към ${name}. Валиден ${minutes} ${unit}.",
			short: "Код ${pin}: ${amount} EUR към ${name}",
		},
		minutes: "мин", comma: true, english: "en-gb",
	},
	"cs-cz": {
		verify: wording{
			full:  "Kód ${name}: ${pin}. Platí ${minutes} ${unit}.",
			short: "Kód ${name}: ${pin}",
		},
		psd2: wording{
			full:  "Kód ${pin} pro platbu ${amount} EUR, příjemce ${name}. Platí ${minutes} ${unit}.",
			short: "Kód ${pin}: ${amount} EUR, příjemce ${name}",
		},
		minutes: "min", comma: true, english: "en-gb",
	},
	"pl-pl": {
		verify: wording{
			full:   "Kod ${name}: ${pin}. Ważny ${minutes} ${unit}.",
			short:  "Kod ${name}: ${pin}",
			speech: "Twój kod ${name} to ${pin}",
		},
		psd2: wording{
			full:   "Kod ${pin} potwierdza płatność ${amount} EUR dla ${name}. Ważny ${minutes} ${unit}.",
			short:  "Kod ${pin}: ${amount} EUR dla ${name}",
			speech: "Twój kod potwierdzający płatność ${amount} euro dla ${name} to ${pin}",
		},
		minutes: "min", comma: true, voice: "MAJA",
	},
	"ru-ru": {
		verify: wording{
			full:   "Код ${name}: ${pin}. Действует ${minutes} ${unit}.",
			short:  "Код ${name}: ${pin}",
			speech: "Ваш код ${name}: ${pin}",
		},
		minutes: "мин", comma: true, voice: "TATYANA",
	},
	"sk-sk": {
		psd2: wording{
			full:  "Kód ${pin} na platbu ${amount} EUR, príjemca ${name}. Platí ${minutes} ${unit}.",
			short: "Kód ${pin}: ${amount} EUR, príjemca ${name}",
		},
		minutes: "min", comma: true, english: "en-gb",
	},
	"sl-si": {
		psd2: wording{
			full:  "Koda ${pin} za plačilo ${amount} EUR, prejemnik ${name}. Velja ${minutes} ${unit}.",
			short: "Koda ${pin}: ${amount} EUR, prejemnik ${name}",
		},
		minutes: "min", comma: true, english: "en-gb",
	},
}
