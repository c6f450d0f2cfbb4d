// Command fallback-silent is the first step of a fallback, which its state machine takes: it redeems what proves who holds the line,
// as the token endpoint does, and compares. It makes no token and so holds no signing key.
package main

import (
	"lineproof/shared/api"
	"lineproof/shared/boot"
	"lineproof/shared/fallback"
)

func main() {
	boot.Direct("fallback-silent", func(env *boot.Env) boot.Answerer {
		silent := fallback.SilentStep{Store: env.SilentFallbacks(), Keys: env.FallbackKeys(), Prove: api.Silent(api.Exchange{
			Auth: api.ClientAuth{
				Clients: env.Clients(), Replays: env.Replays(), Secrets: env.Credentials(), Issuer: env.Issuer(), Now: env.Now,
			},
			Hints: api.Hints{
				Operators: env.Operators(), Directory: env.Directory(), Slots: env.Replays(),
				Random: env.Random(), Issuer: env.Issuer(), Now: env.Now,
			},
			Issue: api.Issuance{Grants: env.Grants(), Random: env.Random(), Now: env.Now},
		}), Log: env.Log()}
		return silent.Answer
	})
}
