// Command discovery publishes our metadata and the public keys of our tokens. It reads those keys
// and nothing else.
package main

import (
	"lineproof/shared/api/authserver"
	"lineproof/shared/boot"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.Discovery, func(env *boot.Env) web.Endpoint {
		return authserver.Discovery(env)
	})
}
