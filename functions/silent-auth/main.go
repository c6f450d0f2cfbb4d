// Command silent-auth gives a device the code of its silent step when its line is the one, or sends
// it to an upstream. It reads sessions and upstreams, begins and redeems the grants of those who
// were sent, notes how upstreams fare, holds the secrets of gateways, of CloudFront and of
// upstreams, updates verifications, and queues the next step of those whose device proved nothing.
package main

import (
	"lineproof/shared/api/verify2"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.SilentAuth, func(env *boot.Env) web.Endpoint {
		return verify2.SilentAuth(env.With(manager.Open), messaging.Outbox(env))
	})
}
