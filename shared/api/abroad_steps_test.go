package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lineproof/shared/upstream"
	"lineproof/shared/verification"
)

// begunAt has a world's device go to where the network behind began a step, whose line that network
// knows by the address, and returns the request and what the device was given there.
func (w *pinWorld) begunAt(a *abroad, network *pinWorld, held string) (id string, given trip) {
	w.t.Helper()
	if held != "" {
		network.attach("192.0.2.1", held)
	}
	id = w.begun2(silently())
	network.move(time.Second)
	return id, w.travel(a, checkURLOf(id))
}

// A step that an upstream begins with the number: the device gets the upstream's code, which is
// checked here and asked about there, once.
func TestSilentStepBegunAtAnUpstream(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindSteps(nil)
	id, given := w.begunAt(a, network, ownLine)
	code := given.member("code")
	if given.status != 200 || code == "" || given.member("request_id") == id || len(given.hops) != 2 {
		t.Fatalf("the device is answered %d %s by %v", given.status, given.body, given.hops)
	}
	if strings.Join(a.calls, " ") != "/v2/verify" {
		t.Errorf("asked was %v", a.calls)
	}
	a.asked()
	for range 2 {
		if wrong := w.check2(id, otherCode(code)); wrong.status != http.StatusBadRequest {
			t.Errorf("a wrong code is answered %d %s", wrong.status, wrong.body)
		}
	}
	right := w.asApp(standardApp, checking(id, code))
	for range 2 { // the same call again
		if checked := w.do(right); checked.status != 200 || checked.member("status") != "completed" {
			t.Errorf("the code is answered %d %s", checked.status, checked.body)
		}
	}
	if n := a.asked(); n != 3 {
		t.Errorf("asked was %d times", n)
	}
	w.advance(time.Minute)
	w.wantStep(id, "completed")
	if !strings.Contains(w.summary(id), `"price":"0.100000"`) {
		t.Errorf("told is %s", w.summary(id))
	}
	if strings.Contains(w.log.String(), code) || strings.Contains(w.log.String(), line) {
		t.Error("the log tells of it")
	}
}

// The third wrong code ends the verification, as of any step.
func TestWrongCodesAtAnUpstream(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindSteps(nil)
	id, given := w.begunAt(a, network, ownLine)
	a.answers(says(400, `{}`))
	for i, want := range []int{400, 400, 410, 410} {
		if got := w.check2(id, fmt.Sprint("wrong", i)); got.status != want {
			t.Errorf("wrong code %d is answered %d %s", i, got.status, got.body)
		}
	}
	if n := a.asked(); n != 4 { // with the beginning
		t.Errorf("asked was %d times", n)
	}
	a.answers(nil)
	if got := w.check2(id, given.member("code")); got.status != http.StatusGone {
		t.Errorf("the right code is answered %d", got.status)
	}
	w.advance(time.Minute)
	w.wantStep(id, "user_rejected")
}

