package message

// mediterranean holds the languages of its shores that no other table has, and
// Hungarian, whose unit stays the same after a number, as the Turkish one does.
// The Arabic wording avoids the unit, whose form changes with the number more often than here.
var mediterranean = map[Locale]text{
	"ar-xa": {
		verify: wording{
			full:   "رمز ${name}: ${pin}. مدة الصلاحية بالدقائق: ${minutes}.",
			short:  "رمز ${name}: ${pin}",
			speech: "رمز ${name} الخاص بك هو ${pin}",
		},
		minute: "دقيقة", minutes: "دقائق", voice: "ZEINA",
	},
	"el-gr": {
		verify: wording{
			full:  "Κωδικός ${name}: ${pin}. Ισχύει για ${minutes} ${unit}.",
			short: "Κωδικός ${name}: ${pin}",
		},
		psd2: wording{
			full:  "Κωδικός ${pin} για πληρωμή ${amount} EUR προς ${name}. Ισχύει ${minutes} ${unit}.",
			short: "Κωδικός ${pin}: ${amount} EUR προς ${name}",
		},
		minute: "λεπτό", minutes: "λεπτά", comma: true, english: "en-gb",
	},
	"hu-hu": {
		verify: wording{
			full:  "${name} kód: ${pin}. Érvényes ${minutes} ${unit}ig.",
			short: "${name} kód: ${pin}",
		},
		psd2: wording{
			full:  "Kód: ${pin}. Fizetés: ${amount} EUR, címzett: ${name}. Érvényes ${minutes} ${unit}ig.",
			short: "Kód ${pin}: ${amount} EUR, címzett: ${name}",
		},
		minutes: "perc", comma: true, english: "en-gb",
	},
	"mt-mt": {
		psd2: wording{
			full:  "Kodiċi ${pin} għall-ħlas ta' ${amount} EUR lil ${name}. Validu ${minutes} ${unit}.",
			short: "Kodiċi ${pin}: ${amount} EUR lil ${name}",
		},
		minutes: "min", english: "en-gb",
	},
	"tr-tr": {
		verify: wording{
			full:   "${name} kodu: ${pin}. ${minutes} ${unit} geçerlidir.",
			short:  "${name} kodu: ${pin}",
			speech: "${name} kodunuz: ${pin}",
		},
		minutes: "dakika", comma: true, voice: "FILIZ",
	},
}
