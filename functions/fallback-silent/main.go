// Command fallback-silent is the first step of a fallback, which its state machine takes: it
// redeems what proves who holds the line, as the token endpoint does, and compares, or asks the
// upstream and notes how that fares. It makes no token and so holds no signing key.
package main

import (
	"lineproof/shared/api/authserver"
	fallbackapi "lineproof/shared/api/fallback"
	"lineproof/shared/boot"
	"lineproof/shared/secrets/manager"
)

func main() {
	boot.Direct("fallback-silent", func(env *boot.Env) boot.Answerer {
		return fallbackapi.SilentStep(env.With(manager.Open), authserver.Prover(env)).Answer
	})
}
