#!/usr/bin/env bash
# aws-sdk-go-v2/service/dynamodb 1.74.0 (2026) describes every operation and type of the service by schemas
# that are made when a program starts, also for a program that can do nothing but GetItem: the linker drops
# the other operations' code, and no schema. 1.67.0, of September, had code for each message instead and
# makes a fifth as much at its start. A Lambda function that reads one item pays for this at each cold start.
# Expected: a program's start makes what the operations that it links need.
set -euo pipefail

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"

cat >go.mod <<'MOD'
module finding

go 1.26
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func main() {
	client := dynamodb.New(dynamodb.Options{Region: "eu-west-1"})
	if len(os.Args) > 1 {
		fmt.Println(client.GetItem(context.Background(), &dynamodb.GetItemInput{}))
	}
}
GO

# started VERSION: the allocations of the client's packages before main, and the operations linked.
started() {
	go get "github.com/aws/aws-sdk-go-v2/service/dynamodb@$1" >/dev/null 2>&1
	go mod tidy >/dev/null 2>&1
	go build -o finding . >/dev/null
	GODEBUG=inittrace=1 ./finding 2>&1 |
		awk '$2 ~ /service\/dynamodb/ { for (i = 1; i < NF; i++) if ($(i + 1) == "allocs") n += $i } END { print n + 0 }'
}

old=$(started v1.67.0)
new=$(started v1.74.0)
deletes=$(go tool nm finding | grep -c 'service/dynamodb.(\*Client).DeleteTable' || true)
echo "allocations of the client before main: $old with v1.67.0, $new with v1.74.0"
echo "v1.74.0 links DeleteTable: $deletes functions"
[ "$deletes" -eq 0 ] && [ "$old" -gt 0 ] && [ "$new" -ge $((4 * old)) ] || {
	echo 'the start makes what is linked now, or the operations are not dropped' >&2
	exit 1
}
