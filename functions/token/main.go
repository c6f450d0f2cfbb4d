// Command token exchanges codes, CIBA requests, assertions and refresh tokens for tokens. It alone signs with
// our private keys. It authenticates clients, reads sessions, and keeps grants.
package main

import (
	"lineproof/shared/api"
	"lineproof/shared/boot"
	"lineproof/shared/dialect"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.Token, func(env *boot.Env) web.Endpoint {
		return api.Token(api.Exchange{
			Auth: api.ClientAuth{
				Clients: env.Clients(), Replays: env.Replays(), Secrets: env.Credentials(), Issuer: env.Issuer(), Now: env.Now,
			},
			Hints: api.Hints{
				Operators: env.Operators(), Directory: env.Directory(), Slots: env.Replays(),
				Random: env.Random(), Issuer: env.Issuer(), Now: env.Now,
			},
			Issue: api.Issuance{
				Tokens: env.Signer(), Grants: env.Grants(), Refresh: env.Refresh(), Salt: env.Subjects(), Random: env.Random(), Now: env.Now,
			},
			Read: env.Uses(),
		})
	})
}
