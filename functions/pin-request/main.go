// Command pin-request begins PIN verifications. It reads accounts, writes verifications and
// budgets, and queues messages. It knows libphonenumber's metadata, which weighs more than all else
// that it links.
package main

import (
	"lineproof/shared/api"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/dialect"
	"lineproof/shared/numbering"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.PINRequest, func(env *boot.Env) web.Endpoint {
		return api.PINRequest(api.PINRequests{
			Accounts: api.Accounts{Authenticator: env.Accounts(), Replays: env.Replays()},
			Peppers:  env.Peppers(),
			Reader:   numbering.Reader(),
			Requester: pin.Requester{
				Store: env.Beginnings(), Outbox: messaging.Outbox(env), Keys: env.PINKeys(), Routed: messaging.Routed(env), Now: env.Now,
			},
			Random: env.Random(),
		})
	})
}
