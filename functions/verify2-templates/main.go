// Command verify2-templates keeps message templates of the Verify API (v2). It reads clients and
// accounts, remembers JWTs, and reads and writes templates.
package main

import (
	"lineproof/shared/api/verify2"
	"lineproof/shared/boot"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/sms"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.Verify2Templates, func(env *boot.Env) web.Endpoint {
		return verify2.Templates(env.With(manager.Open), sms.Phrases())
	})
}
