// Command network-unblock ends the blocks of networks at their owners' wish. It reads accounts and
// updates blocks.
package main

import (
	"lineproof/shared/api/nexmo"
	"lineproof/shared/boot"
	"lineproof/shared/dialect"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.NetworkUnblock, func(env *boot.Env) web.Endpoint {
		return nexmo.Unblock(nexmo.Accounts{Authenticator: env.Accounts(), Replays: env.Replays()}, pin.Unblocker{Store: env.Denials(), Now: env.Now})
	})
}
