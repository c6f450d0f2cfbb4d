package clients_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"lineproof/e2e/programs"
	_ "lineproof/local/server" // what programs builds: a result is not kept when it changes
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
	dir, err := programs.Local(context.Background())
	if err != nil {
		return nil, "", err
	}
	return launch(filepath.Join(dir, "local"))
}

// patient is how long the server may take to say where it serves.
const patient = 2 * time.Minute

// launch starts the server on a free port and returns its base URL once it says it.
func launch(program string) (*exec.Cmd, string, error) {
	var stderr bytes.Buffer
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "ADDR=127.0.0.1:0", "STORE=memory")
	cmd.Stderr = &stderr
	cmd.SysProcAttr = diesWithParent()
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", fmt.Errorf("start the local server: %w", err)
	}
	late := time.AfterFunc(patient, func() { _ = cmd.Process.Kill() })
	reader := bufio.NewReader(output)
	line, err := reader.ReadString('\n')
	url := regexp.MustCompile(`http://\S+[0-9]`).FindString(line)
	if !late.Stop() || url == "" {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, "", fmt.Errorf("the local server said %q: %w\n%s", line, err, stderr.String())
	}
	go func() { _, _ = reader.WriteTo(io.Discard) }() // so that it never waits for a reader
	return cmd, url, nil
}
