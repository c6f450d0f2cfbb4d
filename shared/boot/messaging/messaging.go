// Package messaging owns the wiring of what only the functions that queue or send PINs link: SQS
// and End User Messaging. It notes what they need as boot does.
package messaging

import (
	"context"

	"lineproof/shared/boot"
	"lineproof/shared/boot/queues"
	"lineproof/shared/queue"
	"lineproof/shared/sms"
	"lineproof/shared/sms/provider"
	"lineproof/shared/verification"
)

// The environment variables.
const (
	// deliveryQueue holds the URL of the queue of due messages.
	deliveryQueue = "DELIVERY_QUEUE"
	// routesVariable holds the origination identities by country, as sms.ParseRoutes reads them.
	routesVariable = "SMS_ROUTES"
	// setVariable names the configuration set that takes delivery events; empty is none.
	setVariable = "SMS_CONFIGURATION_SET"
	// senderEndpoint holds a URL that takes the place of AWS's own.
	senderEndpoint = "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2"
)

// Outbox takes messages for the dispatcher.
func Outbox(env *boot.Env) verification.Outbox {
	return queues.Outbox(env, deliveryQueue, queue.Encode)
}

// Batches has deliver handle what the queue brings.
func Batches(
	env *boot.Env, deliver func(context.Context, verification.Job, int) error,
) boot.Delivery {
	return queues.Batches(env, deliveryQueue, queue.Decode, deliver)
}

// Sender sends messages by AWS End User Messaging. Test numbers have outcomes of their own, and
// nobody gets their messages.
func Sender(env *boot.Env) verification.Sender {
	routes := boot.Named(
		env, routesVariable, sms.ParseRoutes, "sms-voice:SendTextMessage",
		"sms-voice:SendVoiceMessage",
	)
	set := boot.Setting(env, setVariable, func(text string) (string, error) { return text, nil })
	api := provider.NewClient(env.AWS(senderEndpoint))
	sender := provider.Sender{API: api, Routes: routes, ConfigurationSet: set, Now: env.Now}
	return sms.Sandbox{Inbox: sms.Nowhere(verification.Accepted), Next: sender}
}

// Routed tells whether a message can leave for a country by a channel.
func Routed(env *boot.Env) func(country string, c verification.Channel) bool {
	return boot.Setting(env, routesVariable, sms.ParseRoutes).Reach
}
