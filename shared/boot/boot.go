// Package boot owns what surrounds a function in AWS Lambda: its environment, its AWS clients, its
// logs and traces, its start and its deadline. It is the only importer of the Lambda runtime, of
// API Gateway's events, of X-Ray and of aws.Config.
//
// A function's main hands over a builder that calls a constructor with an [Env], and the
// constructor asks Env for each thing that the function uses. Env notes every question, so that is
// at once the wiring and the list of what the function may do. It runs twice or more, and must do
// nothing but wire:
//
//  1. with empty secrets, to learn what is needed: each environment variable, resource and action.
//     A variable that is missing or wrong ends the start with its name. `bootstrap needs` stops
//     here and prints the list as JSON.
//  2. with the secrets, all fetched at once while a first read opens the connection to the store;
//     and again, later, whenever one of them has changed, so that a rotation needs no restart.
//
// What the environment gets wrong stops the start, because no request can mend it. A secret that
// cannot be had right now does not: requests are answered as unavailable, each in its wire, until
// one finds the secret there.
package boot

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// prepareTimeout bounds what is fetched before the first invocation. Lambda gives a start ten
// seconds.
const prepareTimeout = 5 * time.Second

// invocation answers one invocation's payload.
type invocation func(ctx context.Context, payload []byte) ([]byte, error)

// Invoke makes an invocation a lambda.Handler, to which payloads come unread: the runtime's own
// decoder quotes in its errors what it could not read.
func (i invocation) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return i(ctx, payload)
}

// program is the process that a function runs in.
type program struct {
	name   string
	args   []string
	getenv func(string) string
	stdout io.Writer
}

func this(name string) program { return program{name, os.Args[1:], os.Getenv, os.Stdout} }

// run starts the function that build wires and serve answers for. It returns only when there is
// nothing to serve.
func run[T any](p program, build func(*Env) T, serve func(*slog.Logger, *wired[T]) invocation) {
	w := assemble(p.getenv, build)
	if len(p.args) == 1 && p.args[0] == "needs" {
		printNeeds(p, w.plan)
		return
	}
	level, err := parseLevel(p.getenv(levelVariable))
	log := newLog(p.stdout, level)
	slog.SetDefault(log)
	if err := w.plan.err(named(levelVariable, err)); err != nil {
		log.Error("start failed", "function", p.name, "error", err.Error())
		os.Exit(1)
	}
	announceTraces()
	prepare(log, w)
	lambda.Start(guarded(log, serve(log, w)))
}

// prepare fetches the secrets and warms the store. Neither failing stops the start.
func prepare[T any](log *slog.Logger, w *wired[T]) {
	ctx, cancel := context.WithTimeout(untraced(context.Background()), prepareTimeout)
	defer cancel()
	warmed := make(chan struct{})
	go func() {
		defer close(warmed)
		w.plan.warmUp(ctx, log)
	}()
	if _, err := w.current(ctx); err != nil {
		log.Warn("secrets not fetched at start", "error", err.Error())
	}
	<-warmed
}

// printNeeds writes {"function", "needs": […]}.
func printNeeds(p program, plan *plan) {
	text, _ := json.Marshal(struct { // strings alone: never fails
		Function string `json:"function"`
		Needs    []Need `json:"needs"`
	}{p.name, plan.list()})
	_, _ = fmt.Fprintln(p.stdout, string(text))
}
