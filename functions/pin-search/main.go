// Command pin-search reports on verifications. It reads accounts and verifications and writes
// nothing.
package main

import (
	"lineproof/shared/api/nexmo"
	"lineproof/shared/boot"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.PINSearch, func(env *boot.Env) web.Endpoint {
		return nexmo.Search(env.With(manager.Open))
	})
}
