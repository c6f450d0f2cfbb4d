// Command verify2-cancel ends verifications. It reads clients and accounts, remembers JWTs, updates
// verifications, and queues the news of their end.
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
	boot.HTTP(wire.Verify2Cancel, func(env *boot.Env) web.Endpoint {
		return verify2.Cancel(env.With(manager.Open), messaging.Outbox(env))
	})
}
