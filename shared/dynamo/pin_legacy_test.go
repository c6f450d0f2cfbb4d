package dynamo_test

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

func put(t *testing.T, table string, it map[string]types.AttributeValue) {
	t.Helper()
	if _, err := local(t, http.DefaultTransport).PutItem(t.Context(),
		&dynamodb.PutItemInput{TableName: &table, Item: it}); err != nil {
		t.Fatal(err)
	}
}

func numeral(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func words(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// TestOlderRecords goes on with items that hold the single instants which meters stood at before
// windows: these are ignored, and money, blocks, the past of a number and the terms of an account
// stay.
func TestOlderRecords(t *testing.T) {
	t.Parallel()
	names := pinTables(t)
	client := local(t, http.DefaultTransport)
	s, accounts := dynamo.NewVerifications(client, names.Pins, names.Ledgers, rand.Reader),
		dynamo.NewAccounts(client, names.Accounts, names.Ledgers)
	then := numeral(pinNow.UnixNano())
	put(t, names.Ledgers, map[string]types.AttributeValue{
		"accountID": words("abcd1234"), "freeAmount": numeral(300_000), "rateStanding": then,
		"dailyStanding": then, "spendStanding": then,
	})
	put(t, names.Pins, map[string]types.AttributeValue{
		"pinSubject": words("N#abcd1234#44770090"), "pinPart": words("network"),
		"requestStanding": then,
		"blockedUntil":    then, "blockLevel": numeral(2), "networkScore": numeral(-70),
	})
	put(t, names.Pins, map[string]types.AttributeValue{
		"pinSubject": words("V#abcd1234#447700900000"), "pinPart": words("live"),
		"pinNonce": numeral(7), "pinRevision": numeral(3),
		"expiresAt": then, "pinTotal": numeral(2), "pinAllowed": numeral(9), "checkedAt": then,
		"pinDetail": words(`{"key":1,"digits":4,"plan":{"Channels":["sms"],"Waits":null,"Expiry":300000000000},"generation":1,"price":100000,
			"sms":33300,"voice":33300,"numberUntil":"2126-03-14T15:00:00Z","wrong":5,"wrongSince":"2126-03-14T14:00:00Z"}`),
	})
	put(t, names.Accounts, map[string]types.AttributeValue{
		"accountID":     words("abcd1234"),
		"accountRecord": words(`{"Key":2882343476,"Terms":{"PerSecond":30,"PerNetwork":10000,"NumberFailures":200,"Price":100000}}`),
	})
	start := pinStart(8)
	start.Now, start.NumberFailures, start.Verification.Network = pinNow.Add(-time.Nanosecond), 20,
		"44770090"
	start.Network, start.Spend = verification.Limit{Count: 500, Per: 24 * time.Hour},
		verification.Limit{Count: 1_000_000, Per: 24 * time.Hour}
	if _, err := s.Begin(t.Context(), start); fault.Of(err) != fault.Concurrent {
		t.Errorf("before its end: %v", err)
	}
	start.Now = pinNow
	if _, err := s.Begin(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	if v := standing(t, s, start.Verification.Ref); v.Allowed != 18 || v.WrongCodes.Total() != 2 {
		t.Errorf("%d codes are allowed after %d wrong ones", v.Allowed, v.WrongCodes.Total())
	}
	if v := standing(t, s, verification.Ref{Account: start.Verification.Account,
		Number: start.Verification.Number, Nonce: 7}); v.Total != 2 || v.SMSPrice != 33_300 {
		t.Errorf("the past is %+v", v)
	}
	a, err := accounts.Account(t.Context(), 0xabcd1234)
	if want := (account.Terms{PerSecond: 30, PerNetwork: 10_000, NumberFailures: 200,
		Price: 100_000}); err != nil || a.Terms.NumberFailures != want.NumberFailures ||
		a.Terms.NumberMessages != 0 || a.Terms.PlainBrand {
		t.Errorf("terms %+v, %v", a.Terms, err)
	}
	a.Barred = true
	for range 2 {
		if err := accounts.PutAccount(t.Context(), a); err != nil {
			t.Errorf("an account that nobody has counted the writes of is not changed: %v", err)
		}
	}
	a, err = accounts.Account(t.Context(), 0xabcd1234)
	if err != nil || a.Revision != 1 || !a.Barred {
		t.Errorf("stands %+v, %v", a, err)
	}
}
