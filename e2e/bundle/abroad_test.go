package bundle

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// abroad is a local server whose devices are known by upstreams alone.
type abroad struct {
	caller

	j *journal
	// at is the program of both upstreams, which answers a path in fails with that and the others
	// as it should.
	at             *httptest.Server
	fails          atomic.Pointer[string]
	client, secret string
	serial         int
}

// verifierBack is where devices go back to.
const verifierBack = "https://verifier.example/back"

func newAbroad(c caller, j *journal) *abroad {
	c.t.Helper()
	a := &abroad{caller: c, j: j}
	a.ill("")
	a.at = httptest.NewServer(http.HandlerFunc(a.answer))
	c.t.Cleanup(a.at.Close)
	made := c.do(http.MethodPost, "/local/admin", "", `{"command":"register-client","dialect":"camara-2",
		"method":"client_secret_basic","redirect_uris":["`+verifierBack+`"],"require_pkce":false}`, "application/json")
	a.client = asText(dig(made, "result", "client_id"))
	a.secret = asText(dig(made, "result", "client_secret"))
	for name, members := range map[string]string{
		"codes": `"profile":"telefonica","client_secret":"x","prefixes":["4470"],"amr":"nba",
			"authorization_endpoint":"%[1]s/authorize","token_endpoint":"%[1]s/token",
			"verify_url":"%[1]s/verify","share_url":"%[1]s/share",
			"networks":["26201"],"operator_tokens":"ciba","backchannel_endpoint":"%[1]s/bc"`,
		"steps": `"profile":"vonage-v2","private_jwk":` + a.key() + `,"prefixes":["4471"],"verify_url":"%[1]s/v2/verify"`,
	} {
		put := c.do(http.MethodPut, "/local/upstreams/"+name, "", `{"client_id":"ours",`+fmt.Sprintf(members, a.at.URL)+`}`, "application/json")
		if put["result"] == nil {
			c.t.Fatal(put)
		}
	}
	return a
}

// key returns a private key with which JWTs of applications are signed.
func (a *abroad) key() string {
	a.t.Helper()
	var listing struct {
		Clients []struct {
			Dialect string          `json:"dialect"`
			Key     json.RawMessage `json:"private_jwk"`
		} `json:"clients"`
	}
	if err := json.Unmarshal(a.serve(http.MethodGet, "/local/sandbox", "", "").Body.Bytes(), &listing); err != nil {
		a.t.Fatal(err)
	}
	for _, client := range listing.Clients {
		if client.Dialect == "vonage" {
			return string(client.Key)
		}
	}
	a.t.Fatal("no application has a key")
	return ""
}

// ill has the upstreams fail at a path from now on, or nowhere.
func (a *abroad) ill(path string) { a.fails.Store(&path) }

func (a *abroad) answer(w http.ResponseWriter, r *http.Request) {
	answers := map[string]string{
		"/bc":     `{"auth_req_id":"theirs"}`,
		"/token":  `{"access_token":"theirs","token_type":"Bearer"}`,
		"/verify": `{"devicePhoneNumberVerified":true}`, "/share": `{"devicePhoneNumber":"+447000000000"}`,
		"/v2/verify": `{"request_id":"r","check_url":"` + a.at.URL + `/r"}`, "/v2/verify/r": `{"status":"completed"}`,
	}
	switch *a.fails.Load() {
	case r.URL.Path:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case r.URL.Path + "#":
		w.WriteHeader(http.StatusUnauthorized)
		return
	case r.URL.Path + "?":
		_, _ = io.WriteString(w, "<html>")
		return
	}
	if r.URL.Path == "/v2/verify" {
		w.WriteHeader(http.StatusAccepted)
	}
	_, _ = io.WriteString(w, answers[r.URL.Path])
}

