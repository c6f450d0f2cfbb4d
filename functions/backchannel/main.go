// Command backchannel begins CIBA authentications. It authenticates clients, reads sessions and
// begins grants; it can read no grant and signs nothing.
package main

import (
	"lineproof/shared/api/authserver"
	"lineproof/shared/boot"
	"lineproof/shared/dialect"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.Backchannel, func(env *boot.Env) web.Endpoint {
		return authserver.Backchannel(env)
	})
}
