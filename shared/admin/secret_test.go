package admin

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestSecretShowsInItsAnswerAlone(t *testing.T) {
	t.Parallel()
	s, text, err := newSecret(strings.NewReader(strings.Repeat("canary!", 4)))
	if err != nil || text != "Y2FuYXJ5IWNhbmFyeSFjYW5hcnkhY2Fu" {
		t.Fatalf("made %q, %v", text, err)
	}
	if shown := fmt.Sprintf("%v %+v %#v %x %s", s, s, s, s, s.LogValue()); shown !=
		"[secret] [secret] [secret] [secret] [secret]" {
		t.Errorf("prints as %s", shown)
	}
	for want, of := range map[string]secret{`"` + text + `"`: s, "null": {}} {
		if got, err := json.Marshal(of); err != nil || string(got) != want {
			t.Errorf("is answered as %s, %v, want %s", got, err, want)
		}
	}
}
