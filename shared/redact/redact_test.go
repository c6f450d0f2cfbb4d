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

type mark struct{}

func (mark) Label() string { return "[mark]" }

type name struct{}

func (name) Label() string { return "[name %s]" }

type (
	hidden struct {
		redact.Value
		Text string
	}
	sealed struct {
		redact.Print
		Text string
	}
	marked struct {
		redact.ValueAs[mark]
		Text string
	}
	printed struct {
		redact.PrintAs[mark]
		Text string
	}
	named struct {
		redact.Named[name]
		Text string
	}
)

func TestNothingShows(t *testing.T) {
	t.Parallel()
	id := redact.Named[name]{ID: "a"}
	for _, tt := range []struct {
		value          any
		shown, encoded string
	}{
		{hidden{Text: "canary"}, "[redacted]", `"[redacted]"`},
		{&hidden{Text: "canary"}, "[redacted]", `"[redacted]"`},
		{sealed{Text: "canary"}, "[redacted]", `{"Text":"canary"}`},
		{marked{Text: "canary"}, "[mark]", `"[mark]"`},
		{printed{Text: "canary"}, "[mark]", `{"Text":"canary"}`},
		{named{id, "canary"}, "[name a]", `"[name a]"`},
		{&named{id, "canary"}, "[name a]", `"[name a]"`},
	} {
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", tt.value)
		if !strings.Contains(log.String(), tt.shown) || strings.Contains(log.String(), "canary") {
			t.Errorf("%T logs %s", tt.value, &log)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			if text := fmt.Sprintf(verb, tt.value); text != tt.shown {
				t.Errorf("%T prints %s by %s", tt.value, text, verb)
			}
			nested := fmt.Sprintf(verb, struct{ Held any }{tt.value})
			if strings.Contains(nested, "canary") || strings.Contains(nested, fmt.Sprintf("%x", "canary")) {
				t.Errorf("%T prints %s", tt.value, nested)
			}
		}
		if text := tt.value.(fmt.Stringer).String(); text != tt.shown {
			t.Errorf("%T is %s", tt.value, text)
		}
		if text, err := json.Marshal(tt.value); err != nil || string(text) != tt.encoded {
			t.Errorf("%T encodes as %s, %v", tt.value, text, err)
		}
	}
}