// serve makes a call.
func (a *abroad) serve(method, path, authorization, body string) *httptest.ResponseRecorder {
	a.t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	r.RemoteAddr = "192.0.2.77:40000" // of which nobody knows whose it is
	if strings.HasPrefix(path, "/local/") {
		r.RemoteAddr = "127.0.0.1:40000"
	}
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

// sent returns a parameter of where a call sends the device.
func (a *abroad) sent(path, parameter string) string {
	a.t.Helper()
	to, err := url.Parse(a.serve(http.MethodGet, path, "", "").Header().Get("Location"))
	if err != nil {
		a.t.Fatal(err)
	}
	return to.Query().Get(parameter)
}

// number returns a number that an upstream covers and that had no verification.
func (a *abroad) number(prefix string) string {
	a.serial++
	return fmt.Sprintf("%s%08d", prefix, a.serial)
}

// leg takes a device to the upstream and back, and returns our code, if it gets one.
func (a *abroad) leg(number, brought string) string {
	state := a.sent("/oauth2/authorize?"+url.Values{
		"response_type": {"code"}, "client_id": {a.client}, "redirect_uri": {verifierBack}, "state": {"x"},
		"scope":      {"openid dpv:FraudPreventionAndDetection number-verification:verify number-verification:device-phone-number:read"},
		"login_hint": {"tel:+" + number},
	}.Encode(), "state")
	return a.sent("/oauth2/callback/codes?"+brought+"&state="+state, "code")
}

// vouched begins a CIBA request by an operator token, and returns what polls it.
func (a *abroad) vouched() func() {
	a.t.Helper()
	a.serial++
	begun := a.posted("/oauth2/bc-authorize", url.Values{
		"scope":      {"openid dpv:FraudPreventionAndDetection number-verification:verify"},
		"login_hint": {fmt.Sprintf("operatortoken:opaque-%d", a.serial)}, "carrier_hint": {"26201"},
	})
	var made struct {
		ID string `json:"auth_req_id"`
	}
	if err := json.Unmarshal(begun.Body.Bytes(), &made); err != nil || made.ID == "" {
		a.t.Fatalf("CIBA is %d %s", begun.Code, begun.Body)
	}
	return func() {
		a.posted("/oauth2/token", url.Values{
			"grant_type": {"urn:openid:params:grant-type:ciba"}, "auth_req_id": {made.ID},
		})
	}
}

// posted posts a form as the client.
func (a *abroad) posted(path string, form url.Values) *httptest.ResponseRecorder {
	a.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8080"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(a.client, a.secret)
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

// token returns an access token for a line of the upstream.
func (a *abroad) token(number string) string {
	a.t.Helper()
	w := a.posted("/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {a.leg(number, "code=theirs")}, "redirect_uri": {verifierBack},
	})
	var made struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || made.Token == "" {
		a.t.Fatalf("the token is %d %s", w.Code, w.Body)
	}
	return "Bearer " + made.Token
}

// breaks has an upstream fail at a path for six calls, of which the last finds it resting, and then
// serve one when it has rested.
func (a *abroad) breaks(path string, call func() func()) {
	a.t.Helper()
	var calls [7]func()
	for i := range calls {
		calls[i] = call()
	}
	a.ill(path)
	for _, call := range calls[:6] {
		call()
	}
	a.ill("")
	a.advance("30s")
	calls[6]()
}

// ask has each operation of upstreams fail until they are asked no more.
func (a *abroad) ask() {
	const verify = "/number-verification/v2/verify"
	number := a.number("4470")
	a.leg(number, "error=access_denied")
	a.ill("/token#")
	a.leg(number, "code=theirs")
	a.ill("")
	a.breaks("/token", func() func() { return func() { a.leg(number, "code=theirs") } })
	a.breaks("/bc", a.vouched)
	a.breaks("/verify", func() func() {
		token := a.token(number)
		return func() { a.serve(http.MethodPost, verify, token, `{"phoneNumber":"+`+number+`"}`) }
	})
	a.breaks("/share?", func() func() {
		token := a.token(number)
		return func() {
			a.serve(http.MethodGet, "/number-verification/v2/device-phone-number", token, "")
		}
	})
	a.breaks("/v2/verify", func() func() {
		check := a.step()
		return func() { a.serve(http.MethodGet, check, "", "") }
	})
	a.breaks("/v2/verify/r", func() func() {
		check := a.step()
		a.serve(http.MethodGet, check, "", "")
		id, _, _ := strings.Cut(strings.TrimPrefix(check, "/v2/verify/"), "/")
		return func() { a.do(http.MethodPost, "/v2/verify/"+id, standard, `{"code":"theirs"}`, "application/json") }
	})
	a.breaks("/v2/verify/r", func() func() {
		begun := a.session("action", "start", "phone", a.number("4471"))
		id := asText(begun["session_id"])
		a.serve(http.MethodGet, strings.TrimPrefix(asText(begun["auth_url"]), "http://127.0.0.1:8080"), "", "")
		return func() { a.session("action", "verify", "session_id", id, "code", "theirs") }
	})
	a.breaks("/verify", func() func() {
		number := a.number("4470")
		code := a.leg(number, "code=theirs")
		return func() { a.fallBack(number, code) }
	})
}

// step begins a silent step, and returns the path of its check_url.
func (a *abroad) step() string {
	a.t.Helper()
	begun := a.do(http.MethodPost, "/v2/verify", standard, `{"brand":"Acme","workflow":[{"channel":"silent_auth","to":"`+
		a.number("4471")+`"}]}`, "application/json")
	check := asText(begun["check_url"])
	if check == "" {
		a.t.Fatal(begun)
	}
	return strings.TrimPrefix(check, "http://127.0.0.1:8080")
}

// session makes a call of MX Labs' SDK for an account whose sessions need their device's code.
func (a *abroad) session(pairs ...string) map[string]any {
	a.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8080/mxlabs/number-verify", strings.NewReader(form.Encode()))
	r.Header.Set("X-API-Key", "ace00007:sandbox-strict")
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	var members map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &members); err != nil {
		a.t.Fatal(err)
	}
	return members
}

// fallBack starts a fallback with a code, and waits until its silent step has told of it.
func (a *abroad) fallBack(number, code string) {
	a.t.Helper()
	before := len(a.j.lines(a.t)["FallbackSilentLogs"])
	basic := base64.StdEncoding.EncodeToString([]byte(a.client + ":" + a.secret))
	started := a.do(http.MethodPost, "/fallback", standard, fmt.Sprintf(`{"number":"+%s","brand":"Acme",
		"silent":{"code":%q,"redirect_uri":%q,"authorization":"Basic %s"}}`, number, code, verifierBack, basic), "application/json")
	for end := time.Now().Add(time.Minute); len(a.j.lines(a.t)["FallbackSilentLogs"]) < before+2; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			a.t.Fatalf("the silent step of %v does not end: %s", started, a.j.lines(a.t)["FallbackSilentLogs"])
		}
	}
}
