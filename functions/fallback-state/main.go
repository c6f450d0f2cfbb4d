// Command fallback-state tells how a fallback stands. It reads accounts and fallbacks, of which it
// cannot open what was asked, and writes nothing.
package main

import (
	fallbackapi "lineproof/shared/api/fallback"
	"lineproof/shared/boot"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.FallbackState, func(env *boot.Env) web.Endpoint {
		return fallbackapi.State(env.With(manager.Open))
	})
}
