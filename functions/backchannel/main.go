// Command backchannel begins CIBA authentications. It authenticates clients, reads sessions and begins grants; it can read no grant
// and signs nothing.
package main

import (
	"lineproof/shared/api"
	"lineproof/shared/boot"
	"lineproof/shared/dialect"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.Backchannel, func(env *boot.Env) web.Endpoint {
		return api.BCAuthorize(api.Backchannel{
			Auth: api.ClientAuth{
				Clients: env.Clients(), Replays: env.Replays(), Secrets: env.Credentials(), Issuer: env.Issuer(), Now: env.Now,
			},
			Hints: api.Hints{
				Operators: env.Operators(), Directory: env.Directory(), Slots: env.Replays(),
				Random: env.Random(), Issuer: env.Issuer(), Now: env.Now,
			},
			Grants: env.NewGrants(),
			Random: env.Random(),
		})
	})
}
