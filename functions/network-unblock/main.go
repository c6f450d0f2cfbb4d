// Command network-unblock ends the blocks of networks at their owners' wish. It reads accounts and
// updates blocks.
package main

import (
	"lineproof/shared/api/nexmo"
	"lineproof/shared/boot"
	"lineproof/shared/dialect"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.NetworkUnblock, func(env *boot.Env) web.Endpoint {
		return nexmo.Unblock(env)
	})
}
