package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/verification"
	"lineproof/shared/webhook"
)

// opened checks a signature by hand, as a customer would (RFC 7515 §5.2), and returns its header
// and its claims.
func opened(t *testing.T, authorization, secret string) (header, claims string) {
	t.Helper()
	token, bearer := strings.CutPrefix(authorization, "Bearer ")
	parts := strings.Split(token, ".")
	if !bearer || len(parts) != 3 {
		t.Fatalf("no signature: %q", authorization)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(parts[0] + "." + parts[1]))
	if base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) != parts[2] {
		t.Fatalf("a wrong signature: %s", token)
	}
	h, err := base64.RawURLEncoding.DecodeString(parts[0])
	c, errClaims := base64.RawURLEncoding.DecodeString(parts[1])
	if err := errors.Join(err, errClaims); err != nil {
		t.Fatal(err)
	}
	return string(h), string(c)
}

func TestDeliverSigns(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 2 {
		if err := r.deliver(t, r.job(webhook.Summary), 1); err != nil {
			t.Fatal(err)
		}
	}
	names := map[string]bool{}
	for _, p := range r.posts {
		header, claims := opened(t, p.authorization, secret)
		var told struct{ JTI string }
		if err := json.Unmarshal([]byte(claims), &told); err != nil || len(told.JTI) != 32 || names[told.JTI] {
			t.Errorf("jti %q, %v", told.JTI, err)
		}
		names[told.JTI] = true
		sum := sha256.Sum256(p.body)
		want := fmt.Sprintf(`{"iat":%d,"jti":%q,"iss":"Vonage","payload_hash":%q,"api_key":"abcd1234","application_id":%q}`,
			begin.Unix()-5, told.JTI, hex.EncodeToString(sum[:]), application) // by the subscriber's clock
		if header != `{"alg":"HS256","typ":"JWT"}` || claims != want {
			t.Errorf("signed %s %s, want %s", header, claims, want)
		}
	}
	r.posts, r.to.Application = nil, ""
	if err := r.deliver(t, r.job(webhook.Summary), 1); err != nil {
		t.Fatal(err)
	}
	if _, claims := opened(t, r.posts[0].authorization, secret); strings.Contains(claims, "application_id") {
		t.Errorf("an account's callback is signed %s", claims)
	}
	r.posts, r.to.Secret = nil, ""
	if err := r.deliver(t, r.job(webhook.Summary), 1); err != nil || r.posts[0].authorization != "" {
		t.Errorf("without a secret: %q, %v", r.posts[0].authorization, err)
	}
}

// A try reads the record once, and what it does is done once.
func TestDeliver(t *testing.T) {
	t.Parallel()
	for kind, event := range map[webhook.Kind]string{
		webhook.Pending: "verify.event", webhook.Step: "verify.event", webhook.Summary: "verify.summary",
	} {
		r := newRig(t)
		if err := r.deliver(t, r.job(kind), 1); err != nil {
			t.Fatal(err)
		}
		if r.finds != 1 || len(r.posts) != 1 || len(r.events) != 1 || len(r.queued)+len(r.dead) != 0 {
			t.Fatalf("%s: %+v", kind, r)
		}
		if p := r.posts[0]; p.url != hooks || r.events[0] != event+" "+string(p.body) {
			t.Errorf("%s: posted %+v, published %s", kind, p, r.events[0])
		}
	}
}

