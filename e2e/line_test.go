package e2e_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestLineBySession recognises our own address by the session that holds it, until it ends.
func TestLineBySession(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		number := freshNumber()
		for _, w := range wires {
			w.wantNobody(t, on, "", nil)
		}
		on.put(t, session{Address: on.Address, Number: number, Seconds: 200})
		for _, w := range wires {
			granted := w.byLine(t, on, "").tokens(t, on)
			w.wantVerified(t, on.do(t, w.asking(granted.AccessToken, naming(number))), true)
			// What a client believes about a real number decides nothing.
			granted = w.byLine(t, on, realNumber()).tokens(t, on)
			w.wantVerified(t, on.do(t, w.asking(granted.AccessToken, naming(number))), true)
			// A test number goes before the network.
			granted = w.byLine(t, on, on.number(t, "verified")).tokens(t, on)
			w.wantVerified(t, on.do(t, w.asking(granted.AccessToken, naming(number))), false)
		}
		on.advance(t, 2*time.Second)
		newer := freshNumber()
		on.put(t, session{Address: on.Address, Number: newer, Seconds: 60})
		granted := wires[0].byLine(t, on, "").tokens(t, on)
		wires[0].wantVerified(t, on.do(t, wires[0].asking(granted.AccessToken, naming(newer))), true)
		on.advance(t, 199*time.Second)
		wires[0].wantNobody(t, on, "", nil)
	})
}

// TestSandboxClientsSeeNobody holds the line, by address and by SIM, for a number that may be
// somebody's.
func TestSandboxClientsSeeNobody(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		number := realNumber()
		on.put(t, session{Address: on.Address, Number: number, Seconds: 200})
		for _, w := range wires {
			w.wantNobody(t, on, "", nil)
		}
		c := on.client(t, "camara-2")
		on.backchannel(t, c, "tel:"+number, wires[0].verifyScope).wantOAuth(t, 400, "unknown_user_id")
		on.backchannel(t, c, "operatortoken:"+on.operatorToken(t, number, nil), wires[0].verifyScope).wantOAuth(t, 400, "unknown_user_id")
		id := on.backchannel(t, c, "ipport:"+on.Address+":4711", wires[0].verifyScope).authReqID(t)
		on.poll(t, tokenPath, c, id).wantOAuth(t, 400, "authorization_pending")
		form := bearerForm(c.grantAssertion(t, on, "tel:"+number, wires[0].verifyScope, nil))
		on.submit(t, tokenPath, credentials{}, form).wantOAuth(t, 400, "invalid_grant")
	})
}

// byLine begins a code flow of the wire's client for whoever holds the line; hint is a number that
// the client believes.
func (w wire) byLine(tb testing.TB, on target, hint string) authorization {
	tb.Helper()
	a := on.client(tb, w.dialect).authorization(hint, w.verifyScope)
	a.authorize, a.token = w.authorize, w.token
	return a
}

// wantNobody asserts that nobody is recognised on our connection.
func (w wire) wantNobody(tb testing.TB, on target, hint string, header http.Header) {
	tb.Helper()
	a := w.byLine(tb, on, hint)
	if back := on.visit(tb, a.authorize, a.query, header); back.Get("error") != "access_denied" || back.Has("code") {
		tb.Errorf("%s: sent back with %v, want access_denied", w.dialect, back)
	}
}

