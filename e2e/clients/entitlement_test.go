package clients_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// entitlement is an operator's entitlement server (GSMA TS.43) with one SIM.
type entitlement struct {
	url, msisdn string
	t           *testing.T
}

// What the SIM has; the server is told the same.
const (
	simIMSI  = "001010000000001"
	simKi    = "000102030405060708090a0b0c0d0e0f"
	simOPc   = "00000000000000000000000000000000"
	adminKey = "of-a-test"
)

func startEntitlement(t *testing.T) entitlement {
	t.Helper()
	port := freePort(t)
	e := entitlement{"http://127.0.0.1:" + port, "+447700900123", t}
	home, bin := t.TempDir(), filepath.Dir(installed(t, "python-ts43/bin/python"))
	made := exec.CommandContext(t.Context(), filepath.Join(bin, "ts43-ecs"), "certs")
	made.Dir = home
	if output, err := made.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var output bytes.Buffer
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "python"), "-m", "ts43ecs", "--host", "127.0.0.1", "--port", port, "--no-tls")
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = home, &output, &output, diesWithParent()
	cmd.Env = append(cmd.Environ(), "ECS_ADMIN_API_KEY="+adminKey, "ECS_LOG_LEVEL=WARNING")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if answer, err := http.Get(e.url + "/health"); err == nil {
			_ = answer.Body.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the entitlement server does not answer: %s", output.String())
		}
	}
	e.addSIM()
	return e
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	return port
}

func (e entitlement) addSIM() {
	e.t.Helper()
	body := fmt.Sprintf(`{"imsi":%q,"ki":%q,"opc":%q,"msisdn":%q}`, simIMSI, simKi, simOPc, e.msisdn)
	r, err := http.NewRequestWithContext(e.t.Context(), http.MethodPost, e.url+"/admin/api/subscribers", strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Admin-Key", adminKey)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		e.t.Fatalf("a SIM is answered %s", answer.Status)
	}
}

// tokens has the SIM get temporary tokens.
func (e entitlement) tokens(count int) []string {
	e.t.Helper()
	cmd := exec.CommandContext(e.t.Context(), installed(e.t, "python-ts43/bin/python"), "python-ts43/device.py",
		e.url, simIMSI, simKi, simOPc, fmt.Sprint(count))
	cmd.SysProcAttr = diesWithParent()
	output, err := cmd.CombinedOutput()
	all := strings.Fields(string(output))
	if err != nil || len(all) != count {
		e.t.Fatalf("%v\n%s", err, output)
	}
	return all
}

// number redeems a temporary token for the number of its SIM, as an operator's authorization server
// does, or tells that it is not good.
func (e entitlement) number(token string) (string, bool) {
	body, _ := json.Marshal(map[string]string{"app": "ap2014", "operation": "GetPhoneNumber", "temporary_token": token})
	r, err := http.NewRequestWithContext(e.t.Context(), http.MethodPost, e.url+"/", bytes.NewReader(body))
	if err != nil {
		return "", false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", false
	}
	defer func() { _ = answer.Body.Close() }()
	var told struct {
		Number struct {
			Result string `json:"OperationResult"`
			MSISDN string
		} `json:"ap2014"`
	}
	err = json.NewDecoder(answer.Body).Decode(&told)
	return told.Number.MSISDN, err == nil && answer.StatusCode == http.StatusOK && told.Number.Result == "1"
}
