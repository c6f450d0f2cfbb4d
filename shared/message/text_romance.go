package message

var latinAmerican = wording{
	full:   "Código de ${name}: ${pin}. Válido por ${minutes} ${unit}.",
	short:  "Código de ${name}: ${pin}",
	speech: "Su código de ${name} es ${pin}",
}

var frenchWords = wording{
	full:   "Code ${name} : ${pin}. Valable ${minutes} ${unit}.",
	short:  "Code ${name} : ${pin}",
	speech: "Votre code ${name} est ${pin}",
}

var romance = map[Locale]text{
	"es-mx": {verify: latinAmerican, minute: "minuto", minutes: "minutos", voice: "MIA"},
	"es-us": {verify: latinAmerican, minute: "minuto", minutes: "minutos", voice: "LUPE"},
	"fr-ca": {verify: frenchWords, minute: "minute", minutes: "minutes", voice: "CHANTAL"},
	"es-es": {
		verify: wording{
			full:   "Código de ${name}: ${pin}. Válido durante ${minutes} ${unit}.",
			short:  "Código de ${name}: ${pin}",
			speech: "Su código de ${name} es ${pin}",
		},
		psd2: wording{
			full:   "La clave ${pin} confirma el pago de ${amount} EUR a ${name}. Caduca en ${minutes} ${unit}.",
			short:  "Clave ${pin}: ${amount} EUR a ${name}",
			speech: "Su clave para confirmar el pago de ${amount} euros a ${name} es ${pin}",
		},
		minute: "minuto", minutes: "minutos", comma: true, voice: "LUCIA",
	},
	"fr-fr": {
		verify: frenchWords,
		psd2: wording{
			full:   "Le code ${pin} confirme le paiement de ${amount} EUR à ${name}. Valable ${minutes} ${unit}.",
			short:  "Code ${pin} : ${amount} EUR à ${name}",
			speech: "Votre code pour confirmer le paiement de ${amount} euros à ${name} est ${pin}",
		},
		minute: "minute", minutes: "minutes", comma: true, voice: "LEA",
	},
	"it-it": {
		verify: wording{
			full:   "Codice ${name}: ${pin}. Valido per ${minutes} ${unit}.",
			short:  "Codice ${name}: ${pin}",
			speech: "Il suo codice ${name} è ${pin}",
		},
		psd2: wording{
			full:   "Il codice ${pin} conferma il pagamento di ${amount} EUR a ${name}. Valido per ${minutes} ${unit}.",
			short:  "Codice ${pin}: ${amount} EUR a ${name}",
			speech: "Il suo codice per confermare il pagamento di ${amount} euro a ${name} è ${pin}",
		},
		minute: "minuto", minutes: "minuti", comma: true, voice: "BIANCA",
	},
	"pt-br": {
		verify: wording{
			full:   "Código ${name}: ${pin}. Válido por ${minutes} ${unit}.",
			short:  "Código ${name}: ${pin}",
			speech: "Seu código ${name} é ${pin}",
		},
		minute: "minuto", minutes: "minutos", comma: true, voice: "CAMILA",
	},
	"pt-pt": {
		verify: wording{
			full:   "Código ${name}: ${pin}. Válido durante ${minutes} ${unit}.",
			short:  "Código ${name}: ${pin}",
			speech: "O seu código ${name} é ${pin}",
		},
		minute: "minuto", minutes: "minutos", comma: true, voice: "CRISTIANO",
	},
	"ro-ro": {
		verify: wording{
			full:   "Cod ${name}: ${pin}. Valabil ${minutes} ${unit}.",
			short:  "Cod ${name}: ${pin}",
			speech: "Codul dumneavoastră ${name} este ${pin}",
		},
		minutes: "min", comma: true, voice: "CARMEN",
	},
}
