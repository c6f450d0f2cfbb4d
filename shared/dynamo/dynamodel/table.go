package dynamodel

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/dynamo"
)

// The longest keys, in bytes.
const (
	longestPartition = 2048
	longestSort      = 1024
)

// table is one with its rows.
type table struct {
	dynamo.Schema
	partitions map[string]*partition
}

// partition is the rows of one partition key, in the order of their sort keys.
type partition struct {
	key         string
	rows        []*row
	write, read bucket
}

// row is where an item stands, or may.
type row struct {
	partition *partition
	sort      string
	item      item         // nil where none stands
	holder    *transaction // that is about to write it
	writing   time.Time    // until when plain writes keep transactions off
}

// address is the key of a row, by its bytes.
type address struct{ partition, sort string }

// address reads a key, whose attributes must be those of the table's and nothing else.
func (t *table) address(key item) (address, error) {
	want := 1
	if t.Sort.Name != "" {
		want = 2
	}
	if len(key) != want {
		return address{}, invalid("the provided key element does not match the schema")
	}
	return t.addressOf(key)
}

// addressOf reads the key of an item.
func (t *table) addressOf(m item) (a address, err error) {
	a.partition, err = keyBytes(m, t.Partition, longestPartition)
	if err != nil || t.Sort.Name == "" {
		return a, err
	}
	a.sort, err = keyBytes(m, t.Sort, longestSort)
	return a, err
}

func keyBytes(m item, key dynamo.KeyAttribute, longest int) (string, error) {
	v, there := m[key.Name]
	if !there || kindOf(v) != key.Type {
		return "", invalid("missing the key %s in the item, or type mismatch", key.Name)
	}
	text := bytesOf(v)
	if text == "" || len(text) > longest {
		return "", invalid("a key attribute is empty or too long: %s", key.Name)
	}
	return text, nil
}

// bytesOf returns what tells scalar values of one type apart, and orders all but numbers.
func bytesOf(v types.AttributeValue) string {
	switch v := v.(type) {
	case *bytesValue:
		return string(v.Value)
	case *textValue:
		return v.Value
	case *numberValue:
		return v.Value
	default:
		return ""
	}
}

// keyOf returns the key attributes of an item.
func (t *table) keyOf(m item) item {
	key := item{t.Partition.Name: m[t.Partition.Name]}
	if t.Sort.Name != "" {
		key[t.Sort.Name] = m[t.Sort.Name]
	}
	return copied(key)
}

func (t *table) partition(key string) *partition {
	p := t.partitions[key]
	if p == nil {
		p = &partition{key: key}
		t.partitions[key] = p
	}
	return p
}

// row returns the one of the address, which is made if there is none.
func (t *table) row(a address) *row {
	p := t.partition(a.partition)
	i, found := p.find(a.sort)
	if !found {
		p.rows = slices.Insert(p.rows, i, &row{partition: p, sort: a.sort})
	}
	return p.rows[i]
}

func (p *partition) find(sort string) (int, bool) {
	return slices.BinarySearchFunc(p.rows, sort,
		func(r *row, s string) int { return strings.Compare(r.sort, s) })
}
