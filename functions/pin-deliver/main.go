// Command pin-deliver handles due messages: it sends PINs by SMS and voice, queues what comes next,
// and settles what has ended. It is the only function that sends messages and that charges, and it
// tells waiting fallbacks of the end.
package main

import (
	"lineproof/shared/boot"
	"lineproof/shared/boot/machine"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/fallback"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/verification"
)

func main() {
	boot.Deliveries("pin-deliver", func(env *boot.Env) boot.Delivery {
		waiting := fallback.Finisher{Store: env.WaitingFallbacks(), Machine: machine.Completer(env)}
		outbox, sender := messaging.Outbox(env), messaging.Sender(env)
		courier := verification.NewDispatcher(env.With(manager.Open), outbox, sender, waiting)
		return messaging.Batches(env, courier.Deliver)
	})
}
