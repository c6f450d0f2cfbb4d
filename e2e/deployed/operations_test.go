package deployed_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lineproof/e2e/bundle"
)

// administration is a command as docs/operations.md has it.
var administration = regexp.MustCompile(`admin '(\{.*?\})'`)

// registered is what the commands answered: the last client and the last account are those that a
// newcomer tries.
type registered struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Key          string `json:"api_key"`
	Secret       string `json:"api_secret"`
}

// administer has the admin function do all that docs/operations.md tells a newcomer to.
func (w *world) administer(t *testing.T) registered {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(bundle.Root(), "docs/operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	var answered struct{ Result registered }
	for _, command := range administration.FindAllStringSubmatch(string(text), -1) {
		if strings.Contains(command[1], "fill-sandbox") {
			continue // which answers with lists
		}
		answer, err := w.Invoke(t.Context(), "admin", []byte(command[1]))
		if err != nil || answer.Failed {
			t.Fatalf("%s: %s, %v; the functions wrote:\n%s", command[1], answer.Payload, err, tail(w.Output()))
		}
		if err := json.Unmarshal(answer.Payload, &answered); err != nil {
			t.Fatal(err)
		}
	}
	return answered.Result
}

// Whoever follows docs/operations.md from a new stack on verifies a test number silently, by a PIN
// and by a fallback.
func TestOperationsAsTold(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	made := w.administer(t)
	query := url.Values{
		"response_type": {"code"}, "client_id": {made.ClientID}, "redirect_uri": {webRedirect}, "state": {"x"},
		"scope": {"openid " + purpose + " number-verification:verify"}, "login_hint": {"tel:" + holder},
	}
	_, body, header := w.call(t, http.MethodGet, "/oauth2/authorize?"+query.Encode(), "", "", "", "", nil)
	back, err := url.Parse(header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	const form = "application/x-www-form-urlencoded"
	_, text, _ := w.call(t, http.MethodPost, "/oauth2/token", made.ClientID, made.ClientSecret, form,
		url.Values{"grant_type": {"authorization_code"}, "redirect_uri": {webRedirect}, "code": {back.Query().Get("code")}}.Encode(), nil)
	var token struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(text, &token); err != nil {
		t.Fatalf("authorize answered %s %v, token %s", body, back, text)
	}
	_, text, _ = w.call(t, http.MethodPost, "/number-verification/v2/verify", "", "", "application/json", `{"phoneNumber":"`+holder+`"}`,
		http.Header{"Authorization": {"Bearer " + token.Access}})
	if string(text) != `{"devicePhoneNumberVerified":true}` {
		t.Errorf("verify answered %s", text)
	}
	pin := url.Values{"api_key": {made.Key}, "api_secret": {made.Secret}, "number": {holder[1:]}, "brand": {"Lineproof"}}
	if _, text, _ = w.call(t, http.MethodPost, "/verify/json", "", "", form, pin.Encode(), nil); !strings.Contains(string(text), `"status":"0"`) {
		t.Errorf("the request for a PIN is answered %s", text)
	}
	const other = `{"number":"+990123450101","brand":"Lineproof"}` // the first has a PIN on its way
	if status, text, _ := w.call(t, http.MethodPost, "/fallback", made.Key, made.Secret, "application/json", other, nil); status != http.StatusOK {
		t.Errorf("the fallback is answered %d %s", status, text)
	}
}
