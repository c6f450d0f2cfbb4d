package e2e_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// canaries collects what went through a server and may not show in its output.
type canaries struct {
	mu  sync.Mutex
	all []string
}

func (c *canaries) add(texts ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, slices.DeleteFunc(texts, func(text string) bool { return text == "" })...)
}

// TestOutputHoldsNoSecret drives every flow over the local program, well and badly, and looks into
// all that it writes: each request left its line, and none of them a number, a PIN, a secret, or a
// token.
func TestOutputHoldsNoSecret(t *testing.T) {
	t.Parallel()
	p := runLocal(t, "127.0.0.1:0")
	on, seen := connect(t, p.url), &canaries{}
	for _, c := range on.Sandbox.Clients {
		seen.add(c.Secret, c.Key.D)
	}
	for _, state := range []string{"standard", "signed"} {
		as := on.account(t, state)
		seen.add(as.Secret, as.SignatureSecret)
	}
	for _, a := range on.Sandbox.Applications {
		seen.add(a.SignatureSecret, a.PrivateKey)
	}
	flows := map[string]func(*testing.T, target, *canaries){
		"silence": silently, "PINs": byPIN, "fallbacks": byFallback, "local": byHand,
		"steps": byVerify2,
	}
	for _, flow := range flows {
		flow(t, on, seen)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.end(t)
	log := timeless(p.stderr.String())
	if len(seen.all) < 60 {
		t.Fatalf("only %d secrets went through", len(seen.all))
	}
	for _, canary := range seen.all {
		if strings.Contains(log, canary) {
			line := regexp.MustCompile(".*" + regexp.QuoteMeta(canary) + ".*").FindString(log)
			t.Errorf("%q shows in %s", canary, line)
		}
	}
	if leak := secret.FindString(log); leak != "" {
		t.Errorf("%q gives something away", leak)
	}
	wantLines(t, p.stderr.String())
}

// wantLines asserts that the log tells of what was done, in one line each.
func wantLines(t *testing.T, log string) {
	t.Helper()
	names := regexp.MustCompile(`(request_id|execution)=\S+ `)
	log = names.ReplaceAllString(log, "")
	for _, want := range []string{
		`method=GET path=/oauth2/authorize operation=authorize wire=page status=302 ` +
			`client=sandbox-camara-2 outcome=code `,
		`client=sandbox-camara-2 outcome=access_denied failure.kind="access denied"`,
		`path=/camara/api/auth/v1/token operation=token wire=oauth status=200 client=sandbox-konera`,
		`path=/number-verification/v2/verify operation=verify wire=camara-2 status=200 ` +
			`client=sandbox-camara-2 outcome=true `,
		`path=/verify/json operation=pin-request wire=nexmo-request-json status=200 ` +
			`account=ace00002 outcome=0 `,
		`path=/verify/check/json operation=pin-check wire=nexmo-check-json status=200 ` +
			`account=ace00002 outcome=16 `,
		`msg=message account=ace00002 event=1 channel=sms outcome=accepted`,
		`msg="silent verification" outcome=verified`, `msg="PIN verification" outcome=begun`,
		`path=/fallback/check operation=fallback-check wire=fallback status=200 ` +
			`account=ace00002 outcome=done `,
		`path=/v2/verify operation=verify2-request wire=verify-2 status=202 ` +
			`client=5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4b5b account=ace00002 outcome=started `,
		`path=/v2/verify/{id} operation=verify2-check wire=verify-2 status=400 `,
		`path=/v2/verify/{id}/silent-auth/redirect operation=silent-auth wire=verify-2 status=200 ` +
			`outcome=proved `,
		`method=GET path=/local/messages status=200 `, `msg=command command=register-client `,
		`method=GET path=/verify/json/* operation=unmatched `, `method=other path=/oauth2/token `,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("no line has %s", want)
		}
	}
}

