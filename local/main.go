// Command local serves all of Lineproof on one address of this machine, with stores in its memory
// and no account anywhere: to try it, to develop against it, and for the test suites of its
// clients. [program.Main] has the variables that it reads.
package main

import (
	"context"

	"lineproof/local/program"
	"lineproof/local/server"
)

func main() {
	program.Main(
		program.Memory,
		func(context.Context) (server.Stores, error) { return server.InMemory(), nil },
	)
}
