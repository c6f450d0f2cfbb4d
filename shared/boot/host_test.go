package boot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// functionVariable makes this test binary run as a function, so that what a main does can be seen
// from outside without one.
const functionVariable = "LINEPROOF_TEST_FUNCTION"

// functions are those that the test binary can be.
var functions = map[string]func(){
	"panicking": func() {
		HTTP(wire.Verify, func(*Env) web.Endpoint {
			return func(*http.Request) (any, error) { panic("canary33612345678") }
		})
	},
	"misconfigured": func() {
		HTTP(wire.Verify, func(e *Env) web.Endpoint { e.UseStore(); e.Issuer(); return nil })
	},
}

func TestMain(m *testing.M) {
	if function := functions[os.Getenv(functionVariable)]; function != nil {
		function()
		return
	}
	os.Exit(m.Run())
}

// host is the Lambda Runtime API around one process: it hands out one invocation after another and
// takes the answers.
type host struct {
	t       *testing.T
	next    chan invocationRequest
	answers chan invocationAnswer
	process *exec.Cmd
	output  *lines
}

type invocationRequest struct {
	payload []byte
	limit   time.Duration
	trace   string
}

type invocationAnswer struct {
	payload []byte
	failed  bool
}

const requestID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"

// start runs the program with the environment alone, as Lambda does.
func start(t *testing.T, program string, env map[string]string) *host {
	t.Helper()
	h := &host{t: t, next: make(chan invocationRequest), answers: make(chan invocationAnswer, 1), output: &lines{}}
	api := httptest.NewServer(h)
	h.process = exec.Command(program)
	h.process.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(api.URL, "http://"), "AWS_XRAY_CONTEXT_MISSING=LOG_ERROR"}
	for name, value := range env {
		h.process.Env = append(h.process.Env, name+"="+value)
	}
	h.process.Stdout, h.process.Stderr = h.output, h.output
	if err := h.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = h.process.Process.Kill()
		_ = h.process.Wait()
		api.CloseClientConnections()
		api.Close()
	})
	return h
}

// ServeHTTP speaks the Runtime API of 2018-06-01.
func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const prefix = "/2018-06-01/runtime/invocation/"
	switch r.Method + " " + r.URL.Path {
	case "GET " + prefix + "next":
		select {
		case next := <-h.next:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", requestID)
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(next.limit).UnixMilli()))
			w.Header().Set("Lambda-Runtime-Trace-Id", next.trace)
			_, _ = w.Write(next.payload)
		case <-r.Context().Done():
		}
	case "POST " + prefix + requestID + "/response", "POST " + prefix + requestID + "/error":
		payload, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		h.answers <- invocationAnswer{payload, strings.HasSuffix(r.URL.Path, "/error")}
	default:
		http.NotFound(w, r)
	}
}

// patience is how long a test waits for a process on a busy machine.
const patience = 60 * time.Second

// invoke has the process answer one event within its limit.
func (h *host) invoke(request invocationRequest) invocationAnswer {
	h.t.Helper()
	timeout := time.After(patience)
	select {
	case h.next <- request:
	case <-timeout:
		h.t.Fatalf("the process never asked for an invocation; it wrote:\n%s", h.output)
	}
	select {
	case answer := <-h.answers:
		return answer
	case <-timeout:
		h.t.Fatalf("the process never answered; it wrote:\n%s", h.output)
	}
	return invocationAnswer{}
}

// lines collects what a process writes.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// log ends the process and gives all that it logged; a line that is no JSON fails the test.
func (h *host) log() []map[string]any {
	h.t.Helper()
	_ = h.process.Process.Kill()
	_ = h.process.Wait() // for the last of the output too
	var all []map[string]any
	for text := range strings.Lines(h.output.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			h.t.Fatalf("a line is no JSON: %s", text)
		}
		all = append(all, line)
	}
	return all
}

// daemon is an X-Ray daemon: it collects the segments that it is sent.
type daemon struct {
	address string
	conn    net.PacketConn
}

func startDaemon(t *testing.T) *daemon {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &daemon{conn.LocalAddr().String(), conn}
}

// subsegments gives the documents that come until so many of them are of invocations of a function.
func (d *daemon) subsegments(t *testing.T, function string, invocations int) []string {
	t.Helper()
	var all []string
	for invocations > 0 {
		document := d.segment(t)
		if strings.Contains(document, `"name":"`+function+`"`) {
			invocations--
		}
		all = append(all, document)
	}
	return all
}

// segment gives the next segment document.
func (d *daemon) segment(t *testing.T) string {
	t.Helper()
	_ = d.conn.SetReadDeadline(time.Now().Add(patience))
	packet := make([]byte, 64<<10)
	n, _, err := d.conn.ReadFrom(packet)
	if err != nil {
		t.Fatal(err)
	}
	_, document, _ := strings.Cut(string(packet[:n]), "\n")
	return document
}
