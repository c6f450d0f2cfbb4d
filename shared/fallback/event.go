package fallback

import (
	"context"
	"encoding/json"
	"errors"
)

// Event is what the state machine invokes a step with, and all that it knows.
type Event struct {
	// Execution names the fallback.
	Execution string `json:"execution"`
	// Token is that of the task that waits for the PIN; without one, the PIN step concludes.
	Token string `json:"token,omitempty"`
}

var errEvent = errors.New("fallback: not an event of the state machine")

func readEvent(payload []byte) (Event, error) {
	var e Event
	if json.Unmarshal(payload, &e) != nil || e.Execution == "" {
		return Event{}, errEvent
	}
	return e, nil
}

// Answer runs the step for an event in JSON and gives the result in JSON.
func (s SilentStep) Answer(ctx context.Context, payload []byte) ([]byte, error) {
	e, err := readEvent(payload)
	if err != nil {
		return nil, err
	}
	return answer(s.Run(ctx, e.Execution))
}

// Answer runs the step for an event in JSON, and without a token concludes and gives the result in
// JSON.
func (s PINStep) Answer(ctx context.Context, payload []byte) ([]byte, error) {
	e, err := readEvent(payload)
	if err != nil {
		return nil, err
	}
	if e.Token == "" {
		return answer(s.Conclude(ctx, e.Execution))
	}
	return answer(Result{}, s.Run(ctx, e.Execution, e.Token))
}

func answer(r Result, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return json.Marshal(r)
}