// silently runs every grant type in every wire, and what comes after the tokens.
func silently(t *testing.T, on target, seen *canaries) {
	number := on.number(t, "verified")
	seen.add(strings.TrimPrefix(number, "+"), strings.TrimPrefix(somebodyElse, "+"))
	keep := func(got tokens) string {
		seen.add(got.AccessToken, got.IDToken, got.RefreshToken)
		return got.AccessToken
	}
	for _, w := range wires {
		c := on.client(t, w.dialect)
		flow := w.authorization(t, on, "verified", w.verifyScope)
		code := flow.code(t, on)
		seen.add(code, flow.verifier, flow.query.Get("state"), flow.query.Get("nonce"))
		got := on.submit(t, flow.token, c.credentials(t, on), flow.exchange(code)).tokens(t)
		on.do(t, w.asking(keep(got), naming(number)))
		on.do(t, w.asking(got.AccessToken, naming(somebodyElse)))
		on.submit(t, flow.token, c.credentials(t, on), flow.exchange(code))
		if w.share != "" {
			shared := w.authorization(t, on, "verified", w.shareScope).tokens(t, on)
			on.do(t, w.sharing(keep(shared)))
		}
		on.visit(t, flow.authorize, w.authorization(t, on, "unresolved", w.verifyScope).query, nil)
		operatorToken := on.operatorToken(t, number, nil)
		seen.add(operatorToken)
		started := on.backchannel(t, c, "operatortoken:"+operatorToken, w.verifyScope)
		id := started.authReqID(t)
		seen.add(id)
		keep(on.poll(t, flow.token, c, id).tokens(t))
		on.poll(t, flow.token, c, id)
		on.revoke(t, c, got.AccessToken)
	}
	w, c, got := konera(t, on)
	keep(got)
	keep(on.refresh(t, w, c, got.RefreshToken, "").tokens(t))
	on.refresh(t, w, c, got.RefreshToken, "")
}

// byPIN leads verifications to every kind of end.
func byPIN(t *testing.T, on target, seen *canaries) {
	as, signed := on.account(t, "unlimited"), on.account(t, "signed")
	for _, number := range []string{freshMobile(), "990123451101", "990123451401", "990123452101"} {
		seen.add(number)
		form := as.params("number", number, "brand", "Canary Inc", "code_length", "6")
		started := on.ask(t, "json", form)
		payment := as.params("number", number, "payee", "Canary Inc", "amount", "12.34")
		on.ask(t, "psd2/json", payment)
		on.get(t, "/verify/json?"+form.Encode())
		id := started.values["request_id"]
		if id == "" {
			continue
		}
		on.control(t, as, id, "trigger_next_event")
		for _, m := range on.messages(t, id) {
			seen.add(m.PIN, m.Text)
			seen.add(notPIN(m.PIN))
			on.check(t, as, id, notPIN(m.PIN))
			on.check(t, as, id, m.PIN)
		}
		on.search(t, as, id)
		on.control(t, as, id, "cancel")
		on.advance(t, time.Hour)
	}
	on.ask(t, "json", signed.params("number", freshMobile(), "brand", "Acme"))
	guess := apiAccount{as.Key, "canary-guess", "", "", ""}
	on.ask(t, "json", guess.params("number", freshMobile(), "brand", "Acme"))
	seen.add("canary-guess", "Canary Inc")
	on.postForm(t, "/verify/network-unblock", nil, as.params("network", "44740000"))
}

// byFallback verifies silently, and by a PIN.
func byFallback(t *testing.T, on target, seen *canaries) {
	as, c := on.account(t, "unlimited"), on.withSecret(t)
	w, number := speaking(t, "camara-2"), on.number(t, "verified")
	flow := c.authorization(number, w.verifyScope)
	code := flow.code(t, on)
	authorization := basic(c.ID, c.Secret).header.Get("Authorization")
	seen.add(code, authorization)
	body := spell(t, map[string]any{"number": number, "brand": "Acme", "silent": map[string]string{
		"grant_type": grantCode, "code": code, "redirect_uri": flow.redirectURI,
		"authorization": authorization, "code_verifier": flow.verifier,
	}})
	for range 2 {
		_, state := on.askFallback(t, as, http.MethodPost, "/fallback", "canary-key-1", body)
		path := "/fallback?execution=" + url.QueryEscape(state.Execution)
		on.askFallback(t, as, http.MethodGet, path, "", "")
	}
	seen.add("canary-key-1")
	mobile := freshMobile()
	state := on.startFallback(t, as, "", plainFallback(mobile))
	right := on.pin(t, state.RequestID)
	seen.add(mobile, right, notPIN(right))
	for _, code := range []string{notPIN(right), right, right} {
		on.askFallback(t, as, http.MethodPost, "/fallback/check", "",
			spell(t, map[string]string{"execution": state.Execution, "code": code}))
	}
}

