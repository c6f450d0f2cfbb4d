// Command unmatched answers what no route takes, in the wire nearest to the path. It is wired to
// nothing.
package main

import (
	"lineproof/shared/boot"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

func main() {
	boot.HTTP(wire.Unmatched, func(*boot.Env) web.Endpoint { return nil })
}
