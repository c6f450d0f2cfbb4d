// Command otp-validate compares codes with one-time passwords. It reads clients, holds the public
// keys of our tokens, and reads and updates verifications; of an end that a fallback waits for it
// decides the fallback and queues the news.
package main

import (
	"lineproof/shared/api/otp"
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.OTPValidate, func(env *boot.Env) web.Endpoint {
		return otp.ValidateCode(env.With(manager.Open), messaging.Outbox(env))
	})
}
