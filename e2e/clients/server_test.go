package clients_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "lineproof/local/server" // what is built below: a result is not kept when it changes
)

// instance is a local server that the first who needs it starts.
type instance struct {
	once    sync.Once
	url     string
	err     error
	process *exec.Cmd
}

// server is the one that all tests share but those that move its clock: movable is theirs, and
// clicked that of the browser.
var server, movable, clicked instance

// TestMain ends the servers with an interrupt, as Ctrl-C does, once all tests are done.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, i := range []*instance{&server, &movable, &clicked} {
		if err := i.stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func (i *instance) stop() error {
	if i.process == nil {
		return nil
	}
	if err := i.process.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("the local server ended by itself: %w", err)
	}
	if err := i.process.Wait(); err != nil {
		return fmt.Errorf("the local server did not end cleanly: %w", err)
	}
	return nil
}

// localServer returns the base URL of the server that all tests share.
func localServer(t *testing.T) string {
	t.Helper()
	return server.baseURL(t)
}

// baseURL returns the base URL of the built local server, which the first caller starts.
func (i *instance) baseURL(t *testing.T) string {
	t.Helper()
	i.once.Do(func() { i.process, i.url, i.err = startServer() })
	if i.err != nil {
		t.Fatal(i.err)
	}
	return i.url
}

func startServer() (*exec.Cmd, string, error) {
	dir, err := os.MkdirTemp("", "lineproof-clients-")
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // A running program needs its file no more.
	program := filepath.Join(dir, "local")
	if output, err := exec.Command("go", "build", "-buildvcs=false", "-o", program, "lineproof/local").CombinedOutput(); err != nil {
		return nil, "", fmt.Errorf("go build lineproof/local: %w\n%s", err, output)
	}
	address, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	return launch(program, address)
}

func launch(program, address string) (*exec.Cmd, string, error) {
	var output bytes.Buffer
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "ADDR="+address, "STORE=memory")
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.SysProcAttr = diesWithParent()
	if err := cmd.Start(); err != nil {
		return nil, "", fmt.Errorf("start the local server: %w", err)
	}
	url := "http://" + address
	if err := waitFor(url + "/local/sandbox"); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, "", fmt.Errorf("%w\n%s", err, output.String())
	}
	return cmd, url, nil
}

// freeAddress returns an address on which nothing listens.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String(), nil
}

// waitFor asks until the answer is 200.
func waitFor(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		last := answers(ctx, url)
		if last == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the local server does not answer: %w", last)
		case <-tick.C:
		}
	}
}

func answers(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", url, response.Status)
	}
	return nil
}
