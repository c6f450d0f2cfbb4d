#!/usr/bin/env bash
# awslabs/aws-lambda-go-api-proxy 0.16.2 changes structured fields (RFC 9651) of HTTP APIs before a Go
# handler sees them. NewV2 takes each header that is not on its list of single-valued ones apart at every
# comma, also within a quoted string, and trims the parts. What dunglas/httpsfv 1.1.2 then reads, joining
# the parts as the RFC says, is another string, and no error tells so: two idempotency keys that differ in a
# space become one. The same handler behind the adapter of REST APIs (New) reads what was sent.
# Expected: both adapters hand on the value of the event.
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
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
	"github.com/dunglas/httpsfv"
)

func main() {
	var read string
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		item, err := httpsfv.UnmarshalItem(r.Header.Values("Idempotency-Key"))
		if err != nil {
			panic(err)
		}
		read = item.Value.(string)
		w.WriteHeader(http.StatusNoContent)
	})
	for _, sent := range []string{"order 7, line 1", "order 7,line 1"} {
		field, err := httpsfv.Marshal(httpsfv.NewItem(sent))
		if err != nil {
			panic(err)
		}
		rest := events.APIGatewayProxyRequest{
			HTTPMethod: "POST", Path: "/",
			MultiValueHeaders: map[string][]string{"Idempotency-Key": {field}},
		}
		if _, err := httpadapter.New(handler).ProxyWithContext(context.Background(), rest); err != nil {
			panic(err)
		}
		fmt.Printf("rest %q -> %q\n", sent, read)
		api := events.APIGatewayV2HTTPRequest{
			RawPath: "/", Headers: map[string]string{"idempotency-key": field},
		}
		api.RequestContext.HTTP.Method = "POST"
		if _, err := httpadapter.NewV2(handler).ProxyWithContext(context.Background(), api); err != nil {
			panic(err)
		}
		fmt.Printf("http %q -> %q\n", sent, read)
	}
}
GO
export GOFLAGS=-mod=mod
go get github.com/awslabs/aws-lambda-go-api-proxy@v0.16.2 github.com/dunglas/httpsfv@v1.1.2 >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go run . >seen.txt

cat seen.txt
diff seen.txt - <<'SEEN'
rest "order 7, line 1" -> "order 7, line 1"
http "order 7, line 1" -> "order 7, line 1"
rest "order 7,line 1" -> "order 7,line 1"
http "order 7,line 1" -> "order 7, line 1"
SEEN
