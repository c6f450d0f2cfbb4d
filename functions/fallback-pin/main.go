// Command fallback-pin is the second step of a fallback, which its state machine takes when silence
// did not verify the number: it begins the one PIN verification of the fallback, has the state
// machine wait for its end, and concludes what cannot go on.
package main

import (
	fallbackapi "lineproof/shared/api/fallback"
	"lineproof/shared/boot"
	"lineproof/shared/boot/machine"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/fallback"
	"lineproof/shared/pin"
)

func main() {
	boot.Direct("fallback-pin", func(env *boot.Env) boot.Answerer {
		accounts := env.Accounts()
		return fallback.PINStep{
			Store:    env.WaitingFallbacks(),
			Machine:  machine.Completer(env),
			Keys:     env.FallbackKeys(),
			Accounts: accounts.Accounts,
			Peppers:  accounts.Peppers,
			Former:   fallbackapi.Former,
			Requester: pin.Requester{
				Store: env.Beginnings(), Outbox: messaging.Outbox(env), Keys: env.PINKeys(), Routed: messaging.Routed(env), Now: env.Now,
			},
			Finder: env.Finder(),
			Now:    env.Now,
			Log:    env.Log(),
		}.Answer
	})
}
