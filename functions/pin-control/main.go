// Command pin-control cancels verifications and triggers their next event. It reads accounts,
// remembers signatures, updates verifications and queues messages; it decides a fallback whose
// verification is cancelled.
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
	boot.HTTP(dialect.PINControl, func(env *boot.Env) web.Endpoint {
		controller := pin.Controller{
			Store: env.Controls(), Outbox: messaging.Outbox(env), Ended: fallback.Recorder{Store: env.EndedFallbacks()}.Ended,
			Keys: env.RequestIDKeys(), Now: env.Now,
		}
		return nexmo.Control(nexmo.Accounts{Authenticator: env.Accounts(), Replays: env.Replays()}, controller)
	})
}
