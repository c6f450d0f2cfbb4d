package dynamodel

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/dynamo"
)

// DB is the tables. Many goroutines may use it at once.
type DB struct {
	options Options

	mu     sync.Mutex
	random *rand.Rand
	tables map[string]*table
	tokens map[string]*transaction // by their client request tokens
	usage  Usage

	under sync.WaitGroup // calls under way
}

// New makes empty tables of the schemas, whose keys are of type S or B.
func New(o Options, schemas ...dynamo.Schema) *DB {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = time.Sleep
	}
	db := &DB{
		options: o,
		random:  rand.New(rand.NewPCG(o.Seed, 0)), //nolint:gosec // latencies are no secret
		tables:  map[string]*table{},
		tokens:  map[string]*transaction{},
	}
	for _, s := range schemas {
		db.tables[s.Table] = &table{Schema: s, partitions: map[string]*partition{}}
	}
	return db
}

// Usage is what a DB was asked for.
type Usage struct {
	// Calls reached it, repetitions included; those that a fault kept away did not.
	Calls int
	// Conflicts of them met a transaction, or as one a write. Throttled ones found a partition that
	// takes no more.
	Conflicts, Throttled int
	// Read and Write are the units of what was carried out; Lost are write units of what was
	// refused or cancelled.
	Read, Write, Lost float64
}

// Usage returns what was counted since the last [DB.Reset].
func (db *DB) Usage() Usage {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.usage
}

// Reset counts anew.
func (db *DB) Reset() {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.usage = Usage{}
}

// Drain waits until no call is under way, also of those whose callers wait no more: before a bubble
// of testing/synctest ends, say.
func (db *DB) Drain() { db.under.Wait() }

// arrive counts a call and draws how long it takes.
func (db *DB) arrive(draw func(*rand.Rand) time.Duration) time.Duration {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.usage.Calls++
	return draw(db.random)
}

// pass lets a part of a latency pass, in tenths of it.
func (db *DB) pass(latency time.Duration, tenths int) {
	if latency > 0 {
		db.options.Sleep(latency * time.Duration(tenths) / 10)
	}
}

func (db *DB) table(name *string) (*table, error) {
	if name != nil {
		if t := db.tables[*name]; t != nil {
			return t, nil
		}
	}
	return nil, &types.ResourceNotFoundException{Message: message("Requested resource not found")}
}
