package dynamo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// ScanAPI is what finding strays calls of a DynamoDB client.
type ScanAPI interface {
	Scan(
		context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options),
	) (*dynamodb.ScanOutput, error)
}

// Strays is a verification.SweepStore. It reads the whole table: half a read unit for each 4 KB, a
// request for each MB.
type Strays struct {
	api  ScanAPI
	pins string
}

// NewStrays gives the store in the named table.
func NewStrays(api ScanAPI, pins string) *Strays { return &Strays{api, pins} }

// Unsettled hands over what expired before the time and is not settled, as verification.SweepStore
// says. What was written in the last second it may not see yet.
func (s *Strays) Unsettled(ctx context.Context, before time.Time,
	take func(verification.Verification) error) error {
	in := &dynamodb.ScanInput{
		TableName: &s.pins,
		FilterExpression: aws.String(
			"pinNonce > :none AND pinSettled = :no AND expiresAt < :before",
		),
		ExpressionAttributeValues: item{
			":none": integer(0), ":no": boolean(false), ":before": moment(before),
		},
	}
	pages := dynamodb.NewScanPaginator(s.api, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return failed("find unsettled verifications", err)
		}
		for _, it := range page.Items {
			if err := takeStray(it, take); err != nil {
				return err
			}
		}
	}
	return nil
}

func takeStray(it item, take func(verification.Verification) error) error {
	d := &decoder{item: it}
	ref, known := readSubject(d.text(pinSubject))
	if !known {
		return fmt.Errorf("dynamo: decode %s: %w", pinSubject, fault.New(fault.Internal))
	}
	v, err := decodePIN(it, ref)
	if err != nil {
		return err
	}
	return take(v)
}

// readSubject gives account and number of a partition of verifications (see livePin).
func readSubject(subject string) (verification.Ref, bool) {
	owner, digits, _ := strings.Cut(strings.TrimPrefix(subject, "V#"), "#")
	key, err := strconv.ParseUint(owner, 16, 32)
	number, errNumber := phone.ParseDigits(digits)
	return verification.Ref{
			Account: account.Key(key),
			Number:  number,
		}, err == nil &&
			errNumber == nil
}
