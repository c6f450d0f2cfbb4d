package clients_test

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestVerifyAPI runs the SDKs of the Verify API, of both versions, and MX Labs', one after the other
// on a server of their own, for they move its clock.
func TestVerifyAPI(t *testing.T) {
	t.Parallel()
	base := movable.baseURL(t)
	t.Run("vonage-go-sdk", func(t *testing.T) { runClientAt(t, base, nil, vonageGo(t)) })
	for _, program := range []string{
		"js/verify.mjs", "js-legacy/verify.mjs", "js/verify2.mjs", "js-legacy/verify2.mjs",
	} {
		t.Run(program, func(t *testing.T) { runClientAt(t, base, nil, "node", program) })
	}
	t.Run("server-sdk", func(t *testing.T) {
		runClientAt(t, base, nil, "java", "-cp", javaClasses(t, "java", "java/*.java"), "VonageVerify2")
	})
	t.Run("mxlabs-number-verify", func(t *testing.T) {
		runClientAt(t, base, nil, installed(t, "python/bin/python"), "python/mxlabs_client.py")
	})
	for _, program := range []string{
		"python/verify_client.py", "python/verify2_client.py", "python-legacy/verify2_client.py",
	} {
		t.Run(program, func(t *testing.T) {
			proxy := startProxy(t, base, "api.nexmo.com")
			python := installed(t, filepath.Join(filepath.Dir(program), "bin/python"))
			runClientAt(t, base, proxy.environment(), python, program)
		})
	}
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
