// Command revoke ends tokens at the wish of the clients that hold them. It authenticates clients
// and turns grants to revoked, of which it can read none, and holds the public keys of our tokens.
package main

import (
	"lineproof/shared/api/authserver"
	"lineproof/shared/boot"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.Revoke, func(env *boot.Env) web.Endpoint {
		return authserver.Revoke(env.With(manager.Open))
	})
}
