package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"lineproof/shared/upstream"
)

// sentFrom has a device at an address ask for something, and returns where it is sent.
func (w *world) sentFrom(address, target string) *url.URL {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(address), 40000).String()
	a := w.do(r)
	to, err := url.Parse(a.header.Get("Location"))
	if a.status != http.StatusFound || err != nil {
		w.t.Fatalf("%s is answered %d %s, %v", target, a.status, a.body, err)
	}
	return to
}

// A device that comes back from another network than it was sent from is marked, and comes to
// nothing where its upstream's record wants that: nobody is asked, and the way is over.
func TestDevicesThatMoved(t *testing.T) {
	t.Parallel()
	own := []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("2001:db8:77::/48")}
	for name, test := range map[string]struct {
		sent, back string
		addresses  []netip.Prefix
		moved      bool
	}{
		"the same address":            {"192.0.2.1", "192.0.2.1", nil, false},
		"the same network":            {"192.0.2.1", "192.0.99.9", nil, false},
		"the same network, IPv6":      {"2001:db8:1::1", "2001:db8:ffff::2", nil, false},
		"another network":             {"192.0.2.1", "192.1.2.1", nil, true},
		"another network, IPv6":       {"2001:db8::1", "2001:db9::1", nil, true},
		"IPv4 to IPv6":                {"192.0.2.1", "2001:db8::1", nil, true},
		"mapped IPv4":                 {"::ffff:192.0.2.1", "192.0.2.1", nil, false},
		"another mapped IPv4":         {"::ffff:192.0.2.1", "::ffff:192.1.2.1", nil, true},
		"its own, IPv4 to IPv6":       {"198.51.100.7", "2001:db8:77::1", own, false},
		"its own to another":          {"198.51.100.7", "198.51.101.7", own, true},
		"another to its own":          {"192.0.2.1", "198.51.100.7", own, true},
		"others beside it":            {"192.0.2.1", "192.0.2.9", own, false},
		"IPv6 beside it, of its /32":  {"2001:db8:77::1", "2001:db8:78::1", own, true},
		"neither of its own, to IPv6": {"192.0.2.1", "2001:db8:78::1", own, true},
	} {
		for _, refuse := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.behind("camara", func(u *upstream.Upstream) {
					u.Addresses, u.RefuseMoved = test.addresses, refuse
				}).attach("192.0.2.1")
				at := w.sentFrom(test.sent, authorizePath+"?"+authorization("camara").Encode())
				at = w.network.sentFrom("192.0.2.1", at.RequestURI())
				back := w.sentFrom(test.back, at.RequestURI()).Query()
				refused := test.moved && refuse
				if refused != (back.Get("error") == "access_denied") || refused == back.Has("code") || back.Get("state") != "a state" {
					t.Errorf("back comes %v", back)
				}
				if marked := strings.Contains(w.log.String(), `"moved":"yes"`); marked != test.moved || refused != (w.asked == 0) {
					t.Errorf("marked %v, %d calls", marked, w.asked)
				}
				if told := strings.Contains(w.log.String(), `"asked":"authorize","told":"moved"`); told != refused {
					t.Errorf("told %v: %s", told, w.log)
				}
				if again := w.do(httptest.NewRequest(http.MethodGet, at.RequestURI(), nil)); again.status != http.StatusBadRequest {
					t.Errorf("again it is %d", again.status)
				}
			})
		}
	}
}

// A silent step whose device comes back from another network ends as one of which nobody can tell,
// where the upstream's record wants that, and the network behind is asked nothing.
func TestSilentDevicesThatMoved(t *testing.T) {
	t.Parallel()
	for _, refuse := range []bool{false, true} {
		w := newPINWorld(t)
		a, network := w.behindCodes(func(u *upstream.Upstream) { u.RefuseMoved = refuse })
		network.attachNumber("192.0.2.1", ownLine)
		id := w.begun2(silently())
		network.advance(time.Second)
		to := serveFrom(t, a.handler, "192.0.2.1", w.sent(id).RequestURI())
		to = serveFrom(t, w.handler, "203.0.113.9", to.RequestURI())
		event, status, asked := "completed", http.StatusOK, 2
		if refuse {
			event, status, asked = "failed", http.StatusConflict, 0
		}
		if came := w.travel(a, to.String()); came.status != status || a.asked() != asked {
			t.Errorf("%v: %d %s by %v", refuse, came.status, came.body, came.hops)
		} else if !refuse && w.check2(id, came.member("code")).status != http.StatusOK {
			t.Error("the code is refused")
		}
		w.advance(time.Minute)
		w.wantStep(id, event)
	}
}

// serveFrom has a device at an address ask a handler for something, and returns where it is sent.
func serveFrom(t *testing.T, h http.Handler, address, target string) *url.URL {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.RemoteAddr = address + ":40000"
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, r)
	to, err := url.Parse(rw.Header().Get("Location"))
	if rw.Code != http.StatusFound || err != nil {
		t.Fatalf("%s is answered %d %s, %v", target, rw.Code, rw.Body, err)
	}
	return to
}
