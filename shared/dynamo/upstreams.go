package dynamo

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/upstream"
)

// The attributes of upstreams.
const (
	upstreamID       = "upstreamID"
	upstreamRecord   = "upstreamRecord"
	upstreamRevision = "upstreamRevision"
)

// UpstreamAPI is what the store of upstreams calls of a DynamoDB client.
type UpstreamAPI interface {
	API
	ScanAPI
}

// Upstreams is an upstream.Registry.
type Upstreams struct {
	api   UpstreamAPI
	table string
}

// NewUpstreams gives the store in the named table.
func NewUpstreams(api UpstreamAPI, table string) *Upstreams { return &Upstreams{api, table} }

// Upstreams returns all of them, by their names: half a read unit for each 4 KB of the table.
func (s *Upstreams) Upstreams(ctx context.Context) ([]upstream.Upstream, error) {
	var all []upstream.Upstream
	pages := dynamodb.NewScanPaginator(s.api, &dynamodb.ScanInput{TableName: &s.table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed("read upstreams", err)
		}
		for _, it := range page.Items {
			u, err := decodeUpstream(it)
			if err != nil {
				return nil, err
			}
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(a, b upstream.Upstream) int {
		return strings.Compare(a.Name, b.Name)
	})
	return all, nil
}

// Put writes an upstream on the condition that nobody has since it was read.
func (s *Upstreams) Put(ctx context.Context, u upstream.Upstream) error {
	it, err := encodeUpstream(u)
	if err != nil {
		return err
	}
	stands, err := replace(ctx, s.api, "put upstream", s.table, it, upstreamRevision, u.Revision)
	if len(stands) == 0 {
		return err
	}
	other, err := decodeUpstream(stands)
	if err == nil {
		_, err = u.After(other)
	}
	return err
}
