// Command fallback-pin is the second step of a fallback, which its state machine takes when silence
// did not verify the number: it begins the one PIN verification of the fallback, has the state
// machine wait for its end, and concludes what cannot go on.
package main

import (
	fallbackapi "lineproof/shared/api/fallback"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/boot"
	"lineproof/shared/boot/machine"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/secrets/manager"
)

func main() {
	boot.Direct("fallback-pin", func(env *boot.Env) boot.Answerer {
		reader := nexmo.Reader{Line: numbering.Parse, Locale: message.LocaleFor}
		completer, outbox, routed := machine.Completer(env), messaging.Outbox(
			env,
		), messaging.Routed(env)
		return fallbackapi.PINStep(env.With(manager.Open), reader, completer, outbox, routed).Answer
	})
}
