// Command pin-check compares codes with PINs. It reads accounts, remembers signatures and updates
// verifications; of an end that a fallback waits for it decides the fallback and queues the news.
package main

import (
	"lineproof/shared/api/nexmo"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/dialect"
	"lineproof/shared/fallback"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.PINCheck, func(env *boot.Env) web.Endpoint {
		checker := pin.Checker{
			Store: env.Checks(), Outbox: messaging.Outbox(env), Ended: fallback.Recorder{Store: env.EndedFallbacks()}.Ended,
			Keys: env.PINKeys(), Now: env.Now, Random: env.Random(),
		}
		return nexmo.Check(nexmo.Accounts{Authenticator: env.Accounts(), Replays: env.Replays()}, checker)
	})
}
