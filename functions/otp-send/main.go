// Command otp-send sends one-time passwords in their callers' words. It reads clients and accounts,
// holds the public keys of our tokens, writes verifications and budgets, and queues messages.
package main

import (
	"lineproof/shared/api/otp"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.OTPSend, func(env *boot.Env) web.Endpoint {
		reader := otp.Reader{Line: numbering.Parse, Segments: message.Parts}
		return otp.SendCode(
			env.With(manager.Open), reader, messaging.Outbox(env), messaging.Routed(env),
		)
	})
}
