package host

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"lineproof/e2e/bundle"
)

// Cloud is what deployments are made in: DynamoDB Local, and the SQS, Secrets Manager and Step
// Functions of moto, whose state machines invoke the functions of these deployments.
type Cloud struct {
	// Database and Services are the URLs of DynamoDB Local and of moto.
	Database, Services string

	mu     sync.Mutex
	hosts  map[string]*Host // by stack
	lambda *http.Server
	end    func()
}

// motoPatience is how long moto may take to listen: Python reads a thousand files first.
const motoPatience = 2 * time.Minute

// motoProgram serves until its standard input ends, as it does when this process does, however that
// happens.
const motoProgram = `
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(["-H", "127.0.0.1", "-p", "0"])
`

// NewCloud starts moto beside the DynamoDB Local of that URL. Close ends it; so does the end of
// this process.
func NewCloud(ctx context.Context, database string) (*Cloud, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("host: listen: %w", err)
	}
	c := &Cloud{Database: database, hosts: map[string]*Host{}}
	c.lambda = &http.Server{Handler: http.HandlerFunc(c.invokeByName), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = c.lambda.Serve(listener) }()
	if err := c.startMoto(ctx, listener.Addr().(*net.TCPAddr).Port); err != nil {
		_ = c.lambda.Close()
		return nil, err
	}
	return c, c.executeStateMachines(ctx)
}

// Close ends moto. Deployments are closed before.
func (c *Cloud) Close() {
	c.end()
	_ = c.lambda.Close()
}

func (c *Cloud) startMoto(ctx context.Context, lambdaPort int) error {
	moto := exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(bundle.Root(), ".tools/moto/bin/python"), "-c", motoProgram)
	// The engine calls Lambda where moto believes itself to be.
	moto.Env = append(os.Environ(), "MOTO_PORT="+strconv.Itoa(lambdaPort), "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local")
	output, writer := io.Pipe()
	moto.Stdout, moto.Stderr = writer, writer
	stdin, err := moto.StdinPipe()
	if err != nil {
		return fmt.Errorf("host: start moto: %w", err)
	}
	if err := moto.Start(); err != nil {
		return fmt.Errorf("host: start moto (set up by `make tools`): %w", err)
	}
	c.end = func() { _ = stdin.Close(); _ = moto.Wait(); _ = writer.Close() }
	c.Services, err = awaitMoto(output)
	return err
}

// listens is the line that says where moto listens.
var listens = regexp.MustCompile(`Running on (http://127\.0\.0\.1:[0-9]+)`)

// awaitMoto returns the URL where moto listens once it says so, and then keeps reading so that moto
// never blocks on output.
func awaitMoto(output io.Reader) (string, error) {
	said, at := make(chan string, 1), make(chan string, 1)
	go func() {
		var all strings.Builder
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			all.WriteString(lines.Text() + "\n")
			if found := listens.FindStringSubmatch(lines.Text()); found != nil {
				at <- found[1]
				_, _ = io.Copy(io.Discard, output)
			}
		}
		said <- all.String()
	}()
	select {
	case url := <-at:
		return url, nil
	case text := <-said:
		return "", errors.New("host: moto ended: " + text)
	case <-time.After(motoPatience):
		return "", fmt.Errorf("host: moto does not listen after %v", motoPatience)
	}
}

// executeStateMachines has moto execute state machines and not only keep them.
func (c *Cloud) executeStateMachines(ctx context.Context) error {
	body := bytes.NewReader([]byte(`{"stepfunctions": {"execute_state_machine": true}}`))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Services+"/moto-api/config", body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("host: configure moto: %w", err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		return fmt.Errorf("host: configure moto: status %d", response.StatusCode)
	}
	return nil
}

func newStackName() string { return "lineproof-" + strings.ToLower(rand.Text()[:8]) }

func (c *Cloud) register(h *Host) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hosts[h.stack] = h
}

func (c *Cloud) forget(h *Host) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.hosts, h.stack)
}

// invokeByName serves Lambda's Invoke (POST /2015-03-31/functions/NAME/invocations), for the state
// machines.
func (c *Cloud) invokeByName(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, "/2015-03-31/functions/")
	name, isInvoke := strings.CutSuffix(name, "/invocations")
	payload, err := io.ReadAll(r.Body)
	h, function := c.find(name)
	if !ok || !isInvoke || r.Method != http.MethodPost || err != nil || h == nil {
		w.Header().Set("X-Amzn-ErrorType", "ResourceNotFoundException")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"Type": "User", "Message": "Function not found"}`)
		return
	}
	// Lambda goes on when whoever waits for the answer has gone.
	result, err := h.Invoke(context.WithoutCancel(r.Context()), function, payload)
	if err != nil {
		w.Header().Set("X-Amzn-ErrorType", "ServiceException")
		http.Error(w, "{}", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if result.Failed {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
	}
	_, _ = w.Write(result.Payload)
}

// find gives the deployment and the function that a name or ARN means, with or without its alias:
// STACK-FUNCTION:live.
func (c *Cloud) find(name string) (*Host, string) {
	if _, after, ok := strings.Cut(name, ":function:"); ok {
		name = after
	}
	name, _, _ = strings.Cut(name, ":")
	c.mu.Lock()
	defer c.mu.Unlock()
	for stack, h := range c.hosts {
		if function, ok := strings.CutPrefix(name, stack+"-"); ok && h.pools[function] != nil {
			return h, function
		}
	}
	return nil, ""
}
