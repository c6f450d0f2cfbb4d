package message

// asian holds the languages of Asia, none of which has a plural to agree with.
// Chinese for Taiwan is spoken in English, as the document says.
var asian = map[Locale]text{
	"fil-ph": {
		verify: wording{
			full:  "Code ng ${name}: ${pin}. May bisa sa loob ng ${minutes} ${unit}.",
			short: "Code ng ${name}: ${pin}",
		},
		minutes: "minuto", english: "en-us",
	},
	"hi-in": {
		verify: wording{
			full:  "${name} कोड: ${pin}। ${minutes} ${unit} तक मान्य।",
			short: "${name} कोड: ${pin}",
		},
		minutes: "मिनट", english: "en-in",
	},
	"id-id": {
		verify: wording{
			full:  "Kode ${name}: ${pin}. Berlaku selama ${minutes} ${unit}.",
			short: "Kode ${name}: ${pin}",
		},
		minutes: "menit", english: "en-us",
	},
	"ja-jp": {
		verify: wording{
			full:   "${name}の認証コード: ${pin}。${minutes}${unit}間有効です。",
			short:  "${name}の認証コード: ${pin}",
			speech: "${name}の認証コードは、${pin}です。",
		},
		minutes: "分", voice: "MIZUKI",
	},
	"ko-kr": {
		verify: wording{
			full:   "${name} 인증번호: ${pin}. ${minutes}${unit}간 유효합니다.",
			short:  "${name} 인증번호: ${pin}",
			speech: "${name} 인증번호는 ${pin}입니다.",
		},
		minutes: "분", voice: "SEOYEON",
	},
	"th-th": {
		verify: wording{
			full:  "รหัส ${name}: ${pin} ใช้ได้ภายใน ${minutes} ${unit}",
			short: "รหัส ${name}: ${pin}",
		},
		minutes: "นาที", english: "en-us",
	},
	"vi-vn": {
		verify: wording{
			full:  "Mã ${name}: ${pin}. Có hiệu lực trong ${minutes} ${unit}.",
			short: "Mã ${name}: ${pin}",
		},
		minutes: "phút", english: "en-us",
	},
	"yue-cn": {
		verify: wording{
			full:  "${name}嘅验证码：${pin}，${minutes}${unit}内有效。",
			short: "${name}嘅验证码：${pin}",
		},
		minutes: "分钟", english: "en-us",
	},
	"zh-cn": {
		verify: wording{
			full:   "${name}验证码：${pin}，${minutes}${unit}内有效。",
			short:  "${name}验证码：${pin}",
			speech: "您的${name}验证码是${pin}。",
		},
		minutes: "分钟", voice: "ZHIYU",
	},
	"zh-tw": {
		verify: wording{
			full:  "${name}驗證碼：${pin}，${minutes}${unit}內有效。",
			short: "${name}驗證碼：${pin}",
		},
		minutes: "分鐘", english: "en-us",
	},
}