// What an upstream answers when it is to begin: only its own 202 has the device go there; else the
// next step begins at once.
func TestUpstreamBeginsNothing(t *testing.T) {
	t.Parallel()
	begun := func(address string) http.HandlerFunc {
		return says(202, `{"request_id":"c11236f4-00bf-4b89-84ba-88b25df97315","check_url":"`+address+`"}`)
	}
	for name, test := range map[string]struct {
		answers http.HandlerFunc
		lost    bool
		reason  string
	}{
		"not covered":         {says(422, `{"title":"Invalid params"}`), false, "not-covered"},
		"no check_url":        {says(202, `{"request_id":"c11236f4"}`), false, "not-covered"},
		"busy":                {says(409, `{"title":"Conflict"}`), false, "conflict"},
		"too often":           {says(429, `{}`), false, "busy"},
		"our credentials":     {says(401, `{}`), false, "misconfigured"},
		"our balance":         {says(402, `{}`), false, "misconfigured"},
		"the answer lost":     {nil, true, "burned"},
		"500":                 {says(500, `{}`), false, "burned"},
		"HTML":                {says(202, `<html>`), false, "malformed"},
		"64 KB":               {says(202, strings.Repeat("x", 65<<10)), false, "malformed"},
		"another scheme":      {begun("http://network.example/x"), false, "malformed"},
		"another host":        {begun("https://network.example.evil.example/x"), false, "malformed"},
		"a port of that host": {begun("https://network.example:8443/x"), false, "malformed"},
		"a user":              {begun("https://network.example@evil.example/x"), false, "malformed"},
		"a fragment":          {begun("https://network.example/x#y"), false, "malformed"},
		"a script":            {begun("javascript:alert(1)"), false, "malformed"},
		"a long address":      {begun("https://network.example/" + strings.Repeat("x", 2048)), false, "malformed"},
		"a path as a name":    {says(202, `{"request_id":"../x","check_url":"https://network.example/x"}`), false, "malformed"},
		"no name":             {says(202, `{"check_url":"https://network.example/x"}`), false, "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPINWorld(t)
			a, network := w.behindSteps(nil)
			a.hostile, a.lost = test.answers, test.lost
			id, came := w.begunAt(a, network, ownLine)
			if came.status != http.StatusConflict || a.asked() != 1 {
				t.Fatalf("the device is answered %d %s by %v", came.status, came.body, came.hops)
			}
			wantFacts(t, "the log", lastLine(t, w.log.String()), "reason", test.reason, "upstream", "network")
			w.advance(time.Second)
			if checked := w.check2(id, w.sentCode2(id)); checked.status != 200 {
				t.Errorf("the SMS's code is answered %d %s", checked.status, checked.body)
			}
			w.advance(time.Minute)
			w.wantStep(id, "failed")
		})
	}
}

// What an upstream answers to a code: right and wrong ones count, a line of another number is one,
// and whatever else it says begins the next step.
func TestUpstreamAnswersACode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers http.HandlerFunc
		lost    bool
		status  int
		event   string // what the step's end is told as; empty while it waits
	}{
		"completed":       {says(200, `{"status":"completed"}`), false, 200, "completed"},
		"an empty 200":    {says(200, ""), false, 200, "completed"},
		"user_rejected":   {says(200, `{"status":"user_rejected"}`), false, 409, "user_rejected"},
		"failed":          {says(200, `{"status":"failed"}`), false, 409, "failed"},
		"expired":         {says(200, `{"status":"expired"}`), false, 409, "failed"},
		"action_pending":  {says(200, `{"status":"action_pending"}`), false, 409, ""},
		"another status":  {says(200, `{"status":"COMPLETED"}`), false, 409, "failed"},
		"a number":        {says(200, `{"status":1}`), false, 409, "failed"},
		"HTML":            {says(200, `<html>completed`), false, 409, "failed"},
		"400":             {says(400, `{}`), false, 400, ""},
		"422":             {says(422, `{}`), false, 400, ""},
		"409":             {says(409, `{}`), false, 409, ""},
		"404":             {says(404, `{}`), false, 409, "failed"},
		"410":             {says(410, `{}`), false, 409, "failed"},
		"our credentials": {says(401, `{}`), false, 409, "failed"},
		"too often":       {says(429, `{}`), false, 409, "failed"},
		"500":             {says(500, `{}`), false, 409, "failed"},
		"a redirect":      {says(302, ``), false, 409, "failed"},
		"the answer lost": {nil, true, 409, "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPINWorld(t)
			a, network := w.behindSteps(nil)
			id, given := w.begunAt(a, network, ownLine)
			a.asked()
			a.hostile, a.lost = test.answers, test.lost
			checked := w.check2(id, given.member("code"))
			if checked.status != test.status || a.asked() != 1 {
				t.Fatalf("the code is answered %d %s", checked.status, checked.body)
			}
			a.hostile, a.lost = nil, false
			w.advance(time.Second)
			switch test.event {
			case "completed":
			case "":
				if again := w.check2(id, given.member("code")); again.status != 200 {
					t.Errorf("again the code is answered %d %s", again.status, again.body)
				}
				test.event = "completed"
			default:
				for range 2 { // three may be wrong, and none was
					w.check2(id, otherCode(w.sentCode2(id)))
				}
				if sms := w.check2(id, w.sentCode2(id)); sms.status != 200 {
					t.Errorf("the SMS's code is answered %d %s", sms.status, sms.body)
				}
			}
			w.advance(time.Minute)
			w.wantStep(id, test.event)
		})
	}
}

