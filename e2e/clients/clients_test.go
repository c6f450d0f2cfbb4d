// Package clients_test runs OAuth clients and SDKs that know nothing of Lineproof, unmodified and
// pinned, against the local server: what they can do is what "compatible" means here. Each is a
// small program under js, python, java, java-spring or vonage-go, or a Go test beside this file.
// Under python-ts43 is an entitlement server, which an operator has. Set-up is `make tools`.
package clients_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// patience is for a machine with two cores that runs everything else at the same time.
const patience = 3 * time.Minute

func TestOpenIDClient(t *testing.T) {
	t.Parallel()
	runClient(t, nil, "node", "js/openid-client.mjs")
}

func TestOAuth4WebAPI(t *testing.T) {
	t.Parallel()
	runClient(t, nil, "node", "js/oauth4webapi.mjs")
}

func TestAuthlib(t *testing.T) {
	t.Parallel()
	insecure := []string{"AUTHLIB_INSECURE_TRANSPORT=1"} // The local server speaks plain HTTP.
	runClient(t, insecure, installed(t, "python/bin/python"), "python/authlib_client.py")
}

func TestVonagePython(t *testing.T) {
	t.Parallel()
	proxy := startProxy(t, localServer(t), "api-eu.vonage.com", "oidc.idp.vonage.com")
	runClient(t, proxy.environment(), installed(t, "python/bin/python"), "python/vonage_client.py")
}

func TestNimbus(t *testing.T) {
	t.Parallel()
	runClient(t, nil, "java", "-cp", javaClasses(t, "java", "java/*.java"), "NimbusClient")
}

func TestVonageJava(t *testing.T) {
	t.Parallel()
	runClient(t, nil, "java", "-cp", javaClasses(t, "java", "java/*.java"), "VonageClient")
}

func TestSpringSecurity(t *testing.T) {
	t.Parallel()
	classes := javaClasses(t, "java-spring", "java-spring/*.java", "java/Sandbox.java")
	runClient(t, nil, "java", "-cp", classes, "SpringClient")
}

// runClient runs one program against the shared server.
func runClient(t *testing.T, environment []string, program string, args ...string) {
	t.Helper()
	runClientAt(t, localServer(t), environment, program, args...)
}

// runClientAt runs one program to its end and fails the test with what it printed unless it
// succeeds.
func runClientAt(t *testing.T, base string, environment []string, program string, args ...string) {
	t.Helper()
	for _, arg := range args {
		_, _ = os.Stat(arg) // a result is not kept when the program changes
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.SysProcAttr = diesWithParent()
	cmd.Env = append(append(os.Environ(), "BASE_URL="+base, "PYTHONDONTWRITEBYTECODE=1"), environment...)
	expired := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer expired.Stop()
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(program), err, output)
	}
	t.Logf("%s", output)
}

// installed returns the path of something that `make tools` put into .tools/clients, and fails
// without it.
func installed(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../../.tools/clients", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is not set up: run `make tools`", name)
	}
	return path
}

// javaClasses compiles Java clients against the libraries set up under that name and returns the
// class path that runs them.
func javaClasses(t *testing.T, name string, patterns ...string) string {
	t.Helper()
	libraries, classes := filepath.Join(installed(t, name), "*"), t.TempDir()
	args := []string{"-nowarn", "-cp", libraries, "-d", classes}
	for _, pattern := range patterns {
		sources, err := filepath.Glob(pattern)
		if err != nil || len(sources) == 0 {
			t.Fatalf("no Java clients: %v", err)
		}
		args = append(args, sources...)
	}
	if output, err := exec.CommandContext(t.Context(), "javac", args...).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, output)
	}
	return classes + string(filepath.ListSeparator) + libraries
}
