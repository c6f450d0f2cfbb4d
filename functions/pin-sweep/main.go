// Command pin-sweep runs once a day and has those verifications settled whose messages are lost. It
// reads verifications and queues messages; it changes and sends nothing itself.
package main

import (
	"lineproof/shared/boot"
	"lineproof/shared/boot/messaging"
	"lineproof/shared/pin"
)

func main() {
	boot.Sweeps("pin-sweep", func(env *boot.Env) pin.Sweeper {
		return pin.NewSweeper(env, messaging.Outbox(env))
	})
}
