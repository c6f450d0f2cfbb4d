// Command backchannel begins CIBA authentications. It authenticates clients, reads sessions and
// upstreams, and begins grants; it can read no grant and signs nothing.
package main

import (
	"lineproof/shared/api/authserver"
	"lineproof/shared/boot"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.Backchannel, func(env *boot.Env) web.Endpoint {
		return authserver.Backchannel(env.With(manager.Open))
	})
}
