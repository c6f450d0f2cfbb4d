// Package machine owns the wiring of Step Functions, which only the functions that start executions
// or complete their tasks link. It notes what they need as boot does.
package machine

import (
	"errors"
	"strings"

	"lineproof/shared/boot"
	"lineproof/shared/fallback"
	"lineproof/shared/fallback/machine"
)

// The environment variables.
const (
	// variable holds the ARN of the state machine of fallbacks.
	variable = "FALLBACK_MACHINE"
	// endpoint holds a URL that takes the place of Step Functions' own.
	endpoint = "AWS_ENDPOINT_URL_SFN"
)

// Starter starts executions.
func Starter(env *boot.Env) fallback.Starter { return wire(env, "states:StartExecution") }

// Completer completes tasks.
func Completer(env *boot.Env) fallback.Completer { return wire(env, "states:SendTaskSuccess") }

func wire(env *boot.Env, action string) machine.Machine {
	arn := boot.Named(env, variable, parse, action)
	return machine.Machine{API: machine.NewClient(env.AWS(endpoint)), ARN: arn}
}

// parse reads the ARN of a state machine: arn:partition:states:region:account:stateMachine:name.
func parse(text string) (string, error) {
	parts := strings.Split(text, ":")
	switch {
	case text == "":
		return "", errors.New("not set")
	case len(parts) != 7 || parts[0] != "arn" || parts[2] != "states" || parts[5] != "stateMachine":
		return "", errors.New("not the ARN of a state machine")
	}
	return text, nil
}
