package dynamo_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/dynamo"
	"lineproof/shared/phone"
	"lineproof/shared/storetest"
	"lineproof/shared/verification"
)

const keptAccount = 0xabcd1234

// blankPIN is a verification of the number with what every one has.
func blankPIN(n phone.Number) verification.Verification {
	return verification.Verification{
		Ref: verification.Ref{Account: keptAccount, Number: n, Nonce: 1}, Revision: 1,
		Submitted: keptNow, PINExpires: keptNow.Add(5 * time.Minute),
		Expires: keptNow.Add(10 * time.Minute),
		Detail:  verification.Detail{Plan: verification.Plan{Steps: []verification.Step{{Channel: verification.SMS}}}},
	}
}

// keptLive is the live verification of a number in each state: with what it has at least, with all
// that it can have, and with the ends of one.
func keptLive(version int) []any {
	minimal := blankPIN(keptNumber("447700900000"))
	minimal.Allowed = verification.MaxAttempts
	full := blankPIN(keptNumber("447700900001"))
	full.Revision, full.Denied = 3, true
	full.Hash, full.Guess = []byte("hash"), []byte("guess")
	full.Attempts, full.Total, full.Allowed = 1, 2, 9
	full.Checks, full.Checked = [][]byte{{1, 2}, {3}}, keptNow.Add(time.Minute)
	full.Event, full.Left, full.CancelledAt, full.Settled = 2, 1, keptNow.Add(time.Hour), true
	full.Detail = verification.Detail{
		Key: 7, Brand: "Acme & <Co>", Payee: "Läden", Amount: "48.00", Sender: "ACME", Locale: "fr-fr",
		Country: "GB", Domain: "example.com", AppHash: "abcdefghijk", Digits: 6,
		Plan:       storetest.Plan(),
		Generation: 1, Price: 100_000, Held: 50_000, SMSPrice: 33_300, VoicePrice: 33_301,
		Events: []verification.Event{
			{Channel: verification.SMS, At: keptNow, Outcome: verification.Accepted, Message: "message 1"},
			{Channel: verification.Voice, At: keptNow.Add(time.Second), Outcome: verification.Unknown},
			{Channel: verification.Voice, At: keptNow.Add(time.Minute), Outcome: verification.Refused},
			{Channel: verification.Voice, At: keptNow.Add(time.Hour), Outcome: verification.Throttled},
		},
		Claimant: "delivery", Queued: true, Throttles: 2, Network: "44770090", Conversion: 30, Sample: 5,
		Caps: verification.Caps{
			Messages: 10, MessagesPerDay: 20, NetworkCost: 30_000_000, AccountCost: 500_000_000,
		},
		Requests: verification.Window{Slot: 1_368_975, Counts: []int64{1, 0, 2}},
		// An empty list is not none.
		WrongCodes: verification.Window{Slot: 1_368_976, Counts: []int64{}}, Failures: 2, Callback: "execution",
	}
	if version > 1 {
		full.Hold = []byte("hold")
	}
	if version > 2 {
		step := &full.Plan.Steps[0]
		step.Text, step.Segments = verification.StoredText("Läden: {{code}}\n{{code}}"), 3
	}
	if version > 3 {
		full.Plan.Steps[1].Means = verification.Means{
			To: keptNumber("447700900009"), Country: "GB", Type: verification.Mobile, Sender: "Shop", AppHash: "FA+9qCX9VSu",
			Entity: "110", Content: "120", Redirect: "https://app.example/done", Rehearsed: verification.Proved,
		}
		full.Code, full.Onward, full.Unguarded = []byte{0, 1}, true, true
		full.Reference = "order 7"
	}
	full.EndQueued = version > 3
	if version > 4 {
		full.Wished, full.WishedBy = 1, []byte("wish")
	}
	if version > 6 {
		full.Plan.Steps[1].Codeless, full.OnDemand = true, true
	}
	if version > 5 {
		full.Remote = verification.Remote{
			Upstream: "network", Request: "c11236f4-00bf-4b89-84ba-88b25df97315",
			Address: "https://network.example/check?a&b", Asked: keptNow.Add(time.Second),
		}
	}
	if version > 6 {
		full.Events[2].Reason = verification.SpendLimit
	}
	checked := blankPIN(keptNumber("447700900002"))
	checked.Revision, checked.Hash, checked.Guess = 2, []byte("hash"), []byte("wrong")
	checked.Attempts, checked.Total, checked.Allowed = 1, 1, verification.MaxAttempts
	checked.Checks, checked.Checked = [][]byte{{1}}, keptNow
	right := checked
	right.Number, right.Guess = keptNumber("447700900003"), []byte("hash")
	failed := checked
	failed.Number, failed.Attempts, failed.Total = keptNumber("447700900004"), 3, 3
	failed.Revision, failed.Checks = 4, [][]byte{{1}, {2}, {3}}
	cancelled := minimal
	cancelled.Hash = []byte("hash")
	cancelled.Number, cancelled.CancelledAt = keptNumber("447700900005"), keptNow
	cancelled.Revision = 2
	settled := cancelled
	settled.CancelledAt = time.Time{}
	settled.Number, settled.Settled, settled.Revision = keptNumber("447700900006"), true, 2
	skipped := settled
	skipped.Settled = false
	skipped.Number, skipped.Left, skipped.Revision = keptNumber("447700900007"), 1, 2
	return anys(minimal, full, checked, right, failed, cancelled, settled, skipped)
}

