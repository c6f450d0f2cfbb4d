package mxlabs

import (
	"io"
	"net/http"
	"strings"
	"time"

	"lineproof/shared/api/verify2"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// resultLife is for how long a success is told to those who ask.
const resultLife = 5 * time.Minute

// byPIN is what helps where the silent step does not.
const byPIN = "sms_otp"

// sessions tells how sessions stand, sends their messages and checks their codes.
type sessions struct {
	searcher   verification.Searcher
	controller verification.Controller
	checker    verification.Checker
	random     io.Reader
	now        func() time.Time
}

func newSessions(p Ports, outbox verification.Outbox) sessions {
	checker := verification.NewChecker(p, outbox, verification.Nobody)
	checker.Remote = verify2.RemoteCodes(p, p.DeviceStore())
	ids := verification.IDKeys(checker.Keys)
	return sessions{
		searcher: verification.Searcher{Store: p.Finder(), Keys: ids, Now: p.Now},
		controller: verification.Controller{
			Store: p.ControlStore(), Outbox: outbox, Ended: verification.Nobody, Keys: ids,
			Now: p.Now,
		},
		checker: checker, random: p.Random(), now: p.Now,
	}
}

// verify tells how a session stands, after it has checked the code that the device was given, where
// there is one.
func (s sessions) verify(c call) (any, error) {
	id, err := c.form.session()
	if err != nil {
		return nil, err
	}
	code, given, err := c.form.code()
	if err != nil {
		return nil, err
	}
	if !given {
		return s.stands(c, id)
	}
	v, err := s.try(c, id, code)
	switch {
	case err == nil:
		return c.done(id, success(v)), nil
	case fault.Is(err, fault.NoCode, fault.UnknownRequest), uncounted(err):
		return s.stands(c, id)
	default:
		return nil, err
	}
}

// stands tells how a session stands. One that has ended without a success is as none, and so is one
// whose success was long ago.
func (s sessions) stands(c call, id string) (any, error) {
	found, err := s.searcher.Search(c.request.Context(), c.payer.Key, []string{id})
	if err != nil {
		return nil, err
	}
	told, known := standing(found[0].Verification, s.now())
	if !known {
		return nil, fault.New(fault.UnknownRequest)
	}
	return c.done(id, told), nil
}

// standing returns what is told of a verification at now; false where it has ended.
func standing(v verification.Verification, now time.Time) (answer, bool) {
	switch v.State(now) {
	case verification.Success:
		return success(v), now.Before(v.Checked.Add(resultLife))
	case verification.InProgress:
		told := silence[v.DeviceOutcome(now)]
		told.Sandbox = v.Number.IsSandbox()
		return told, true
	default:
		return answer{}, false
	}
}

// silence is what is told of a silent step that has not verified the number.
var silence = map[verification.Outcome]answer{
	verification.Waiting:    {Status: "pending"},
	verification.Proved:     {Status: "pending", Reason: "code_required"},
	verification.Mismatched: {Status: "not_verified", Fallback: byPIN},
	verification.Late:       {Status: "nv_unavailable", Reason: "timeout", Fallback: byPIN},
	verification.Unproved:   {Status: "nv_unavailable", Reason: "line_unknown", Fallback: byPIN},
}

// success returns what is told of a verification that has succeeded.
func success(v verification.Verification) answer {
	method := byPIN
	if n := len(v.Events); n > 0 && v.Events[n-1].Channel == verification.Silent {
		method = "number_verification"
	}
	return answer{
		Status: "verified", Method: method, Phone: v.Number.E164(), Sandbox: v.Number.IsSandbox(),
	}
}

// send sends an SMS, and of a second click none.
func (s sessions) send(c call) (any, error) {
	id, err := c.form.session()
	switch {
	case err != nil:
		return nil, err
	case c.payer.Barred:
		return nil, fault.New(fault.Barred)
	}
	by := make([]byte, wishSize)
	if _, err := io.ReadFull(s.random, by); err != nil {
		return nil, err
	}
	v, err := s.controller.NextStep(c.request.Context(), c.payer.Key, id, by)
	if err != nil {
		return nil, err
	}
	left := codeLife
	if v.Event > 1 { // the code of the first message is that of the second
		left = v.PINExpires.Sub(s.now())
	}
	return c.done(id, answer{
		Status: "sms_sent", Masked: masked(v), ExpiresIn: int(left / time.Second),
		Sandbox: v.Number.IsSandbox(),
	}), nil
}

// wishSize is how many bytes name a wish: two of one verification are alike once in 2^96.
const wishSize = 12

// shown is how many digits of a number are shown.
const shown = 2

// masked returns whom a message goes to, as end users recognise their own number.
func masked(v verification.Verification) string {
	digits := v.Number.Digits()
	hidden := max(0, len(digits)-shown)
	return "+" + strings.Repeat("*", hidden) + digits[hidden:]
}

// check compares a code that an end user entered. A wrong one is no error in this wire, but is one
// in the log.
func (s sessions) check(c call) (any, error) {
	id, err := c.form.session()
	if err != nil {
		return nil, err
	}
	code, given, err := c.form.code()
	switch {
	case err != nil:
		return nil, err
	case !given:
		return nil, fault.In(fault.MissingParam, "code")
	}
	v, err := s.try(c, id, code)
	failure := fault.As(err)
	switch {
	case err == nil:
		return c.done(id, success(v)), nil
	case failure.Kind == fault.UnknownRequest:
		return s.over(c, id)
	case !fault.Is(err, fault.WrongCode, fault.TooManyCodes):
		return nil, err
	}
	told := answer{Status: "invalid", AttemptsLeft: failure.AttemptsLeft}
	if failure.Kind == fault.TooManyCodes || uncounted(err) {
		told = answer{Status: "expired"}
	}
	return web.Reply{Status: http.StatusOK, Body: c.done(id, told), Failure: failure}, nil
}

// uncounted tells of a failure whether it is that of a code that came when the current one was
// dead.
func uncounted(err error) bool {
	return fault.Is(err, fault.WrongCode) && fault.As(err).AttemptsLeft == 0
}

// over tells of a code for a session that has ended.
func (s sessions) over(c call, id string) (any, error) {
	found, err := s.searcher.Search(c.request.Context(), c.payer.Key, []string{id})
	switch {
	case err != nil:
		return nil, err
	case found[0].State != verification.Expired:
		return nil, fault.New(fault.UnknownRequest)
	}
	return c.done(id, answer{Status: "expired"}), nil
}

// try tries a code, which the log tells. The code that ended a session is right once more, so a
// call whose answer got lost may be repeated.
func (s sessions) try(
	c call, id string, code verification.PIN,
) (verification.Verification, error) {
	web.Note(c.request.Context(), "checked", "code")
	return s.checker.CheckAgain(c.request.Context(), c.payer.Key, id, code)
}
