// Package program is what the commands of a local server share: its address, its life, and what it
// is told by the environment.
package program

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"lineproof/local/server"
)

const defaultAddress = "127.0.0.1:8080"

// The stores that programs are made with, as STORE names them.
const (
	Memory   = "memory"
	DynamoDB = "dynamodb"
)

var errStore = errors.New(
	"STORE must be memory, or dynamodb in the program that make run STORE=dynamodb builds",
)

// Main serves over the stores that open opens until the process is interrupted or terminated, and
// ends the process. It reads
//
//   - ADDR, the address: 127.0.0.1:8080 when unset. It is a loopback one, unless
//   - ALLOW_REMOTE=1 lets other machines in, as those of a container's network.
//   - ISSUER is then the URL that they reach it at.
//   - STATUS_URL is where verifications of the sandbox's applications are reported to; this program
//     itself when unset.
//   - STORE names the store that is expected; another than this program's is refused.
func Main(store string, open func(context.Context) (server.Stores, error)) {
	// The ballast is never touched, so it takes no memory. It has the garbage collector begin
	// later, by twice its size, while little else is held, which saves a sixth of a request's
	// processor.
	ballast := make([]byte, 32<<20)
	defer runtime.KeepAlive(ballast)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, store, open); err != nil {
		fmt.Fprintln(os.Stderr, "lineproof:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

// run serves until ctx ends.
func run(
	ctx context.Context, store string, open func(context.Context) (server.Stores, error),
) error {
	if asked := cmp.Or(os.Getenv("STORE"), store); asked != store {
		return fmt.Errorf("%w, not %q", errStore, asked)
	}
	remote := os.Getenv("ALLOW_REMOTE") == "1"
	statusURL, err := parseStatusURL(os.Getenv("STATUS_URL"))
	if err != nil {
		return err
	}
	listener, err := listen(ctx, os.Getenv("ADDR"), remote)
	if err != nil {
		return err
	}
	stores, err := open(ctx)
	if err != nil {
		return err
	}
	issuer := cmp.Or(
		strings.TrimSuffix(os.Getenv("ISSUER"), "/"),
		"http://"+reachable(listener.Addr()),
	)
	written := &lines{to: os.Stderr}
	defer written.flush()
	log := slog.New(named{slog.NewTextHandler(written, nil)})
	s, err := server.New(ctx, server.Config{
		Issuer:    issuer,
		Stores:    stores,
		StatusURL: statusURL,
		Remote:    remote,
		Log:       log,
	})
	if err != nil {
		return err
	}
	fmt.Print(s.Welcome())
	return serve(ctx, listener, s)
}

// parseStatusURL reads an http or https URL, if there is one.
func parseStatusURL(text string) (string, error) {
	u, err := url.Parse(text)
	if text != "" && (err != nil || u.Host == "" || u.User != nil || strings.Contains(text, "#") ||
		u.Scheme != "http" && u.Scheme != "https") {
		return "", errors.New("STATUS_URL is no http or https URL without user and fragment")
	}
	return text, nil
}

// reachable returns an address at which this machine reaches what listens there.
func reachable(listening net.Addr) string {
	host, port, err := net.SplitHostPort(listening.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return listening.String()
}

// listen opens the address, which must be a loopback one unless others are let in: the local routes
// give away secrets and move the clock.
func listen(ctx context.Context, address string, remote bool) (net.Listener, error) {
	if address == "" {
		address = defaultAddress
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("ADDR=%s is no host:port", address)
	}
	if ip := net.ParseIP(host); !remote && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf(
			"ADDR=%s is not an address of this machine alone; use 127.0.0.1 or [::1], "+
				"or let everybody in with ALLOW_REMOTE=1",
			address,
		)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf(
			"%s is in use by another program; choose another with ADDR=127.0.0.1:9000", address,
		)
	case err != nil:
		return nil, fmt.Errorf("ADDR=%s cannot be served: %w", address, err)
	}
	return listener, nil
}

// serve answers until ctx ends, and then lets running requests finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	s := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
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
