// Command admin carries out what administrators ask for. It has no route: IAM alone lets anybody
// invoke it. It writes accounts, ledgers, clients, sessions and the deny list, and holds the pepper
// of their secrets; it can read no grant and no verification.
package main

import (
	"context"

	"lineproof/shared/admin"
	"lineproof/shared/boot"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/token"
)

func main() {
	boot.Direct("admin", func(env *boot.Env) boot.Answerer {
		env = env.With(manager.Open)
		administration := admin.Admin{
			Accounts:        env.AccountRegistry(),
			Clients:         env.ClientRegistry(),
			Roll:            env.ClientRoll(),
			Sessions:        env.SessionRegistry(),
			Denials:         env.DenialStore(),
			Upstreams:       env.UpstreamRegistry(),
			UpstreamSecrets: boot.OpenUpstreamVault(env, manager.OpenStore),
			Examiner:        env.UpstreamExaminer(),
			Issuer:          env.Issuer(),
			AccountPeppers:  env.AccountPeppers(),
			ClientPeppers:   env.ClientPeppers(),
			Algorithms:      token.Algorithms,
			KeyPair:         token.KeyPair,
			PublicKey:       token.ParsePublicPEM,
			MaxSession:      env.MaxSession(),
			Loopback:        false,
			Random:          env.Random(),
			Now:             env.Now,
			Log:             env.Log(),
		}
		return func(ctx context.Context, payload []byte) ([]byte, error) {
			return administration.Do(ctx, payload), nil
		}
	})
}
