// Command verify answers whether the number that a client claims is its subscriber's, by the grant
// or by the upstream that it names. It reads and uses up grants, reads clients and upstreams, notes
// how these fare, and holds the public keys of our tokens.
package main

import (
	"lineproof/shared/api/number"
	"lineproof/shared/boot"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.Verify, func(env *boot.Env) web.Endpoint { return number.Verify(env) })
}
