package dynamodel

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// write is what a request does to one item.
type write struct {
	table     *table
	address   address
	condition condition // nil for one that always holds
	// change returns what comes of the item, of which nil is none; nil for a check alone.
	change func(old item) (item, error)
	// tells the item that refuses it.
	tells bool
}

// request is the parts of a write that its operations have in common.
type request struct {
	table             *string
	names             map[string]string
	values            item
	condition, update *string
	tells             types.ReturnValuesOnConditionCheckFailure
}

// newPut reads the writing of an item.
func (db *DB) newPut(r request, it item) (*write, error) {
	w, s, err := db.newWrite(r)
	if err != nil {
		return nil, err
	}
	if it, err = checkedItem(it); err != nil {
		return nil, err
	}
	if w.address, err = w.table.addressOf(it); err != nil {
		return nil, err
	}
	w.change = func(item) (item, error) { return it, tooLarge(it) }
	return w, s.unused()
}

// newChange reads an update, a deletion or a check of the item of a key; which it is, by gives.
func (db *DB) newChange(r request, key item, by func(*write, *scope) error) (*write, error) {
	w, s, err := db.newWrite(r)
	if err != nil {
		return nil, err
	}
	if key, err = checkedItem(key); err != nil {
		return nil, err
	}
	if w.address, err = w.table.address(key); err != nil {
		return nil, err
	}
	if err := by(w, s); err != nil {
		return nil, err
	}
	return w, s.unused()
}

func (db *DB) newWrite(r request) (*write, *scope, error) {
	t, err := db.table(r.table)
	if err != nil {
		return nil, nil, err
	}
	s, err := newScope(r.names, r.values)
	if err != nil {
		return nil, nil, err
	}
	w := &write{table: t, tells: r.tells == types.ReturnValuesOnConditionCheckFailureAllOld}
	w.condition, err = s.newCondition(r.condition)
	return w, s, err
}

// updating has the write update its item, or make one of the key.
func (r request) updating(key item) func(*write, *scope) error {
	return func(w *write, s *scope) error {
		u, err := s.newUpdate(r.update)
		if err != nil {
			return err
		}
		if u.touches(w.table.Partition.Name) || u.touches(w.table.Sort.Name) {
			return invalid("cannot update an attribute that is part of the key")
		}
		w.change = func(old item) (item, error) {
			if old == nil {
				old = key
			}
			next, err := u.apply(old)
			if err != nil {
				return nil, err
			}
			return next, tooLarge(next)
		}
		return nil
	}
}

func deleting(w *write, _ *scope) error {
	w.change = func(item) (item, error) { return nil, nil }
	return nil
}

func checking(*write, *scope) error { return nil }

func tooLarge(m item) error {
	if sizeOf(m) > mostBytes {
		return invalid("item size has exceeded the maximum allowed size")
	}
	return nil
}

// outcome is what comes of a write that finds an item.
type outcome struct {
	row       *row
	old, next item
	units     float64
	refused   bool
}

// judge finds out what comes of the write, and changes nothing.
func (w *write) judge(r *row) (outcome, error) {
	o := outcome{row: r, old: r.item, next: r.item}
	o.refused = w.condition != nil && !w.condition.holds(r.item)
	if !o.refused && w.change != nil {
		var err error
		if o.next, err = w.change(r.item); err != nil {
			return o, err
		}
	}
	o.units = writeUnits(max(sizeOf(o.old), sizeOf(o.next)))
	return o, nil
}

// seen returns the item that refused the write, if it tells.
func (w *write) seen(o outcome) item {
	if !w.tells {
		return nil
	}
	return copied(o.old)
}

// plain carries a write out that is none of a transaction.
func (db *DB) plain(w *write, latency time.Duration) (outcome, error) {
	defer db.pass(latency, 7)
	db.pass(latency, 3)
	db.mu.Lock()
	defer db.mu.Unlock()
	r, now := w.table.row(w.address), db.options.Now()
	if r.holder != nil {
		db.usage.Conflicts++
		return outcome{}, &types.TransactionConflictException{
			Message: message("Transaction is ongoing for the item"),
		}
	}
	o, err := w.judge(r)
	if err != nil {
		return o, err
	}
	if !r.partition.write.take(o.units, db.options.Limits.Write, now) {
		db.usage.Throttled++
		return o, throttled()
	}
	if o.refused {
		db.usage.Lost += o.units
		return o, &types.ConditionalCheckFailedException{
			Message: message("The conditional request failed"), Item: w.seen(o),
		}
	}
	r.item = o.next
	if until := now.Add(latency * 4 / 10); until.After(r.writing) {
		r.writing = until
	}
	db.usage.Write += o.units
	return o, nil
}

// consumed is the units of a request, for one that asks.
func consumed(asked types.ReturnConsumedCapacity, table *string,
	units float64) *types.ConsumedCapacity {
	if asked == "" || asked == types.ReturnConsumedCapacityNone {
		return nil
	}
	return &types.ConsumedCapacity{TableName: table, CapacityUnits: aws.Float64(units)}
}
