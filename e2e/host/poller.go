package host

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// trigger is an event source mapping: what polls a queue for a function.
type trigger struct {
	host                    *Host
	client                  *sqs.Client
	queue, source, function string
	batch                   int
	partial                 bool
	slots                   chan struct{}
}

// pollWait is how long one call waits for messages; pollers is how many batches are handled at
// once, as Lambda begins with.
const (
	pollWait = time.Second
	pollers  = 5
	maxBatch = 10 // of one call to SQS
)

// poll starts a poller for each event source mapping of a queue.
func (h *Host) poll(ctx context.Context, s *scope) error {
	names, err := s.of(typeTrigger)
	if err != nil {
		return err
	}
	for _, logical := range names {
		properties, err := s.properties(logical)
		if err != nil {
			return err
		}
		t, err := h.trigger(s, properties)
		if err != nil {
			return fmt.Errorf("host: %s: %w", logical, err)
		}
		h.pollers.Go(func() { t.run(ctx) })
	}
	return nil
}

func (h *Host) trigger(s *scope, p map[string]any) (trigger, error) {
	t := trigger{
		host: h, client: h.cloud.SQS(), source: fmt.Sprint(p["EventSourceArn"]), batch: min(number(p["BatchSize"], maxBatch), maxBatch),
		slots: make(chan struct{}, pollers),
	}
	for _, made := range s.resources {
		if made.attributes["Arn"] == t.source {
			t.queue = made.ref
		}
	}
	_, t.function = h.cloudName(fmt.Sprint(p["FunctionName"]))
	if t.queue == "" || h.pools[t.function] == nil {
		return t, fmt.Errorf("no queue %q or no function %q", p["EventSourceArn"], p["FunctionName"])
	}
	types, _ := p["FunctionResponseTypes"].([]any)
	t.partial = len(types) == 1 && types[0] == "ReportBatchItemFailures"
	return t, nil
}

// cloudName splits a function's ARN or name into stack and function.
func (h *Host) cloudName(name string) (stack, function string) {
	if _, after, ok := strings.Cut(name, ":function:"); ok {
		name = after
	}
	name, _, _ = strings.Cut(name, ":")
	return h.stack, strings.TrimPrefix(name, h.stack+"-")
}

// run polls until ctx ends. Batches that are being handled then are handled to their end, or die
// with their process.
func (t trigger) run(ctx context.Context) {
	for ctx.Err() == nil {
		got, err := t.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &t.queue, MaxNumberOfMessages: int32(t.batch), WaitTimeSeconds: int32(pollWait / time.Second),
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		})
		if err != nil {
			time.Sleep(50 * time.Millisecond) // moto is busy, or we are ending
			continue
		}
		if len(got.Messages) > 0 {
			t.slots <- struct{}{}
			go func() {
				defer func() { <-t.slots }()
				t.hand(context.WithoutCancel(ctx), got.Messages)
			}()
		}
	}
}

// sqsRecord is a message as the function gets it.
type sqsRecord struct {
	MessageID     string            `json:"messageId"`
	ReceiptHandle string            `json:"receiptHandle"`
	Body          string            `json:"body"`
	Attributes    map[string]string `json:"attributes"`
	MD5           string            `json:"md5OfBody"`
	Source        string            `json:"eventSource"`
	SourceARN     string            `json:"eventSourceARN"`
	Region        string            `json:"awsRegion"`
}

// SQSEvent gives the event in which a function gets these messages.
func SQSEvent(source string, messages []types.Message) []byte {
	records := []sqsRecord{}
	for _, m := range messages {
		records = append(records, sqsRecord{
			text(m.MessageId), text(m.ReceiptHandle), text(m.Body), m.Attributes, text(m.MD5OfBody), "aws:sqs", source, region,
		})
	}
	payload, _ := json.Marshal(map[string]any{"Records": records}) // strings alone: never fails
	return payload
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// hand has the function handle a batch and deletes what it did not report as failed. A failed
// function keeps all.
func (t trigger) hand(ctx context.Context, messages []types.Message) {
	result, err := t.host.Invoke(ctx, t.function, SQSEvent(t.source, messages))
	if err != nil || result.Failed {
		return
	}
	failed, ok := t.failures(result.Payload, messages)
	if !ok {
		return
	}
	for _, m := range messages {
		if !failed[text(m.MessageId)] {
			_, _ = t.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &t.queue, ReceiptHandle: m.ReceiptHandle})
		}
	}
}

// failures reads a partial batch response. One that names an unknown message fails the whole batch,
// as Lambda has it.
func (t trigger) failures(payload []byte, messages []types.Message) (map[string]bool, bool) {
	failed := map[string]bool{}
	if !t.partial {
		return failed, true
	}
	var response struct {
		BatchItemFailures []struct {
			ItemIdentifier string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if json.Unmarshal(payload, &response) != nil {
		return nil, false
	}
	known := map[string]bool{}
	for _, m := range messages {
		known[text(m.MessageId)] = true
	}
	for _, f := range response.BatchItemFailures {
		if !known[f.ItemIdentifier] {
			return nil, false
		}
		failed[f.ItemIdentifier] = true
	}
	return failed, true
}
