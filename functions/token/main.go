// Command token exchanges codes, CIBA requests, assertions and refresh tokens for tokens. It alone
// signs with our private keys. It authenticates clients, reads sessions and upstreams, brings
// operator tokens to these and notes how they fare, and keeps grants.
package main

import (
	"lineproof/shared/api/authserver"
	"lineproof/shared/boot"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.Token, func(env *boot.Env) web.Endpoint {
		return authserver.Token(env.With(manager.Open))
	})
}