// byVerify2 leads verifications of the Verify API (v2) to every kind of end, silently and not. What
// callbacks tell holds nothing either, but for the signature that comes with them.
func byVerify2(t *testing.T, on target, seen *canaries) {
	v, own := on.verify2(t, "unlimited"), &canaries{}
	signs := v.sign
	v.sign = func(c claims) string {
		raw := signs(c)
		own.add(raw)
		return raw
	}
	own.add("canaryCode", v.app.SignatureSecret)
	var ids []string
	numbers := []string{freshSilent("01"), freshSilent("04"), freshSilent("05"), freshMobile()}
	for _, number := range numbers {
		own.add(number)
		channels := []string{"silent_auth", "sms", "voice"}
		if strings.HasPrefix(number, "44") {
			channels = channels[1:]
		}
		long := map[string]any{"code_length": 10} // which no time and no id holds
		body := workflow(t, number, channels, long)
		s := v.ask(t, http.MethodPost, verify2Path, body).wantStarted(t)
		ids = append(ids, s.RequestID)
		v.ask(t, http.MethodPost, verify2Path, body)
		if code, shows := v.device(t, s).object(t)["code"].(string); shows {
			own.add(code)
			v.check(t, s.RequestID, code)
		}
		for _, m := range on.messages(t, s.RequestID) {
			own.add(m.PIN, m.Text)
			v.check(t, s.RequestID, notPIN(m.PIN))
			v.next(t, s.RequestID)
		}
		v.cancel(t, s.RequestID)
		v.device(t, s)
	}
	chosen := freshMobile()
	own.add(chosen)
	body := workflow(t, chosen, []string{"sms"}, map[string]any{"code": "canaryCode"})
	id := v.ask(t, http.MethodPost, verify2Path, body).wantStarted(t).RequestID
	v.check(t, id, "canaryCode")
	v.ask(t, http.MethodPost, verify2Path, `{"brand":"`+chosen+`","workflow":[{"to":"`+chosen+`x"}]}`)
	v.ask(t, http.MethodGet, verify2Path+"/"+chosen, "")
	all := on.callbacks(t, "")
	if len(all) < len(ids)+1 {
		t.Errorf("only %d callbacks came", len(all))
	}
	for _, c := range all {
		for _, canary := range own.all {
			if strings.Contains(c.Text, canary) {
				t.Errorf("%q shows in the callback %s", canary, c.Text)
			}
		}
	}
	seen.add(own.all...)
}

// byHand uses the local routes, and paths that there are not.
func byHand(t *testing.T, on target, seen *canaries) {
	number := realNumber()
	seen.add(strings.TrimPrefix(number, "+"))
	on.put(t, session{Address: freshIPv4(), Number: number, Seconds: 60})
	on.get(t, "/local/messages?number="+url.QueryEscape(number))
	on.post(t, "/local/messages", number)
	on.get(t, "/local/nothing/"+number)
	on.get(t, "/verify/json/"+number)
	on.do(t, call{Method: "CANARY", Path: "/oauth2/token?code=" + number})
	made := on.administered(t, "register-client", "-dialect", "konera", "-sandbox", "yes",
		"-redirect_uris", "https://client.example/canary")
	opened := on.administered(t, "create-account", "-api_key", "ace0cafe")
	seen.add(made.text("client_secret"), opened.text("api_secret"))
	on.administered(t, "deny-number", "-api_key", "ace0cafe", "-number", number)
}
