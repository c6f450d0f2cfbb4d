package clients_test

import "testing"

// TestPages opens the local server's page and the browser of its documents in a Chromium and clicks
// every button, on a server of their own, for they move its clock and have it forget.
func TestPages(t *testing.T) {
	t.Parallel()
	unpacked := "TMPDIR=" + installed(t, "browser/unpacked")
	environment := []string{unpacked, "AWS_LAMBDA_JS_RUNTIME=nodejs20.x"} // its libraries count, too
	runClientAt(t, clicked.baseURL(t), environment, "node", "browser/console.mjs")
}
