package dynamodel

import (
	"context"
	"sync"
)

// Process is one client of the tables, as that of a function's instance. Its calls are single
// tries.
type Process struct {
	db     *DB
	faults func(Call) Fault

	mu    sync.Mutex
	calls int
	dead  bool
}

// Call is one that is about to be carried out.
type Call struct {
	// Operation is its name, as UpdateItem.
	Operation string
	// Input is the SDK's, as *dynamodb.UpdateItemInput.
	Input any
	// Number counts the calls of the process from 1.
	Number int
}

// Fault is what befalls a call.
type Fault int

// The faults. Those that lose something leave the caller with a connection that broke; the SDK
// tries again after each but the last three.
const (
	// None lets the call be carried out and answered.
	None Fault = iota
	// Throttle answers that the table throttles; Unavailable that the service fails. Neither
	// carries the call out.
	Throttle
	Unavailable
	// LoseRequest loses the call on its way, LoseAnswer the answer of one that is carried out.
	LoseRequest
	LoseAnswer
	// Late has the connection break at once and the call be carried out afterwards, perhaps behind
	// its repetition.
	Late
	// DieBefore ends the process before the call leaves it, DieWithin while the call is on its way,
	// which is carried out afterwards, and DieAfter before the answer arrives.
	DieBefore
	DieWithin
	DieAfter
)

// Process adds a client. Faults, unless nil, is asked about each of its calls, one after the other
// if the calls are.
func (db *DB) Process(faults func(Call) Fault) *Process {
	if faults == nil {
		faults = func(Call) Fault { return None }
	}
	return &Process{db: db, faults: faults}
}

// Dead tells whether the process has died. Its code runs on, but nothing that it does reaches the
// tables: all of its calls fail with ErrDied.
func (p *Process) Dead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

func (p *Process) die() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = true
	return ErrDied
}

func (p *Process) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	return p.calls
}

// answer is what a call comes to: the SDK's output, nil where it fails.
type answer struct {
	out any
	err error
}

// call makes a call, which serve carries out whether or not the caller still waits.
func call[I, O any](ctx context.Context, p *Process, operation string, in *I,
	serve func(*I) (*O, error)) (*O, error) {
	carryOut := func() answer {
		out, err := serve(in)
		return answer{out, err}
	}
	answers := make(chan answer, 1)
	p.db.under.Go(func() {
		c := Call{Operation: operation, Input: in}
		answers <- p.make(context.WithoutCancel(ctx), c, carryOut)
	})
	select {
	case a := <-answers:
		out, _ := a.out.(*O)
		return out, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// make carries a call out as its fault says.
func (p *Process) make(ctx context.Context, c Call, carryOut func() answer) answer {
	if p.Dead() {
		return answer{err: ErrDied}
	}
	p.db.options.Schedule.stop(ctx, inTime)
	if p.Dead() {
		return answer{err: ErrDied}
	}
	c.Number = p.count()
	later := func() {
		p.db.options.Schedule.stop(ctx, late)
		carryOut()
	}
	f := p.faults(c)
	switch f {
	case Late, DieWithin:
		p.db.under.Go(later)
	case LoseAnswer, DieAfter:
		carryOut()
	case None:
		return carryOut()
	}
	return answer{err: p.suffer(f)}
}

// suffer returns what the caller sees of a fault.
func (p *Process) suffer(f Fault) error {
	switch f {
	case Throttle:
		return throttled()
	case Unavailable:
		return unavailable()
	case DieBefore, DieWithin, DieAfter:
		return p.die()
	default:
		return unanswered()
	}
}
