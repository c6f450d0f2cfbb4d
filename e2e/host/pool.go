package host

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
)

// pool is the processes of a function. Each handles one event at a time; there are as many as
// events at once, up to maxProcesses.
type pool struct {
	function Function
	program  string
	output   *journal
	slots    chan struct{}

	mu     sync.Mutex
	idle   []*process
	all    map[*process]bool
	closed bool
}

// maxProcesses is the concurrency that a function may reach; beyond it, Lambda would throttle, here
// an event waits.
const maxProcesses = 8

func newPool(f Function, dir string, output *journal) *pool {
	return &pool{
		function: f, program: filepath.Join(dir, f.Name), output: output,
		slots: make(chan struct{}, maxProcesses), all: map[*process]bool{},
	}
}

// invoke has a process handle an event. A process that failed in a way that it cannot go on from is
// not used again.
func (p *pool) invoke(ctx context.Context, payload []byte) (Result, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	defer func() { <-p.slots }()
	taken, err := p.take()
	if err != nil {
		return Result{}, err
	}
	result, alive := taken.handle(event{newRequestID(), payload})
	p.giveBack(taken, alive)
	if result.Failed { // Lambda logs it
		_, _ = fmt.Fprintf(p.output, "{\"function\":%q,\"failure\":%s}\n", p.function.Name, result.Payload)
	}
	return result, nil
}

var errClosed = errors.New("host: closed")

// take gives the process that was used last, or a new one.
func (p *pool) take() (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	for len(p.idle) > 0 {
		last := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		select {
		case <-last.exited:
			delete(p.all, last)
		default:
			return last, nil
		}
	}
	made, err := start(p.function, p.program, p.output)
	if err == nil {
		p.all[made] = true
	}
	return made, err
}

func (p *pool) giveBack(used *process, alive bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
	case alive:
		p.idle = append(p.idle, used)
	default:
		delete(p.all, used)
	}
}

// close ends every process.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	all := p.all
	p.mu.Unlock()
	for used := range all {
		used.kill()
	}
}

// recycle ends the processes that are idle, so that the next event meets a cold start.
func (p *pool) recycle() {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	for _, unused := range idle {
		delete(p.all, unused)
	}
	p.mu.Unlock()
	for _, unused := range idle {
		unused.kill()
	}
}

// newRequestID gives a random UUID (RFC 9562 §5.4).
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
