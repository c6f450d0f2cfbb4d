// Command share tells a client its subscriber's number. It reads and uses up grants, reads clients,
// and holds the public keys of our tokens.
package main

import (
	"lineproof/shared/api/number"
	"lineproof/shared/boot"
	"lineproof/shared/dialect"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.Share, func(env *boot.Env) web.Endpoint { return number.Share(env) })
}
