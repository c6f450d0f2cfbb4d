// Command rotate takes the steps in which Secrets Manager rotates our keys. It reads and writes
// the secrets that rotate, and shows to others what they need of them: the public half of the
// signing keys and what reads request_ids.
package main

import (
	"lineproof/shared/boot"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/secrets/rotation"
)

func main() {
	boot.Rotations("rotate", func(env *boot.Env) rotation.Rotator {
		return rotation.Rotator{
			Store:      boot.SecretStore(env, manager.OpenStore),
			Publishers: boot.KeyPublishers(env, manager.OpenStore),
			Random:     env.Random(),
			Now:        env.Now,
		}
	})
}
