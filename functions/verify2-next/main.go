// Command verify2-next has the next step of a verification begin. It reads clients and accounts,
// remembers JWTs, updates verifications, and queues messages.
package main

import (
	"lineproof/shared/api/verify2"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.Verify2Next, func(env *boot.Env) web.Endpoint {
		return verify2.Next(env.With(manager.Open), messaging.Outbox(env))
	})
}
