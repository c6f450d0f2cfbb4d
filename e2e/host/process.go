package host

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// process is one execution environment of a function: a process, and the Runtime API that it alone
// speaks to. Between invocations it is frozen, as Lambda freezes it: nothing that it left running
// goes on.
type process struct {
	function Function
	command  *exec.Cmd
	api      *http.Server
	next     chan event
	answers  chan Result
	ready    chan struct{} // has a value when the process waits for an event
	exited   chan struct{} // closed when it has ended
	current  atomic.Pointer[event]
}

// event is one invocation.
type event struct {
	id      string
	payload []byte
}

// initLimit is how long a start may take; one that is slower has its first event's time on top.
const initLimit = 10 * time.Second

// runtimePath is the Runtime API's version that functions speak.
const runtimePath = "/2018-06-01/runtime/"

// start starts a process of the function.
func start(f Function, program string, output io.Writer) (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("host: listen: %w", err)
	}
	p := &process{
		function: f,
		next:     make(chan event), answers: make(chan Result, 1), ready: make(chan struct{}, 1), exited: make(chan struct{}),
	}
	p.api = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	p.command = exec.CommandContext(context.Background(), program)
	p.command.Env = f.environ(listener.Addr().String())
	p.command.Stdout, p.command.Stderr = output, output
	p.command.Dir, p.command.SysProcAttr = "/", orphanless()
	if err := p.command.Start(); err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("host: start %s: %w", f.Name, err)
	}
	go func() { _ = p.api.Serve(listener) }()
	go p.reap()
	return p, nil
}

// environ gives the whole environment of a process: nothing of this machine's own gets in.
func (f Function) environ(api string) []string {
	all := []string{
		"AWS_LAMBDA_RUNTIME_API=" + api,
		"AWS_LAMBDA_FUNCTION_NAME=" + f.Name, "AWS_LAMBDA_FUNCTION_VERSION=1", fmt.Sprintf("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=%d", f.Memory),
		"AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand", "AWS_EXECUTION_ENV=AWS_Lambda_provided.al2023",
		"AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region,
		"AWS_ACCESS_KEY_ID=" + accessKey(f.Name), "AWS_SECRET_ACCESS_KEY=local", "AWS_SESSION_TOKEN=local",
		"AWS_XRAY_CONTEXT_MISSING=LOG_ERROR", "LAMBDA_TASK_ROOT=/var/task", "_HANDLER=bootstrap", "TZ=:UTC", "LANG=en_US.UTF-8", "PATH=/usr/bin:/bin",
	}
	for name, value := range f.Environment {
		all = append(all, name+"="+value)
	}
	return all
}

func (p *process) reap() {
	_ = p.command.Wait()
	close(p.exited)
	_ = p.api.Close()
}

// kill ends the process.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.exited
}

// ServeHTTP speaks the Runtime API: next, response, error, init/error.
func (p *process) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call, _ := strings.CutPrefix(r.URL.Path, runtimePath)
	switch {
	case r.Method == http.MethodGet && call == "invocation/next":
		p.handOut(w, r)
	case r.Method == http.MethodPost && call == "init/error":
		p.answer(w, r, true)
	case r.Method == http.MethodPost && p.isCurrent(path.Base(path.Dir(call))):
		p.answer(w, r, path.Base(call) == "error")
	default:
		http.Error(w, `{"errorType": "InvalidRequest"}`, http.StatusForbidden)
	}
}

func (p *process) isCurrent(id string) bool {
	current := p.current.Load()
	return current != nil && current.id == id
}

// handOut freezes the process until there is an event for it.
func (p *process) handOut(w http.ResponseWriter, r *http.Request) {
	_ = p.command.Process.Signal(syscall.SIGSTOP)
	p.ready <- struct{}{}
	select {
	case e := <-p.next:
		p.current.Store(&e)
		header := w.Header()
		header.Set("Lambda-Runtime-Aws-Request-Id", e.id)
		header.Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(p.function.Timeout).UnixMilli()))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:"+region+":"+accountID+":function:"+p.function.Name)
		header.Set("Lambda-Runtime-Trace-Id", "Root=1-"+traceOf(e.id)+";Parent="+e.id[:8]+e.id[9:13]+e.id[14:18]+";Sampled=1")
		_ = p.command.Process.Signal(syscall.SIGCONT)
		_, _ = w.Write(e.payload)
	case <-p.exited:
	case <-r.Context().Done():
	}
}

// traceOf makes an X-Ray trace id of a request id: 8 and 24 hexadecimal digits.
func traceOf(id string) string {
	digits := strings.ReplaceAll(id, "-", "")
	return digits[:8] + "-" + digits[8:32]
}

func (p *process) answer(w http.ResponseWriter, r *http.Request, failed bool) {
	payload, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	w.WriteHeader(http.StatusAccepted)
	select {
	case p.answers <- Result{payload, failed}:
	default: // nobody waits: the event timed out
	}
}

// handle has the process answer an event within its limit. When it does not, it is killed, as it is
// when it took too much memory.
func (p *process) handle(e event) (Result, bool) {
	limit := p.function.Timeout
	select {
	case <-p.ready:
	case result := <-p.answers: // an error in its start
		p.kill()
		return result, false
	case <-p.exited:
		return failure("Runtime.ExitError", "RequestId: %s Error: Runtime exited with error: %v", e.id, p.command.ProcessState), false
	case <-time.After(initLimit + limit):
		p.kill()
		return failure("Sandbox.Timedout", "RequestId: %s Error: Task timed out after %.2f seconds", e.id, limit.Seconds()), false
	}
	p.next <- e
	return p.await(e, limit)
}

func (p *process) await(e event, limit time.Duration) (Result, bool) {
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	select {
	case result := <-p.answers:
		if used := p.memory(); used > p.function.Memory {
			p.kill()
			return failure("Runtime.OutOfMemory", "RequestId: %s Error: %d MB used", e.id, used), false
		}
		return result, true
	case <-p.exited:
		return failure("Runtime.ExitError", "RequestId: %s Error: Runtime exited with error: %v", e.id, p.command.ProcessState), false
	case <-timeout.C:
		p.kill()
		return failure("Sandbox.Timedout", "RequestId: %s Error: Task timed out after %.2f seconds", e.id, limit.Seconds()), false
	}
}

// memory gives the most memory that the process ever held, in MB; 0 where /proc does not tell.
func (p *process) memory() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0
	}
	var kilobytes int
	if _, after, ok := strings.Cut(string(status), "VmHWM:"); ok {
		_, _ = fmt.Sscan(after, &kilobytes)
	}
	return kilobytes / 1024
}
