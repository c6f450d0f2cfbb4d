// Command discovery publishes our metadata and the public keys of our tokens. It reads those keys
// and nothing else.
package main

import (
	"lineproof/shared/api/authserver"
	"lineproof/shared/boot"
	"lineproof/shared/dialect"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.Discovery, func(env *boot.Env) web.Endpoint {
		return authserver.Discovery(env)
	})
}
