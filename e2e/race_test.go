package e2e_test

import (
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"testing"
)

// racers is how many callers race.
const racers = 50

// race makes prepared calls at once and counts the statuses of their answers.
func race(call func(i int) answer) (answers []answer, statuses map[int]int) {
	answers, statuses = make([]answer, racers), map[int]int{}
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range racers {
		all.Go(func() {
			<-start
			answers[i] = call(i)
		})
	}
	close(start)
	all.Wait()
	for _, a := range answers {
		statuses[a.Status]++
	}
	return answers, statuses
}

// wantOneWinner asserts that one call won and all others got the same refusal.
func wantOneWinner(tb testing.TB, answers []answer, statuses map[int]int, refused int) answer {
	tb.Helper()
	if statuses[http.StatusOK] != 1 || statuses[refused] != racers-1 {
		tb.Fatalf("the statuses are %v, want one 200 and %d times %d", statuses, racers-1, refused)
	}
	for _, a := range answers {
		if a.Status == http.StatusOK {
			return a
		}
	}
	return answer{}
}

// allCredentials makes what each racer authenticates with, beforehand.
func allCredentials(tb testing.TB, on target, c client) []credentials {
	tb.Helper()
	as := make([]credentials, racers)
	for i := range as {
		as[i] = c.credentials(tb, on)
	}
	return as
}

// TestRaceOfOneCode exchanges a code fifty times at once: one winner, and as the others are reuse,
// what it got is revoked.
func TestRaceOfOneCode(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		for _, dialect := range []string{"camara-2", "konera", "vonage"} {
			w := speaking(t, dialect)
			a := w.begin(t, on, on.client(t, dialect))
			form, as := a.exchange(a.code(t, on)), allCredentials(t, on, a.client)
			answers, statuses := race(func(i int) answer { return on.submit(t, a.token, as[i], form) })
			winner := wantOneWinner(t, answers, statuses, http.StatusBadRequest)
			w.wantProblem(t, on.do(t, w.asking(winner.tokens(t).AccessToken, naming(somebodyElse))), invalidToken)
		}
	})
}

// TestRaceOfOneToken uses a single-use token fifty times at once, on verify and on both operations.
func TestRaceOfOneToken(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		number := on.number(t, "verified")
		for _, dialect := range []string{"camara-2", "vonage"} {
			w := speaking(t, dialect)
			token := w.access(t, on, "verified", w.verifyScope)
			answers, statuses := race(func(int) answer { return on.do(t, w.asking(token, naming(number))) })
			w.wantVerified(t, wantOneWinner(t, answers, statuses, http.StatusUnauthorized), true)
		}
		w := wires[0]
		token := w.access(t, on, "verified", w.verifyScope+" "+scopeShare)
		answers, statuses := race(func(i int) answer {
			if i%2 == 0 {
				return on.do(t, w.sharing(token))
			}
			return on.do(t, w.asking(token, naming(number)))
		})
		wantOneWinner(t, answers, statuses, http.StatusUnauthorized)
	})
}

// TestRaceOfGoodAndBadCalls uses a token rightly and wrongly at once: the right call wins, whatever
// the others do.
func TestRaceOfGoodAndBadCalls(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		w := wires[0]
		token := w.access(t, on, "verified", w.verifyScope)
		answers, statuses := race(func(i int) answer {
			if i == racers/2 {
				return on.do(t, w.asking(token, naming(on.number(t, "verified"))))
			}
			return on.do(t, w.asking(token, naming("nonsense")))
		})
		if statuses[200] != 1 || statuses[400]+statuses[401] != racers-1 {
			t.Errorf("the statuses are %v, want one 200 and no other success", statuses)
		}
		w.wantVerified(t, answers[racers/2], true)
	})
}

