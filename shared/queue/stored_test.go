package queue_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"lineproof/shared/queue"
)

// TestStoredForm holds messages to the body that deployed builds write: those of one are read by
// the other while a deployment is under way.
func TestStoredForm(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/message-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	body := strings.TrimSpace(string(file))
	if written := queue.Encode(message); written != body {
		t.Errorf("written is %s, not %s", written, body)
	}
	if read, err := queue.Decode(body); err != nil || read != message {
		t.Errorf("reads as %+v, %v", read, err)
	}
	for field, value := range reflect.ValueOf(message).Fields() {
		if value.IsZero() {
			t.Errorf("the message has no %s", field.Name)
		}
	}
}
