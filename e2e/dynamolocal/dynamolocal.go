// Package dynamolocal owns the DynamoDB Local process that the store tests run against. The process
// listens on 127.0.0.1 only, keeps its tables in memory and ends with the program that started it.
// What it needs is set up by `make tools`; where that is missing, tests fail: a store that was not
// tested must not look as if it was.
package dynamolocal

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/e2e/programs"
)

// EndpointVariable names the environment variable that holds the URL of a DynamoDB Local that
// already runs, as `make test` starts one for all packages. Without it every test binary starts its
// own.
const EndpointVariable = "LINEPROOF_DYNAMODB_ENDPOINT"

// startTimeout is generous: a busy machine with cold disks takes ten times the usual second.
const startTimeout = 60 * time.Second

var (
	errMissing = errors.New("dynamolocal: DynamoDB Local is not set up: run `make tools`")
	shared     = sync.OnceValues(share)
)

// process is a DynamoDB Local that somebody uses. Whoever holds it holds, through stop, the pipe
// that keeps it alive; a pipe that nobody holds is closed by the garbage collector.
type process struct {
	url  string
	stop func()
}

// Endpoint returns the URL of a running DynamoDB Local, for example http://127.0.0.1:35587, and
// fails the test when there is none to be had. All tests of a binary share one process, which any
// credentials and any region reach with the same tables; so a test names its tables uniquely.
func Endpoint(tb testing.TB) string {
	tb.Helper()
	p, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	return p.url
}

func share() (process, error) {
	if url := os.Getenv(EndpointVariable); url != "" {
		return process{url: url}, nil
	}
	url, stop, err := Start() // It lives as long as this binary and ends with it.
	return process{url, stop}, err
}

// Start runs a new DynamoDB Local and returns its URL once it answers, and the function that ends
// it. It also ends by itself when this program does, however that happens: it waits for the end of
// its standard input, a pipe from here.
func Start() (url string, stop func(), err error) {
	lib, err := library()
	if err != nil {
		return "", nil, err
	}
	var stderr bytes.Buffer
	cmd := command(lib)
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, fmt.Errorf("dynamolocal: start: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, fmt.Errorf("dynamolocal: start: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return "", nil, fmt.Errorf("dynamolocal: start java: %w", err)
	}
	port, err := portFrom(stdout)
	if err != nil {
		kill(cmd)
		return "", nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return "http://127.0.0.1:" + port, func() { end(cmd, stdin) }, nil
}

func command(lib string) *exec.Cmd {
	classpath := lib + string(filepath.ListSeparator) + filepath.Join(lib, "*")
	cmd := exec.CommandContext(context.Background(), "java", "-Xmx512m", "-Djava.library.path="+lib,
		"-cp", classpath, "Loopback", "-inMemory", "-sharedDb", "-disableTelemetry")
	cmd.Env = append(os.Environ(), "DDB_LOCAL_TELEMETRY=0")
	return cmd
}

// portFrom reads the launcher's "port N" line, and keeps reading behind it so that the process
// never blocks on output.
func portFrom(stdout io.Reader) (string, error) {
	found := make(chan string, 1)
	go func() {
		defer close(found)
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if port, ok := strings.CutPrefix(lines.Text(), "port "); ok {
				found <- port
			}
		}
	}()
	select {
	case port, ok := <-found:
		if !ok {
			return "", errors.New("dynamolocal: java ended before it listened")
		}
		return port, nil
	case <-time.After(startTimeout):
		return "", fmt.Errorf("dynamolocal: not listening after %v", startTimeout)
	}
}

// end closes the pipe that keeps the process alive and waits until it is gone.
func end(cmd *exec.Cmd, stdin io.Closer) {
	_ = stdin.Close()
	_ = cmd.Wait()
}

func kill(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// library returns the directory of DynamoDB Local's jars: .tools/dynamodb beside the go.mod above
// the working directory.
func library() (string, error) {
	root, err := programs.Root()
	if err != nil {
		return "", fmt.Errorf("dynamolocal: %w", err)
	}
	return complete(filepath.Join(root, ".tools", "dynamodb"))
}

func complete(lib string) (string, error) {
	if _, err := os.Stat(filepath.Join(lib, "Loopback.class")); err != nil {
		return "", errMissing
	}
	return lib, nil
}