// A device with another line is told so by the network behind, and has no code; a code that is made
// up proves nothing.
func TestAnotherLineAtAnUpstream(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindSteps(nil)
	id, given := w.begunAt(a, network, otherLine)
	if given.status != http.StatusForbidden || given.member("code") != "" {
		t.Fatalf("the device is answered %d %s", given.status, given.body)
	}
	network.advance(time.Second)
	if checked := w.check2(id, strings.Repeat("A", 20)); checked.status != http.StatusConflict {
		t.Errorf("a code is answered %d %s", checked.status, checked.body)
	}
	w.advance(time.Second)
	if sms := w.check2(id, w.sentCode2(id)); sms.status != 200 {
		t.Errorf("the SMS's code is answered %d %s", sms.status, sms.body)
	}
}

// A number that the network behind does not cover, or verifies for somebody else just now, has its
// next step begin.
func TestNumberBusyAtAnUpstream(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*pinWorld){
		"busy": func(n *pinWorld) {
			n.do(n.asApp(standardApp, v2(http.MethodPost, "", asking2(bySMS()))))
		},
		"not covered": func(n *pinWorld) { n.uncover() },
	} {
		w := newPINWorld(t)
		a, network := w.behindSteps(nil)
		prepare(network)
		a.handler = network.handler
		id, came := w.begunAt(a, network, ownLine)
		if came.status != http.StatusConflict {
			t.Errorf("%s: the device is answered %d %s", name, came.status, came.body)
		}
		w.advance(time.Second)
		if sms := w.check2(id, w.sentCode2(id)); sms.status != 200 {
			t.Errorf("%s: the SMS's code is answered %d %s", name, sms.status, sms.body)
		}
	}
}

// Of devices that come at once one has the step begun. All others are sent to the same address, or
// told to come again.
func TestDevicesBeginOneStep(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindSteps(nil)
	network.attach("192.0.2.1", ownLine)
	id := w.begun2(silently())
	network.move(time.Second)
	places, counted := map[string]bool{}, map[int]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			came := w.do(visiting(id))
			mu.Lock()
			defer mu.Unlock()
			counted[came.status]++
			places[came.header.Get("Location")] = true
		})
	}
	all.Wait()
	delete(places, "")
	if len(places) != 1 || counted[302]+counted[503] != 20 || a.asked() != 1 {
		t.Errorf("they are answered %v and sent to %v", counted, places)
	}
	if again := w.sent(id); !places[again.String()] || a.asked() != 0 {
		t.Errorf("later one is sent to %s", again)
	}
}

// Of codes that come at once one is asked about at a time, and never more than three are.
func TestCodesAtOnceAtAnUpstream(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindSteps(nil)
	id, given := w.begunAt(a, network, ownLine)
	a.asked()
	a.answers(func(rw http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Millisecond) // real time: others come meanwhile
		says(400, `{}`)(rw, r)
	})
	counted := map[int]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			got := w.check2(id, given.member("code"))
			mu.Lock()
			defer mu.Unlock()
			counted[got.status]++
		})
	}
	all.Wait()
	if n := a.asked(); n < 1 || n > 3 || a.most != 1 || counted[400] > 2 || counted[200] != 0 {
		t.Errorf("asked was %d times, at most %d at once, and answered %v", n, a.most, counted)
	}
}

// A code of our own stays ours: a device whose line we know is given one although another was sent
// to the upstream, and what that gave is a wrong code from then on, which nobody asks about.
func TestOwnCodeBesideAnUpstreams(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindSteps(nil)
	id, given := w.begunAt(a, network, ownLine)
	a.asked()
	own := w.visited(id, ownLine)
	if own == "" || own == given.member("code") {
		t.Fatalf("the code of our own is %q", own)
	}
	if theirs := w.check2(id, given.member("code")); theirs.status != http.StatusBadRequest {
		t.Errorf("the upstream's is answered %d %s", theirs.status, theirs.body)
	}
	if ours := w.check2(id, own); ours.status != 200 || a.asked() != 0 {
		t.Errorf("ours is answered %d %s", ours.status, ours.body)
	}
}

// A code that the upstream calls wrong is wrong, even if it were the one that our own device would
// have been given.
func TestUpstreamDecidesOnItsCode(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, network := w.behindSteps(nil)
	network.master = w.master // so both have the same codes
	network.mount(network.logger)
	a.handler = network.handler
	id, given := w.begunAt(a, network, ownLine)
	a.answers(says(400, `{}`))
	if got := w.check2(id, given.member("code")); got.status != http.StatusBadRequest {
		t.Errorf("the code is answered %d %s", got.status, got.body)
	}
}

