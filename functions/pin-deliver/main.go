// Command pin-deliver handles due messages: it sends PINs by SMS and voice, queues what comes next,
// and settles what has ended. It is the only function that sends messages and that charges, and it
// tells waiting fallbacks of the end and queues callbacks.
package main

import (
	"lineproof/shared/boot"
	"lineproof/shared/boot/callbacks"
	"lineproof/shared/boot/machine"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/fallback"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/verification"
	"lineproof/shared/webhook"
)

func main() {
	boot.Deliveries("pin-deliver", func(env *boot.Env) boot.Delivery {
		ended := verification.Listeners{
			"": fallback.Finisher{
				Store: env.WaitingFallbacks(), Machine: machine.Completer(env),
			},
			verification.WebhookScheme: webhook.Listener{
				Outbox: callbacks.Outbox(env), Now: env.Now,
			},
		}
		outbox, sender := messaging.Outbox(env), messaging.Sender(env)
		dispatcher := verification.NewDispatcher(env.With(manager.Open), outbox, sender, ended)
		return messaging.Batches(env, dispatcher.Deliver)
	})
}
