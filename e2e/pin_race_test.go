package e2e_test

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// together makes n calls at once.
func together(n int, ask func(i int) told) []told {
	answers := make([]told, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			answers[i] = ask(i)
		})
	}
	close(start)
	all.Wait()
	return answers
}

// TestPINRaceOfRequests asks fifty times at once for one number, in many spellings: one
// verification, one SMS.
func TestPINRaceOfRequests(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		as, number := on.account(t, "unlimited"), freshMobile()
		spellings := []string{number, "+" + number, "00" + number, "+44 " + number[2:], "+44 (0)" + number[2:]}
		answers := together(racers, func(i int) told {
			return on.ask(t, "json", as.params("number", spellings[i%len(spellings)], "brand", "Acme"))
		})
		wantCounts(t, answers, map[string]int{"0": 1, "10": racers - 1})
		ids := map[string]int{}
		for _, a := range answers {
			ids[a.values["request_id"]]++
		}
		if len(ids) != 1 || ids[""] != 0 {
			t.Fatalf("the answers name %d requests", len(ids))
		}
		for id := range ids {
			if sent := on.messages(t, id); len(sent) != 1 {
				t.Errorf("%d messages were sent", len(sent))
			}
		}
	})
}

// TestPINRaceOfWrongCodes guesses a hundred times at once: three are counted, the verification has
// failed.
func TestPINRaceOfWrongCodes(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		id := on.request(t, as, freshMobile())
		pin := on.pin(t, id)
		answers := together(2*racers, func(i int) told {
			guess := fmt.Sprintf("%04d", i)
			if guess == pin {
				guess = "9999"
			}
			return on.check(t, as, id, guess)
		})
		wantCounts(t, answers, map[string]int{"16": 2, "17": 2*racers - 2})
		on.check(t, as, id, pin).want(t, tooMany)
		if checks := on.wantState(t, as, id, "FAILED").object(t)["checks"].([]any); len(checks) != 3 {
			t.Errorf("%d checks are counted", len(checks))
		}
	})
}

// TestPINRaceOfRightCodes enters the PIN a hundred times at once: one success, and never a wrong
// code after it.
func TestPINRaceOfRightCodes(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		id := on.request(t, as, freshMobile())
		pin := on.pin(t, id)
		answers := together(2*racers, func(int) told { return on.check(t, as, id, pin) })
		wantCounts(t, answers, map[string]int{"0": 1, "6": 2*racers - 1})
		if checks := on.wantState(t, as, id, "SUCCESS").object(t)["checks"].([]any); len(checks) != 1 {
			t.Errorf("%d checks are counted", len(checks))
		}
	})
}

// TestPINRaceOfEnds enters the PIN, cancels, and skips at once: one end, which every answer agrees
// with.
func TestPINRaceOfEnds(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		var ids, codes []string
		for range 8 {
			ids = append(ids, on.request(t, as, freshMobile(), "workflow_id", "4"))
			codes = append(codes, on.pin(t, ids[len(ids)-1]))
		}
		on.advance(t, 31*time.Second)
		for i, id := range ids {
			answers := together(10, func(n int) told {
				if n%2 == 0 {
					return on.check(t, as, id, codes[i])
				}
				return on.control(t, as, id, "cancel")
			})
			if counts := counted(answers); counts["0"] != 1 || counts["6"] != 9 {
				t.Errorf("the statuses are %v, want one 0 and else 6", counts)
			}
			var won bool
			for n, a := range answers {
				won = won || a.values["status"] == "0" && n%2 == 0
			}
			on.wantState(t, as, id, map[bool]string{true: "SUCCESS", false: "CANCELLED"}[won])
		}
	})
}

// TestPINRaceOfSkips triggers the next event twenty times at once: the two that are left, and
// nothing sent twice.
func TestPINRaceOfSkips(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		as := on.account(t, "unlimited")
		id := on.request(t, as, freshMobile())
		on.pin(t, id)
		answers := together(20, func(int) told { return on.control(t, as, id, "trigger_next_event") })
		wantCounts(t, answers, map[string]int{"0": 2, "19": 18})
		on.advance(t, time.Hour)
		events := map[int]int{}
		for _, m := range on.messages(t, id) {
			events[m.Event]++
		}
		if len(events) != 3 || events[1] != 1 || events[2] != 1 || events[3] != 1 {
			t.Errorf("the events sent are %v, want each of three once", events)
		}
		on.wantState(t, as, id, "EXPIRED")
	})
}
