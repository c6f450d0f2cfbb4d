package fallback_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"lineproof/shared/fallback"
)

// sealedRequest is what testdata/request-v1.json holds.
type sealedRequest struct {
	// Execution names the fallback, Text is the request's JSON and Sealed that sealed.
	Execution string          `json:"execution"`
	Text      json.RawMessage `json:"text"`
	Sealed    []byte          `json:"sealed"`
}

// TestStoredForm holds requests to what deployed builds seal: a fallback that one began is ended by
// the other while a deployment is under way.
func TestStoredForm(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/request-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var stored sealedRequest
	if err := json.Unmarshal(file, &stored); err != nil {
		t.Fatal(err)
	}
	q := fallback.Request{
		Number: "+447700900000", Purpose: "dpv:FraudPreventionAndDetection",
		Token:         map[string]string{"grant_type": "authorization_code", "code": "a&b"},
		Authorization: "Basic YTpi", PIN: map[string]string{"number": "447700900000", "brand": "<Acme>"},
	}
	if text, err := json.Marshal(q); err != nil || string(text) != string(stored.Text) {
		t.Errorf("written is %s, %v", text, err)
	}
	sealed, err := ring(t, 1).Seal(q, stored.Execution, strings.NewReader("twelve bytes"))
	if err != nil || string(sealed) != string(stored.Sealed) {
		t.Errorf("sealed is %s, %v",
			base64.StdEncoding.EncodeToString(sealed), err)
	}
	read, err := ring(t, 2, 1).Open(stored.Sealed, stored.Execution)
	if err != nil || !reflect.DeepEqual(read, q) {
		t.Errorf("reads as another, %v", err)
	}
	for field, value := range reflect.ValueOf(q).Fields() {
		if field.Type.Size() > 0 && value.IsZero() {
			t.Errorf("the request has no %s", field.Name)
		}
	}
}
