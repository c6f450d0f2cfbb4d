package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// startFallback starts a fallback that has nothing to verify silently by, and waits until its PIN is on its way.
func (on target) startFallback(t *testing.T, as apiAccount, key, number string) {
	t.Helper()
	header := basic(as.Key, as.Secret).header.Clone()
	header.Set("Content-Type", typeJSON)
	header.Set("Idempotency-Key", key)
	body := `{"number":"` + number + `","brand":"Acme"}`
	if a := on.do(t, call{Method: http.MethodPost, Path: "/fallback", Header: header, Body: body}); a.Status != http.StatusOK {
		t.Fatalf("the fallback is answered %d %s", a.Status, a.Body)
	}
	var state struct {
		State     string
		RequestID string `json:"request_id"`
	}
	for end := time.Now().Add(10 * time.Second); state.RequestID == ""; time.Sleep(20 * time.Millisecond) {
		a := on.do(t, call{Method: http.MethodGet, Path: "/fallback?execution=" + url.QueryEscape(as.Key+"-"+key), Header: header})
		if err := json.Unmarshal(a.Body, &state); err != nil || time.Now().After(end) {
			t.Fatalf("the fallback stands at %d %s", a.Status, a.Body)
		}
	}
}

// TestResetForgetsFallbacks starts a fallback under a key that was used before the reset.
func TestResetForgetsFallbacks(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		on.startFallback(t, as, "order-1", freshMobile())
		on.reset(t)
		on.startFallback(t, as, "order-1", freshMobile())
	})
}
