// Command pin-request begins PIN verifications. It reads accounts, writes verifications and
// budgets, and queues messages. It knows libphonenumber's metadata, which weighs more than all else
// that it links.
package main

import (
	"lineproof/shared/api/nexmo"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/dialect"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.PINRequest, func(env *boot.Env) web.Endpoint {
		return nexmo.Request(nexmo.Requests{
			Accounts: nexmo.Accounts{Authenticator: env.Accounts(), Replays: env.Replays()},
			Peppers:  env.AccountPeppers(),
			Reader:   nexmo.Reader{Line: numbering.Parse, Locale: message.LocaleFor},
			Requester: pin.Requester{
				Store: env.Beginnings(), Outbox: messaging.Outbox(env), Keys: env.PINKeys(), Routed: messaging.Routed(env), Now: env.Now,
			},
			Random: env.Random(),
		})
	})
}
