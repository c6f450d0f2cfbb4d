package dynamo_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// metered is a start that counts in every meter.
func metered() verification.Admission {
	day := verification.Limit{Count: 100, Per: 24 * time.Hour, Kind: fault.TooManyRequests}
	v := blankPIN(keptNumber("447700900000"))
	v.Network, v.Price, v.Held, v.SMSPrice = "44770090", 100_000, 100_000, 33_300
	v.Caps = verification.Caps{Messages: 10, MessagesPerDay: 20, NetworkCost: 1_000_000, AccountCost: 1_000_000}
	money := day
	money.Count = 1_000_000
	return verification.Admission{
		Verification: v, Now: keptNow, Client: "192.0.2.1", Daily: day, Spend: money, Network: day,
		Address: day, Rate: verification.Limit{Count: 30, Per: time.Second, Kind: fault.TooManyRequests},
		Line: verification.Limit{Count: 5, Per: 10 * time.Minute, Kind: fault.TooManyRequests},
	}
}

// count begins two verifications an hour apart, the second of another number of the network, and
// sends a message for each.
func count(t *testing.T, s *stores) {
	t.Helper()
	noError(t, s.accounts.TopUp(t.Context(), keptAccount, 1_000_000, "payment"))
	for i, n := range []string{"447700900000", "447700900001"} {
		start := metered()
		start.Verification.Number = keptNumber(n)
		start.Now = keptNow.Add(time.Duration(i) * time.Hour)
		start.Verification.Expires = start.Now.Add(time.Hour)
		_, err := s.pins.Begin(t.Context(), start)
		noError(t, err)
		v := start.Verification
		_, err = s.pins.Tally(t.Context(), verification.Traffic{
			Account: v.Account, Number: v.Number, Network: v.Network, Messages: 1, Cost: v.SMSPrice,
			Points: -30, Floor: -3000, Caps: v.Caps, Now: start.Now,
		})
		noError(t, err)
	}
}

func keptLedgers(int) []any {
	return anys(verification.AccountUsage{
		Free: 800_000, Held: 100_000, Charged: 100_000,
		Rate:  slotAt(keptNow.Add(time.Hour), time.Second/10),
		Daily: byHour(1, 1),
		Spend: byHour(100_000, 100_000),
	})
}

func writeLedger(t *testing.T, s *stores) {
	t.Helper()
	count(t, s)
	noError(t, s.pins.Settle(t.Context(), metered().Verification, true))
}

func readLedger(t *testing.T, s *stores) []any {
	t.Helper()
	id := types.AttributeValueMemberS{Value: account.Key(keptAccount).String()}
	for _, it := range s.scan(t, "Ledgers") {
		if key, ok := it["accountID"].(*types.AttributeValueMemberS); ok && *key == id {
			ledger, err := dynamo.DecodeLedger(it)
			noError(t, err)
			return anys(ledger)
		}
	}
	return nil
}

// keptTills is what the settlement of two verifications went through: the amounts freed and
// charged, and how many holds they come from.
func keptTills(int) []any {
	return anys(dynamo.Till{Freed: 100_000, Charged: 100_000, FreedHolds: 1, ChargedHolds: 1})
}

func writeTills(t *testing.T, s *stores) {
	t.Helper()
	count(t, s)
	for i, n := range []string{"447700900000", "447700900001"} {
		ref := verification.Ref{Account: keptAccount, Number: keptNumber(n), Nonce: 1}
		noError(t, s.pins.Settle(t.Context(), standing(t, s.pins, ref), i == 0))
	}
}

// keptStale is a ledger that has given back what a process set aside that was never heard of again.
func keptStale(int) []any {
	return anys(verification.AccountUsage{Free: 700_000, Held: 300_000})
}

func writeStale(t *testing.T, s *stores) {
	t.Helper()
	noError(t, s.accounts.TopUp(t.Context(), keptAccount, 1_000_000, "payment"))
	begin := func(store *dynamo.Verifications, n string, now time.Time) {
		start := verification.Admission{Verification: blankPIN(keptNumber(n)), Now: now}
		start.Verification.Held = 100_000
		_, _ = store.Begin(t.Context(), start) // it may die
	}
	dead := dynamo.NewVerifications(dying{s.client}, s.names.Pins, s.names.Ledgers, new(counter))
	begin(dead, "447700900000", keptNow)
	for i, n := range []string{"447700900001", "447700900002", "447700900003"} {
		begin(s.pins, n, keptNow.Add(30*time.Hour+time.Duration(i)*time.Hour))
	}
}

