package outbound

import "testing"

// No environment has calls go elsewhere than where their address says.
func TestNoProxy(t *testing.T) {
	t.Parallel()
	if c := newCarrier(Options{}); c.Proxy != nil {
		t.Error("it asks for a proxy")
	}
}
