package network_test

import (
	"encoding/json"
	"errors"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/network"
)

func batch(texts ...string) []json.RawMessage {
	var all []json.RawMessage
	for _, text := range texts {
		all = append(all, json.RawMessage(text))
	}
	return all
}

func TestIngestReportsTheBadOnesAlone(t *testing.T) {
	t.Parallel()
	good := func(address string) string { return record("address", `"`+address+`"`) }
	records := batch(
		good("203.0.113.0"), record("number", `"34600123456x"`), good("203.0.113.2"), good("203.0.113.3"), record("end", ""),
		good("203.0.113.5"), good("203.0.113.6"), good("203.0.113.7"), `{"number": 34600123456, `, good("203.0.113.9"),
	)
	var written directory
	failures := network.Ingest(t.Context(), &written, network.MaxSession, records)
	if len(failures) != 3 || len(written.sessions) != 7 {
		t.Fatalf("%d failures, %d written", len(failures), len(written.sessions))
	}
	for i, want := range []struct {
		index int
		kind  fault.Kind
		param string
	}{{1, fault.InvalidField, "number"}, {4, fault.MissingField, "end"}, {8, fault.InvalidBody, ""}} {
		if got := failures[i]; got.Index != want.index || !failure(got.Err, want.kind, want.param) {
			t.Errorf("failure %d is %v", i, got)
		}
		leaks(t, shown(failures[i], failures[i].Err), marked)
	}
	for i, last := range []string{"0", "2", "3", "5", "6", "7", "9"} {
		if got := written.sessions[i].Prefix.Addr().String(); got != "203.0.113."+last {
			t.Errorf("session %d is %s", i, got)
		}
	}
}

func TestIngestReportsTheRegistrysErrors(t *testing.T) {
	t.Parallel()
	plain := errors.New("out of order")
	for _, test := range []struct {
		err  error
		kind fault.Kind
	}{{fault.New(fault.Unavailable), fault.Unavailable}, {plain, fault.Internal}} {
		failures := network.Ingest(t.Context(), &directory{err: test.err}, network.MaxSession, batch(record(), record()))
		if len(failures) != 2 {
			t.Fatalf("%d failures", len(failures))
		}
		for i, got := range failures {
			if got.Index != i || got.Err.Kind != test.kind || !errors.Is(got.Err, test.err) {
				t.Errorf("failure %d is %v", i, got)
			}
			leaks(t, shown(got, got.Err), marked)
		}
	}
}

func TestIngestOfNothing(t *testing.T) {
	t.Parallel()
	if failures := network.Ingest(t.Context(), &directory{err: errors.New("asked")}, network.MaxSession, nil); failures != nil {
		t.Errorf("got %v", failures)
	}
}