func TestDeliverWaitsAndDrops(t *testing.T) {
	t.Parallel()
	later := func(d time.Duration) error { return verification.RetryAfter{In: d} }
	for name, test := range map[string]struct {
		change   func(r *rig, m *webhook.Job)
		received int
		want     error
		line     string
	}{
		"no record yet":  {func(r *rig, _ *webhook.Job) { r.record.Nonce = 0 }, 1, later(2 * time.Second), ""},
		"still none":     {func(r *rig, _ *webhook.Job) { r.record.Nonce = 0 }, 2, later(2 * time.Second), ""},
		"none":           {func(r *rig, _ *webhook.Job) { r.record.Nonce = 0 }, 3, nil, "no verification"},
		"not settled":    {func(r *rig, _ *webhook.Job) { r.record.Settled = false }, 1, later(2 * time.Second), ""},
		"still not":      {func(r *rig, _ *webhook.Job) { r.record.Settled = false }, 4, later(16 * time.Second), ""},
		"not for long":   {func(r *rig, _ *webhook.Job) { r.record.Settled = false }, 100, later(30 * time.Second), ""},
		"gone":           {func(r *rig, _ *webhook.Job) { r.subscriberErr = webhook.ErrGone }, 1, nil, "subscriber gone"},
		"no address":     {func(r *rig, _ *webhook.Job) { r.to.URL = "" }, 1, nil, ""},
		"key gone":       {func(_ *rig, m *webhook.Job) { m.Key = 8 }, 1, verification.ErrUndecodable, ""},
		"made up":        {func(_ *rig, m *webhook.Job) { m.ID = strings.Repeat("ab", 16) }, 3, nil, "no verification"},
		"no request_id":  {func(_ *rig, m *webhook.Job) { m.ID = "x" }, 1, verification.ErrUndecodable, ""},
		"request undone": {withdrawn, 1, nil, "no verification"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			m := r.job(webhook.Summary)
			test.change(r, &m)
			if err := r.deliver(t, m, test.received); !errors.Is(err, test.want) {
				t.Errorf("gave %v, want %v", err, test.want)
			}
			if len(r.posts)+len(r.queued)+len(r.dead) != 0 {
				t.Errorf("posted %v, queued %v %v", r.posts, r.queued, r.dead)
			}
			if line := r.log.String(); !strings.Contains(line, test.line) || test.line == "" && line != "" {
				t.Errorf("logged %s", line)
			}
		})
	}
}

// What a bus was told of a subscriber that is gone, or hears nothing, stays told.
func TestBusHearsWhatNobodySubscribes(t *testing.T) {
	t.Parallel()
	gone, silent := newRig(t), newRig(t)
	gone.subscriberErr, silent.to.URL = webhook.ErrGone, ""
	for _, r := range []*rig{gone, silent} {
		if err := r.deliver(t, r.job(webhook.Summary), 1); err != nil || len(r.events) != 1 {
			t.Errorf("published %v, %v", r.events, err)
		}
	}
}

// run hands out what is queued when it is due, as a queue does, until nothing is left, and returns
// the times of the tries since the first.
func (r *rig) run(t *testing.T, m webhook.Job) []time.Duration {
	t.Helper()
	r.queued, r.delays = []webhook.Job{m}, []time.Duration{0}
	for len(r.queued) > 0 {
		next, delay := r.queued[0], r.delays[0]
		r.queued, r.delays = r.queued[1:], r.delays[1:]
		if delay < 0 || delay > 15*time.Minute {
			t.Fatalf("a delay of %v", delay)
		}
		r.mu.Lock()
		r.now = r.now.Add(delay)
		r.mu.Unlock()
		if err := r.deliver(t, next, 1); err != nil {
			t.Fatal(err)
		}
	}
	tries := make([]time.Duration, len(r.posts))
	for i, p := range r.posts {
		tries[i] = p.at.Sub(r.posts[0].at)
	}
	return tries
}

// seconds of the tries of a callback that nobody acknowledges.
var schedule = []int{
	0, 5, 35, 155, 455, 1355, 3155, 6755, 13955, 28355, 42755, 57155, 71555, 85955,
}

// Whatever is no 2xx is tried again, with growing pauses, for a day; then the job lies with the
// dead letters as it was before its first try.
func TestRetries(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(r *rig){
		"500":       func(r *rig) { r.status = 500 },
		"404":       func(r *rig) { r.status = 404 },
		"410":       func(r *rig) { r.status = 410 },
		"302":       func(r *rig) { r.status = 302 },
		"199":       func(r *rig) { r.status = 199 },
		"no answer": func(r *rig) { r.postErr = errors.New("webhook: no answer") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			fail(r)
			m := r.job(webhook.Summary)
			var want []time.Duration
			for _, s := range schedule {
				want = append(want, time.Duration(s)*time.Second)
			}
			if tries := r.run(t, m); !slices.Equal(tries, want) {
				t.Errorf("tried after %v, want %v", tries, want)
			}
			m.Due, m.Published = r.Now(), true
			if !slices.Equal(r.dead, []webhook.Job{m}) {
				t.Errorf("the dead letters are %+v, want %+v", r.dead, m)
			}
			if len(r.events) != 1 {
				t.Errorf("the bus heard %d times", len(r.events))
			}
			r.status, r.postErr, r.posts = 204, nil, nil
			if r.run(t, r.dead[0]); len(r.posts) != 1 {
				t.Errorf("sent again by hand it was posted %d times", len(r.posts))
			}
		})
	}
}

