// Command session-ingest fills the directory of mobile sessions from the operator's accounting
// records, which come by SQS or by a direct invocation. It writes sessions and reads nothing.
package main

import (
	"context"
	"encoding/json"

	"lineproof/shared/boot"
	"lineproof/shared/network"
)

func main() {
	boot.Records("session-ingest", func(env *boot.Env) boot.Ingest {
		registry, limit := env.Registry(), env.MaxSession()
		return func(ctx context.Context, records []json.RawMessage) []network.Failure {
			return network.Ingest(ctx, registry, limit, records)
		}
	})
}
