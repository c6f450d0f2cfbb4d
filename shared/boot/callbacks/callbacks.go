// Package callbacks owns the wiring of the queue of callbacks and of what posts them. It notes what
// functions need as boot does.
package callbacks

import (
	"context"

	"lineproof/shared/boot"
	"lineproof/shared/boot/queues"
	"lineproof/shared/webhook"
)

// The environment variables, which hold URLs of queues.
const (
	// callbackQueue is that of callbacks that are due or wait.
	callbackQueue = "CALLBACK_QUEUE"
	// deadLetters is that of callbacks that failed for a day.
	deadLetters = "CALLBACK_DEAD_LETTERS"
)

// Outbox takes callbacks to be sent.
func Outbox(env *boot.Env) webhook.Outbox {
	return queues.Outbox(env, callbackQueue, webhook.Encode)
}

// DeadLetters takes callbacks that have failed for a day.
func DeadLetters(env *boot.Env) webhook.Outbox {
	return queues.Outbox(env, deadLetters, webhook.Encode)
}

// Batches has deliver handle what the queue brings.
func Batches(
	env *boot.Env, deliver func(context.Context, webhook.Job, int) error,
) boot.Delivery {
	return queues.Batches(env, callbackQueue, webhook.Decode, deliver)
}
