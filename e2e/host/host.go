// Package host runs the built functions as AWS does, on this machine: each in processes of its own
// that speak the Lambda Runtime API, started with the environment, the time limit and the memory
// that template.yaml gives them, behind an HTTP front that routes by its definition of the API,
// over DynamoDB Local and the SQS, Secrets Manager and Step Functions of moto.
//
// A [Cloud] is what is there before a deployment: moto and DynamoDB Local. [Deploy] makes a
// deployment of the template in it, with tables, queues, secrets and state machines as the template
// describes them, so that what a test sees through it is the bundle as it would be deployed: a
// function that lacks a variable, or has one too few seconds, fails here as it would there.
//
// What differs from AWS: IAM judges calls of tables alone, and throttling, alarms and gradual
// deployment do nothing.
package host

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"lineproof/e2e/bundle"
)

// Config says what is deployed.
type Config struct {
	// Cloud is where.
	Cloud *Cloud
	// Functions is the directory of the built functions, each a file of the function's name (see
	// programs.Functions).
	Functions string
	// Parameters are the template's parameters that differ from their defaults.
	Parameters map[string]string
	// Secrets are the contents of secrets by their logical names; others begin as the template
	// says.
	Secrets map[string][]byte
	// Prepare, unless it is nil, fills the tables before the first function starts, and gives more
	// parameters.
	Prepare func(ctx context.Context, h *Host) (map[string]string, error)
	// Front is where the API listens, and BaseURL how it is reached there; a port of this machine,
	// over http, without them.
	Front   net.Listener
	BaseURL string
	// Trusted is a file of certificates that functions trust in place of those of Lambda; empty for
	// these.
	Trusted string
}

// Host is a deployment.
type Host struct {
	// BaseURL is where the API is reached, without a slash at its end. It is also the issuer
	// identifier.
	BaseURL string

	cloud     *Cloud
	stack     string
	template  *bundle.Template
	resources map[string]physical
	pools     map[string]*pool
	routes    []bundle.Route
	front     *http.Server
	rights    rights
	store     *store
	provider  *provider
	stop      context.CancelFunc
	pollers   sync.WaitGroup
	logs      *journal
	trusted   string
}

// Deploy makes a deployment. Close ends it.
func Deploy(ctx context.Context, c Config) (*Host, error) {
	if c.Front == nil {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("host: listen: %w", err)
		}
		c.Front, c.BaseURL = listener, "http://"+listener.Addr().String()
	}
	h := &Host{
		BaseURL: c.BaseURL, cloud: c.Cloud, stack: newStackName(), pools: map[string]*pool{}, logs: &journal{},
		trusted: c.Trusted,
	}
	if err := h.deploy(ctx, c); err != nil {
		_ = c.Front.Close()
		return nil, err
	}
	h.front = &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = h.front.Serve(c.Front) }()
	return h, nil
}

func (h *Host) deploy(ctx context.Context, c Config) error {
	var err error
	if h.template, err = bundle.ReadTemplate(); err != nil {
		return err
	}
	if h.store, err = newStore(h.cloud.Database, h.denied); err != nil {
		return err
	}
	if h.provider, err = newProvider(); err != nil {
		return err
	}
	scope := newScope(h.template, h.stack, c.Parameters)
	if h.resources, err = h.provision(ctx, scope, c.Secrets); err != nil {
		return err
	}
	if h.routes, err = h.template.Routes(); err != nil {
		return err
	}
	if h.rights, err = newRights(h.template, h.resources); err != nil {
		return err
	}
	if err := h.prepare(ctx, scope, c.Prepare); err != nil {
		return err
	}
	functions, err := h.functions(scope)
	if err != nil {
		return err
	}
	for _, f := range functions {
		h.pools[f.Name] = newPool(f, c.Functions, h.logs)
	}
	h.cloud.register(h)
	polling, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stop = stop
	return h.poll(polling, scope)
}

func (h *Host) prepare(ctx context.Context, s *scope, prepare func(context.Context, *Host) (map[string]string, error)) error {
	if prepare == nil {
		return nil
	}
	more, err := prepare(ctx, h)
	for name, value := range more {
		s.parameters[name] = value
	}
	return err
}

// denied gives what a call of a table needs and its function has no right to.
func (h *Host) denied(r *http.Request, operation string, body []byte) []string {
	return h.rights.deny(caller(r), operation, body)
}

// Close ends every process of the deployment. Its tables, queues and secrets end with the cloud.
func (h *Host) Close() {
	h.stop()
	_ = h.front.Close()
	h.pollers.Wait()
	h.cloud.forget(h)
	for _, p := range h.pools {
		p.close()
	}
	_ = h.store.server.Close()
	_ = h.provider.server.Close()
}

// Physical gives what Ref gives of a resource: a table's name, a queue's URL, a secret's or a state
// machine's ARN; "" when the template has no such resource.
func (h *Host) Physical(logical string) string { return h.resources[logical].ref }

// Output gives all that the functions have written so far, standard output and error.
func (h *Host) Output() string { return h.logs.String() }

// Result is what became of an invocation.
type Result struct {
	// Payload is the function's answer, or the error object that Lambda makes of a failure:
	// {"errorType", "errorMessage"}.
	Payload []byte
	// Failed tells that the function failed: it returned an error, crashed, ran out of time or of
	// memory.
	Failed bool
}

// Invoke has a function handle an event, as Lambda's Invoke with RequestResponse.
func (h *Host) Invoke(ctx context.Context, function string, payload []byte) (Result, error) {
	p, ok := h.pools[function]
	if !ok {
		return Result{}, fmt.Errorf("host: no function %q", function)
	}
	return p.invoke(ctx, payload)
}

// failure makes Lambda's error object.
func failure(kind, format string, args ...any) Result {
	payload, _ := json.Marshal(map[string]string{"errorType": kind, "errorMessage": fmt.Sprintf(format, args...)})
	return Result{payload, true}
}

// Recycle ends the processes that are idle, so that what comes next meets cold starts.
func (h *Host) Recycle() {
	for _, p := range h.pools {
		p.recycle()
	}
}
