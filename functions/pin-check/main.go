// Command pin-check compares codes with PINs. It reads accounts, remembers signatures and updates verifications, and queues the news of
// an end that a fallback waits for.
package main

import (
	"lineproof/shared/api"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/dialect"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.PINCheck, func(env *boot.Env) web.Endpoint {
		checker := pin.Checker{Store: env.Checks(), Outbox: messaging.Outbox(env), Keys: env.PINKeys(), Now: env.Now, Random: env.Random()}
		return api.PINCheck(api.Accounts{Authenticator: env.Accounts(), Replays: env.Replays()}, checker)
	})
}
