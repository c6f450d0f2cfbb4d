package verification_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// siege is PIN verification with accounts that have money enough, whose warnings are counted.
type siege struct {
	*rig
	dispatcher verification.Dispatcher
	warned     map[string]int // by the warning's text
	blocked    int            // messages that had left when a network was first blocked
}

func newSiege(t *testing.T, accounts account.Key) *siege {
	t.Helper()
	s := &siege{rig: newRig(t), warned: map[string]int{}}
	for i := range accounts {
		if err := s.accounts.TopUp(t.Context(), owner+i, 100_000*price,
			"siege"); err != nil {
			t.Fatal(err)
		}
	}
	s.dispatcher = s.rig.dispatcher()
	s.dispatcher.Log = slog.New(s)
	return s
}

// Enabled, Handle, WithAttrs and WithGroup make a siege a slog.Handler.
func (s *siege) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

func (s *siege) Handle(_ context.Context, r slog.Record) error {
	if s.warned[r.Message]++; r.Message == "network blocked" && s.warned[r.Message] == 1 {
		s.blocked = s.provider.count()
	}
	return nil
}

func (s *siege) WithAttrs([]slog.Attr) slog.Handler { return s }
func (s *siege) WithGroup(string) slog.Handler      { return s }

func (s *siege) advance(t *testing.T, d time.Duration) {
	s.box.Advance(t.Context(), d, s.Move, s.dispatcher.Deliver)
}

func (s *siege) ask(t *testing.T, c verification.Caller, o verification.Order) (string, error) {
	return s.requester().Request(t.Context(), c, o, newNonce(t))
}

// try checks a code.
func (s *siege) try(t *testing.T, of account.Key, id, code string) error {
	_, err := s.checker().Check(t.Context(), of, id, verification.NewPIN(code), netip.Addr{})
	return err
}

// sentWithin returns the most messages that left within any stretch of per.
func (s *siege) sentWithin(per time.Duration) int64 {
	all := make([]arrival, len(s.provider.at))
	for i, at := range s.provider.at {
		all[i] = arrival{at, 1}
	}
	return most(all, per)
}

func standard() account.Terms { return account.StandardTerms("GB", "ZZ") }
func strict() account.Terms   { return account.StrictTerms("GB", "ZZ") }

// TestAttackFigures plays attacks and honest traffic by the clock and prints what comes of them.
// One call follows another, so that the race detector has nothing to find in it.
func TestAttackFigures(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("played without the race detector, by e2e/figures.sh")
	}
	t.Run("pumping", func(t *testing.T) {
		t.Parallel()
		for _, steps := range []string{"sms 125 voice 180 voice", "sms 125 sms 180 voice", "sms"} {
			pump(t, steps, false)
		}
		pump(t, "sms 125 voice 180 voice", true)
	})
	t.Run("bombing", func(t *testing.T) { t.Parallel(); bomb(t, 1); bomb(t, 5) })
	t.Run("guessing", func(t *testing.T) {
		t.Parallel()
		guess(t, "standard", standard(), "4", 20)
		guess(t, "standard", standard(), "6", 20)
		guess(t, "strict", strict(), "6", 10)
	})
	t.Run("honest", func(t *testing.T) { t.Parallel(); honestWeek(t) })
	t.Run("caps", func(t *testing.T) { t.Parallel(); greed(t) })
}

// pump sends 30 requests a second to the numbers of one network for a day, and no code is ever
// entered. A request that is refused stands for those of the next ten seconds, which would be
// refused alike. A lifting owner lifts every block that he may.
func pump(t *testing.T, steps string, lifts bool) {
	t.Helper()
	s, c, lifted := newSiege(t, 1), caller(), 0
	o := order(t, map[string]string{"steps": steps})
	for next := uint64(0); s.Now().Before(begin.Add(24 * time.Hour)); {
		wait := time.Second
		for range 30 {
			o.Line.Number = number(447700900000 + next%10_000)
			next++
			_, err := s.ask(t, c, o)
			if lifts && err != nil && fault.Of(err) == fault.Blocked {
				if _, err := (verification.Unblocker{Store: s.store, Now: s.Now}).Unblock(t.Context(), owner,
					"44770090", verification.LongestUnblock); err == nil {
					lifted++
				}
			}
			if err != nil {
				wait = 10 * time.Second
				break
			}
		}
		s.advance(t, wait)
	}
	day, cost := s.provider.count(), float64(s.provider.count())*0.0333
	t.Logf("pumping by %s, lifted %d times: %d messages left before the first block, %d in 24 h (%.2f EUR), %d blocks, %d refused leave",
		steps, lifted, s.blocked, day, cost, s.warned["network blocked"],
		s.warned["message not sent"])
	if s.blocked == 0 || s.blocked > 300 || day > 900 || lifts && lifted != 1 {
		t.Errorf("%s: %d messages before a block, %d in a day", steps, s.blocked, day)
	}
}

