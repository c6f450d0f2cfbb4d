package fallback

import (
	"strings"

	"lineproof/shared/account"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/message"
	"lineproof/shared/phone"
	"lineproof/shared/pin"
)

// Former reads the parameters of a request for the number that was sealed by a build which read them
// when silence had failed. Such a request is minutes old and stands in the way of an update, no
// longer: so the country comes from the parameters or from the calling code, which needs no number
// plans, and what kind of line it is cannot be told.
func Former(n phone.Number, params map[string]string, t account.Terms) (pin.Order, error) {
	reader := nexmo.Reader{
		Line:   func(_, country string) (pin.Line, error) { return lineOf(n, country), nil },
		Locale: message.LocaleFor,
	}
	return reader.Verify(func(name string) string { return params[name] }, t)
}

func lineOf(n phone.Number, country string) pin.Line {
	if n.IsSandbox() {
		return pin.SandboxLine(n)
	}
	if given := strings.ToUpper(pin.Present(country)); given != "" {
		return pin.Line{Number: n, Country: given}
	}
	return pin.Line{Number: n, Country: callingCode(n.Digits())}
}

// callingCode returns the country of the longest calling code that begins the digits; "" for none.
func callingCode(digits string) string {
	for length := min(longestCode, len(digits)); length > 0; length-- {
		if country, known := countries[digits[:length]]; known {
			return country
		}
	}
	return ""
}

// longestCode is the length of the longest code below.
const longestCode = 4

// countries are those of the calling codes (ITU-T E.164, Annex to Operational Bulletin 1114), and of
// the area codes of North America that are not the United States'.
var countries = codes(`AD376 AE971 AF93 AL355 AM374 AO244 AR54 AT43 AU61 AW297 AZ994 BA387 BD880
	BE32 BF226 BG359 BH973 BI257 BJ229 BN673 BO591 BR55 BT975 BW267 BY375 BZ501 CD243 CF236 CG242
	CH41 CI225 CK682 CL56 CM237 CN86 CO57 CR506 CU53 CV238 CW599 CY357 CZ420 DE49 DJ253 DK45 DZ213
	EC593 EE372 EG20 ER291 ES34 ET251 FI358 FJ679 FK500 FM691 FO298 FR33 GA241 GB44 GE995 GF594
	GH233 GI350 GL299 GM220 GN224 GP590 GQ240 GR30 GT502 GW245 GY592 HK852 HN504 HR385 HT509 HU36
	ID62 IE353 IL972 IN91 IO246 IQ964 IR98 IS354 IT39 JO962 JP81 KE254 KG996 KH855 KI686 KM269
	KP850 KR82 KW965 LA856 LB961 LI423 LK94 LR231 LS266 LT370 LU352 LV371 LY218 MA212 MC377 MD373
	ME382 MG261 MH692 MK389 ML223 MM95 MN976 MO853 MQ596 MR222 MT356 MU230 MV960 MW265 MX52 MY60
	MZ258 NA264 NC687 NE227 NG234 NI505 NL31 NO47 NP977 NR674 NU683 NZ64 OM968 PA507 PE51 PF689
	PG675 PH63 PK92 PL48 PM508 PS970 PT351 PW680 PY595 QA974 RE262 RO40 RS381 RU7 RW250 SA966 SB677
	SC248 SD249 SE46 SG65 SH290 SI386 SK421 SL232 SM378 SN221 SO252 SR597 SS211 ST239 SV503 SY963
	SZ268 NF672 TD235 TG228 TH66 TJ992 TK690 TL670 TM993 TN216 TO676 TR90 TV688 TW886 TZ255 UA380 UG256
	US1 UY598 UZ998 VE58 VN84 VU678 WF681 WS685 XK383 YE967 ZA27 ZM260 ZW263 KZ76 KZ77
	AG1268 AI1264 AS1684 BB1246 BM1441 BS1242 DM1767 DO1809 DO1829 DO1849 GD1473 GU1671 JM1658 JM1876
	KN1869 KY1345 LC1758 MP1670 MS1664 PR1787 PR1939 SX1721 TC1649 TT1868 VC1784 VG1284 VI1340
	CA1204 CA1226 CA1236 CA1249 CA1250 CA1263 CA1289 CA1306 CA1343 CA1354 CA1365 CA1367 CA1368 CA1382
	CA1403 CA1416 CA1418 CA1428 CA1431 CA1437 CA1438 CA1450 CA1468 CA1474 CA1506 CA1514 CA1519 CA1548
	CA1579 CA1581 CA1584 CA1587 CA1604 CA1613 CA1639 CA1647 CA1672 CA1683 CA1705 CA1709 CA1742 CA1753
	CA1778 CA1780 CA1782 CA1807 CA1819 CA1825 CA1867 CA1873 CA1879 CA1902 CA1905`)

func codes(list string) map[string]string {
	byCode := map[string]string{}
	for entry := range strings.FieldsSeq(list) {
		byCode[entry[2:]] = entry[:2]
	}
	return byCode
}
