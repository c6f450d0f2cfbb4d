// Package eventbus owns the wiring of EventBridge, which only the function that sends callbacks
// links. It notes what it needs as boot does.
package eventbus

import (
	"errors"
	"regexp"

	"lineproof/shared/boot"
	"lineproof/shared/webhook"
	"lineproof/shared/webhook/bus"
)

// The environment variables.
const (
	// variable holds the name of an event bus; empty is none.
	variable = "EVENT_BUS_NAME"
	// endpoint holds a URL that takes the place of EventBridge's own.
	endpoint = "AWS_ENDPOINT_URL_EVENTBRIDGE"
)

// Bus takes what callbacks tell; nil when no bus is configured.
func Bus(env *boot.Env) webhook.Bus {
	name := boot.Named(env, variable, parse, "events:PutEvents")
	if name == "" {
		return nil
	}
	return bus.Bus{API: bus.NewClient(env.AWS(endpoint)), Name: name}
}

// parse reads the name of an event bus (EventBridge's CreateEventBus), or nothing.
func parse(text string) (string, error) {
	if text != "" && !regexp.MustCompile(`^[A-Za-z0-9._/-]{1,256}$`).MatchString(text) {
		return "", errors.New("not the name of an event bus")
	}
	return text, nil
}