// writeLive brings each verification to its state as its life does.
func writeLive(t *testing.T, s *stores) {
	t.Helper()
	ctx := t.Context()
	all := as[verification.Verification](keptLive(latest))
	for i, v := range all {
		first := blankPIN(v.Number)
		first.Hash, first.Left = v.Hash, 0
		if v.Left == 1 && i > 1 {
			first.Left = 2
		}
		_, err := s.pins.Begin(ctx, verification.Admission{Verification: first, Now: keptNow})
		noError(t, err)
		for _, sealed := range v.Checks {
			if i > 1 {
				a := verification.Attempt{Ref: v.Ref, Guess: v.Guess, Sealed: sealed, Now: keptNow}
				_, err = s.pins.Check(ctx, a)
				noError(t, err)
			}
		}
		switch {
		case v.Denied:
			noError(t, s.pins.Deny(ctx, v.Account, v.Number, true))
			v.Revision--
			noError(t, s.pins.Replace(ctx, v))
		case !v.CancelledAt.IsZero():
			_, err = s.pins.Cancel(ctx, cancellation(v.Ref, keptNow, keptNow))
		case v.Settled:
			err = s.pins.Settle(ctx, first, false)
		case v.Left > 0:
			_, _, err = s.pins.Skip(ctx, verification.Wish{Ref: v.Ref, Now: keptNow})
		}
		noError(t, err)
	}
}

func readLive(t *testing.T, s *stores) []any {
	t.Helper()
	return findKept(t, s, as[verification.Verification](keptLive(latest)))
}

func findKept(t *testing.T, s *stores, all []verification.Verification) []any {
	t.Helper()
	refs := make([]verification.Ref, len(all))
	for i, v := range all {
		refs[i] = v.Ref
	}
	found, err := s.pins.Find(t.Context(), refs)
	noError(t, err)
	return anys(found...)
}

// keptDisplaced is a verification that a later one settled when it took its place.
func keptDisplaced(int) []any {
	v := blankPIN(keptNumber("447700900000"))
	v.Allowed, v.Settled, v.Revision = verification.MaxAttempts, true, 2
	return anys(v)
}

func writeDisplaced(t *testing.T, s *stores) {
	t.Helper()
	displace(t, s, verification.Admission{Now: blankPIN(keptNumber("447700900000")).Expires})
}

// displace begins a verification, and then another by the start.
func displace(t *testing.T, s *stores, next verification.Admission) {
	t.Helper()
	first := blankPIN(keptNumber("447700900000"))
	_, err := s.pins.Begin(t.Context(), verification.Admission{Verification: first, Now: keptNow})
	noError(t, err)
	next.Verification = first
	next.Verification.Nonce = 2
	_, err = s.pins.Begin(t.Context(), next)
	noError(t, err)
}

