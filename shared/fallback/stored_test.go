package fallback_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fallback"
	"lineproof/shared/phone"
	"lineproof/shared/storetest"
	"lineproof/shared/verification"
)

// sealedRequest is what the files of testdata hold.
type sealedRequest struct {
	// Execution names the fallback, Text is the request's JSON, Sealed that sealed.
	Execution string          `json:"execution"`
	Text      json.RawMessage `json:"text"`
	Sealed    []byte          `json:"sealed"`
}

// stored reads a kept form.
func stored(t *testing.T, name string) sealedRequest {
	t.Helper()
	file, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var kept sealedRequest
	if err := json.Unmarshal(file, &kept); err != nil {
		t.Fatal(err)
	}
	return kept
}

// kept is what both forms hold.
func kept(t *testing.T) fallback.Request {
	t.Helper()
	n, err := phone.Parse("+447700900000")
	if err != nil {
		t.Fatal(err)
	}
	return fallback.Request{
		Order:   verification.Order{Line: verification.Line{Number: n}},
		Purpose: "dpv:FraudPreventionAndDetection",
		Token:   map[string]string{"grant_type": "authorization_code", "code": "a&b"},
		Params:  map[string]string{"number": "447700900000", "brand": "<Acme>"}, Authorization: "Basic YTpi",
	}
}

// TestFormerForm reads what builds sealed that did not read orders first: a fallback that one began
// goes on with the other while a deployment is under way.
func TestFormerForm(t *testing.T) {
	t.Parallel()
	sealed := stored(t, "request-v1.json")
	read, err := fallback.Open(ring(t, 2, 1), sealed.Sealed, sealed.Execution)
	if err != nil || !reflect.DeepEqual(read, kept(t)) {
		t.Errorf("reads as another, %v", err)
	}
}

// TestStoredForm holds requests to what deployed builds seal. A build that knows the former form
// reads number, pin and the token request in it, and goes on with the request.
func TestStoredForm(t *testing.T) {
	t.Parallel()
	file, q := stored(t, "request-v2.json"), kept(t)
	q.Order = verification.Order{
		Line:  verification.Line{Number: q.Order.Line.Number, Country: "GB", Type: verification.Mobile},
		Brand: "<Acme>", Payee: "Payee", Amount: "1.50", Sender: "VERIFY", Locale: "en-gb", Digits: 6,
		Type: verification.Mobile, Client: "2001:db8::/64",
		Plan: verification.Plan{
			Steps:  []verification.Step{{Channel: verification.SMS, Wait: 125 * time.Second}, {Channel: verification.Voice}},
			Expiry: 300 * time.Second,
		},
	}
	sealed, err := ring(t, 1).Active().Seal(q, file.Execution, strings.NewReader("twelve bytes"))
	if err != nil || string(sealed) != string(file.Sealed) {
		t.Errorf("sealed is %s, %v", base64.StdEncoding.EncodeToString(sealed), err)
	}
	read, err := fallback.Open(ring(t, 2, 1), file.Sealed, file.Execution)
	if err != nil || !reflect.DeepEqual(read, q) {
		t.Errorf("reads as another, %v", err)
	}
	told := map[string]bool{"Callback": true, "Admitted": true, "Policy": true, // by the PIN step
		// what the Verify API's requests, which alone fall back, have none of
		"Code": true, "Tries": true, "Reference": true, "Onward": true, "OnDemand": true, "Unguarded": true, "Uncovered": true}
	for _, part := range []any{q, q.Order} {
		for field, value := range reflect.ValueOf(part).Fields() {
			if field.Type.Size() > 0 && value.IsZero() && !told[field.Name] {
				t.Errorf("the request has no %s", field.Name)
			}
		}
	}
	var former struct {
		Number, Purpose, Authorization string
		Token, PIN                     map[string]string
	}
	if err := json.Unmarshal(file.Text, &former); err != nil || former.Number != "+447700900000" ||
		!maps.Equal(former.PIN, q.Params) || !maps.Equal(former.Token, q.Token) {
		t.Errorf("a former build reads %+v, %v", former, err)
	}
}

// TestFormerRequestGoesOn has the PIN step begin what a former build asked for.
func TestFormerRequestGoesOn(t *testing.T) {
	t.Parallel()
	sealed := stored(t, "request-v1.json")
	w := newWorld(t, asked(t))
	w.pin.Former = func(params map[string]string, _ account.Terms) (verification.Order, error) {
		if params["brand"] != "<Acme>" {
			t.Errorf("it is read from %v", params)
		}
		return storetest.Order(kept(t).Order.Line.Number, verification.SandboxCountry), nil
	}
	begun := fallback.Fallback{
		Execution: sealed.Execution, Account: 7, State: fallback.Silent, Sealed: sealed.Sealed, Nonce: 5,
	}
	if err := w.store.Begin(t.Context(), begun, w.now); err != nil {
		t.Fatal(err)
	}
	if err := w.pin.Run(t.Context(), sealed.Execution, "token"); err != nil || len(w.queued) != 2 {
		t.Errorf("%d messages, %v", len(w.queued), err)
	}
}
