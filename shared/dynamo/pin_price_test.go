package dynamo_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/storetest"
	"lineproof/shared/verification"
)

var pinNow = time.Date(2126, 3, 14, 15, 9, 26, 0, time.UTC)

// pinStart gives a start as wide as real ones are.
func pinStart(nonce uint64) verification.Admission {
	n, err := phone.ParseDigits("447700900000")
	if err != nil {
		panic(err)
	}
	return verification.Admission{
		Now: pinNow, Rate: verification.Limit{Count: 30, Per: time.Second, Kind: fault.TooManyRequests},
		Verification: verification.Verification{
			Ref: verification.Ref{Account: 0xabcd1234, Number: n, Nonce: nonce}, Revision: 1, Submitted: pinNow, Hash: make([]byte, 32),
			PINExpires: pinNow.Add(5 * time.Minute), Expires: pinNow.Add(10 * time.Minute), Left: 2,
			Detail: verification.Detail{
				Key: 1, Brand: "Acme Incorporated", Sender: "ACME", Locale: "en-gb", Country: "GB", Digits: 6, Generation: 1, Price: 100_000,
				Held: 100_000, SMSPrice: 33_300, VoicePrice: 33_300,
				Plan: storetest.Plan(),
			},
		},
	}
}

func pinAttempt(ref verification.Ref) verification.Attempt {
	return verification.Attempt{Ref: ref, Guess: []byte("wrong"), Sealed: []byte(rand.Text() + rand.Text()), Now: pinNow}
}

// TestPINPrices holds every operation to its requests and capacity units.
func TestPINPrices(t *testing.T) {
	t.Parallel()
	names := pinNamed()
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) { pinPrices(t, client, names) })
}

func pinPrices(t *testing.T, client *dynamodb.Client, names dynamo.Tables) {
	t.Helper()
	counter := newCapacity(client)
	s, accounts := dynamo.NewVerifications(counter, names.Pins, names.Ledgers, rand.Reader), dynamo.NewAccounts(counter, names.Accounts, names.Ledgers)
	ctx, first := t.Context(), pinStart(1)
	ref := first.Verification.Ref
	if err := accounts.TopUp(ctx, ref.Account, 1_000_000, "p"); err != nil {
		t.Fatal(err)
	}
	again, guarded := pinStart(2), pinStart(3)
	again.Now = pinNow.Add(time.Hour)
	again.Verification.Expires = again.Now.Add(time.Hour)
	guarded.Verification.Number, _ = phone.ParseDigits("447700900001")
	guarded.Now, guarded.Verification.Network = pinNow.Add(2*time.Hour), "44770090"
	found := func(n int) func() error {
		return func() error {
			v, err := s.Find(ctx, []verification.Ref{ref})
			if err == nil && v[0].Total != n {
				t.Errorf("%d checks, want %d", v[0].Total, n)
			}
			return err
		}
	}
	capped := pinStart(4)
	capped.Verification.Number, _ = phone.ParseDigits("447700900002")
	capped.Now, capped.Verification.Network, capped.Client = pinNow.Add(3*time.Hour), "44770091",
		"192.0.2.1"
	capped.Daily, capped.Number = verification.Limit{Count: 100, Per: 24 * time.Hour},
		verification.Limit{Count: 100, Per: 24 * time.Hour}
	capped.Line, capped.Network, capped.Address = verification.Limit{Count: 5, Per: 10 * time.Minute},
		capped.Daily, capped.Daily
	capped.Verification.Caps = verification.Caps{Messages: 10, MessagesPerDay: 20, NetworkCost: 1_000_000,
		AccountCost: 1_000_000}
	busy := capped
	busy.Now, busy.Client, busy.Verification.Caps.NetworkCost = capped.Now.Add(time.Minute),
		"192.0.2.2", 0
	busy.Verification.Number, _ = phone.ParseDigits("447700900004")
	message := verification.Traffic{
		Account: ref.Account, Number: capped.Verification.Number, Network: "44770091", Messages: 1,
		Cost: 33_300, Points: -10, Floor: -2000,
		Caps: capped.Verification.Caps, Now: capped.Now,
	}
	second, success, other := message, message, message
	other.Number, _ = phone.ParseDigits("447700900003")
	second.Points, second.Now = 0, capped.Now.Add(2*time.Minute)
	success.Messages, success.Cost, success.Points = 0, 0, 100
	count := func(traffic verification.Traffic) func() error {
		return func() error { _, err := s.Tally(ctx, traffic); return err }
	}
	begin := func(start verification.Admission) func() error {
		return func() error { _, err := s.Begin(ctx, start); return err }
	}
	one := usage{Requests: 1, Write: 1}
	for _, p := range []priced{
		{"Begin", begin(first), usage{Requests: 2, Write: 2}, nil},
		{"Begin refused", begin(pinStart(9)), usage{Requests: 3, Write: 3},
			fault.New(fault.Concurrent)},
		{"Check", func() error { _, err := s.Check(ctx, pinAttempt(ref)); return err }, one, nil},
		{"Check unknown", func() error { _, err := s.Check(ctx, pinAttempt(verification.Ref{Account: ref.Account})); return err }, one, verification.ErrRefused},
		{"Find", found(1), usage{Requests: 1, Read: 1}, nil},
		{"Skip", func() error { _, _, err := s.Skip(ctx, verification.Wish{Ref: ref, Now: pinNow}); return err }, one, nil},
		{"Cancel", func() error { _, err := s.Cancel(ctx, cancellation(ref, pinNow, pinNow)); return err }, one, nil},
		{"Begin for a known number", begin(again), usage{Requests: 7, Read: 1, Write: 9}, nil},
		{"Find displaced", found(1), usage{Requests: 2, Read: 2}, nil},
		{"Begin with its network", begin(guarded), usage{Requests: 3, Write: 3}, nil},
		{"Begin under every cap", begin(capped),
			usage{Requests: 7, Write: 7}, nil},
		{"Begin under every cap in a busy network", begin(busy),
			usage{Requests: 5, Write: 5}, nil},
		{"Tally of the first message of an hour", count(message),
			usage{Requests: 5, Write: 5}, nil},
		{"Tally in a busy network", count(other), usage{Requests: 3, Write: 3}, nil},
		{"Tally of the next message", count(second), usage{Requests: 4, Write: 4}, nil},
		{"Tally back", count(second.Back()), usage{Requests: 4, Read: 3, Write: 3}, nil},
		{"Tally of a success", count(success), usage{Requests: 1, Write: 1}, nil},
		{"Tally without caps", count(verification.Traffic{Messages: 1, Now: pinNow}), usage{}, nil},
		{"Settle", func() error { return s.Settle(ctx, standing(t, s, guarded.Verification.Ref), true) }, usage{Requests: 4, Read: 2, Write: 5}, nil},
	} {
		counter.reset()
		if err := p.call(); !errors.Is(err, p.err) {
			t.Errorf("%s: %v", p.name, err)
		}
		if got := counter.usage(); got != p.want {
			t.Errorf("%s took %+v, want %+v", p.name, got, p.want)
		}
	}
}

