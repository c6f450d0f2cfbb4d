// Package bus owns the event bus of a deployment in Amazon EventBridge, on which callbacks are told
// to whoever runs the service. It is the only importer of EventBridge.
package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"lineproof/shared/awscall"
	"lineproof/shared/fault"
)

// source is what events come from, by which rules choose them.
const source = "lineproof"

// API is what is called of an EventBridge client.
type API interface {
	PutEvents(
		context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options),
	) (*eventbridge.PutEventsOutput, error)
}

// NewClient returns a client of the region, credentials and endpoint of cfg, whose calls end after
// at most 3.2 s.
func NewClient(cfg aws.Config) *eventbridge.Client {
	return eventbridge.NewFromConfig(awscall.Limited(cfg, 3, time.Second))
}

// Bus is a webhook.Bus.
type Bus struct {
	// API is the client.
	API API
	// Name is the bus's, in the account and region of the client.
	Name string
}

// Publish puts an event on the bus, whose detail is a JSON object and whose detail-type is name. It
// fails with a fault.Unavailable.
func (b Bus) Publish(ctx context.Context, name string, detail []byte) error {
	put, err := b.API.PutEvents(ctx, &eventbridge.PutEventsInput{
		Entries: []types.PutEventsRequestEntry{{
			EventBusName: &b.Name, Source: aws.String(source), DetailType: &name,
			Detail: aws.String(string(detail)),
		}},
	})
	if err == nil && put.FailedEntryCount > 0 { // one was sent, so it is that one
		err = errors.New("not taken")
		if len(put.Entries) > 0 && put.Entries[0].ErrorCode != nil {
			err = errors.New(*put.Entries[0].ErrorCode)
		}
	} else if err != nil {
		err = awscall.Cause(err)
	}
	if err != nil {
		return fmt.Errorf("bus: put event: %w", fault.Wrap(fault.Unavailable, err))
	}
	return nil
}
