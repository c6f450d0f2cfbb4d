package message

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
)

// prints gives every way in which a value reaches a log or an error.
func prints(t *testing.T, value any) []string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	nested := struct{ Held any }{value}
	all := []string{string(encoded), fmt.Sprint(nested)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		all = append(all, fmt.Sprintf(verb, value))
	}
	options := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{} // a time has digits of its own
		}
		return a
	}}
	var text, object bytes.Buffer
	slog.New(slog.NewTextHandler(&text, options)).Info("held", "value", value, "nested", nested)
	slog.New(slog.NewJSONHandler(&object, options)).Info("held", "value", value, "nested", nested)
	return append(all, text.String(), object.String())
}