// TestRaceOfOneAssertion replays what is signed for one use fifty times at once: client assertions,
// application JWTs, JWT-bearer assertions, operator tokens and request objects.
func TestRaceOfOneAssertion(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		for _, dialect := range []string{"camara-2", "vonage"} {
			w, c := speaking(t, dialect), on.client(t, dialect)
			as, form := c.credentials(t, on), url.Values{"scope": {w.verifyScope}, "login_hint": {"tel:" + freshNumber()}}
			answers, statuses := race(func(int) answer { return on.submit(t, backchannelPath, as, form) })
			wantOneWinner(t, answers, statuses, http.StatusUnauthorized)
		}
		w, c := wires[0], on.client(t, "camara-2")
		form := bearerForm(c.grantAssertion(t, on, "tel:"+freshNumber(), w.verifyScope, nil))
		answers, statuses := race(func(int) answer { return on.postForm(t, tokenPath, nil, form) })
		wantOneWinner(t, answers, statuses, http.StatusBadRequest)
		form = url.Values{"scope": {w.verifyScope}, "login_hint": {"operatortoken:" + on.operatorToken(t, freshNumber(), nil)}}
		as := allCredentials(t, on, c)
		answers, statuses = race(func(i int) answer { return on.submit(t, backchannelPath, as[i], form) })
		wantOneWinner(t, answers, statuses, http.StatusBadRequest)
		a := w.begin(t, on, c)
		a.query.Set("request", a.requesting(t, on, nil))
		codes := 0
		answers, _ = race(func(int) answer {
			return on.do(t, call{Method: http.MethodGet, Path: authorizePath + "?" + a.query.Encode()})
		})
		for _, got := range answers {
			if sentBack(t, got, a.redirectURI).Has("code") {
				codes++
			}
		}
		if codes != 1 {
			t.Errorf("one request object gave %d codes", codes)
		}
	})
}

// TestRaceOfOneAuthReqID polls a known subscriber's request fifty times at once, and one whose
// session has just come.
func TestRaceOfOneAuthReqID(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		w, c := wires[0], on.withSecret(t)
		address, number := freshIPv4(), freshNumber()
		pending := on.backchannel(t, c, "ipport:"+address+":5000", w.verifyScope).authReqID(t)
		on.put(t, session{Address: address, Number: number, Seconds: 600})
		known := on.backchannel(t, c, "ipport:"+address+":5000", w.verifyScope).authReqID(t)
		for _, id := range []string{pending, known} {
			answers, statuses := race(func(int) answer { return on.poll(t, tokenPath, c, id) })
			granted := wantOneWinner(t, answers, statuses, http.StatusBadRequest).tokens(t)
			w.wantVerified(t, on.do(t, w.asking(granted.AccessToken, naming(number))), true)
		}
	})
}

// TestRaceOfOneRefreshToken refreshes fifty times at once: one winner, and the reuse ends it too.
func TestRaceOfOneRefreshToken(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		w, c, first := konera(t, on)
		answers, statuses := race(func(int) answer { return on.refresh(t, w, c, first.RefreshToken, "") })
		second := wantOneWinner(t, answers, statuses, http.StatusBadRequest).tokens(t)
		on.refresh(t, w, c, second.RefreshToken, "").wantOAuth(t, 400, "invalid_grant")
		for _, access := range []string{first.AccessToken, second.AccessToken} {
			w.wantProblem(t, on.do(t, w.asking(access, naming(somebodyElse))), invalidToken)
		}
	})
}

// TestRaceOfPolls polls an unknown subscriber's request fifty times at once: one is told to wait,
// the others that they came too fast.
func TestRaceOfPolls(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		c := on.withSecret(t)
		id := on.backchannel(t, c, "ipport:"+freshIPv4()+":"+strconv.Itoa(5000), wires[0].verifyScope).authReqID(t)
		answers, _ := race(func(int) answer { return on.poll(t, tokenPath, c, id) })
		told := map[any]int{}
		for _, a := range answers {
			told[a.object(t)["error"]]++
		}
		if told["authorization_pending"] != 1 || told["slow_down"] != racers-1 {
			t.Errorf("they are told %v", told)
		}
	})
}
