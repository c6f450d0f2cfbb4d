// Command admin has a deployment or a local server administered: `go run ./local/admin` lists what
// can be done.
//
// ADMIN_FUNCTION names who does it: the deployment's function, the stack's output AdminFunction, or
// the URL of a server that `make run` started, as http://127.0.0.1:8080. For a function, region and
// credentials are those of the environment: AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
// and AWS_SESSION_TOKEN; `aws configure export-credentials --format env` gives those of a profile.
// The answer is JSON on standard output. Secrets in it are shown this once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"lineproof/shared/admin"
)

// limit is how long an answer may take.
const limit = 30 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := program{os.Args[1:], os.Getenv, os.ReadFile, os.Stdout, os.Stderr, time.Now}.run(ctx)
	stop()
	os.Exit(code)
}

// program is what a run of the command gets from its surroundings.
type program struct {
	args           []string
	getenv         func(string) string
	readFile       func(string) ([]byte, error)
	stdout, stderr io.Writer
	now            func() time.Time
}

// The exit codes.
const (
	done    = 0
	refused = 1 // the answer is an error
	misused = 2 // nothing was asked
)

var errRefused = errors.New("refused")

// run does what the arguments say and gives the exit code.
func (p program) run(ctx context.Context) int {
	if len(p.args) == 0 {
		p.list()
		return misused
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := p.ask(ctx)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return done
	case errors.Is(err, errRefused):
		return refused
	default:
		_, _ = fmt.Fprintln(p.stderr, "admin:", err)
		return misused
	}
}

// ask sends the command and writes its answer.
func (p program) ask(ctx context.Context) error {
	payload, err := p.payload()
	if err != nil {
		return err
	}
	to, err := newInvoker(p.getenv, p.now)
	if err != nil {
		return err
	}
	text, err := to.invoke(ctx, payload)
	if err != nil {
		return err
	}
	return p.show(text)
}

// list writes what can be asked for.
func (p program) list() {
	_, _ = fmt.Fprint(p.stderr, "usage: go run ./local/admin COMMAND [-FIELD VALUE]…\n\n")
	for _, c := range admin.Commands() {
		_, _ = fmt.Fprintf(p.stderr, "  %-22s %s\n", c.Name, c.Summary)
	}
	_, _ = fmt.Fprint(p.stderr, "\n-h after a command lists its fields. ADMIN_FUNCTION names "+
		"the function, with AWS_REGION\nand credentials in the environment, or the local server, "+
		"as http://127.0.0.1:8080\n")
}
