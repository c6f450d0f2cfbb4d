package e2e_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"
)

// advance moves the target's clock and gives its new time.
func (on target) advance(tb testing.TB, by time.Duration) time.Time {
	tb.Helper()
	on.needLocal(tb)
	return nowOf(tb, on.post(tb, "/local/clock", fmt.Sprintf(`{"advance":%q}`, by)))
}

// now gives the target's time; of one whose clock cannot be read, ours.
func (on target) now(tb testing.TB) time.Time {
	if !on.Local {
		return time.Now()
	}
	return on.advance(tb, 0)
}

// reset makes the target forget, and brings its clock back.
func (on target) reset(tb testing.TB) {
	tb.Helper()
	nowOf(tb, on.post(tb, "/local/reset", ""))
}

// nowOf reads an answer that tells the time.
func nowOf(tb testing.TB, a answer) time.Time {
	tb.Helper()
	var told struct{ Now time.Time }
	if err := json.Unmarshal(a.Body, &told); err != nil || a.Status != http.StatusOK || told.Now.IsZero() {
		tb.Fatalf("answered %d %s, want the time", a.Status, a.Body)
	}
	return told.Now
}

// session is a mobile session to put into the directory.
type session struct {
	Address  string `json:"address"`
	PortFrom int    `json:"port_from,omitempty"`
	PortTo   int    `json:"port_to,omitempty"`
	Number   string `json:"number"`
	Seconds  int    `json:"seconds"`
}

// put records a session that begins now.
func (on target) put(tb testing.TB, s session) {
	tb.Helper()
	on.needLocal(tb)
	text, err := json.Marshal(s)
	if err != nil {
		tb.Fatal(err)
	}
	if a := on.post(tb, "/local/sessions", string(text)); a.Status != http.StatusOK {
		tb.Fatalf("POST /local/sessions answered %d %s", a.Status, a.Body)
	}
}

func (on target) needLocal(tb testing.TB) {
	tb.Helper()
	if !on.Local {
		tb.Skip("the deployment has no /local/ routes")
	}
}

// freshIPv4 gives an address (RFC 6598, carrier NAT) that hardly any other test has.
func freshIPv4() string {
	return fmt.Sprintf("100.%d.%d.%d", 64+rand.IntN(64), rand.IntN(256), 1+rand.IntN(254))
}

// freshIPv6 gives a /64 of the documentation prefix (RFC 3849) that hardly any other test has,
// without its length.
func freshIPv6() string {
	return fmt.Sprintf("2001:db8:%x:%x::", 1+rand.IntN(0xffff), 1+rand.IntN(0xffff))
}

// freshDelivered gives a test number to which messages come, that hardly any other test has.
func freshDelivered() string {
	return fmt.Sprintf("+99015%05d00%02d", rand.IntN(100_000), rand.IntN(100))
}

// freshNumber gives a test number that hardly any other test has: sandbox clients see no others.
func freshNumber() string { return fmt.Sprintf("+99015%09d", rand.IntN(1_000_000_000)) }

// realNumber gives a number that may be somebody's.
func realNumber() string { return fmt.Sprintf("+4915%09d", rand.IntN(1_000_000_000)) }
