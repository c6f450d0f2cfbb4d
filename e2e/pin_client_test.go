package e2e_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// apiAccount is an account of the Verify API, as GET /local/sandbox lists it.
type apiAccount struct {
	Key             string `json:"api_key"`
	Secret          string `json:"api_secret"`
	State           string `json:"state"`
	Method          string `json:"signature_method"`
	SignatureSecret string `json:"signature_secret"`
}

// account gives the sandbox account of a state.
func (on target) account(tb testing.TB, state string) apiAccount {
	tb.Helper()
	for _, raw := range on.Sandbox.Accounts {
		var a apiAccount
		if err := json.Unmarshal(raw, &a); err != nil {
			tb.Fatal(err)
		}
		if a.State == state {
			return a
		}
	}
	tb.Fatalf("the sandbox has no account that is %s", state)
	return apiAccount{}
}

// params gives the account's credentials and the pairs of name and value; a value of "" takes a
// name away.
func (a apiAccount) params(pairs ...string) url.Values {
	values := url.Values{"api_key": {a.Key}, "api_secret": {a.Secret}}
	for i := 0; i < len(pairs); i += 2 {
		if values.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			values.Del(pairs[i])
		}
	}
	return values
}

// told is an answer of the Verify API.
type told struct {
	answer
	values map[string]string
}

// ask posts a form to a path below /verify and reads its JSON, which must keep what every answer
// keeps.
func (on target) ask(tb testing.TB, path string, form url.Values) told {
	tb.Helper()
	a := on.postForm(tb, "/verify/"+path, nil, form)
	a.wantType(tb, typeJSON)
	if a.Status != http.StatusOK {
		tb.Errorf("%s answered HTTP %d %s", path, a.Status, a.Body)
	}
	return a.told(tb)
}

// told reads the strings of a JSON answer. Success has no error_text; everything else has one.
func (a answer) told(tb testing.TB) told {
	tb.Helper()
	all := told{a, map[string]string{}}
	for name, value := range a.object(tb) {
		switch text := value.(type) {
		case string:
			all.values[name] = text
		case []any: // checks and events
		default:
			tb.Errorf("%s is %v, which is no string", name, value)
		}
	}
	_, failed := all.values["error_text"]
	status := all.values["status"]
	if numbered := strings.Trim(status, "0123456789") == ""; status == "" || failed == (status == "0" || !numbered) {
		tb.Errorf("answered %s", a.Body)
	}
	return all
}

// said is the status with its text.
func (a told) said() string {
	return strings.TrimSpace(a.values["status"] + " " + a.values["error_text"])
}

// want asserts status and text.
func (a told) want(tb testing.TB, want string) told {
	tb.Helper()
	if a.said() != want {
		tb.Errorf("answered %s, want %s", a.Body, want)
	}
	return a
}

// request begins a verification, which must succeed, and gives its request_id.
func (on target) request(tb testing.TB, as apiAccount, number string, pairs ...string) string {
	tb.Helper()
	a := on.ask(tb, "json", as.params(append([]string{"number", number, "brand", "Acme"}, pairs...)...))
	wantMembers(tb, a.object(tb), "request_id", "status")
	if id := a.want(tb, "0").values["request_id"]; len(id) == 32 {
		return id
	}
	tb.Fatalf("no request_id in %s", a.Body)
	return ""
}

func (on target) check(tb testing.TB, as apiAccount, id, code string) told {
	tb.Helper()
	return on.ask(tb, "check/json", as.params("request_id", id, "code", code))
}

func (on target) search(tb testing.TB, as apiAccount, id string) told {
	tb.Helper()
	return on.ask(tb, "search/json", as.params("request_id", id))
}

func (on target) control(tb testing.TB, as apiAccount, id, cmd string) told {
	tb.Helper()
	return on.ask(tb, "control/json", as.params("request_id", id, "cmd", cmd))
}

// wantState asserts the state that a search tells.
func (on target) wantState(tb testing.TB, as apiAccount, id, want string) told {
	tb.Helper()
	a := on.search(tb, as, id)
	if a.values["status"] != want {
		tb.Errorf("search answered %s, want %s", a.Body, want)
	}
	return a
}

// message is one of GET /local/messages.
type message struct {
	RequestID string    `json:"request_id"`
	Event     int       `json:"event"`
	Channel   string    `json:"channel"`
	To        string    `json:"to"`
	From      string    `json:"from"`
	Text      string    `json:"text"`
	PIN       string    `json:"pin"`
	SentAt    time.Time `json:"sent_at"`
}

// messages gives what was sent for a request_id.
func (on target) messages(tb testing.TB, id string) []message {
	tb.Helper()
	on.needLocal(tb)
	var all []message
	if a := on.get(tb, "/local/messages?request_id="+id); json.Unmarshal(a.Body, &all) != nil || a.Status != http.StatusOK {
		tb.Fatalf("/local/messages answered %d %s", a.Status, a.Body)
	}
	return all
}

// pin gives the PIN sent last.
func (on target) pin(tb testing.TB, id string) string {
	tb.Helper()
	all := on.messages(tb, id)
	if len(all) == 0 {
		tb.Fatalf("nothing was sent for %s", id)
	}
	return all[len(all)-1].PIN
}

// notPIN gives a code that is not the PIN.
func notPIN(pin string) string { return pin[:len(pin)-1] + string('0'+(pin[len(pin)-1]-'0'+1)%10) }

// freshMobile gives a British mobile number that hardly any other test has.
func freshMobile() string { return fmt.Sprintf("4474%08d", rand.IntN(100_000_000)) }

// xmlTold is an answer in XML.
type xmlTold struct {
	XMLName   xml.Name
	RequestID *string `xml:"request_id"`
	Status    string  `xml:"status"`
	ErrorText string  `xml:"error_text"`
}

// askXML asks the same in XML, whose root must be the given one.
func (on target) askXML(tb testing.TB, path, root string, form url.Values) xmlTold {
	tb.Helper()
	a := on.postForm(tb, "/verify/"+path, nil, form)
	a.wantType(tb, "text/xml")
	var read xmlTold
	if err := xml.Unmarshal(a.Body, &read); err != nil || read.XMLName.Local != root || !strings.HasPrefix(string(a.Body), `<?xml version="1.0" encoding="UTF-8"?>`) {
		tb.Errorf("%s answered %s, %v; want the root %s", path, a.Body, err, root)
	}
	return read
}

// namesOf gives the members of an answer in their order.
func (a answer) namesOf(tb testing.TB) []string {
	tb.Helper()
	decoder := json.NewDecoder(strings.NewReader(string(a.Body)))
	if _, err := decoder.Token(); err != nil {
		tb.Fatal(err)
	}
	var names []string
	for decoder.More() {
		name, _ := decoder.Token()
		names = append(names, fmt.Sprint(name))
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			tb.Fatal(err)
		}
	}
	return names
}

// counted counts what answers said.
func counted(answers []told) map[string]int {
	counts := map[string]int{}
	for _, a := range answers {
		counts[a.values["status"]]++
	}
	return counts
}

// wantCounts asserts how often each status came.
func wantCounts(tb testing.TB, answers []told, want map[string]int) {
	tb.Helper()
	if got := counted(answers); !maps.Equal(got, want) {
		tb.Errorf("the statuses are %v, want %v", got, want)
	}
}

// pins gives the distinct PINs of messages, in order.
func pins(all []message) []string {
	var distinct []string
	for _, m := range all {
		if !slices.Contains(distinct, m.PIN) {
			distinct = append(distinct, m.PIN)
		}
	}
	return distinct
}
