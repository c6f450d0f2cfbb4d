// Command pin-check compares codes with PINs. It reads accounts, remembers signatures and updates
// verifications; of an end that a fallback waits for it decides the fallback and queues the news.
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
	boot.HTTP(wire.PINCheck, func(env *boot.Env) web.Endpoint {
		return nexmo.Check(env.With(manager.Open), messaging.Outbox(env))
	})
}
