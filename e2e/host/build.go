package host

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"lineproof/e2e/bundle"
)

// Build builds every function for this machine, with the flags of the Makefile, and gives the directory: one file for each function, by
// its name. What is up to date is not built again, and of several programs that build at once the others wait.
func Build(ctx context.Context) (string, error) { return build(ctx, "./functions/...") }

// BuildBaselines builds, into the same directory, the programs that functions are measured beside: hello and sdk.
func BuildBaselines(ctx context.Context) (string, error) {
	return build(ctx, "./e2e/host/baseline/...")
}

func build(ctx context.Context, packages string) (string, error) {
	root := bundle.Root()
	dir := filepath.Join(root, ".build", "host")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("host: build: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("host: build: %w", err)
	}
	defer func() { _ = lock.Close() }() // and with it the lock
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("host: build: %w", err)
	}
	command := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w", "-tags", "lambda.norpc", "-o", dir+"/", packages)
	command.Dir, command.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("host: build: %w: %s", err, output)
	}
	return dir, nil
}