// TestClaimedLines ignores every header and hint by which a client could name a number or an
// address that is not its own.
func TestClaimedLines(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		victim, address := freshNumber(), freshIPv4()
		on.put(t, session{Address: address, Number: victim, Seconds: 600})
		on.put(t, session{Address: "2001:db8::/64", Number: victim, Seconds: 600})
		now := strconv.FormatInt(on.now(t).Unix(), 10)
		w := wires[0]
		for name, header := range map[string]http.Header{
			"a number alone":          {"X-Operator-Number": {victim}},
			"an unsigned number":      {"X-Operator-Number": {victim}, "X-Operator-Time": {now}},
			"an empty signature":      {"X-Operator-Number": {victim}, "X-Operator-Time": {now}, "X-Operator-Signature": {""}},
			"a signature of zeros":    {"X-Operator-Number": {victim}, "X-Operator-Time": {now}, "X-Operator-Signature": {strings.Repeat("0", 64)}},
			"a guessed key":           {"X-Operator-Number": {victim}, "X-Operator-Time": {now}, "X-Operator-Signature": {signature("secret", victim, on.Address, now)}},
			"an empty key":            {"X-Operator-Number": {victim}, "X-Operator-Time": {now}, "X-Operator-Signature": {signature("", victim, on.Address, now)}},
			"no hexadecimal":          {"X-Operator-Number": {victim}, "X-Operator-Time": {now}, "X-Operator-Signature": {"zz"}},
			"an MSISDN header":        {"X-Msisdn": {victim}, "X-Up-Calling-Line-Id": {victim}, "Msisdn": {victim}},
			"X-Forwarded-For":         {"X-Forwarded-For": {address}},
			"a chain":                 {"X-Forwarded-For": {address + ", " + on.Address}, "Forwarded": {"for=" + address}},
			"X-Real-IP":               {"X-Real-Ip": {address}, "True-Client-Ip": {address}, "Cf-Connecting-Ip": {address}},
			"CloudFront":              {"Cloudfront-Viewer-Address": {address + ":4711"}},
			"CloudFront, IPv6":        {"Cloudfront-Viewer-Address": {"2001:db8::1:4711"}},
			"CloudFront and a secret": {"Cloudfront-Viewer-Address": {address + ":4711"}, "X-Origin-Secret": {"secret"}},
			"CloudFront and none":     {"Cloudfront-Viewer-Address": {address + ":4711"}, "X-Origin-Secret": {""}},
			"API Gateway":             {"X-Amzn-Request-Context": {`{"http":{"sourceIp":"` + address + `"}}`}},
		} {
			t.Log(name)
			w.wantNobody(t, on, "", header)
		}
		w.wantNobody(t, on, realNumber(), nil)
		for _, hint := range []string{"ipport:" + address + ":4711", "operatortoken:" + on.operatorToken(t, victim, nil)} {
			a := w.byLine(t, on, "")
			a.query.Set("login_hint", hint)
			if back := on.visit(t, a.authorize, a.query, nil); back.Get("error") != "access_denied" {
				t.Errorf("%.8s: sent back with %v, want access_denied", hint, back)
			}
		}
		konera := on.client(t, "konera").authorization("", "openid "+scopeVerify)
		konera.query.Set("konera_context", "ipv4:"+address)
		if back := on.visit(t, "/camara/api/auth/v1/authorize", konera.query, nil); back.Get("error") != "access_denied" {
			t.Errorf("konera_context: sent back with %v, want access_denied", back)
		}
	})
}

// signature signs as an operator's gateway does.
func signature(key, number, address, at string) string {
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = mac.Write([]byte(number + "\n" + address + "\n" + at))
	return hex.EncodeToString(mac.Sum(nil))
}

// TestHeadersDoNotOverrideTheSession keeps who the session says, whatever the headers claim.
func TestHeadersDoNotOverrideTheSession(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		holder, claimed := freshNumber(), freshNumber()
		on.put(t, session{Address: on.Address, Number: holder, Seconds: 200})
		a := wires[0].byLine(t, on, "")
		back := on.visit(t, a.authorize, a.query, http.Header{"X-Operator-Number": {claimed}, "X-Forwarded-For": {"192.0.2.1"}})
		granted := on.submit(t, a.token, a.client.credentials(t, on), a.exchange(back.Get("code"))).tokens(t)
		wires[0].wantVerified(t, on.do(t, wires[0].asking(granted.AccessToken, naming(holder))), true)
	})
}

// TestDevice takes Telefónica's device for what it is: checked, and nobody's proof.
func TestDevice(t *testing.T) {
	anywhere(t, func(t *testing.T, on target) {
		w, number := speaking(t, "telefonica"), on.number(t, "verified")
		token := w.access(t, on, "verified", w.verifyScope)
		shared := w.access(t, on, "verified", w.shareScope)
		for _, bad := range []string{
			`null`, `[]`, `"x"`, `{"phoneNumber":"123"}`, `{"phoneNumber":7}`, `{"ipv4Address":[]}`, `{"ipv4Address":{"publicAddress":"2001:db8::1"}}`,
			`{"ipv6Address":"192.0.2.1"}`, `{"ipv4Address":{"publicAddress":"192.0.2.1","publicPort":70000}}`, `{"networkAccessIdentifier":""}`,
		} {
			w.wantProblem(t, on.do(t, w.asking(token, `{"phoneNumber":"`+number+`","device":`+bad+`}`)), badProperty)
			w.wantProblem(t, on.do(t, w.sharingBody(shared, `{"device":`+bad+`}`)), badProperty)
		}
		other := `{"phoneNumber":"` + somebodyElse + `","ipv4Address":{"publicAddress":"192.0.2.1","publicPort":9}}`
		w.wantVerified(t, on.do(t, w.asking(token, `{"phoneNumber":"`+number+`","device":`+other+`}`)), true)
		for _, bare := range []string{`{}`, `{"ipv4Address":{}}`, `{"ipv4Address":{"publicPort":9}}`} {
			token := w.access(t, on, "verified", w.verifyScope)
			w.wantVerified(t, on.do(t, w.asking(token, `{"phoneNumber":"`+number+`","device":`+bare+`}`)), true)
		}
		w.wantShared(t, on.do(t, w.sharingBody(shared, `{"device":`+other+`}`)), number)
		w.wantShared(t, on.do(t, w.sharingBody(w.access(t, on, "verified", w.shareScope), "")), number)
	})
}

func (w wire) sharingBody(token, body string) call {
	c := w.sharing(token)
	c.Body = body
	return c
}
