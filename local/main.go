// Command local serves all of Lineproof on one address of this machine, with embedded stores and no account anywhere: to
// try it, to develop against it, and for the test suites of its clients.
//
// ADDR is the address, 127.0.0.1:8080 when unset, always a loopback one. STORE is memory, or dynamodb with the endpoint of a
// DynamoDB Local in LINEPROOF_DYNAMODB_ENDPOINT.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"lineproof/local/server"
)

const defaultAddress = "127.0.0.1:8080"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "lineproof:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

// run serves until ctx ends.
func run(ctx context.Context) error {
	listener, err := listen(ctx, os.Getenv("ADDR"))
	if err != nil {
		return err
	}
	issuer := "http://" + listener.Addr().String()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	s, err := server.New(ctx, server.Config{
		Issuer:   issuer,
		Store:    os.Getenv("STORE"),
		Endpoint: os.Getenv("LINEPROOF_DYNAMODB_ENDPOINT"),
		Log:      log,
	})
	if err != nil {
		return err
	}
	fmt.Print(s.Welcome())
	return serve(ctx, listener, s)
}

// listen opens the address, which must be a loopback one: the local routes give away secrets and move the clock.
func listen(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		address = defaultAddress
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("ADDR=%s is no host:port", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("ADDR=%s is not an address of this machine alone; use 127.0.0.1 or [::1]", address)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program; choose another with ADDR=127.0.0.1:9000", address)
	case err != nil:
		return nil, fmt.Errorf("ADDR=%s cannot be served: %w", address, err)
	}
	return listener, nil
}

// serve answers until ctx ends, and then lets running requests finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	fmt.Println("\nstopped")
	return s.Shutdown(patience)
}
