package redact_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"lineproof/shared/redact"
)

type hidden struct {
	redact.Value
	Text string
}

type sealed struct {
	redact.Print
	Text string
}

func TestNothingShows(t *testing.T) {
	t.Parallel()
	for _, value := range []any{hidden{Text: "canary"}, sealed{Text: "canary"}, &hidden{Text: "canary"}} {
		nested := struct{ Held any }{value}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", value)
		all := log.String()
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			all += fmt.Sprintf(verb, value) + fmt.Sprintf(verb, nested)
		}
		if strings.Contains(all, "canary") || strings.Contains(all, fmt.Sprintf("%x", "canary")) ||
			!strings.Contains(all, redact.Text) {
			t.Errorf("%T prints %s", value, all)
		}
	}
	if text, err := json.Marshal(hidden{Text: "canary"}); string(text) != `"`+redact.Text+`"` {
		t.Errorf("encodes as %s, %v", text, err)
	}
	if text, err := json.Marshal(sealed{Text: "canary"}); string(text) != `{"Text":"canary"}` {
		t.Errorf("is sealed as %s, %v", text, err)
	}
}