// TestSupersedingPrices takes no more requests of a verification that ends the one before it than
// of one that begins after it: what the other held is given back by whoever comes next.
func TestSupersedingPrices(t *testing.T) {
	t.Parallel()
	names := pinTables(t)
	counter := newCapacity(local(t, http.DefaultTransport))
	s, accounts := dynamo.NewVerifications(counter, names.Pins, names.Ledgers, rand.Reader), dynamo.NewAccounts(counter, names.Accounts, names.Ledgers)
	for nonce, most := range []int{2, 7} { // as Begin, and Begin for a known number
		start := pinStart(uint64(nonce) + 1)
		start.Policy = verification.Supersede
		step := &start.Verification.Plan.Steps[0]
		step.Text, step.Segments = verification.StoredText(strings.Repeat("{{code}}", 20)), 3
		if err := accounts.TopUp(t.Context(), start.Verification.Account, 100_000, rand.Text()); err != nil {
			t.Fatal(err)
		}
		counter.reset()
		if _, err := s.Begin(t.Context(), start); err != nil {
			t.Fatal(err)
		}
		if got := counter.usage(); got.Requests > most {
			t.Errorf("the verification %d takes %+v, want %d requests at most", nonce+1, got, most)
		}
	}
}

func standing(t *testing.T, s *dynamo.Verifications, ref verification.Ref) verification.Verification {
	t.Helper()
	found, err := s.Find(t.Context(), []verification.Ref{ref})
	if err != nil {
		t.Fatal(err)
	}
	return found[0]
}

