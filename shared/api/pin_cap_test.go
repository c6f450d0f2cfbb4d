package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/shared/account"
)

// TestLastCredit lets twenty requests race for three credits; what fails or expires is given back,
// once.
func TestLastCredit(t *testing.T) {
	t.Parallel()
	const price = 100_000
	w := newPINWorld(t)
	if err := w.accounts.TopUp(t.Context(), noCreditKey, 3*price, "last"); err != nil {
		t.Fatal(err)
	}
	ask := func(i int) answer {
		return w.do(verifying("json", "number", fmt.Sprintf("4477009004%02d", i), "brand", "Acme", "api_key", noCreditKey.String(), "api_secret", secretOf(noCreditKey)))
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	counts, ids := map[string]int{}, []string{}
	for i := range 20 {
		all.Go(func() {
			a := ask(i)
			mu.Lock()
			defer mu.Unlock()
			counts[a.said()]++
			if id := a.member("request_id"); id != "" {
				ids = append(ids, id)
			}
		})
	}
	all.Wait()
	if counts["0"] != 3 || counts["9 Partner quota exceeded"] != 17 {
		t.Errorf("the answers are %v, want three 0 and else 9", counts)
	}
	w.advance(time.Second)
	a := w.do(verifying("check/json", "api_key", noCreditKey.String(), "api_secret", secretOf(noCreditKey), "request_id", ids[0], "code", w.sentPIN(ids[0])))
	w.advance(time.Hour)
	ledger, err := w.accounts.Ledger(t.Context(), noCreditKey)
	if a.said() != "0" || err != nil || ledger != (account.Ledger{Free: 2 * price, Charged: price}) {
		t.Errorf("after one success of three: %s, %+v, %v", a.body, ledger, err)
	}
	if again := ask(99); again.said() != "0" {
		t.Errorf("with two credits given back: %s", again.body)
	}
}

// TestWrongCodesOfADay closes a number for a day after ten wrong codes in all its verifications
// (strict) and forgets them then.
func TestWrongCodesOfADay(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	strict := []string{"api_key", strictKey.String(), "api_secret", secretOf(strictKey)}
	begin := func() answer {
		w.advance(2 * time.Minute) // a number rests after three failures
		a := w.do(verifying("json", append(strict, good...)...))
		w.advance(time.Second)
		return a
	}
	var said []string
	for range 4 {
		id := begin().member("request_id")
		for range 3 {
			a := w.do(verifying("check/json", append(strict, "request_id", id, "code", w.wrongPIN(id))...))
			said = append(said, a.member("status"))
			if a.member("status") == "17" {
				break
			}
		}
	}
	if got := strings.Join(said, " "); got != "16 16 17 16 16 17 16 16 17 17" {
		t.Errorf("wrong codes gave %s, want the tenth to be the last", got)
	}
	const closed = "7 The number you are trying to verify is blacklisted for verification"
	if a := begin(); a.said() != closed {
		t.Errorf("the eleventh: %s", a.body)
	}
	if a := w.do(verifying("json", good...)); a.said() != "0" {
		t.Errorf("another account: %s", a.body)
	}
	w.advance(23 * time.Hour)
	if a := begin(); a.said() != closed {
		t.Errorf("within the day: %s", a.body)
	}
	w.advance(2 * time.Hour)
	if a := begin(); a.said() != "0" {
		t.Errorf("a day later: %s", a.body)
	}
}

// TestNetworkBlock blocks a network of which too few verifications succeed, for an hour, until its
// owner unblocks it.
func TestNetworkBlock(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	block := func() answer {
		for i := range 1000 {
			a := w.do(verifying("json", "number", fmt.Sprintf("44770090%04d", i), "brand", "Acme", "workflow_id", "6", "pin_expiry", "60"))
			if a.member("status") == "7" {
				return a
			}
			w.advance(62 * time.Second)
		}
		t.Fatal("a thousand failures block nothing")
		return answer{}
	}
	a := block()
	if a.member("network") != "44770090" || a.member("request_id") != "" || w.do(verifying("json", good...)).member("status") != "7" {
		t.Errorf("blocked: %s", a.body)
	}
	if other := w.do(verifying("json", "number", "33612345678", "brand", "Acme")); other.said() != "0" {
		t.Errorf("another network: %s", other.body)
	}
	foreign := w.do(verifying("network-unblock", "network", "44770090", "api_key", strangerKey.String(), "api_secret", secretOf(strangerKey)))
	if foreign.status != http.StatusOK || w.do(verifying("json", good...)).member("status") != "7" {
		t.Errorf("another account's unblock: %s, %s", foreign.body, w.do(verifying("json", good...)).body)
	}
	opened := w.do(verifying("network-unblock", "network", "44770090", "unblock_duration", "3600"))
	if until := opened.member("unblocked_until"); until != w.Now().Add(time.Hour).UTC().Format(time.RFC3339) || w.do(verifying("json", good...)).said() != "0" {
		t.Errorf("unblocked: %s", opened.body)
	}
	w.advance(2 * time.Hour)
	block()
	w.advance(3 * time.Hour) // the second block is longer, and ends by itself
	if a := w.do(verifying("json", good...)); a.said() != "0" {
		t.Errorf("after the block: %s", a.body)
	}
}
