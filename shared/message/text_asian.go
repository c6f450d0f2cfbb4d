package message

// asian holds the languages of Asia, none of which has a plural to agree with.
// Chinese for Taiwan is spoken in English, as the document says.
var asian = map[Locale]text{
	"fil-ph": {
		verify: wording{
			full:  "Code ng ${name}: ${pin}. May bisa sa loob ng ${minutes} minuto.",
			short: "Code ng ${name}: ${pin}",
		},
		english: "en-us",
	},
	"hi-in": {
		verify: wording{
			full:  "${name} कोड: ${pin}। ${minutes} मिनट तक मान्य।",
			short: "${name} कोड: ${pin}",
		},
		english: "en-in",
	},
	"id-id": {
		verify: wording{
			full:  "Kode ${name}: ${pin}. Berlaku selama ${minutes} menit.",
			short: "Kode ${name}: ${pin}",
		},
		english: "en-us",
	},
	"ja-jp": {
		verify: wording{
			full:   "${name}の認証コード: ${pin}。${minutes}分間有効です。",
			short:  "${name}の認証コード: ${pin}",
			speech: "${name}の認証コードは、${pin}です。",
		},
		voice: "MIZUKI",
	},
	"ko-kr": {
		verify: wording{
			full:   "${name} 인증번호: ${pin}. ${minutes}분간 유효합니다.",
			short:  "${name} 인증번호: ${pin}",
			speech: "${name} 인증번호는 ${pin}입니다.",
		},
		voice: "SEOYEON",
	},
	"th-th": {
		verify: wording{
			full:  "รหัส ${name}: ${pin} ใช้ได้ภายใน ${minutes} นาที",
			short: "รหัส ${name}: ${pin}",
		},
		english: "en-us",
	},
	"vi-vn": {
		verify: wording{
			full:  "Mã ${name}: ${pin}. Có hiệu lực trong ${minutes} phút.",
			short: "Mã ${name}: ${pin}",
		},
		english: "en-us",
	},
	"yue-cn": {
		verify: wording{
			full:  "${name}嘅验证码：${pin}，${minutes}分钟内有效。",
			short: "${name}嘅验证码：${pin}",
		},
		english: "en-us",
	},
	"zh-cn": {
		verify: wording{
			full:   "${name}验证码：${pin}，${minutes}分钟内有效。",
			short:  "${name}验证码：${pin}",
			speech: "您的${name}验证码是${pin}。",
		},
		voice: "ZHIYU",
	},
	"zh-tw": {
		verify: wording{
			full:  "${name}驗證碼：${pin}，${minutes}分鐘內有效。",
			short: "${name}驗證碼：${pin}",
		},
		english: "en-us",
	},
}
