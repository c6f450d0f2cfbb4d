// Command fallback-check compares codes with the PINs that fallbacks wait for, and decides a
// fallback whose verification ends by that. It reads accounts and fallbacks, updates verifications
// and fallbacks, and queues the news for whoever completes the waiting task.
package main

import (
	fallbackapi "lineproof/shared/api/fallback"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.FallbackCheck, func(env *boot.Env) web.Endpoint {
		return fallbackapi.Check(env.With(manager.Open), messaging.Outbox(env))
	})
}