// bomb has accounts send as much as they can to one number for a day: they trigger every event at
// once, and free the number by three wrong codes or by a cancel, whatever comes first.
func bomb(t *testing.T, accounts account.Key) {
	t.Helper()
	s, random := newSiege(t, accounts), rand.New(rand.NewPCG(1, 2))
	live := make([]string, accounts)
	for s.Now().Before(begin.Add(24 * time.Hour)) {
		for i := range accounts {
			c := caller()
			c.Account += i
			if live[i] == "" {
				live[i], _ = s.ask(t, c, order(t,
					map[string]string{"workflow_id": []string{"1", "2", "6"}[random.IntN(3)]}))
				continue
			}
			if s.controller().TriggerNextEvent(t.Context(), c.Account, live[i]) == nil {
				continue
			}
			if random.IntN(2) == 0 {
				for range 3 {
					_ = s.try(t, c.Account, live[i], "0000")
				}
			}
			found, _ := s.searcher().Search(t.Context(), c.Account, []string{live[i]})
			if s.controller().Cancel(t.Context(), c.Account, live[i]) == nil ||
				found[0].State != verification.InProgress {
				live[i] = ""
			}
		}
		s.advance(t, 5*time.Second)
	}
	ten, day := s.sentWithin(10*time.Minute), s.sentWithin(24*time.Hour)
	t.Logf("bombing one number from %d accounts: %d messages in 24 h, at most %d in any 10 minutes",
		accounts, day, ten)
	if ten > 10 || day > 20 || day < 10 {
		t.Errorf("%d accounts: %d messages in ten minutes, %d in a day", accounts, ten, day)
	}
}

// guess has someone request and check codes for one number for 30 days, each PIN of which dies
// after a minute.
func guess(t *testing.T, name string, terms account.Terms, digits string, most24h int64) {
	t.Helper()
	s, c := newSiege(t, 1), caller()
	c.Terms = terms
	o := order(t, map[string]string{
		"digits": digits, "expiry": "60", "steps": "sms 125 sms 180 voice",
	})
	var tried []arrival
	for s.Now().Before(begin.Add(30 * 24 * time.Hour)) {
		id, err := s.ask(t, c, o)
		if err != nil {
			s.advance(t, 5*time.Minute)
			continue
		}
		s.advance(t, time.Second)
		s.guessAll(t, id, o.Digits)
		found, _ := s.searcher().Search(t.Context(), owner, []string{id})
		for _, code := range found[0].Tried {
			tried = append(tried, arrival{code.At, 1})
		}
	}
	day, month := most(tried, 24*time.Hour), len(tried)
	space := map[string]float64{"4": 1e4, "6": 1e6}[digits]
	t.Logf("guessing, %s, %s digits: %d wrong codes in 24 h (chance %.4f %%), %d in 30 days (%.3f %%)",
		name, digits, day, 100*float64(day)/space, month, 100*float64(month)/space)
	if day > most24h || day < most24h/2 {
		t.Errorf("%s, %s digits: %d wrong codes in a day", name, digits, day)
	}
}

// guessAll tries codes that are never right, against each PIN in turn, until the verification ends.
func (s *siege) guessAll(t *testing.T, id string, digits int) {
	for range 3 {
		for range 2 {
			_ = s.try(t, owner, id, s.never(digits))
		}
		if s.controller().TriggerNextEvent(t.Context(), owner, id) != nil {
			_ = s.try(t, owner, id, s.never(digits))
			return
		}
		s.advance(t, time.Second)
	}
}

// never returns a code that is none of the PINs sent last.
func (s *siege) never(digits int) string {
	code := fmt.Sprintf("%0*d", digits, 0)
	if n := len(s.provider.sent); n > 0 && s.provider.sent[n-1].PIN.Reveal() == code {
		return fmt.Sprintf("%0*d", digits, 1)
	}
	return code
}

// step is something that happens at a time.
type step struct {
	at time.Time
	do func()
}

// honestWeek plays a week of an account that serves 2,000 sign-ups a day, most of them in the
// evening, in 40 networks, one of which has 15 % of them: 45 % of the verifications succeed, by a
// code entered 10 to 40 s after its message, a tenth of these after a wrong one; of the others two
// fifths try again after one to four minutes, at most twice. One in twenty comes from one shared
// address.
func honestWeek(t *testing.T) {
	t.Helper()
	s, random := newSiege(t, 1), rand.New(rand.NewPCG(3, 4))
	m := &mix{siege: s, t: t, random: random, refused: map[fault.Kind]int{}}
	for day := range 7 {
		for range 2000 {
			hour := 8 + 8*(random.Float64()+random.Float64()) // a triangle with its top at 16:00
			m.at(begin.Truncate(24*time.Hour).Add(time.Duration(day+1)*24*time.Hour+time.Duration(hour*float64(time.Hour))), m.visitor())
		}
	}
	for len(m.steps) > 0 {
		next := m.steps[0]
		m.steps = m.steps[1:]
		s.advance(t, max(0, next.at.Sub(s.Now())))
		next.do()
	}
	s.advance(t, time.Hour)
	rate := 100 * float64(m.succeeded) / float64(m.begun)
	t.Logf("honest week: %d verifications, at most %d a day in one network, %.1f %% succeeded, %d messages; refused %v, blocks %d, without leave %d",
		m.begun, most(m.busy, 24*time.Hour), rate, s.provider.count(), m.refused,
		s.warned["network blocked"], s.warned["message not sent"])
	if len(m.refused) > 0 || len(s.warned) > 0 || rate < 43 || rate > 47 ||
		most(m.busy, 24*time.Hour) < 300 {
		t.Errorf("refused %v, warned %v, converted %.1f %%", m.refused, s.warned, rate)
	}
}

