package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/grant"
)

// ClientRoll lists the registered clients. It reads the whole table: half a read unit for each 4
// KB, a request for each MB.
type ClientRoll struct {
	api   ScanAPI
	table string
}

// NewClientRoll returns the list of the named table.
func NewClientRoll(api ScanAPI, table string) *ClientRoll { return &ClientRoll{api, table} }

// EachClient hands over every client until take fails. What was written in the last second it may
// not see yet.
func (s *ClientRoll) EachClient(ctx context.Context, take func(grant.Client) error) error {
	pages := dynamodb.NewScanPaginator(s.api, &dynamodb.ScanInput{TableName: &s.table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return failed("list clients", err)
		}
		for _, it := range page.Items {
			c, err := decodeClient(it)
			if err == nil {
				err = take(c)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
