package e2e_test

import (
	"maps"
	"net/http"
	"testing"
	"time"
)

// wantStatuses asserts how often each status was answered.
func wantStatuses(tb testing.TB, answers []answer, want map[int]int) {
	tb.Helper()
	if got := statuses(answers); !maps.Equal(got, want) {
		tb.Errorf("the statuses are %v, want %v", got, want)
	}
}

// TestVerify2RaceOfRequests asks fifty times at once for one number: one verification, whose id all
// others are told, and one SMS.
func TestVerify2RaceOfRequests(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		v, number := on.verify2(t, "unlimited"), freshMobile()
		body := workflow(t, number, []string{"sms", "voice"}, nil)
		answers := atOnce(racers, func(int) answer {
			return on.attempt(t, v.asking(http.MethodPost, verify2Path, body))
		})
		wantStatuses(t, answers, map[int]int{http.StatusAccepted: 1, http.StatusConflict: racers - 1})
		ids := map[any]bool{}
		for _, a := range answers {
			ids[a.object(t)["request_id"]] = true
		}
		if len(ids) != 1 {
			t.Fatalf("the answers name %d requests", len(ids))
		}
		for id := range ids {
			if sent := on.messages(t, id.(string)); len(sent) != 1 {
				t.Errorf("%d messages were sent", len(sent))
			}
		}
	})
}

// TestVerify2RaceOfCodes enters the code fifty times at once: one success, and never another.
func TestVerify2RaceOfCodes(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		v := on.verify2(t, "unlimited")
		id := v.start(t, freshMobile(), "sms").RequestID
		code := on.pin(t, id)
		answers := atOnce(racers, func(int) answer { return v.check(t, id, code) })
		wantStatuses(t, answers, map[int]int{http.StatusOK: 1, http.StatusNotFound: racers - 1})
		on.wantCallbacks(t, id, []string{"completed"}, "completed")
	})
}

// TestVerify2RaceOfWrongCodes guesses fifty times at once: three are counted.
func TestVerify2RaceOfWrongCodes(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		v := on.verify2(t, "unlimited")
		id := v.start(t, freshMobile(), "sms", "voice").RequestID
		code := on.pin(t, id)
		answers := atOnce(racers, func(int) answer { return v.check(t, id, notPIN(code)) })
		wantStatuses(t, answers, map[int]int{http.StatusBadRequest: 2, http.StatusGone: racers - 2})
		v.check(t, id, code).wantStatus(t, http.StatusGone)
		on.wantCallbacks(t, id, []string{"user_rejected"}, "user_rejected", "unused")
	})
}

// TestVerify2RaceOfDevices has twenty devices come at once: all with the line are shown one code,
// and those without it begin one next step.
func TestVerify2RaceOfDevices(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		on.needLocal(t)
		v := on.verify2(t, "unlimited")
		holds := v.start(t, freshSilent("01"), "silent_auth", "sms")
		answers := atOnce(20, func(int) answer { return v.device(t, holds) })
		codes := map[string]bool{}
		for _, a := range answers {
			codes[a.shown(t)] = true
		}
		if len(codes) != 1 {
			t.Errorf("%d codes were shown", len(codes))
		}
		for code := range codes {
			v.check(t, holds.RequestID, code).wantStatus(t, http.StatusOK)
		}
		told := []string{"action_pending", "completed", "completed"}
		on.wantCallbacks(t, holds.RequestID, told, "completed", "unused")

		other := v.start(t, freshSilent("04"), "silent_auth", "sms", "voice")
		answers = atOnce(20, func(int) answer { return v.device(t, other) })
		got := statuses(answers)
		if n := got[http.StatusConflict]; n < 1 || n+got[http.StatusNotFound] != 20 {
			t.Errorf("the statuses are %v, want 409 and, after the move, 404", got)
		}
		if sent := on.messages(t, other.RequestID); len(sent) != 1 || sent[0].Channel != "sms" {
			t.Errorf("%d messages were sent", len(sent))
		}
		v.check(t, other.RequestID, on.pin(t, other.RequestID)).wantStatus(t, http.StatusOK)
	})
}

// TestVerify2RaceOfMoves has the time of a step pass while the next one is asked for twice and its
// code is checked, less often than would end it: at most one success is answered, and each step
// comes once, however many who asked for it are told so.
func TestVerify2RaceOfMoves(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		v := on.verify2(t, "unlimited")
		for range 8 {
			id := v.start(t, freshMobile(), "sms", "voice").RequestID
			code := on.pin(t, id)
			on.advance(t, 179*time.Second)
			answers := atOnce(5, func(i int) answer {
				switch {
				case i == 0:
					return on.post(t, "/local/clock", `{"advance":"2s"}`)
				case i%2 == 0:
					return v.next(t, id)
				default:
					return v.check(t, id, code)
				}
			})
			checked, moved := statuses(onlyOdd(answers, true)), statuses(onlyOdd(answers, false))
			if checked[http.StatusOK] > 1 {
				t.Errorf("checked %v, moved %v", checked, moved)
			}
			events := map[string]int{}
			for _, m := range on.messages(t, id) {
				events[m.Channel]++
			}
			unmoved := events["voice"] == 0 && checked[http.StatusOK] == 0
			if events["sms"] != 1 || events["voice"] > 1 || unmoved {
				t.Errorf("the messages are %v, checked %v, moved %v", events, checked, moved)
			}
			on.advance(t, 10*time.Minute)
			end := []string{"expired"}
			if checked[http.StatusOK] == 1 {
				end = []string{"completed"}
			}
			on.wantEnd(t, id, end)
		}
	})
}

// wantEnd asserts the statuses of all callbacks.
func (on target) wantEnd(tb testing.TB, id string, statuses []string) {
	tb.Helper()
	all := on.callbacks(tb, id)
	if len(all) != len(statuses) {
		tb.Fatalf("%d callbacks came: %+v", len(all), all)
	}
	for i, c := range all {
		if got := (answer{Body: []byte(c.Text)}).object(tb)["status"]; got != statuses[i] {
			tb.Errorf("callback %d tells %v, want %s", i, got, statuses[i])
		}
	}
}

// onlyOdd returns the answers of odd places, or else of even ones after the first.
func onlyOdd(answers []answer, odd bool) []answer {
	var some []answer
	for i, a := range answers {
		if i > 0 && (i%2 == 1) == odd {
			some = append(some, a)
		}
	}
	return some
}
