// Command mxlabs-verify begins sessions of MX Labs' SDKs, tells how they stand, has their messages
// sent and compares their codes, or has the upstream compare them that carries a silent step out.
// It reads accounts and upstreams, notes how these fare, holds what we authenticate with there,
// writes verifications and budgets, and queues messages.
package main

import (
	"lineproof/shared/api/mxlabs"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.MXLabsVerify, func(env *boot.Env) web.Endpoint {
		reader := mxlabs.Reader{
			Line: numbering.Parse, Locale: message.LocaleNear, Covered: env.Covered(),
		}
		return mxlabs.Verify(
			env.With(manager.Open), reader, messaging.Outbox(env), messaging.Routed(env),
		)
	})
}
