// Command verify2-request begins verifications of the Verify API (v2). It reads clients,
// accounts and upstreams, remembers JWTs, writes verifications and budgets, and queues messages and
// callbacks.
package main

import (
	"lineproof/shared/api/verify2"
	"lineproof/shared/boot"
	"lineproof/shared/boot/callbacks"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/sms"
	"lineproof/shared/web"
	"lineproof/shared/webhook"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.Verify2Request, func(env *boot.Env) web.Endpoint {
		reader := verify2.Reader{
			Line: numbering.Parse, Locale: message.LocaleNear, Covered: env.Covered(),
			Phrases: sms.Phrases(),
		}
		told := webhook.Listener{Outbox: callbacks.Outbox(env), Now: env.Now}
		return verify2.Request(
			env.With(manager.Open), reader, messaging.Outbox(env), messaging.Routed(env), told,
		)
	})
}
