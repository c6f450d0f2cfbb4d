// Command callback-deliver posts callbacks, signed, to the addresses of applications and accounts,
// until each is acknowledged or a day has passed, and puts what they tell on an event bus, if there
// is one. It reads verifications, clients and accounts, and changes none.
package main

import (
	"lineproof/shared/api/verify2"
	"lineproof/shared/boot"
	"lineproof/shared/boot/callbacks"
	"lineproof/shared/boot/eventbus"
	"lineproof/shared/outbound"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/webhook"
)

func main() {
	boot.Deliveries("callback-deliver", func(env *boot.Env) boot.Delivery {
		worker := verify2.Deliverer(env.With(manager.Open), webhook.Outlets{
			Client:      webhook.NewClient(outbound.NewClient(outbound.Options{})),
			Bus:         eventbus.Bus(env),
			Outbox:      callbacks.Outbox(env),
			DeadLetters: callbacks.DeadLetters(env), Wall: env.Now,
		})
		return callbacks.Batches(env, worker.Deliver)
	})
}
