package message

var slavic = map[Locale]text{
	"bg-bg": {
		psd2: wording{
			full:  "Код ${pin} за плащане на ${amount} EUR към ${name}. Валиден ${minutes} мин.",
			short: "Код ${pin}: ${amount} EUR към ${name}",
		},
		comma: true, english: "en-gb",
	},
	"cs-cz": {
		verify: wording{
			full:  "Kód ${name}: ${pin}. Platí ${minutes} min.",
			short: "Kód ${name}: ${pin}",
		},
		psd2: wording{
			full:  "Kód ${pin} pro platbu ${amount} EUR, příjemce ${name}. Platí ${minutes} min.",
			short: "Kód ${pin}: ${amount} EUR, příjemce ${name}",
		},
		comma: true, english: "en-gb",
	},
	"pl-pl": {
		verify: wording{
			full:   "Kod ${name}: ${pin}. Ważny ${minutes} min.",
			short:  "Kod ${name}: ${pin}",
			speech: "Twój kod ${name} to ${pin}",
		},
		psd2: wording{
			full:   "Kod ${pin} potwierdza płatność ${amount} EUR dla ${name}. Ważny ${minutes} min.",
			short:  "Kod ${pin}: ${amount} EUR dla ${name}",
			speech: "Twój kod potwierdzający płatność ${amount} euro dla ${name} to ${pin}",
		},
		comma: true, voice: "MAJA",
	},
	"ru-ru": {
		verify: wording{
			full:   "Код ${name}: ${pin}. Действует ${minutes} мин.",
			short:  "Код ${name}: ${pin}",
			speech: "Ваш код ${name}: ${pin}",
		},
		comma: true, voice: "TATYANA",
	},
	"sk-sk": {
		psd2: wording{
			full:  "Kód ${pin} na platbu ${amount} EUR, príjemca ${name}. Platí ${minutes} min.",
			short: "Kód ${pin}: ${amount} EUR, príjemca ${name}",
		},
		comma: true, english: "en-gb",
	},
	"sl-si": {
		psd2: wording{
			full:  "Koda ${pin} za plačilo ${amount} EUR, prejemnik ${name}. Velja ${minutes} min.",
			short: "Koda ${pin}: ${amount} EUR, prejemnik ${name}",
		},
		comma: true, english: "en-gb",
	},
}
