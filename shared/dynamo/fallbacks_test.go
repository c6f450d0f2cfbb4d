package dynamo_test

import (
	"crypto/rand"
	"net/http"
	"testing"

	"lineproof/shared/dynamo"
	"lineproof/shared/storetest"
)

func TestFallbacks(t *testing.T) {
	t.Parallel()
	client, names := local(t, http.DefaultTransport), dynamo.Tables{Fallbacks: "Fallbacks-" + rand.Text()}
	if err := dynamo.CreateTables(t.Context(), client, names); err != nil {
		t.Fatal(err)
	}
	storetest.Fallbacks(t, dynamo.NewFallbacks(client, names.Fallbacks, rand.Reader))
}
