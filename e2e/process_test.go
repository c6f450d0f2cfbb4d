package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lineproof/e2e/dynamolocal"
	"lineproof/e2e/programs"
)

// built is the directory of the local programs.
var built = sync.OnceValues(func() (string, error) { return programs.Local(context.Background()) })

// local returns the file of a local program: local, dynamodb or admin.
func local(tb testing.TB, name string) string {
	tb.Helper()
	dir, err := built()
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// process is the local program as it runs.
type process struct {
	cmd    *exec.Cmd
	url    string
	stdout *bufio.Reader
	stderr bytes.Buffer
}

// patience is how long a test waits for a process on a busy machine before it takes it for hung.
const patience = 2 * time.Minute

// runLocal starts the local program at an address and waits until it says where it serves.
func runLocal(t *testing.T, address string, more ...string) *process {
	t.Helper()
	return runProgram(t, command(t, "local", address, more...))
}

func runProgram(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd}
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	late := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	p.stdout = bufio.NewReader(out)
	line, err := p.stdout.ReadString('\n')
	if !late.Stop() || err != nil {
		t.Fatalf("said %q within %v of its start: %v, %s", line, patience, err, p.stderr.String())
	}
	if p.url = regexp.MustCompile(`http://\S+[0-9]`).FindString(line); p.url == "" {
		t.Fatalf("said %q, want where it serves", line)
	}
	return p
}

// command returns a local program with an environment of its own: NAME=value each.
func command(t *testing.T, name, address string, more ...string) *exec.Cmd {
	t.Helper()
	if os.Getenv("BASE_URL") != "" {
		t.Skip("the product runs elsewhere")
	}
	cmd := exec.CommandContext(t.Context(), local(t, name))
	cmd.Env = append(append(os.Environ(), "ADDR="+address, "STORE=", dynamolocal.EndpointVariable+"="), more...)
	return cmd
}

// end waits for the program's end and gives its exit code.
func (p *process) end(t *testing.T) int {
	t.Helper()
	late := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	_, _ = p.stdout.WriteTo(&bytes.Buffer{})
	var exit *exec.ExitError
	if err := p.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.cmd.ProcessState.ExitCode()
}

// TestRun starts the local program on a free port with each store, verifies a number, and ends it
// as Ctrl-C and a supervisor do.
func TestRun(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]os.Signal{"local": os.Interrupt, "dynamodb": syscall.SIGTERM} {
		p := runProgram(t, command(t, name, "127.0.0.1:0", dynamolocal.EndpointVariable+"="+dynamolocal.Endpoint(t)))
		on := connect(t, p.url)
		w := wires[0]
		w.wantVerified(t, on.do(t, w.asking(w.access(t, on, "verified", w.verifyScope), naming(on.number(t, "verified")))), true)
		if err := p.cmd.Process.Signal(end); err != nil {
			t.Fatal(err)
		}
		if code := p.end(t); code != 0 {
			t.Errorf("%v: ended with %d: %s", end, code, p.stderr.String())
		}
		if secret.MatchString(timeless(p.stderr.String())) {
			t.Errorf("the log gives something away: %s", p.stderr.String())
		}
		if _, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://")); err == nil {
			t.Errorf("something still listens at %s", p.url)
		}
	}
}

// timeless gives a log without its times and without the names that it may hold.
func timeless(log string) string {
	return ids.ReplaceAllString(regexp.MustCompile(`(time|ms|requestId)=\S+`).ReplaceAllString(log, ""), "")
}

// TestWelcome runs the commands that the program prints at its start, whose last answer must be
// true.
func TestWelcome(t *testing.T) {
	t.Parallel()
	p := runLocal(t, "127.0.0.1:0")
	var script strings.Builder
	for started := false; ; {
		line, err := p.stdout.ReadString('\n')
		if err != nil {
			t.Fatalf("the greeting has no call of verify: %q", script.String())
		}
		if started = started || strings.HasPrefix(line, "  BASE="); started {
			script.WriteString(line)
		}
		if strings.Contains(line, "-d '{") {
			break
		}
	}
	if got := runBash(t, script.String()); got != `{"devicePhoneNumberVerified":true}` {
		t.Errorf("the greeting's commands gave %q:\n%s", got, script.String())
	}
}

// runBash runs a script and gives what it prints.
func runBash(t *testing.T, script string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "bash", "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, output, script)
	}
	return strings.TrimSpace(string(output))
}

