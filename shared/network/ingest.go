package network

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"lineproof/shared/fault"
)

// Failure is a record that was not written.
type Failure struct {
	// Index is the record's place in its batch, from 0.
	Index int
	// Err is why: a fault.InvalidBody, fault.MissingField or fault.InvalidField that no retry mends, or the registry's own.
	Err *fault.Error
}

// Ingest writes each record, the JSON of a [Record], to the registry in the order given, with
// sessions of at most limit, and reports those that failed; a bad record keeps no other from being
// written. Records written twice do no harm, so a batch may be repeated whole.
func Ingest(
	ctx context.Context, registry Registry, limit time.Duration, records []json.RawMessage,
) []Failure {
	var failures []Failure
	for i, data := range records {
		if err := ingest(ctx, registry, limit, data); err != nil {
			failures = append(failures, Failure{i, fault.As(err)})
		}
	}
	return failures
}

func ingest(ctx context.Context, registry Registry, limit time.Duration, data []byte) error {
	record, err := ParseRecord(data)
	if err != nil {
		return err
	}
	session, err := record.Session(limit)
	if err != nil {
		return err
	}
	if err := registry.PutSession(ctx, session); err != nil {
		return fmt.Errorf("network: put session: %w", err)
	}
	return nil
}
