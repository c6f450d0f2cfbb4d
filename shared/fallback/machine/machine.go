// Package machine owns the state machine of fallbacks in AWS Step Functions. It is the only
// importer of Step Functions.
package machine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"lineproof/shared/awscall"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
)

// API is what is called of a Step Functions client.
type API interface {
	StartExecution(
		context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options),
	) (*sfn.StartExecutionOutput, error)
	SendTaskSuccess(
		context.Context, *sfn.SendTaskSuccessInput, ...func(*sfn.Options),
	) (*sfn.SendTaskSuccessOutput, error)
}

// Machine is a fallback.Starter and a fallback.Completer.
type Machine struct {
	// API is the client.
	API API
	// ARN names the state machine. Whoever only completes tasks needs none.
	ARN string
}

// NewClient gives a client of the region, credentials and endpoint of cfg, whose calls end after at
// most 3.2 s.
func NewClient(cfg aws.Config) *sfn.Client {
	return sfn.NewFromConfig(awscall.Limited(cfg, 3, time.Second))
}

// Input is all that the state machine is told.
type Input struct {
	// Execution names the fallback.
	Execution string `json:"execution"`
}

// Start starts an execution, as fallback.Starter says. The name is the idempotency key: Step
// Functions keeps it for 90 days.
func (m Machine) Start(ctx context.Context, execution string) error {
	input, _ := json.Marshal(Input{execution}) // a string: never fails
	_, err := m.API.StartExecution(
		ctx,
		&sfn.StartExecutionInput{
			StateMachineArn: &m.ARN,
			Name:            &execution,
			Input:           aws.String(string(input)),
		},
	)
	var exists *types.ExecutionAlreadyExists
	if err == nil || errors.As(err, &exists) {
		return nil
	}
	return fmt.Errorf(
		"machine: start execution: %w", fault.Wrap(fault.Unavailable, awscall.Cause(err)),
	)
}

// Succeed completes a task, as fallback.Completer says.
func (m Machine) Succeed(ctx context.Context, token string, r fallback.Result) error {
	output, _ := json.Marshal(r) // strings and a boolean: never fails
	_, err := m.API.SendTaskSuccess(
		ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(string(output))},
	)
	var over *types.TaskTimedOut
	var gone *types.TaskDoesNotExist
	var odd *types.InvalidToken
	if err == nil || errors.As(err, &over) || errors.As(err, &gone) || errors.As(err, &odd) {
		return nil
	}
	return fmt.Errorf(
		"machine: complete task: %w", fault.Wrap(fault.Unavailable, awscall.Cause(err)),
	)
}
