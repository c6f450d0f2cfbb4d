package host

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lineproof/e2e/bundle"
)

// behaviours are what the test binary does when it is started under one of these names: a function
// that speaks the Runtime API by itself.
var behaviours = map[string]func(payload []byte) (answer string, failed bool){
	"echo":  func(payload []byte) (string, bool) { return string(payload), false },
	"meet":  meet,
	"hang":  func([]byte) (string, bool) { time.Sleep(time.Hour); return "", false },
	"fail":  func([]byte) (string, bool) { return `{"errorType":"errorString","errorMessage":"boot: panic"}`, true },
	"crash": func([]byte) (string, bool) { panic("crash") },
	"hoard": func([]byte) (string, bool) { return fmt.Sprint(len(hoard())), false },
	"page": func([]byte) (string, bool) {
		return `{"statusCode":201,"headers":{"Content-Type":"text/x"},"cookies":["a=1","b=2"],"body":"aGk=","isBase64Encoded":true}`, false
	},
	"environment": func([]byte) (string, bool) { text, _ := json.Marshal(os.Environ()); return string(text), false },
	"background":  inBackground(),
}

// hoard takes 64 MB and writes on every page.
func hoard() []byte { return bytes.Repeat([]byte{1}, 64<<20) }

// meet waits until the address in the payload, if there is one, answers, and tells who it is.
func meet(payload []byte) (string, bool) {
	if url, _ := strconv.Unquote(string(payload)); url != "" {
		answer, err := http.Get(url) //nolint:noctx // lives as long as the process, and calls a test
		if err != nil {
			return err.Error(), true
		}
		_ = answer.Body.Close()
	}
	return fmt.Sprint(os.Getpid()), false
}

// inBackground notes every few milliseconds that the process runs, and tells when it did: times in
// nanoseconds since 1970.
func inBackground() func([]byte) (string, bool) {
	var mu sync.Mutex
	ticks := []int64{}
	start := sync.OnceFunc(func() {
		go func() {
			for range time.Tick(5 * time.Millisecond) {
				mu.Lock()
				ticks = append(ticks, time.Now().UnixNano())
				mu.Unlock()
			}
		}()
	})
	return func([]byte) (string, bool) {
		start()
		mu.Lock()
		defer mu.Unlock()
		text, err := json.Marshal(ticks)
		return string(text), err != nil
	}
}

func TestMain(m *testing.M) {
	name := filepath.Base(os.Args[0])
	if name == "stillborn" {
		os.Exit(3)
	}
	if behave := behaviours[name]; behave != nil {
		serve(behave)
	}
	os.Exit(m.Run())
}

// serve is the function's side of the Runtime API.
func serve(behave func([]byte) (string, bool)) {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + runtimePath + "invocation/"
	for {
		got, err := http.Get(base + "next") //nolint:noctx // lives as long as the process
		if err != nil {
			os.Exit(1)
		}
		payload, _ := io.ReadAll(got.Body)
		_ = got.Body.Close()
		answer, failed := behave(payload)
		outcome := "/response"
		if failed {
			outcome = "/error"
		}
		done, err := http.Post(base+got.Header.Get("Lambda-Runtime-Aws-Request-Id")+outcome, "application/json", strings.NewReader(answer)) //nolint:noctx // as above
		if err != nil {
			os.Exit(1)
		}
		_ = done.Body.Close()
	}
}

// functionNamed gives a pool of the test binary as that function.
func functionNamed(t *testing.T, name string, limit time.Duration, environment map[string]string) *pool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	p := newPool(Function{Name: name, Timeout: limit, Memory: 48, Environment: environment}, dir, &journal{})
	t.Cleanup(p.close)
	return p
}

func (p *pool) call(t *testing.T, payload string) Result {
	t.Helper()
	result, err := p.invoke(t.Context(), []byte(payload))
	if err != nil {
		t.Error(err)
	}
	return result
}

const ample = 30 * time.Second

func TestInvocations(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		limit  time.Duration
		failed bool
		holds  string
	}{
		"echo":      {ample, false, `{"a":1}`},
		"fail":      {ample, true, "boot: panic"},
		"crash":     {ample, true, "Runtime.ExitError"},
		"stillborn": {ample, true, "exit status 3"},
		"hang":      {500 * time.Millisecond, true, "Task timed out after 0.50 seconds"},
		"hoard":     {ample, true, "Runtime.OutOfMemory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := functionNamed(t, name, tt.limit, nil)
			for range 2 { // and a new process takes the place of one that died
				if got := p.call(t, `{"a":1}`); got.Failed != tt.failed || !strings.Contains(string(got.Payload), tt.holds) {
					t.Errorf("gave %+v %s", got.Failed, got.Payload)
				}
			}
		})
	}
}

// meeting returns the address of a server that answers nobody before so many have come.
func meeting(t *testing.T, many int) string {
	t.Helper()
	var come atomic.Int32
	all := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if int(come.Add(1)) == many {
			close(all)
		}
		<-all
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL
}