// TestPINLostAnswers loses the answer to the first try of every call: each is carried out once, and
// its caller learns so.
func TestPINLostAnswers(t *testing.T) {
	t.Parallel()
	names := pinTables(t)
	client := patient(t, firstFails(loseAnswer))
	s, accounts := dynamo.NewVerifications(client, names.Pins, names.Ledgers, rand.Reader), dynamo.NewAccounts(client, names.Accounts, names.Ledgers)
	ctx, start := t.Context(), pinStart(1)
	ref, owner := start.Verification.Ref, start.Verification.Account
	if err := accounts.TopUp(ctx, owner, 100_000, "p"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Begin(ctx, start); err != nil {
		t.Fatal(err)
	}
	for want := 1; want <= 2; want++ {
		if v, err := s.Check(ctx, pinAttempt(ref)); err != nil || v.Total != want {
			t.Errorf("check %d: counted %d, %v", want, v.Total, err)
		}
	}
	if v, _, err := s.Skip(ctx, verification.Wish{Ref: ref, Now: pinNow}); err != nil || v.Left != 1 {
		t.Errorf("skip: %d left, %v", v.Left, err)
	}
	if err := s.Replace(ctx, standing(t, s, ref)); err != nil {
		t.Errorf("replace: %v", err)
	}
	if v, err := s.Cancel(ctx, cancellation(ref, pinNow, pinNow)); err != nil || v.State(pinNow) != verification.Cancelled {
		t.Errorf("cancel: %v, %v", v.State(pinNow), err)
	}
	if err := s.Settle(ctx, standing(t, s, ref), false); err != nil {
		t.Errorf("settle: %v", err)
	}
	lift := verification.Lift{Account: ref.Account, Network: "4477", Owner: true, Now: pinNow,
		Until: pinNow.Add(time.Hour)}
	if err := s.Unblock(ctx, lift); err != nil {
		t.Errorf("unblock: %v", err)
	}
	message := verification.Traffic{Account: ref.Account, Number: ref.Number, Messages: 1,
		Caps: verification.Caps{Messages: 2}, Now: pinNow}
	for i := range 3 {
		if _, err := s.Tally(ctx, message); (err == nil) != (i < 2) {
			t.Errorf("message %d: %v", i+1, err)
		}
	}
	if l, err := accounts.Ledger(ctx, owner); err != nil || l != (account.Ledger{Free: 100_000}) {
		t.Errorf("ledger %+v, %v", l, err)
	}
}

// TestPINErrorsQuoteNothing has DynamoDB fail with a message that quotes what it was sent.
func TestPINErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	for code, kind := range map[string]fault.Kind{"ThrottlingException": fault.Unavailable, "AccessDeniedException": fault.Internal} {
		client := patient(t, answer(http.StatusBadRequest, code))
		s, accounts := dynamo.NewVerifications(client, "Pins", "Ledgers", rand.Reader), dynamo.NewAccounts(client, "Accounts", "Ledgers")
		ctx, start := context.WithoutCancel(t.Context()), pinStart(1)
		ref := start.Verification.Ref
		for name, call := range map[string]func() error{
			"begin":    func() error { _, err := s.Begin(ctx, start); return err },
			"check":    func() error { _, err := s.Check(ctx, pinAttempt(ref)); return err },
			"cancel":   func() error { _, err := s.Cancel(ctx, cancellation(ref, pinNow, pinNow)); return err },
			"find":     func() error { _, err := s.Find(ctx, []verification.Ref{ref}); return err },
			"replace":  func() error { return s.Replace(ctx, start.Verification) },
			"settle":   func() error { return s.Settle(ctx, start.Verification, true) },
			"withdraw": func() error { _, err := s.Withdraw(ctx, ref, pinNow); return err },
			"deny":     func() error { return s.Deny(ctx, 1, ref.Number, true) },
			"unblock": func() error {
				return s.Unblock(ctx,
					verification.Lift{Network: "4477", Now: pinNow})
			},
			"tally": func() error {
				_, err := s.Tally(ctx,
					verification.Traffic{Network: "4477", Messages: 1})
				return err
			},
			"account": func() error { _, err := accounts.Account(ctx, 1); return err },
			"put":     func() error { return accounts.PutAccount(ctx, account.Account{}) },
			"top up":  func() error { return accounts.TopUp(ctx, 1, 1, "p") },
			"ledger":  func() error { _, err := accounts.Ledger(ctx, 1); return err },
		} {
			t.Run(name+" with "+code, func(t *testing.T) {
				t.Parallel()
				err := call()
				if fault.Of(err) != kind || !strings.HasSuffix(err.Error(), ": "+code) {
					t.Errorf("%v, %v", fault.Of(err), err)
				}
			})
		}
	}
}

// cancellation is the Verify API's: of what was submitted at or before young, before its second
// event.
func cancellation(ref verification.Ref, now, young time.Time) verification.Cancellation {
	return verification.Cancellation{Ref: ref, Now: now, Submitted: young, Event: 2}
}
