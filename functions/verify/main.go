// Command verify answers whether the number that a client claims is its subscriber's. It reads and
// uses up grants, reads clients, and holds the public keys of our tokens.
package main

import (
	"lineproof/shared/api/number"
	"lineproof/shared/boot"
	"lineproof/shared/dialect"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.Verify, func(env *boot.Env) web.Endpoint { return number.Verify(env) })
}