// TestReadme runs the commands of the README: those that verify a line, that send a PIN, that fall
// back from one to the other, and the program of an SDK.
func TestReadme(t *testing.T) {
	t.Parallel()
	p := runLocal(t, "127.0.0.1:0")
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, strings.ReplaceAll(block[1], "http://127.0.0.1:8080", p.url))
	}
	block := func(holds string) string {
		return blocks[slices.IndexFunc(blocks, func(b string) bool { return strings.Contains(b, holds) })]
	}
	verify, pin, fallback, check := block("/v2/verify"), block("/verify/json"), block("order-42"), block("/fallback/check")

	if got := runBash(t, verify); got != `{"devicePhoneNumberVerified":true}` {
		t.Errorf("verified as %s", got)
	}
	setting, _, _ := strings.Cut(verify, "\n")
	request, _, _ := strings.Cut(pin, "curl -s $BASE/verify/check")
	if got := runBash(t, setting+"\n"+request); !strings.Contains(got, `"status":"0"`) || !strings.Contains(got, `"channel":"sms"`) {
		t.Errorf("the PIN is requested as %s", got)
	}
	code, _, _ := strings.Cut(verify, "answer=")
	if got := runBash(t, code+fallback); !strings.Contains(got, `"state"`) {
		t.Errorf("the fallback stands at %s", got)
	}
	if got := runBash(t, setting+"\n"+check); !strings.Contains(got, `"state":"done"`) || !strings.Contains(got, `"verified":true`) {
		t.Errorf("the code of a fallback is answered %s", got)
	}
	installed, err := filepath.Abs("clients/js/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	install := regexp.MustCompile("npm install .*")
	program := install.ReplaceAllLiteralString(block("verify.mjs"), "ln -s "+installed+" .")
	printed := regexp.MustCompile(`(?s)\A.*Cool App.*\ncompleted\ntrue true\ncompleted\z`)
	if got := runBash(t, "cd "+t.TempDir()+"\n"+program); !printed.MatchString(got) {
		t.Errorf("the SDK's program prints %s", got)
	}
	commands := strings.ReplaceAll(block("register-client"), "\\\n", "")
	for _, command := range regexp.MustCompile(`go run .*`).FindAllString(commands, -1) {
		answer, _, _ := connect(t, p.url).administer(t, strings.Fields(command)[3:]...)
		if answer.text("client_secret")+answer.text("api_secret")+answer.text("private_key") == "" {
			t.Errorf("%s is answered %+v", command, answer)
		}
	}
	unresolved := strings.Replace(verify, "tel:+990123450001", "tel:+990123450004", 1)
	output, err := exec.CommandContext(t.Context(), "bash", "-c", unresolved).CombinedOutput()
	if err == nil || !strings.Contains(string(output), "error=access_denied") {
		t.Errorf("the commands for a line that nobody resolves hide it: %v, %s", err, output)
	}
}

// TestVerify2AsTold runs the commands of docs/verify2.md.
func TestVerify2AsTold(t *testing.T) {
	t.Parallel()
	p := runLocal(t, "127.0.0.1:0")
	text, err := os.ReadFile("../docs/verify2.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 1 {
		t.Fatalf("%d blocks", len(blocks))
	}
	script := strings.ReplaceAll(blocks[0][1], "http://127.0.0.1:8080", p.url)
	if got := runBash(t, script); !strings.Contains(got, `"status":"completed"`) {
		t.Errorf("the code of a device is answered %s", got)
	}
}

// TestFreshKeys starts two programs, on IPv4 and on IPv6: they share no private key.
func TestFreshKeys(t *testing.T) {
	t.Parallel()
	first, second := connect(t, runLocal(t, "127.0.0.1:0").url), connect(t, runLocal(t, "[::1]:0").url)
	if a, b := first.client(t, "camara-2").Key, second.client(t, "camara-2").Key; a.D == "" || a.D == b.D {
		t.Error("two runs have the same private key")
	}
}

// TestRunRefusals ends at once with one line that says what to mend.
func TestRunRefusals(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	for address, says := range map[string]string{
		busy.Addr().String():    "in use",
		"0.0.0.0:0":             "127.0.0.1",
		":0":                    "127.0.0.1",
		"[::]:0":                "127.0.0.1",
		"192.0.2.1:8080":        "127.0.0.1",
		"example.com:8080":      "127.0.0.1",
		"127.0.0.1":             "ADDR",
		"127.0.0.1:nonsense":    "ADDR",
		"127.0.0.1:99999":       "ADDR",
		"127.0.0.1.evil:8080":   "127.0.0.1",
		"localhost.evil.io:808": "127.0.0.1",
	} {
		cmd := command(t, "local", address)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		err := cmd.Run()
		late.Stop()
		line := stderr.String()
		if err == nil || cmd.ProcessState.ExitCode() < 1 || strings.Count(line, "\n") != 1 || !strings.Contains(line, says) || stdout.Len() > 0 {
			t.Errorf("ADDR=%s: %v, said %q and %q, want one line with %q", address, err, line, stdout.String(), says)
		}
	}
}

// TestVariableRefusals names the variable that is wrong or missing.
func TestVariableRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ program, set, names string }{
		{"local", "STORE=postgres", "STORE"},
		{"local", "STORE=dynamodb", "make run STORE=dynamodb"},
		{"local", "STATUS_URL=127.0.0.1:3000", "STATUS_URL"},
		{"local", "STATUS_URL=ftp://127.0.0.1/", "STATUS_URL"},
		{"dynamodb", "STORE=memory", "STORE"},
		{"dynamodb", "STORE=dynamodb", dynamolocal.EndpointVariable},
	} {
		output, err := command(t, test.program, "127.0.0.1:0", test.set).CombinedOutput()
		if err == nil || !strings.Contains(string(output), test.names) || bytes.Count(output, []byte("\n")) != 1 {
			t.Errorf("%s, %s: %v, %q; want one line that names %s", test.program, test.set, err, output, test.names)
		}
	}
}

// TestSlowClients drops a client that sends its headers too slowly, and serves others meanwhile.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	p := runLocal(t, "127.0.0.1:0")
	slow, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	if _, err := slow.Write([]byte("GET /local/sandbox HTTP/1.1\r\nHost: x\r\n")); err != nil {
		t.Fatal(err)
	}
	on := connect(t, p.url)
	if a := on.get(t, "/oauth2/jwks"); a.Status != http.StatusOK {
		t.Errorf("answered %d while another was slow", a.Status)
	}
	if err := slow.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 1<<10)
	for {
		if _, err := slow.Read(buffer); err != nil {
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() {
				t.Error("a client that never finishes its headers is never dropped")
			}
			return
		}
	}
}