// A callback that is acknowledged at last is not sent again, and no status but 2xx acknowledges.
func TestRetriesEnd(t *testing.T) {
	t.Parallel()
	for status, acknowledged := range map[int]bool{
		200: true, 201: true, 204: true, 226: true, 299: true, 100: false, 300: false, 400: false, 503: false,
	} {
		r := newRig(t)
		r.status = status
		if err := r.deliver(t, r.job(webhook.Summary), 1); err != nil || (len(r.queued) == 0) != acknowledged {
			t.Errorf("%d: %v, %v", status, r.queued, err)
		}
	}
}

// What keeps a worker from trying counts as a try that failed; what it has done is not repeated.
func TestWhatIsAwayIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		away, back func(r *rig)
		posts      int
	}{
		"the store":   {func(r *rig) { r.findErr = errAway }, func(r *rig) { r.findErr = nil }, 1},
		"subscribers": {func(r *rig) { r.subscriberErr = errAway }, func(r *rig) { r.subscriberErr = nil }, 1},
		"the bus":     {func(r *rig) { r.busErr = errAway }, func(r *rig) { r.busErr = nil }, 1},
		"both":        {func(r *rig) { r.busErr, r.status = errAway, 500 }, func(r *rig) { r.busErr, r.status = nil, 200 }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			test.away(r)
			if err := r.deliver(t, r.job(webhook.Summary), 1); err != nil || len(r.queued) != 1 || r.queued[0].Tries != 1 {
				t.Fatalf("queued %+v, %v", r.queued, err)
			}
			test.back(r)
			r.run(t, r.queued[0])
			if len(r.posts) != test.posts || len(r.events) != 1 || len(r.dead) != 0 {
				t.Errorf("%d posts, %d events, %v", len(r.posts), len(r.events), r.dead)
			}
		})
	}
	r := newRig(t)
	r.status, r.putErr = 500, errAway
	if err := r.deliver(t, r.job(webhook.Summary), 1); !errors.Is(err, errAway) {
		t.Errorf("a job that no queue takes is done with: %v", err)
	}
}

// A worker may die at any call, when what that does is done: the queue hands the job out again, and
// whatever arrives is the same but for its signature.
func TestDeathsRepeatTheSame(t *testing.T) {
	t.Parallel()
	for _, kind := range []webhook.Kind{webhook.Pending, webhook.Step, webhook.Summary} {
		deaths := 0
		for dies := 1; ; dies++ {
			r := newRig(t)
			r.status = 500 // once: then there is a put to die at
			r.dies = dies
			m := r.job(kind)
			if !r.killed(t, m) { // it has no more calls to die at
				break
			}
			deaths++
			r.status = 200
			for _, job := range append([]webhook.Job{m}, r.queued...) { // what it put stays put
				r.run(t, job)
			}
			checkSame(t, fmt.Sprintf("%s, dead at call %d", kind, dies), r)
		}
		if deaths < 5 {
			t.Errorf("%s: only %d calls to die at", kind, deaths)
		}
	}
}

// checkSame wants what arrived to be the same each time, and to be signed.
func checkSame(t *testing.T, name string, r *rig) {
	t.Helper()
	if len(r.posts) == 0 || len(r.events) == 0 || len(r.dead) != 0 {
		t.Fatalf("%s: %d posts, %d events, dead %v", name, len(r.posts), len(r.events), r.dead)
	}
	first := r.posts[0]
	for _, p := range r.posts {
		if !bytes.Equal(p.body, first.body) || p.url != first.url {
			t.Errorf("%s: posted %s and %s", name, first.body, p.body)
		}
		_, claims := opened(t, p.authorization, secret)
		sum := sha256.Sum256(p.body)
		if !strings.Contains(claims, hex.EncodeToString(sum[:])) {
			t.Errorf("%s: signed %s", name, claims)
		}
	}
	for _, e := range r.events {
		if e != r.events[0] {
			t.Errorf("%s: published %s and %s", name, r.events[0], e)
		}
	}
}

