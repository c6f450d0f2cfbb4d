package dynamodel

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Scan reads a page of a table, in the order of the keys.
func (p *Process) Scan(ctx context.Context, in *dynamodb.ScanInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return call(ctx, p, "Scan", in, p.db.scan)
}

func (db *DB) scan(in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
	latency := db.arrive(db.options.Latencies.Read.draw)
	if err := onlyModelled(*in, "TableName", "ConsistentRead", "ExclusiveStartKey",
		"ExpressionAttributeNames", "ExpressionAttributeValues", "FilterExpression", "Limit",
		"ProjectionExpression", "ReturnConsumedCapacity"); err != nil {
		return nil, err
	}
	s, err := newScope(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	if err != nil {
		return nil, err
	}
	q, err := db.newPage(s, in)
	if err != nil {
		return nil, err
	}
	if err := s.unused(); err != nil {
		return nil, err
	}
	defer db.pass(latency, 5)
	db.pass(latency, 5)
	db.mu.Lock()
	defer db.mu.Unlock()
	found := q.read(q.table.all(q.start))
	units := readUnits(found.size, q.consistent)
	db.usage.Read += units
	return &dynamodb.ScanOutput{
		Items: found.items, Count: int32(len(found.items)), ScannedCount: found.examined,
		LastEvaluatedKey: found.last,
		ConsumedCapacity: consumed(in.ReturnConsumedCapacity, in.TableName, units),
	}, nil
}

// all returns the rows behind start.
func (t *table) all(start *address) (rows []*row) {
	for _, p := range t.partitions {
		for _, r := range p.rows {
			if start == nil || order(*start, address{p.key, r.sort}) < 0 {
				rows = append(rows, r)
			}
		}
	}
	slices.SortFunc(rows, func(a, b *row) int {
		return order(address{a.partition.key, a.sort}, address{b.partition.key, b.sort})
	})
	return rows
}

func order(a, b address) int {
	if d := strings.Compare(a.partition, b.partition); d != 0 {
		return d
	}
	return strings.Compare(a.sort, b.sort)
}
