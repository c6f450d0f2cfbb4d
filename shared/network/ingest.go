package network

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"lineproof/shared/fault"
)

// together is how many sessions are written at once. A write is all waiting, some milliseconds.
const together = 32

// Failure is a record that was not written.
type Failure struct {
	// Index is the record's place in its batch, from 0.
	Index int
	// Err is why: a fault.InvalidBody, fault.MissingField or fault.InvalidField that no retry
	// mends, or the registry's own.
	Err *fault.Error
}

// Ingest writes each record, the JSON of a [Record], to the registry, with sessions of at most
// limit, and reports those that failed in the order given; a bad record keeps no other from being
// written. Records of one session are written in the order given, and sessions side by side.
// Records written twice do no harm, so a batch may be repeated whole.
func Ingest(
	ctx context.Context, registry Registry, limit time.Duration, records []json.RawMessage,
) []Failure {
	b := batch{registry, map[Identity][]entry{}, make([]error, len(records))}
	for i, data := range records {
		session, err := sessionOf(data, limit)
		if err != nil {
			b.errs[i] = err
			continue
		}
		b.add(i, session)
	}
	b.write(ctx)
	var failures []Failure
	for i, err := range b.errs {
		if err != nil {
			failures = append(failures, Failure{i, fault.As(err)})
		}
	}
	return failures
}

func sessionOf(data []byte, limit time.Duration) (Session, error) {
	record, err := ParseRecord(data)
	if err != nil {
		return Session{}, err
	}
	return record.Session(limit)
}

// batch is what has to be written, the records of each session in their order, and what became of
// each record. Only that order matters: the last number stands, and ends come to the same in any.
type batch struct {
	registry Registry
	sessions map[Identity][]entry
	errs     []error
}

// entry is a record's session, and its place in the batch.
type entry struct {
	index   int
	session Session
}

func (b *batch) add(index int, s Session) {
	id := s.Identity()
	b.sessions[id] = append(b.sessions[id], entry{index, s})
}

// write writes all sessions, so many at once.
func (b *batch) write(ctx context.Context) {
	waiting := make(chan []entry)
	var writers sync.WaitGroup
	for range min(together, len(b.sessions)) {
		writers.Go(func() {
			for entries := range waiting {
				for _, e := range entries {
					b.errs[e.index] = b.put(ctx, e.session)
				}
			}
		})
	}
	for _, entries := range b.sessions {
		waiting <- entries
	}
	close(waiting)
	writers.Wait()
}

func (b *batch) put(ctx context.Context, s Session) error {
	if err := b.registry.PutSession(ctx, s); err != nil {
		return fmt.Errorf("network: put session: %w", err)
	}
	return nil
}
