// Command pin-control cancels verifications and triggers their next event. It reads accounts,
// remembers signatures, updates verifications and queues messages; it decides a fallback whose
// verification is cancelled.
package main

import (
	"lineproof/shared/api/nexmo"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.PINControl, func(env *boot.Env) web.Endpoint {
		return nexmo.Control(env.With(manager.Open), messaging.Outbox(env))
	})
}
