// Command callback takes subscribers back from upstreams: it exchanges the upstream's code there,
// and sends the browser on to the client with a code of ours. It holds what we authenticate with at
// upstreams, notes how they fare, and updates the grants of those who were sent; it can read and
// make none.
package main

import (
	"lineproof/shared/api/authserver"
	"lineproof/shared/boot"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.Callback, func(env *boot.Env) web.Endpoint {
		return authserver.Callback(env.With(manager.Open))
	})
}
