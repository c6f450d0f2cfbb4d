package dynamodel

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// get is a read of items by their keys.
type get struct {
	table      *table
	keys       []address
	projection projection
	consistent bool
}

func (db *DB) newGet(name *string, in types.KeysAndAttributes) (get, error) {
	t, err := db.table(name)
	if err != nil {
		return get{}, err
	}
	s, err := newScope(in.ExpressionAttributeNames, nil)
	if err != nil {
		return get{}, err
	}
	g := get{table: t, consistent: aws.ToBool(in.ConsistentRead)}
	if g.projection, err = s.newProjection(in.ProjectionExpression); err != nil {
		return get{}, err
	}
	for _, key := range in.Keys {
		a, err := t.address(key)
		if err != nil {
			return get{}, err
		}
		g.keys = append(g.keys, a)
	}
	return g, s.unused()
}

// get reads the item of the key of that index.
func (db *DB) get(g get, index int) (found item, units float64, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	p := g.table.partition(g.keys[index].partition)
	var stands item
	if i, known := p.find(g.keys[index].sort); known {
		stands = p.rows[i].item
	}
	units = readUnits(sizeOf(stands), g.consistent)
	return g.projection.of(stands), units, db.takeRead(p, units)
}

// takeRead charges a read of a partition.
func (db *DB) takeRead(p *partition, units float64) error {
	if !p.read.take(units, db.options.Limits.Read, db.options.Now()) {
		db.usage.Throttled++
		return throttled()
	}
	db.usage.Read += units
	return nil
}
