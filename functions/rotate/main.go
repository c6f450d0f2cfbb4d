// Command rotate takes the steps in which Secrets Manager rotates our keys. It reads and writes the
// secrets that rotate, and shows the public half of the signing keys to those who verify.
package main

import (
	"lineproof/shared/boot"
	"lineproof/shared/secrets/rotation"
)

func main() {
	boot.Rotations("rotate", func(env *boot.Env) rotation.Rotator {
		return rotation.Rotator{Vault: env.Vault(), Board: env.Board(), Random: env.Random(), Now: env.Now}
	})
}
