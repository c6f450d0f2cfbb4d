package message

// Encoding is the alphabet an SMS travels in.
type Encoding uint8

// The encodings of 3GPP TS 23.038. GSM7 is the default alphabet with its
// extension table (§6.2.1), UCS2 the one for every other text (§6.2.3).
const (
	GSM7 Encoding = iota
	UCS2
)

const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€" // each after an escape, so two septets
)

var gsmWidth = gsmWidths()

func gsmWidths() map[rune]int {
	widths := make(map[rune]int, len(gsmBasic)+len(gsmExtended))
	for _, r := range gsmBasic {
		widths[r] = 1
	}
	for _, r := range gsmExtended {
		widths[r] = 2
	}
	return widths
}

// ucsWidth is 2 for what UTF-16 writes as a surrogate pair.
func ucsWidth(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// Segments gives the encoding an SMS of this text takes, its length in septets
// (GSM7) or 16-bit units (UCS2), and the number of messages it is sent as:
// 160 septets or 70 units fit one, 153 or 67 each part of several (3GPP TS
// 23.040 §9.2.3.24.1). An empty text takes none.
func Segments(text string) (enc Encoding, units, segments int) {
	if units, parts, ok := count(text, 153, func(r rune) int { return gsmWidth[r] }); ok {
		return GSM7, units, whole(units, 160, parts)
	}
	units, parts, _ := count(text, 67, ucsWidth)
	return UCS2, units, whole(units, 70, parts)
}

// Parts returns the number of messages that an SMS of this text is sent as.
func Parts(text string) int {
	_, _, parts := Segments(text)
	return parts
}

// count gives the units of a text and the parts of the given size it fills; no
// character is torn between two parts. It fails where a character has no width.
func count(text string, size int, width func(rune) int) (units, parts int, ok bool) {
	room := 0
	for _, r := range text {
		w := width(r)
		if w == 0 {
			return 0, 0, false
		}
		if w > room {
			parts, room = parts+1, size
		}
		units, room = units+w, room-w
	}
	return units, parts, true
}

// whole is 1 for what fits one message unsplit.
func whole(units, limit, parts int) int {
	if units <= limit {
		return min(parts, 1)
	}
	return parts
}
