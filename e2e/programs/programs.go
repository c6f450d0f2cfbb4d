// Package programs builds what tests run as processes, once for every test binary of a run.
package programs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
)

// Functions builds every function for this machine and returns the directory, which has a file of
// each function's name.
func Functions(ctx context.Context) (string, error) {
	return build(ctx, "functions", "./functions/...")
}

// Local builds the local server, that over DynamoDB Local, and the administrators' program, and
// returns the directory of local, dynamodb and admin.
func Local(ctx context.Context) (string, error) {
	return build(ctx, "local", "./local", "./local/dynamodb", "./local/admin")
}

// Baselines builds the programs that functions are measured beside, and returns the directory of
// hello and sdk.
func Baselines(ctx context.Context) (string, error) {
	return build(ctx, "baselines", "./e2e/host/baseline/...")
}

// build builds packages as the Makefile does for tests, always into the same directory of that name,
// so that nothing which is up to date is compiled or linked again. Of several test binaries that
// build, the others wait.
func build(ctx context.Context, name string, packages ...string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, ".build", "programs", name)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("programs: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("programs: %w", err)
	}
	defer func() { _ = lock.Close() }() // and with it the lock
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("programs: %w", err)
	}
	flags := []string{
		"build", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w", "-tags", "lambda.norpc",
		"-gcflags=all=-dwarf=false",
	}
	flags = append(flags, "-o", dir+"/")
	command := exec.CommandContext(ctx, "go", slices.Concat(flags, packages)...)
	command.Dir, command.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("programs: build %s: %w: %s", name, err, output)
	}
	return dir, nil
}

// Root returns the directory of the go.mod above the working directory. It fails when there is
// none.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("programs: %w", err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("programs: no go.mod above the working directory")
}