func readDisplaced(t *testing.T, s *stores) []any {
	t.Helper()
	return readBesideLive(t, s, keptDisplaced(latest))
}

// readBesideLive has the number's live item stand beside the displaced ones, as it always does.
func readBesideLive(t *testing.T, s *stores, displaced []any) []any {
	t.Helper()
	next := blankPIN(keptNumber("447700900000"))
	next.Nonce = 2
	_, err := s.pins.Begin(t.Context(), verification.Admission{Verification: next, Now: keptNow})
	noError(t, err)
	return findKept(t, s, as[verification.Verification](displaced))
}

// keptSuperseded is a verification in whose place a later one was put while it was live. It owes a
// message, which the first build to put one there did not send.
func keptSuperseded(version int) []any {
	v := as[verification.Verification](keptDisplaced(latest))[0]
	v.GaveWay, v.CancelledAt, v.Settled = true, keptNow.Add(time.Second), version == 1
	return anys(v)
}

func writeSuperseded(t *testing.T, s *stores) {
	t.Helper()
	displace(t, s, verification.Admission{Policy: verification.Supersede, Now: keptNow.Add(time.Second)})
}

func readSuperseded(t *testing.T, s *stores) []any {
	t.Helper()
	return readBesideLive(t, s, keptSuperseded(latest))
}

// overtaking has another process write before the nth item is put.
type overtaking struct {
	dynamo.TransactAPI
	nth   int
	other func()
}

func (o *overtaking) PutItem(
	ctx context.Context, in *dynamodb.PutItemInput, more ...func(*dynamodb.Options),
) (*dynamodb.PutItemOutput, error) {
	if o.nth--; o.nth == 0 {
		o.other()
	}
	return o.TransactAPI.PutItem(ctx, in, more...)
}

// keptOvertaken are a verification, one that overtook it as both took the place of a third, and
// that.
func keptOvertaken(int) []any {
	first := blankPIN(keptNumber("447700900000"))
	first.Allowed = verification.MaxAttempts
	first.Requests = overtakers.At(verification.Window{}, keptNow)
	first.Requests.Counts = []int64{1}
	overtaken, live := first, first
	first.GaveWay, first.CancelledAt, first.Revision = true, keptNow, 2
	overtaken.Nonce, overtaken.GaveWay, overtaken.CancelledAt = 2, true, keptNow
	overtaken.Requests.Counts = []int64{3}
	live.Nonce, live.Overtaken, live.Requests.Counts = 3, 1, []int64{2}
	return anys(overtaken, live, first)
}

// overtakers meters the verifications of a number.
var overtakers = verification.Limit{Count: 3, Per: 24 * time.Hour}

func writeOvertaken(t *testing.T, s *stores) {
	t.Helper()
	begin := func(pins *dynamo.Verifications, nonce uint64) {
		start := verification.Admission{
			Policy: verification.Supersede, Number: overtakers, Now: keptNow,
			Verification: blankPIN(keptNumber("447700900000")),
		}
		start.Verification.Nonce = nonce
		_, err := pins.Begin(t.Context(), start)
		noError(t, err)
	}
	begin(s.pins, 1)
	// puts where none is supposed, what stands there, and then itself
	meets := &overtaking{s.client, 3, func() { begin(s.pins, 3) }}
	random := new(counter)
	random.n.Store(100) // other attempts than the first store's
	begin(dynamo.NewVerifications(meets, s.names.Pins, s.names.Ledgers, random), 2)
}

func readOvertaken(t *testing.T, s *stores) []any {
	t.Helper()
	return findKept(t, s, as[verification.Verification](keptOvertaken(latest)))
}

func keptDenials(int) []any {
	return anys(verification.Verification{
		Ref:    verification.Ref{Account: keptAccount, Number: keptNumber("447700900000")},
		Denied: true, Revision: 1,
	})
}

func writeDenial(t *testing.T, s *stores) {
	t.Helper()
	noError(t, s.pins.Deny(t.Context(), keptAccount, keptNumber("447700900000"), true))
}

func readDenial(t *testing.T, s *stores) []any {
	t.Helper()
	return findKept(t, s, as[verification.Verification](keptDenials(latest)))
}
