package e2e_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/e2e/dynamolocal"
	"lineproof/local/server"
	"lineproof/local/tables"
)

// flaky stands before a DynamoDB and can be made to throttle everything.
type flaky struct {
	http.Handler
	away atomic.Bool
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !f.away.Load() {
		f.Handler.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte(`{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"canary 447400123456"}`))
}

// startFlaky serves the product over a store that can be away.
func startFlaky(t *testing.T) (target, *flaky) {
	t.Helper()
	to, err := url.Parse(dynamolocal.Endpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	between := &flaky{Handler: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}}
	store := httptest.NewServer(between)
	t.Cleanup(store.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	held, err := tables.Open(t.Context(), store.URL)
	if err != nil {
		t.Fatal(err)
	}
	product, err := server.New(context.WithoutCancel(t.Context()), server.Config{
		Issuer: base, Stores: held, Log: logs.logger(),
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: listener, Config: &http.Server{Handler: product}}
	s.Start()
	t.Cleanup(s.Close)
	return connect(t, base), between
}

// TestPINStoreAway throttles everything that the store is asked: each operation answers status 5 in
// the caller's own format, and when the store is back nothing of it is left.
func TestPINStoreAway(t *testing.T) {
	t.Parallel()
	on, store := startFlaky(t)
	as, number := on.account(t, "standard"), freshMobile()
	id := on.request(t, as, number)
	pin := on.pin(t, id)
	store.away.Store(true)
	for path, pairs := range map[string][]string{
		"":         {"number", freshMobile(), "brand", "Acme"},
		"psd2/":    {"number", freshMobile(), "payee", "Acme", "amount", "1"},
		"check/":   {"request_id", id, "code", pin},
		"search/":  {"request_id", id},
		"control/": {"request_id", id, "cmd", "trigger_next_event"},
	} {
		on.ask(t, path+"json", as.params(pairs...)).want(t, "5 Internal Error")
		if inXML := on.askXML(t, path+"xml", roots[path], as.params(pairs...)); inXML.Status != "5" || inXML.ErrorText != "Internal Error" {
			t.Errorf("%sxml: %+v", path, inXML)
		}
	}
	store.away.Store(false)
	again := on.request(t, as, freshMobile())
	on.check(t, as, id, pin).want(t, "0")
	on.advance(t, time.Hour)
	if sent := on.messages(t, id); len(sent) != 1 {
		t.Errorf("%d messages were sent", len(sent))
	}
	on.wantState(t, as, again, "EXPIRED")
}

// TestPINBadHTTP shows what HTTP itself refuses.
func TestPINBadHTTP(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		for _, path := range []string{"json", "xml", "psd2/json", "check/json", "check/xml", "search/json", "search/xml", "control/json", "control/xml", "network-unblock"} {
			for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
				a := on.do(t, call{Method: method, Path: "/verify/" + path})
				if a.Status != http.StatusMethodNotAllowed || !strings.Contains(a.Header.Get("Allow"), "POST") || len(a.Body) == 0 {
					t.Errorf("%s %s: %d %v %s", method, path, a.Status, a.Header, a.Body)
				}
			}
			if a := on.post(t, "/verify/"+path, strings.Repeat("x", 8193)); a.Status != http.StatusRequestEntityTooLarge || len(a.Body) == 0 {
				t.Errorf("%s with a long body: %d %s", path, a.Status, a.Body)
			}
		}
		for _, path := range []string{"/verify", "/verify/", "/verify/yaml", "/verify/json/", "/verify/check", "/verify/JSON", "/verify/network-unblock/json"} {
			if a := on.get(t, path); a.Status != http.StatusNotFound || len(a.Body) == 0 {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
	})
}
