package verification_test

import (
	"testing"

	"lineproof/shared/verification"
)

func TestBlank(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": true, " ": true, "\t\r\n": true, "\u00a0\u3000\u2028": true, "\u200b": true, "\ufeff\u2060": true,
		"\u3164\uffa0\u115f": true, "\u2800": true, "\u00ad": true, "\ufe0f": true, "\x00": true,
		" a ": false, ".": false, "\u200b0": false, "é": false, "日本": false, "\xff": false,
	} {
		if got := verification.Blank(text); got != want {
			t.Errorf("%+q: %v", text, got)
		}
	}
}
