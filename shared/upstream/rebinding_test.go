package upstream_test

import (
	"crypto/x509"
	"net"
	"net/http/httptest"
	"testing"

	"lineproof/shared/outbound"
	"lineproof/shared/outbound/outboundtest"
	"lineproof/shared/upstream"
)

// A name that leads to an address that may be called, and to one of the network's own when it is
// looked up again, is not called there: nothing is sent, so a token or a code is still theirs
// alone.
func TestNamesThatLeadElsewhereLater(t *testing.T) {
	t.Parallel()
	o := operate(t, says(200, `{"devicePhoneNumberVerified":true,"access_token":"theirs"}`))
	secured := httptest.NewTLSServer(o.Config.Handler)
	t.Cleanup(secured.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secured.Certificate())
	_, port, _ := net.SplitHostPort(secured.Listener.Addr().String())
	for _, later := range []string{"10.0.0.1", "169.254.169.254", "192.168.0.1", "0.0.0.0", "fd00:ec2::254"} {
		client := outbound.NewClient(outbound.Options{
			Loopback: true, Roots: roots, Names: outboundtest.Names([]string{"127.0.0.1"}, []string{later}),
		})
		c := caller()
		c.Client = client
		p := o.peer(t, "telefonica", func(u *upstream.Upstream) {
			u.Token, u.Verify = "https://example.com:"+port+"/token", "https://example.com:"+port+"/verify"
		})
		o.calls.Store(0)
		if _, got := c.Exchange(t.Context(), p, upstream.Secret{Text: "secret"}, "code", "cb", "v"); got != upstream.Match {
			t.Fatalf("at first it is %s", got)
		}
		client.CloseIdleConnections()
		claim := upstream.Claim{Number: number(t, "+447700900000")}
		if got := c.Verify(t.Context(), p, upstream.Token{Text: "theirs"}, claim, nil); got != upstream.Away || o.calls.Load() != 1 {
			t.Errorf("%s: later it is %s after %d calls", later, got, o.calls.Load())
		}
	}
}
