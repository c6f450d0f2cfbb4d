// Command dynamodb is the local server with its stores in DynamoDB Local, whose URL it has from
// LINEPROOF_DYNAMODB_ENDPOINT: `make run STORE=dynamodb` starts both.
package main

import (
	"context"
	"os"

	"lineproof/local/program"
	"lineproof/local/server"
	"lineproof/local/tables"
)

func main() {
	program.Main(program.DynamoDB, func(ctx context.Context) (server.Stores, error) {
		return tables.Open(ctx, os.Getenv("LINEPROOF_DYNAMODB_ENDPOINT"))
	})
}