func TestOneEventAtATime(t *testing.T) {
	t.Parallel()
	p := functionNamed(t, "meet", ample, nil)
	var mu sync.Mutex
	pids := map[string]int{}
	var all sync.WaitGroup
	together := strconv.Quote(meeting(t, 8)) // only as many processes as events at once get on
	for range 8 {
		all.Go(func() {
			got := p.call(t, together)
			mu.Lock()
			defer mu.Unlock()
			pids[string(got.Payload)]++
		})
	}
	all.Wait()
	if len(pids) != 8 {
		t.Errorf("8 events at once were handled by %d processes", len(pids))
	}
	for range 3 {
		pids[string(p.call(t, `""`).Payload)]++
	}
	if len(pids) != 8 {
		t.Error("an event met a new process although some were idle")
	}
	p.recycle()
	if pids[string(p.call(t, `""`).Payload)]++; len(pids) != 9 {
		t.Error("an event after recycling met an old process")
	}
}

func TestFrozenBetweenEvents(t *testing.T) {
	t.Parallel()
	p := functionNamed(t, "background", ample, nil)
	p.call(t, "{}")
	waits := p.idle[0].ready
	waits <- <-waits // it has asked for the next event, and was frozen
	from := time.Now().UnixNano()
	time.Sleep(300 * time.Millisecond) // room for sixty ticks of a process that runs on
	until := time.Now().UnixNano()
	var ticks []int64
	if err := json.Unmarshal(p.call(t, "{}").Payload, &ticks); err != nil {
		t.Fatal(err)
	}
	for _, at := range ticks {
		if at > from && at < until {
			t.Errorf("what an event left running ran %v after it was frozen", time.Duration(at-from))
		}
	}
}

func TestEnvironmentIsTheTemplatesAndLambdas(t *testing.T) {
	t.Setenv("LINEPROOF_LEAK", "canary")
	p := functionNamed(t, "environment", ample, map[string]string{"GRANTS_TABLE": "grants"})
	got := string(p.call(t, "{}").Payload)
	for _, want := range []string{`"GRANTS_TABLE=grants"`, `"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=48"`, `"AWS_REGION=eu-west-1"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
	if strings.Contains(got, "canary") || strings.Contains(got, "HOME=") {
		t.Errorf("this machine's own environment is in %s", got)
	}
}

// front gives a deployment of test functions, which have ample time; the one that hangs has little.
func front(t *testing.T, routes ...bundle.Route) *httptest.Server {
	t.Helper()
	h := &Host{pools: map[string]*pool{}, routes: routes}
	for _, r := range routes {
		limit := ample
		if r.Function == "hang" {
			limit = 500 * time.Millisecond
		}
		h.pools[r.Function] = functionNamed(t, r.Function, limit, nil)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

func routed(method, path, function string) bundle.Route {
	return bundle.Route{Method: method, Path: path, Function: function}
}

func TestGateway(t *testing.T) {
	t.Parallel()
	server := front(t, routed("GET", "/page", "page"), routed("POST", "/hang", "hang"),
		routed("POST", "/fail", "fail"), routed(anyMethod, otherPath, "echo"))
	for path, want := range map[string]string{
		"GET /page":  "201 text/x hi",
		"POST /hang": `500 application/json {"message":"Internal Server Error"}`,
		"POST /fail": `500 application/json {"message":"Internal Server Error"}`,
	} {
		method, path, _ := strings.Cut(path, " ")
		response, body := ask(t, method, server.URL+path, "")
		if got := fmt.Sprintf("%d %s %s", response.StatusCode, response.Header.Get("Content-Type"), strings.TrimSpace(body)); got != want {
			t.Errorf("%s %s is answered %s, want %s", method, path, got, want)
		}
	}
	if response, _ := ask(t, "GET", server.URL+"/page", ""); strings.Join(response.Header.Values("Set-Cookie"), ";") != "a=1;b=2" {
		t.Errorf("cookies are %v", response.Header.Values("Set-Cookie"))
	}
}

func TestGatewayEvent(t *testing.T) {
	t.Parallel()
	server := front(t, routed(anyMethod, otherPath, "echo"))
	_, body := ask(t, "POST", server.URL+"/a%20b?x=1&x=2&y=%2B", "a=b")
	var e gatewayEvent
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if e.Version != "2.0" || e.RouteKey != "$default" || e.RawPath != "/a b" || e.RawQueryString != "x=1&x=2&y=%2B" || e.Query["x"] != "1,2" ||
		e.Query["y"] != "+" || !e.IsBase64Encoded || e.Body != "YT1i" || e.Headers["x-many"] != "1,2" || e.Headers["cookie"] != "" ||
		strings.Join(e.Cookies, ";") != "c=1;d=2" || e.RequestContext.HTTP.SourceIP != "127.0.0.1" || e.RequestContext.HTTP.Method != "POST" {
		t.Errorf("the event is %s", body)
	}
}

func ask(t *testing.T, method, url, body string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Many": {"1", "2"}, "Cookie": {"c=1; d=2"}}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, _ := io.ReadAll(response.Body)
	return response, string(text)
}