// A summary is the same whenever it is built: no clock is asked.
func TestSummaryAsksNoClock(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.status = 500
	r.run(t, r.job(webhook.Summary))
	checkSame(t, "a day", &rig{posts: r.posts, events: r.events})
}

// Neither number nor secret nor address nor body is in a log, in a queue or among dead letters.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.status = 500
	r.run(t, r.job(webhook.Summary))
	r.run(t, r.job(webhook.Step))
	ok := newRig(t)
	ok.run(t, ok.job(webhook.Pending))
	var kept strings.Builder
	for _, m := range append(r.dead, r.queued...) {
		kept.WriteString(webhook.Encode(m))
	}
	fmt.Fprint(&kept, r.to, fmt.Sprintf("%+v %#v", r.to, r.to))
	text := r.log.String() + ok.log.String() + kept.String()
	if !strings.Contains(text, "callback given up") || !strings.Contains(text, `"msg":"callback"`) {
		t.Fatalf("logged %s", text)
	}
	for _, canary := range []string{number, number[2:], "canary", secret, "customer.example", "Bearer", "completed"} {
		if strings.Contains(text, canary) {
			t.Errorf("%q is in %s", canary, text)
		}
	}
	for _, p := range append(r.posts, ok.posts...) {
		_, claims := opened(t, p.authorization, secret)
		for _, canary := range []string{number, number[2:], "canary", "hash\":\"hash"} {
			if bytes.Contains(p.body, []byte(canary)) || strings.Contains(claims, canary) {
				t.Errorf("%q is in %s %s", canary, p.body, claims)
			}
		}
	}
}

// The listener queues what a dispatcher tells, once for each end.
func TestListener(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		told verification.Ending
		want []webhook.Kind
	}{
		"an end":           {verification.Ending{State: verification.Success, Channel: verification.SMS}, []webhook.Kind{webhook.Summary}},
		"a silent end":     {verification.Ending{State: verification.Success, Channel: verification.Silent}, []webhook.Kind{webhook.Step, webhook.Summary}},
		"a step's end":     {verification.Ending{State: verification.InProgress, Channel: verification.Silent}, []webhook.Kind{webhook.Step}},
		"an end told":      {verification.Ending{State: verification.Success, Channel: verification.Silent, Again: true}, nil},
		"one before a try": {verification.Ending{State: verification.Expired}, []webhook.Kind{webhook.Summary}},
	} {
		r := newRig(t)
		test.told.RequestID, test.told.Key = r.id, 7
		l := webhook.Listener{Outbox: box{r, false}, Now: r.Now}
		if err := l.Ended(t.Context(), test.told); err != nil {
			t.Fatal(err)
		}
		var queued []webhook.Kind
		for i, m := range r.queued {
			want := r.job(m.Kind)
			if queued = append(queued, m.Kind); m != want || r.delays[i] != 0 {
				t.Errorf("%s: queued %+v", name, m)
			}
		}
		if !slices.Equal(queued, test.want) {
			t.Errorf("%s: queued %v, want %v", name, queued, test.want)
		}
	}
	r := newRig(t)
	r.putErr = errAway
	l := webhook.Listener{Outbox: box{r, false}, Now: r.Now}
	for _, c := range []verification.Channel{verification.Silent, verification.SMS} {
		if err := l.Ended(t.Context(), verification.Ending{RequestID: r.id, Channel: c}); !errors.Is(err, errAway) {
			t.Errorf("a queue that is away gave %v", err)
		}
	}
}

// withdrawn has the request itself have undone the verification.
func withdrawn(r *rig, _ *webhook.Job) {
	r.record.Events, r.record.Event, r.record.Guess, r.record.Settled = nil, 0, nil, false
	r.record.Expires = begin.Add(time.Minute)
	r.record, _ = r.record.Withdraw(r.record.Ref, begin)
}
