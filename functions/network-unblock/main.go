// Command network-unblock ends the blocks of networks at their owners' wish. It reads accounts and
// updates blocks.
package main

import (
	"lineproof/shared/api/nexmo"
	"lineproof/shared/boot"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.NetworkUnblock, func(env *boot.Env) web.Endpoint {
		return nexmo.Unblock(env.With(manager.Open))
	})
}
