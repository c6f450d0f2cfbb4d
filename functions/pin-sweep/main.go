// Command pin-sweep runs once a day and has those verifications settled whose messages are lost. It
// reads verifications and queues messages; it changes and sends nothing itself.
package main

import (
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/verification"
)

func main() {
	boot.Sweeps("pin-sweep", func(env *boot.Env) verification.Sweeper {
		return verification.NewSweeper(env.With(manager.Open), messaging.Outbox(env))
	})
}