// mix is honest traffic.
type mix struct {
	*siege
	t                *testing.T
	random           *rand.Rand
	steps            []step // in order
	begun, succeeded int
	busy             []arrival
	refused          map[fault.Kind]int
}

func (m *mix) at(at time.Time, do func()) {
	i, _ := slices.BinarySearchFunc(m.steps, at, func(s step, at time.Time) int {
		if s.at.After(at) {
			return 1
		}
		return -1
	})
	m.steps = slices.Insert(m.steps, i, step{at, do})
}

// visitor returns the sign-up of someone.
func (m *mix) visitor() func() {
	network, busy, address := 10+m.random.IntN(39), m.random.IntN(100) < 15, "2001:db8::1"
	if busy {
		network = 0
	}
	if m.random.IntN(20) > 0 {
		address = fmt.Sprintf("198.18.%d.%d", m.random.IntN(256), m.random.IntN(256))
	}
	number := fmt.Sprintf("447700%02d%04d", network, m.random.IntN(10_000))
	o := order(m.t, map[string]string{"number": number, "client": address})
	return func() { m.verify(o, busy, 2) }
}

// verify begins a verification and decides how it goes on.
func (m *mix) verify(o verification.Order, busy bool, retries int) {
	id, err := m.ask(m.t, caller(), o)
	if err != nil {
		if fault.Of(err) != fault.Concurrent { // by chance the same number
			m.refused[fault.Of(err)]++
		}
		return
	}
	m.begun++
	if busy {
		m.busy = append(m.busy, arrival{m.Now(), 1})
	}
	after := func(least, most float64, do func()) {
		m.at(m.Now().Add(time.Duration((least+(most-least)*m.random.Float64())*float64(time.Second))), do)
	}
	switch {
	case m.random.Float64() < 0.45:
		after(10, 40, func() { m.enter(id) })
	case retries > 0 && m.random.Float64() < 0.4:
		after(31, 60, func() { _ = m.controller().Cancel(m.t.Context(), owner, id) })
		after(125, 240, func() { m.verify(o, busy, retries-1) })
	}
}

// enter enters the code that was sent, at times a wrong one first.
func (m *mix) enter(id string) {
	for _, n := range slices.Backward(m.provider.sent) {
		if n.RequestID != id {
			continue
		}
		code := n.PIN.Reveal()
		if m.random.IntN(10) == 0 {
			_ = m.try(m.t, owner, id, wrong(code))
		}
		if m.try(m.t, owner, id, code) == nil {
			m.succeeded++
		}
		return
	}
}

// greed takes as much as passes, all the time, of caps of a day and of a second.
func greed(t *testing.T) {
	t.Helper()
	for _, test := range []struct {
		name            string
		terms           account.Terms
		per, every, end time.Duration
		n               int64
	}{
		{"10 a day", account.Terms{PerDay: 10}, 24 * time.Hour, 7 * time.Minute, 96 * time.Hour, 10},
		{"500 a day", account.Terms{PerDay: 500}, 24 * time.Hour, 7 * time.Minute, 96 * time.Hour, 500},
		{"30 a second", account.Terms{PerSecond: 30}, time.Second, 3 * time.Millisecond,
			5 * time.Second, 30},
	} {
		s, c, o := newSiege(t, 1), caller(), order(t, nil)
		test.terms.Countries = []string{"GB"}
		c.Terms = test.terms
		var passed []arrival
		for next := uint64(447700900000); s.Now().Before(begin.Add(test.end)); s.Move(test.every) {
			for taken := 0; taken < 7; taken++ { // not all at once, so that the slots fill unevenly
				o.Line.Number = number(next)
				if _, err := s.ask(t, c, o); err != nil {
					break
				}
				next++
				passed = append(passed, arrival{s.Now(), 1})
			}
		}
		got := most(passed, test.per)
		t.Logf("cap of %s: at most %d in any stretch", test.name, got)
		if got != test.n {
			t.Errorf("cap of %s: %d", test.name, got)
		}
	}
}
