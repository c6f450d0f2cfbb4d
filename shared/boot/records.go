package boot

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"

	"lineproof/shared/network"
)

// Ingest takes records in and tells which of them it could not.
type Ingest func(ctx context.Context, records []json.RawMessage) []network.Failure

// Records runs a function that takes in records: from SQS, one in each message, or directly, as
// {"records": […]}. Failures are reported one by one: to SQS as batchItemFailures, so that a record
// which no retry mends ends in the dead-letter queue; to a direct caller as {"failures": [{"index",
// "kind", "param"}]}. Records never returns.
func Records(name string, build func(*Env) Ingest) {
	run(this(name), build, func(log *slog.Logger, w *wired[Ingest]) invocation {
		return intake{log, name, w}.invoke
	})
}

type intake struct {
	log   *slog.Logger
	name  string
	wired *wired[Ingest]
}

// batch is either kind of event. An SQS event's key differs from a direct one's in its first
// letter.
type batch struct {
	Messages []events.SQSMessage `json:"Records"`
	Records  []json.RawMessage   `json:"records"`
}

func (i intake) invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var b batch
	if json.Unmarshal(payload, &b) != nil || (b.Messages == nil) == (b.Records == nil) {
		return nil, errEvent
	}
	for _, message := range b.Messages {
		b.Records = append(b.Records, json.RawMessage(message.Body))
	}
	failures, err := i.take(ctx, b.Records)
	if err != nil {
		i.log.ErrorContext(ctx, "records not taken in", "error", err.Error())
		return nil, errNotServed
	}
	i.record(ctx, len(b.Records), failures)
	if b.Messages == nil {
		return json.Marshal(reportDirect(failures))
	}
	return json.Marshal(reportSQS(b.Messages, failures))
}

func (i intake) take(
	ctx context.Context, records []json.RawMessage,
) (failures []network.Failure, err error) {
	ctx, cancel := early(ctx)
	defer cancel()
	trace(ctx, i.name, func(ctx context.Context) int {
		var ingest Ingest
		if ingest, err = i.wired.current(ctx); err == nil {
			failures = ingest(ctx, records)
		}
		return 0
	})
	return failures, err
}

// record logs what became of a batch, and of each record that failed.
func (i intake) record(ctx context.Context, records int, failures []network.Failure) {
	for _, failure := range failures {
		i.log.LogAttrs(
			ctx,
			slog.LevelWarn,
			"record refused",
			slog.Int("index", failure.Index),
			slog.Any("failure", failure.Err),
		)
	}
	i.log.LogAttrs(ctx, slog.LevelInfo, "batch", slog.String("operation", i.name),
		slog.Int("records", records), slog.Int("failures", len(failures)))
}

func reportSQS(messages []events.SQSMessage, failures []network.Failure) events.SQSEventResponse {
	report := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for _, failure := range failures {
		report.BatchItemFailures = append(report.BatchItemFailures,
			events.SQSBatchItemFailure{ItemIdentifier: messages[failure.Index].MessageId})
	}
	return report
}

// refusal is a failure as a direct caller is told of it.
type refusal struct {
	Index int    `json:"index"`
	Kind  string `json:"kind"`
	Param string `json:"param,omitempty"`
}

type directReport struct {
	Failures []refusal `json:"failures"`
}

func reportDirect(failures []network.Failure) directReport {
	report := directReport{Failures: []refusal{}}
	for _, failure := range failures {
		report.Failures = append(
			report.Failures, refusal{failure.Index, failure.Err.Kind.String(), failure.Err.Param},
		)
	}
	return report
}
