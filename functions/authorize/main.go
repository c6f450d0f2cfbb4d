// Command authorize identifies the subscriber who holds a browser's connection and sends the
// browser back with a code, or, when it knows nobody, to an upstream. It reads clients, sessions
// and upstreams with how they fare, counts their days, marks request objects as used and begins
// grants; it can read no grant, signs nothing and calls nobody.
package main

import (
	"lineproof/shared/api/authserver"
	"lineproof/shared/boot"
	"lineproof/shared/numbering"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.Authorize, func(env *boot.Env) web.Endpoint {
		return authserver.Authorize(env.With(manager.Open), numbering.Country)
	})
}