// dying is a client whose process dies when it puts something.
type dying struct{ dynamo.TransactAPI }

func (dying) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (
	*dynamodb.PutItemOutput, error,
) {
	return nil, errors.New("dead")
}

func readTills(t *testing.T, s *stores) []any {
	t.Helper()
	var all []any
	for _, it := range s.scan(t, "Pins") {
		if till, ok := dynamo.DecodeTill(it); ok {
			all = append(all, till)
		}
	}
	return all
}

// byHour is the standing of a meter of a day that counted in keptNow's hour and the one after.
func byHour(newest, older int64) verification.Window {
	return verification.Window{Slot: keptNow.UnixNano()/int64(time.Hour) + 1, Counts: []int64{newest, older}}
}

// slotAt is the standing of a meter with slots of that length that counted one.
func slotAt(at time.Time, slot time.Duration) verification.Window {
	return verification.Window{Slot: at.UnixNano() / int64(slot), Counts: []int64{1}}
}

// inBurst is that of a meter of ten minutes so many hours after keptNow.
func inBurst(hours time.Duration) verification.Window {
	return slotAt(keptNow.Add(hours*time.Hour), time.Minute)
}

// keptNetworks are a network in use, one that is blocked again, and one that its owner opened.
func keptNetworks(int) []any {
	return anys(
		verification.NetworkUsage{Requests: byHour(1, 1), Cost: byHour(33_300, 33_300), Score: -60},
		verification.NetworkUsage{BlockedUntil: keptNow.Add(3 * time.Hour), Level: 2},
		verification.NetworkUsage{UnblockedUntil: keptNow.Add(24 * time.Hour)},
	)
}

func writeNetworks(t *testing.T, s *stores) {
	t.Helper()
	count(t, s)
	fails := verification.Traffic{
		Account: keptAccount, Network: "44770091", Messages: 1, Points: -3000, Floor: -3000, Now: keptNow,
	}
	for range 2 {
		blocked, err := s.pins.Tally(t.Context(), fails)
		noError(t, err)
		if !blocked {
			t.Error("the network is not blocked")
		}
		fails.Now = keptNow.Add(time.Hour)
	}
	noError(t, s.pins.Unblock(t.Context(), verification.Lift{
		Account: keptAccount, Network: "44770092", Owner: true, Now: keptNow,
		Until: keptNow.Add(24 * time.Hour),
	}))
}

func readNetworks(t *testing.T, s *stores) []any {
	t.Helper()
	return readStandings(t, s, "network", dynamo.DecodeNetwork)
}

// readStandings returns what decode reads of the items of a sort key, in the order of their keys.
func readStandings[V any](t *testing.T, s *stores, part string,
	decode func(map[string]types.AttributeValue) (V, error)) (read []any) {
	t.Helper()
	items := map[string]V{}
	for _, it := range s.scan(t, "Pins") {
		if it["pinPart"].(*types.AttributeValueMemberS).Value == part {
			v, err := decode(it)
			noError(t, err)
			items[it["pinSubject"].(*types.AttributeValueMemberS).Value] = v
		}
	}
	for _, subject := range slices.Sorted(maps.Keys(items)) {
		read = append(read, items[subject])
	}
	return read
}

// keptLines are two numbers, each with a verification and a message.
func keptLines(int) []any {
	day := func(hours time.Duration) verification.Window {
		return slotAt(keptNow.Add(hours*time.Hour), time.Hour)
	}
	return anys(
		verification.LineUsage{Requests: inBurst(0), Messages: inBurst(0), Daily: day(0)},
		verification.LineUsage{Requests: inBurst(1), Messages: inBurst(1), Daily: day(1)},
	)
}

func readLines(t *testing.T, s *stores) []any {
	t.Helper()
	return readStandings(t, s, "line", dynamo.DecodeLine)
}

func keptAddresses(int) []any { return anys(byHour(1, 1)) }

func readAddresses(t *testing.T, s *stores) []any {
	t.Helper()
	return readStandings(t, s, "address", window("requestWindow"))
}

func keptCosts(int) []any { return anys(byHour(33_300, 33_300)) }

func readCosts(t *testing.T, s *stores) []any {
	t.Helper()
	return readStandings(t, s, "cost", window("costWindow"))
}

func window(name string) func(map[string]types.AttributeValue) (verification.Window, error) {
	return func(it map[string]types.AttributeValue) (verification.Window, error) {
		return dynamo.DecodeWindow(it, name)
	}
}
