package dynamodel

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// mostRead is how much a page examines, in bytes.
const mostRead = 1 << 20

// Query reads a page of a partition.
func (p *Process) Query(ctx context.Context, in *dynamodb.QueryInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return call(ctx, p, "Query", in, p.db.query)
}

// page is a read of rows one after the other.
type page struct {
	table      *table
	filter     condition
	projection projection
	consistent bool
	start      *address // behind which it begins
	limit      int      // 0 for none
}

// seen is what a page came to.
type seen struct {
	items    []item
	examined int32
	size     int
	last     item // the key to go on from; nil at the end
}

func (q *page) read(rows []*row) (s seen) {
	for _, r := range rows {
		if r.item == nil {
			continue
		}
		s.examined++
		s.size += sizeOf(r.item)
		if q.filter == nil || q.filter.holds(r.item) {
			s.items = append(s.items, q.projection.of(r.item))
		}
		if int(s.examined) == q.limit || s.size >= mostRead {
			s.last = q.table.keyOf(r.item)
			break
		}
	}
	return s
}

// newPage reads what queries and scans have in common.
func (db *DB) newPage(s *scope, in *dynamodb.ScanInput) (*page, error) {
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	q := &page{
		table: t, limit: int(aws.ToInt32(in.Limit)), consistent: aws.ToBool(in.ConsistentRead),
	}
	if in.Limit != nil && q.limit < 1 {
		return nil, invalid("limit must be greater than or equal to 1")
	}
	if q.filter, err = s.newCondition(in.FilterExpression); err != nil {
		return nil, err
	}
	if q.projection, err = s.newProjection(in.ProjectionExpression); err != nil {
		return nil, err
	}
	if len(in.ExclusiveStartKey) > 0 {
		a, err := t.address(in.ExclusiveStartKey)
		if err != nil {
			return nil, err
		}
		q.start = &a
	}
	return q, nil
}

func (db *DB) query(in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	latency := db.arrive(db.options.Latencies.Read.draw)
	q, key, within, err := db.newQuery(in)
	if err != nil {
		return nil, err
	}
	defer db.pass(latency, 5)
	db.pass(latency, 5)
	db.mu.Lock()
	defer db.mu.Unlock()
	p, backward := q.table.partition(key), in.ScanIndexForward != nil && !*in.ScanIndexForward
	found := q.read(p.selected(within, q.start, backward))
	units := readUnits(found.size, q.consistent)
	if err := db.takeRead(p, units); err != nil {
		return nil, err
	}
	return &dynamodb.QueryOutput{
		Items: found.items, Count: int32(len(found.items)), ScannedCount: found.examined,
		LastEvaluatedKey: found.last,
		ConsumedCapacity: consumed(in.ReturnConsumedCapacity, in.TableName, units),
	}, nil
}

// newQuery reads a query: of which partition, and of which of its sort keys.
func (db *DB) newQuery(in *dynamodb.QueryInput) (q *page, key string, within condition, err error) {
	if err := onlyModelled(*in, "TableName", "ConsistentRead", "ExclusiveStartKey",
		"ExpressionAttributeNames", "ExpressionAttributeValues", "FilterExpression",
		"KeyConditionExpression", "Limit", "ProjectionExpression", "ReturnConsumedCapacity",
		"ScanIndexForward"); err != nil {
		return nil, "", nil, err
	}
	s, err := newScope(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	if err != nil {
		return nil, "", nil, err
	}
	q, err = db.newPage(s, &dynamodb.ScanInput{
		TableName: in.TableName, ConsistentRead: in.ConsistentRead, Limit: in.Limit,
		FilterExpression: in.FilterExpression, ProjectionExpression: in.ProjectionExpression,
		ExclusiveStartKey: in.ExclusiveStartKey,
	})
	if err != nil {
		return nil, "", nil, err
	}
	key, within, err = s.newKeyCondition(q.table, in.KeyConditionExpression)
	if err == nil && q.start != nil && q.start.partition != key {
		err = invalid("the provided starting key is outside query boundaries")
	}
	return q, key, within, cmp.Or(err, s.unused())
}

// selected returns the rows that a condition of sort keys holds for, in the order of a query, from
// behind start on.
func (p *partition) selected(within condition, start *address, backward bool) []*row {
	var rows []*row
	for _, r := range p.rows {
		if start != nil && (backward && r.sort >= start.sort || !backward && r.sort <= start.sort) {
			continue
		}
		if r.item != nil && (within == nil || within.holds(r.item)) {
			rows = append(rows, r)
		}
	}
	if backward {
		slices.Reverse(rows)
	}
	return rows
}

// newKeyCondition reads a condition of one partition key and, perhaps, one of its sort keys.
func (s *scope) newKeyCondition(t *table, text *string) (key string, within condition, err error) {
	if text == nil {
		return "", nil, invalid("a query must have a key condition")
	}
	c, err := s.newCondition(text)
	if err != nil {
		return "", nil, err
	}
	terms, several := c.(and)
	if !several {
		terms = and{c}
	}
	for _, term := range terms {
		switch name, value := keyTerm(term); {
		case name == t.Partition.Name && value != nil && key == "":
			if key, err = keyBytes(item{name: value}, t.Partition, longestPartition); err != nil {
				return "", nil, err
			}
		case name == t.Sort.Name && name != "" && within == nil:
			within = term
		default:
			return "", nil, invalid("query condition missed key schema element, or has another")
		}
	}
	if key == "" {
		return "", nil, invalid("query condition missed key schema element: %s", t.Partition.Name)
	}
	return key, within, nil
}

// keyTerm returns the attribute that a term of a key condition compares with values of the request,
// and the value if it is compared for equality.
func keyTerm(term condition) (name string, equals types.AttributeValue) {
	c, isComparison := term.(comparison)
	operators := []string{"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"}
	if !isComparison || !slices.Contains(operators, c.op) {
		return "", nil
	}
	p, isPath := c.operands[0].(path)
	if !isPath || len(p) > 1 {
		return "", nil
	}
	for _, o := range c.operands[1:] {
		l, isLiteral := o.(literal)
		if !isLiteral {
			return "", nil
		}
		if c.op == "=" {
			equals = l.value
		}
	}
	return p[0].name, equals
}
