package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lineproof/shared/phone"
)

// TestParametersThatAreNotPercentEncoded reads ';' and a bare '%' as themselves, wherever they
// stand, and ignores what nobody asked for (URL Standard §5.1, RFC 6749 §3.1).
func TestParametersThatAreNotPercentEncoded(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	signedIn := credentials(standardKey).Encode() + "&number=447700900123"
	for body, want := range map[string]string{
		signedIn + "&brand=Tom;Co":                   "0",
		signedIn + "&number=447700900124&brand=100%": "0",
		"\ufeff" + signedIn + "&brand=Acme":          "0",
		signedIn + "&brand=Acme&note=50%&x=%ff;%":    "0",
	} {
		w := newPINWorld(t)
		if a := w.do(plain("/verify/json", body)); a.member("status") != want {
			t.Errorf("%q: %s", body, a.body)
		}
	}
	id := w.begun("brand", "Tom;Co")
	if sent := w.inbox.Messages(id, phone.Number{}); len(sent) != 1 || !strings.HasPrefix(sent[0].Text, "Tom;Co ") {
		t.Errorf("sent %v", sent)
	}
	query := credentials(standardKey).Encode() + "&request_id=" + id + "&x=50%&y=a;b"
	if a := w.do(get("/verify/search/json?" + query)); a.member("request_id") != id {
		t.Errorf("search answered %s", a.body)
	}
}

func TestOAuthParametersThatAreNotPercentEncoded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.attach("192.0.2.1")
	good := authorization("camara")
	for extra, state := range map[string]string{
		"&utm=a;b&utm=c&y=%ff%": "a state",
		"&state=a;b":            "a;b",
		"&state=50%":            "50%",
	} {
		asked := url.Values{}
		for name, values := range good {
			asked[name] = values
		}
		if strings.HasPrefix(extra, "&state") {
			asked.Del("state")
		}
		r := httptest.NewRequest(http.MethodGet, authorizePath, nil)
		r.URL.RawQuery = asked.Encode() + extra
		r.RemoteAddr = "192.0.2.1:40000"
		if back := w.do(r).redirected(t); back.Get("code") == "" || back.Get("state") != state {
			t.Errorf("%s: %v", extra, back)
		}
	}
	r := w.as("camara", tokenPath, codeForm(w.code(good)))
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body) + "&x=a;b&x=%&%ff=1"))
	if a := w.do(r); a.status != http.StatusOK || a.member("access_token") == "" {
		t.Errorf("token answered %d %s", a.status, a.body)
	}
}
