package eventbus

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"": true, "default": true, "team/verifications_1.2-x": true, strings.Repeat("a", 256): true,
		strings.Repeat("a", 257): false, "canary bus": false, "canary:arn": false, "canary\n": false,
	} {
		name, err := parse(text)
		if (err == nil) != good || good && name != text || err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%q gave %q, %v", text, name, err)
		}
	}
}
