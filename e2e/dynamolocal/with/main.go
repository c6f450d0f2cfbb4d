// With runs a command beside a DynamoDB Local of its own: `go run ./e2e/dynamolocal/with go test
// ./...`. The command finds its URL in LINEPROOF_DYNAMODB_ENDPOINT; its exit status is passed on.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"lineproof/e2e/dynamolocal"
)

func main() {
	if err := realMain(os.Args[1:]); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			os.Exit(max(exit.ExitCode(), 1))
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func realMain(args []string) error {
	if len(args) == 0 {
		return errors.New("with: name the command to run")
	}
	endpoint, stop, err := dynamolocal.Start()
	if err != nil {
		return err
	}
	defer stop()
	return run(endpoint, args)
}

// run passes signals on to the command and lets it end by itself.
func run(endpoint string, args []string) error {
	cmd := exec.CommandContext(context.Background(), args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), dynamolocal.EndpointVariable+"="+endpoint)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s) // Gone already is as good.
		}
	}()
	return cmd.Wait()
}
