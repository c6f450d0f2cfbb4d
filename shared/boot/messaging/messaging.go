// Package messaging owns the wiring of what only the functions that queue or send PINs link: SQS
// and End User Messaging. It notes what they need as boot does.
package messaging

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"lineproof/shared/boot"
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
	// queueEndpoint and senderEndpoint hold URLs that take the place of AWS's own.
	queueEndpoint  = "AWS_ENDPOINT_URL_SQS"
	senderEndpoint = "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2"
)

// Outbox takes messages for the dispatcher.
func Outbox(env *boot.Env) verification.Outbox {
	url := boot.Named(env, deliveryQueue, parseQueue, "sqs:SendMessage")
	return queue.NewOutbox(queue.NewClient(env.AWS(queueEndpoint)), url)
}

// Batches has deliver handle what the queue brings.
func Batches(
	env *boot.Env, deliver func(context.Context, verification.Job, int) error,
) boot.Delivery {
	url := boot.Named(env, deliveryQueue, parseQueue, "sqs:ChangeMessageVisibility")
	batches := queue.Batches{
		API:     queue.NewClient(env.AWS(queueEndpoint)),
		URL:     url,
		Deliver: deliver,
		Log:     env.Log(),
	}
	return func(ctx context.Context, batch []boot.Message) []string {
		records := make([]queue.Record, len(batch))
		for i, m := range batch {
			records[i] = queue.Record(m)
		}
		return batches.Handle(ctx, records)
	}
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

// parseQueue reads the URL of a queue.
func parseQueue(text string) (string, error) {
	if text == "" {
		return "", errors.New("not set")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
		return "", errors.New("not the URL of a queue")
	}
	return text, nil
}
