// Command fallback-start starts a verification that tries the silent way first and falls back to a
// PIN. It reads accounts, takes their meters, reads and writes fallbacks, sealed, and starts
// executions that are told nothing but a name.
package main

import (
	fallbackapi "lineproof/shared/api/fallback"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/boot"
	"lineproof/shared/boot/machine"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.FallbackStart, func(env *boot.Env) web.Endpoint {
		reader := nexmo.Reader{Line: numbering.Parse, Locale: message.LocaleFor}
		return fallbackapi.Start(env.With(manager.Open), reader, machine.Starter(env))
	})
}
