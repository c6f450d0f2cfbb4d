// Command pin-request begins PIN verifications. It reads accounts, writes verifications and
// budgets, and queues messages.
package main

import (
	"lineproof/shared/api/nexmo"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.PINRequest, func(env *boot.Env) web.Endpoint {
		reader := nexmo.Reader{Line: numbering.Parse, Locale: message.LocaleFor}
		return nexmo.Request(
			env.With(manager.Open), reader, messaging.Outbox(env), messaging.Routed(env),
		)
	})
}
