package server

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// operated is a server that is reached over a network.
func operated(t *testing.T) *httptest.Server {
	t.Helper()
	still, stop := context.WithCancel(t.Context())
	stop()
	reached := httptest.NewUnstartedServer(nil)
	s, err := New(still, Config{
		Issuer: "http://" + reached.Listener.Addr().String(), Stores: InMemory(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	reached.Config.Handler = s
	reached.Start()
	t.Cleanup(reached.Close)
	return reached
}

// over asks a server over the network, and returns what it answers.
func over(t *testing.T, method, url, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// One local server proves lines by another, whose silent steps begin with the number, and over
// http, as both are on this machine.
func TestSilentStepByAnotherServer(t *testing.T) {
	t.Parallel()
	w, network := newWorld(t, ""), operated(t)
	var listed struct {
		Clients []struct {
			ID  string          `json:"client_id"`
			Key json.RawMessage `json:"private_jwk"`
		} `json:"clients"`
	}
	if err := json.Unmarshal([]byte(over(t, http.MethodGet, network.URL+"/local/sandbox", "")), &listed); err != nil {
		t.Fatal(err)
	}
	for _, c := range listed.Clients {
		if c.ID == standardApplication {
			put := `{"profile":"vonage-v2","client_id":"` + c.ID + `","private_jwk":` + string(c.Key) +
				`,"verify_url":"` + network.URL + `/v2/verify","default":true}`
			if status, answer := w.ask(http.MethodPut, "/local/upstreams/network", put); status != 200 || strings.Contains(answer, "error") {
				t.Fatalf("%d %s", status, answer)
			}
		}
	}
	over(t, http.MethodPost, network.URL+"/local/sessions", `{"address":"127.0.0.1","number":"`+called+`","seconds":600}`)
	steps := `{"brand":"Acme","workflow":[{"channel":"silent_auth","to":"` + called[1:] + `"},{"channel":"sms","to":"` + called[1:] + `"}]}`
	begun := w.asStandard(http.MethodPost, "/v2/verify", steps)
	var request struct {
		ID    string `json:"request_id"`
		Check string `json:"check_url"`
		Code  string
	}
	if err := json.Unmarshal(begun.Body.Bytes(), &request); err != nil || request.Check == "" {
		t.Fatalf("the request is answered %d %s, %v", begun.Code, begun.Body, err)
	}
	sent := w.asStandard(http.MethodGet, strings.TrimPrefix(request.Check, "http://127.0.0.1:8080"), "")
	to := sent.Header().Get("Location")
	if sent.Code != http.StatusFound || !strings.HasPrefix(to, network.URL+"/v2/verify/") {
		t.Fatalf("the device is answered %d %s", sent.Code, sent.Body)
	}
	id := request.ID
	if err := json.Unmarshal([]byte(over(t, http.MethodGet, to, "")), &request); err != nil || request.Code == "" || request.ID == id {
		t.Fatalf("at the network it is given %+v, %v", request, err)
	}
	checked := w.asStandard(http.MethodPost, "/v2/verify/"+id, `{"code":"`+request.Code+`"}`)
	if checked.Code != 200 || !strings.Contains(checked.Body.String(), "completed") {
		t.Errorf("the code is answered %d %s", checked.Code, checked.Body)
	}
}

// asStandard has the standard account make a call.
func (w world) asStandard(method, path, body string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	r.SetBasicAuth(standardKey.String(), "sandbox-standard")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}