// What begins with the number takes no redirect_url, and never stands for a subscriber in OAuth,
// whatever its record says.
func TestStepsWithTheNumberHaveLimits(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	a, _ := w.behindSteps(nil)
	redirecting := w.begun2(steps(step("silent_auth", line, "redirect_url", landing), step("sms", line)))
	if came := w.do(visiting(redirecting)); came.status != http.StatusConflict || a.asked() != 0 {
		t.Errorf("with a redirect_url the device is answered %d", came.status)
	}
	front := newWorld(t)
	front.behind("vonage-v2", func(u *upstream.Upstream) { u.Verify = networkIssuer + "/v2/verify" })
	if back := front.away("camara"); back.Get("error") != "access_denied" || front.asked != 0 {
		t.Errorf("a client is answered %v", back)
	}
}

// A verification that is checked in another way than by version 2, moved on or cancelled while its
// upstream waits is as any other.
func TestStepAtAnUpstreamIsAsAnyOther(t *testing.T) {
	t.Parallel()
	for name, happen := range map[string]func(w *pinWorld, id, code string) answer{
		"checked by version 1": func(w *pinWorld, id, _ string) answer {
			own, _ := verification.ParseRequestID(id)
			if got := w.check(own, "123456"); got.member("status") == "0" {
				return answer{}
			}
			moved(w, id)
			return w.check2(id, w.sentCode2(id))
		},
		"moved on": func(w *pinWorld, id, code string) answer {
			moved(w, id)
			if got := w.check2(id, code); got.status != http.StatusBadRequest {
				return got
			}
			return w.check2(id, w.sentCode2(id))
		},
		"in its time": func(w *pinWorld, id, code string) answer {
			w.advance(61 * time.Second)
			if got := w.check2(id, code); got.status != http.StatusBadRequest {
				return got
			}
			return w.check2(id, w.sentCode2(id))
		},
	} {
		w := newPINWorld(t)
		a, network := w.behindSteps(nil)
		id, given := w.begunAt(a, network, ownLine)
		a.asked()
		if got := happen(w, id, given.member("code")); got.status != 200 || a.asked() != 0 {
			t.Errorf("%s: answered %d %s", name, got.status, got.body)
		}
	}
	w := newPINWorld(t)
	a, network := w.behindSteps(nil)
	id, given := w.begunAt(a, network, ownLine)
	a.asked()
	dropped(w, id)
	if got := w.check2(id, given.member("code")); got.status != http.StatusNotFound || a.asked() != 0 {
		t.Errorf("cancelled: answered %d %s", got.status, got.body)
	}
}

// Who takes their time to begin a step, or to check its code, is waited for 3 seconds, once; then
// the next step begins.
func TestSlowSteps(t *testing.T) {
	t.Parallel()
	keys()
	for name := range slowly(nil) {
		synctest.Test(t, func(t *testing.T) {
			w, calls := newPINWorld(t), 0
			a, network := w.behindSteps(nil)
			by := doer(a.Do)
			w.client = doer(func(r *http.Request) (*http.Response, error) { return by(r) })
			w.mount(w.logger)
			checking, given := w.begunAt(a, network, ownLine)
			w.advance(time.Second)
			beginning := w.do(w.asApp(appOf(strangerKey), v2(http.MethodPost, "", asking2(silently())))).member("request_id")
			by = slowly(&calls)[name]
			for what, ask := range map[string]func() answer{
				"begin": func() answer { return w.do(visiting(beginning)) },
				"check": func() answer { return w.check2(checking, given.member("code")) },
			} {
				calls = 0
				begun := time.Now()
				got := ask()
				if took := time.Since(begun); took != 3*time.Second || calls != 1 || got.status != http.StatusConflict {
					t.Errorf("%s, %s: answered %d after %s and %d calls", name, what, got.status, took, calls)
				}
			}
			w.advance(time.Second)
			if sms := w.check2(checking, w.sentCode2(checking)); sms.status != 200 {
				t.Errorf("%s: the SMS's code is answered %d", name, sms.status)
			}
		})
	}
}
