// Command pin-check compares codes with PINs. It reads accounts and updates verifications.
package main

import (
	"lineproof/shared/api"
	"lineproof/shared/boot"
	"lineproof/shared/dialect"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

func main() {
	boot.HTTP(dialect.PINCheck, func(env *boot.Env) web.Endpoint {
		checker := pin.Checker{Store: env.Checks(), Keys: env.PINKeys(), Now: env.Now, Random: env.Random()}
		return api.PINCheck(api.Accounts{Authenticator: env.Accounts()}, checker)
	})
}
