package clients_test

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestVerifyAPI runs the SDKs of the Verify API one after the other on a server of their own, for
// they move its clock.
func TestVerifyAPI(t *testing.T) {
	t.Parallel()
	base := movable.baseURL(t)
	t.Run("vonage-go-sdk", func(t *testing.T) { runClientAt(t, base, nil, vonageGo(t)) })
	t.Run("@vonage/verify", func(t *testing.T) { runClientAt(t, base, nil, "node", "js/verify.mjs") })
	t.Run("legacy", func(t *testing.T) { runClientAt(t, base, nil, "node", "js-legacy/verify.mjs") })
	t.Run("vonage-verify-legacy", func(t *testing.T) {
		proxy := startProxy(t, base, "api.nexmo.com")
		runClientAt(t, base, proxy.environment(), installed(t, "python/bin/python"), "python/verify_client.py")
	})
}

// vonageGo builds the program of the Go SDK, which is a module of its own.
func vonageGo(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "vonage-go")
	build := exec.CommandContext(t.Context(), "go", "build", "-C", "vonage-go", "-buildvcs=false", "-o", program, ".")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	return program
}
