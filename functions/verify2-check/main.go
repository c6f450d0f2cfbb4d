// Command verify2-check compares codes with those of the Verify API (v2), or has the upstream
// compare them that carries a silent step out. It reads clients, accounts and upstreams, notes how
// these fare, holds what we authenticate with there, remembers JWTs, updates verifications, and
// queues the news of their end.
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
	boot.HTTP(wire.Verify2Check, func(env *boot.Env) web.Endpoint {
		return verify2.Check(env.With(manager.Open), messaging.Outbox(env))
	})
}
