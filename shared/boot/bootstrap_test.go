package boot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"lineproof/e2e/programs"
)

const (
	verifyPath = "/number-verification/v2/verify"
	unsampled  = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"
	sampled    = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"
	claim      = `{"phoneNumber":"` + testNumber + `"}`
)

// built is the directory of the built functions.
var built = sync.OnceValues(func() (string, error) { return programs.Functions(context.Background()) })

// bootstrap gives the path of a built function.
func bootstrap(t *testing.T, name string) string {
	t.Helper()
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// post gives the event of a call to verify.
func post(t *testing.T, bearer, body string) []byte {
	t.Helper()
	event := eventOf("POST", verifyPath, "leak=canary", body)
	event.Headers["authorization"] = "Bearer " + bearer
	event.Headers["x-correlator"] = "b4333c46-49c0-4f62-80d7-f0ef930f1c46"
	return payloadOf(t, event)
}

func (h *host) call(payload []byte, limit time.Duration, trace string) events.APIGatewayV2HTTPResponse {
	h.t.Helper()
	got := h.invoke(invocationRequest{payload, limit, trace})
	var answer events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(got.payload, &answer); err != nil || got.failed {
		h.t.Fatalf("the invocation failed: %s", got.payload)
	}
	return answer
}

func TestVerifyBootstrap(t *testing.T) {
	t.Parallel()
	d, traces := deploy(t), startDaemon(t)
	raw := d.access(t)
	d.env["AWS_XRAY_DAEMON_ADDRESS"] = traces.address
	h := start(t, bootstrap(t, "verify"), d.env)

	refused := h.call(post(t, raw+"x", claim), patience, unsampled)
	if refused.StatusCode != http.StatusUnauthorized || !strings.Contains(refused.Body, "UNAUTHENTICATED") {
		t.Errorf("a forged token is answered %d %s", refused.StatusCode, refused.Body)
	}
	answer := h.call(post(t, raw, claim), patience, sampled)
	if answer.StatusCode != http.StatusOK || answer.Body != `{"devicePhoneNumberVerified":true}` ||
		answer.Headers["Content-Type"] != "application/json" || answer.Headers["X-Correlator"] != "b4333c46-49c0-4f62-80d7-f0ef930f1c46" {
		t.Errorf("answered %d %s with %v", answer.StatusCode, answer.Body, answer.Headers)
	}
	if reads, writes := d.calls("GetItem"), d.calls("UpdateItem"); writes != 1 || reads == 0 {
		t.Errorf("%d updates, want 1; %d reads at the start, want some", writes, reads)
	}
	d.change(func() {
		d.refuse = `{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException","message":"canary: ` + testNumber + `"}`
	})
	if answer := h.call(post(t, raw, claim), patience, sampled); answer.StatusCode != http.StatusInternalServerError {
		t.Errorf("a store that denies access is answered with %d %s", answer.StatusCode, answer.Body)
	}
	all := traces.subsegments(t, "verify", 2)
	checkTree(t, all, d.traces)
	documents := strings.Join(all, "")
	checkTrace(t, documents)
	checkLog(t, h)
	if strings.Contains(documents, verifyPath) {
		t.Errorf("the path is in the trace: %s", documents)
	}
	for _, canary := range []string{
		testNumber, testNumber[1:], raw, "canary", "198.51.100.7", strings.Repeat("A", 22),
	} {
		if strings.Contains(documents, canary) || strings.Contains(h.output.String(), canary) {
			t.Errorf("%q is in the trace or the log:\n%s\n%s", canary, documents, h.output)
		}
	}
}

func checkTrace(t *testing.T, documents string) {
	t.Helper()
	for _, want := range []string{
		`"name":"verify"`, `"trace_id":"1-5bef4de7-ad49b0e87f6ef6c87fc2e700"`, `"parent_id":"9a9197af755a6419"`, `"type":"subsegment"`,
		`"name":"DynamoDB"`, `"operation":"UpdateItem"`, `"region":"eu-west-1"`, `"request_id":"REQUESTOFAWS"`, `"status":200`,
		`"status":500`, `"fault":true`, `"type":"AccessDeniedException"`,
	} {
		if !strings.Contains(documents, want) {
			t.Errorf("no %s in %s", want, documents)
		}
	}
}

// checkTree holds that each document of X-Ray belongs to a known one, or to the invocation, and
// that AWS was told of each that is a call.
func checkTree(t *testing.T, documents, told []string) {
	t.Helper()
	type document struct {
		ID, Name  string
		ParentID  string  `json:"parent_id"`
		StartTime float64 `json:"start_time"`
		EndTime   float64 `json:"end_time"`
	}
	byID := map[string]document{}
	for _, text := range documents {
		var d document
		if err := json.Unmarshal([]byte(text), &d); err != nil || len(d.ID) != 16 || d.EndTime < d.StartTime || d.StartTime < 1e9 {
			t.Errorf("%v in %s", err, text)
		}
		byID[d.ID] = d
	}
	for _, d := range byID {
		want := "verify"
		if d.Name == "verify" {
			want = ""
		}
		header := "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=" + d.ID + ";Sampled=1"
		if calls := d.Name != "verify"; calls != slices.Contains(told, header) {
			t.Errorf("AWS was told %q, and %q is called: %v", told, header, calls)
		}
		if parent := byID[d.ParentID]; parent.Name != want || want == "" && d.ParentID != "9a9197af755a6419" {
			t.Errorf("%+v belongs to %+v", d, parent)
		}
	}
}

func checkLog(t *testing.T, h *host) {
	t.Helper()
	all := h.log()
	if len(all) != 3 {
		t.Fatalf("3 requests make %d lines:\n%s", len(all), h.output)
	}
	for i, want := range []float64{401, 200, 500} {
		if all[i]["status"] != want || all[i]["operation"] != "verify" || all[i]["wire"] != "camara-2" ||
			all[i]["path"] != verifyPath || all[i]["requestId"] != requestID ||
			all[i]["traceId"] != "1-5bef4de7-ad49b0e87f6ef6c87fc2e700" {
			t.Errorf("line %d is %v", i, all[i])
		}
	}
}

func TestEveryHTTPFunctionAnswers(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	for name, tt := range map[string]struct {
		method, path string
		status       int
		body         string
	}{
		"share":       {"GET", "/number-verification/v2/device-phone-number", http.StatusUnauthorized, `"UNAUTHENTICATED"`},
		"authorize":   {"GET", "/oauth2/authorize", http.StatusBadRequest, "client_id"},
		"token":       {"POST", "/oauth2/token", http.StatusBadRequest, `"invalid_request"`},
		"revoke":      {"POST", "/oauth2/revoke", http.StatusUnauthorized, `"invalid_client"`},
		"backchannel": {"POST", "/oauth2/bc-authorize", http.StatusUnauthorized, `"invalid_client"`},
		"discovery":   {"GET", "/oauth2/jwks", http.StatusOK, `"kid":"` + d.issuer.Ring[0].ID + `"`},
		"unmatched":   {"GET", "/", http.StatusNotFound, `"NOT_FOUND"`},
	} {
		event := eventOf(tt.method, tt.path, "", "")
		delete(event.Headers, "content-type")
		h := start(t, bootstrap(t, name), d.env)
		answer := h.call(payloadOf(t, event), patience, "")
		if answer.StatusCode != tt.status || !strings.Contains(answer.Body, tt.body) {
			t.Errorf("%s answered %d %s", name, answer.StatusCode, answer.Body)
		}
		if all := h.log(); len(all) != 1 || all[0]["operation"] != name {
			t.Errorf("%s logged\n%s", name, h.output)
		}
	}
}

func TestTracesNeedNoDaemonAndNoHeader(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	raw := d.access(t)
	d.env["AWS_XRAY_DAEMON_ADDRESS"] = "127.0.0.1:1"
	for _, disabled := range []string{"FALSE", "TRUE"} {
		d.env["AWS_XRAY_SDK_DISABLED"] = disabled
		h := start(t, bootstrap(t, "verify"), d.env)
		for _, trace := range []string{"", sampled, "no header"} {
			if answer := h.call(post(t, raw, claim), patience, trace); answer.StatusCode != http.StatusOK {
				t.Errorf("disabled %s, trace %q: answered %d %s", disabled, trace, answer.StatusCode, answer.Body)
			}
		}
		if all := h.log(); len(all) != 3 {
			t.Errorf("X-Ray is noisy:\n%s", h.output)
		}
	}
}

func TestAnswersBeforeItsLimit(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	raw := d.access(t)
	h := start(t, bootstrap(t, "verify"), d.env)
	h.call(post(t, "x", claim), patience, "") // started
	d.change(func() { d.hang = true })
	answer := h.call(post(t, raw, claim), 1500*time.Millisecond, "")
	if answer.StatusCode != http.StatusGatewayTimeout || !strings.Contains(answer.Body, `"code":"TIMEOUT"`) {
		t.Errorf("answered %d %s", answer.StatusCode, answer.Body)
	}
	d.change(func() { d.hang = false })
	if answer := h.call(post(t, raw, claim), patience, ""); answer.StatusCode != http.StatusOK {
		t.Errorf("once the store is back: %d %s", answer.StatusCode, answer.Body)
	}
}

func TestKeysAwayAtStart(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	raw := d.access(t)
	d.change(func() { d.refuse = `{"__type":"ResourceNotFoundException","message":"canary"}` })
	h := start(t, bootstrap(t, "verify"), d.env)
	if answer := h.call(post(t, raw, claim), patience, ""); answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(answer.Body, "UNAVAILABLE") {
		t.Errorf("without keys it answers %d %s", answer.StatusCode, answer.Body)
	}
	d.change(func() { d.refuse = "" })
	if answer := h.call(post(t, raw, claim), patience, ""); answer.StatusCode != http.StatusOK {
		t.Errorf("with keys it answers %d %s", answer.StatusCode, answer.Body)
	}
	h.log()
	if strings.Contains(h.output.String(), "canary") {
		t.Errorf("logged what DynamoDB said:\n%s", h.output)
	}
}

func TestPanicIsTheWiresOwnError(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	h := start(t, self, map[string]string{functionVariable: "panicking"})
	for range 2 { // and the process lives on
		answer := h.call(post(t, "x", claim), patience, "")
		if answer.StatusCode != http.StatusInternalServerError || !strings.Contains(answer.Body, `"code":"INTERNAL"`) {
			t.Errorf("answered %d %s", answer.StatusCode, answer.Body)
		}
	}
	failed := h.invoke(invocationRequest{[]byte(`{"phoneNumber": 33612345678}`), patience, ""})
	if !failed.failed || strings.Contains(string(failed.payload), "336123") {
		t.Errorf("what is no event is answered %s", failed.payload)
	}
	h.log()
	if text := h.output.String(); strings.Contains(text, "336123") || !strings.Contains(text, "host_test.go") {
		t.Errorf("logged %s", text)
	}
}

func TestMisconfiguredFunctionDoesNotStart(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	h := start(t, self, map[string]string{functionVariable: "misconfigured", issuerVariable: "http://canary.example", levelVariable: "LOUD"})
	var exit *exec.ExitError
	if err := h.process.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("ended with %v", err)
	}
	all := h.log()
	if len(all) != 1 || all[0]["level"] != "ERROR" || strings.Contains(h.output.String(), "canary") {
		t.Fatalf("wrote\n%s", h.output)
	}
	want := "boot: AWS_ACCESS_KEY_ID: not set; boot: AWS_REGION: not set; boot: AWS_SECRET_ACCESS_KEY: not set; boot: GRANTS_TABLE: not set; " +
		"boot: ISSUER: not an https URL; boot: LOG_LEVEL: not one of DEBUG, INFO, WARN, ERROR"
	if all[0]["error"] != want {
		t.Errorf("error %q\nwant  %q", all[0]["error"], want)
	}
}

func TestIngestBootstrap(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	before := d.calls("PutItem")
	h := start(t, bootstrap(t, "session-ingest"), d.env)
	for payload, want := range map[string]string{
		sqs(goodRecord, badRecord):                           `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`,
		`{"records":[` + badRecord + `,` + goodRecord + `]}`: `{"failures":[{"index":0,"kind":"invalid field","param":"number"}]}`,
	} {
		if got := h.invoke(invocationRequest{[]byte(payload), patience, ""}); got.failed || string(got.payload) != want {
			t.Errorf("answered %s, want %s", got.payload, want)
		}
	}
	h.log()
	if written := d.calls("PutItem") - before; written != 2 || strings.Contains(h.output.String(), "336123") {
		t.Errorf("%d sessions written; logged\n%s", written, h.output)
	}
}

// needsOf gives what a built function says that it needs.
func needsOf(t *testing.T, name string) map[string]Need {
	t.Helper()
	text, err := exec.Command(bootstrap(t, name), "needs").Output()
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Function string
		Needs    []Need
	}
	if err := json.Unmarshal(text, &told); err != nil || told.Function != name {
		t.Fatalf("%s says %s: %v", name, text, err)
	}
	byVariable := map[string]Need{}
	for _, need := range told.Needs {
		byVariable[need.Variable] = need
	}
	return byVariable
}

func TestWhoHoldsWhat(t *testing.T) {
	t.Parallel()
	for name, tables := range map[string]map[string][]string{
		"verify":         {keySetsTable: {get}, clientsTable: {get}, grantsTable: {get, update}, upstreamsTable: {scan}},
		"share":          {keySetsTable: {get}, clientsTable: {get}, grantsTable: {get, update}, upstreamsTable: {scan}},
		"authorize":      {clientsTable: {get}, replaysTable: {put}, grantsTable: {put}, sessionsTable: {query}, upstreamsTable: {scan}},
		"callback":       {grantsTable: {update}, upstreamsTable: {scan}},
		"backchannel":    {clientsTable: {get}, replaysTable: {put}, grantsTable: {put}, sessionsTable: {query}, upstreamsTable: {scan}},
		"revoke":         {clientsTable: {get}, replaysTable: {put}, grantsTable: {update}, keySetsTable: {get}},
		"token":          {clientsTable: {get}, replaysTable: {put}, grantsTable: {get, put, update}, sessionsTable: {query}, upstreamsTable: {scan}},
		"discovery":      {keySetsTable: {get}, upstreamsTable: {scan}},
		"unmatched":      {},
		"session-ingest": {sessionsTable: {put}},

		"pin-request": {
			accountsTable: {get}, replaysTable: {put}, ledgersTable: {update},
			pinsTable: {batchGet, put, update},
		},
		"pin-check":       {accountsTable: {get}, replaysTable: {put}, pinsTable: {update}},
		"pin-search":      {accountsTable: {get}, pinsTable: {batchGet}},
		"pin-control":     {accountsTable: {get}, replaysTable: {put}, pinsTable: {update}},
		"network-unblock": {accountsTable: {get}, replaysTable: {put}, pinsTable: {update}},
		"pin-sweep":       {pinsTable: {scan}},
		"pin-deliver":     {pinsTable: {batchGet, update}, ledgersTable: {update}},

		"callback-deliver": {clientsTable: {get}, accountsTable: {get}, pinsTable: {batchGet}},
	} {
		needs := needsOf(t, name)
		for _, table := range []string{grantsTable, replaysTable, clientsTable, sessionsTable, accountsTable, pinsTable, ledgersTable, keySetsTable, upstreamsTable} {
			if !slices.Equal(needs[table].Actions, tables[table]) {
				t.Errorf("%s may %v %s, want %v", name, needs[table].Actions, table, tables[table])
			}
		}
		if _, signs := needs["SIGNING_SECRET"]; signs != (name == "token") {
			t.Errorf("%s holds our private keys: %v", name, signs)
		}
	}
}

func TestFunctionsLinkNothingHeavy(t *testing.T) {
	t.Parallel()
	everywhere := []string{
		"nyaruka/phonenumbers", "aws-sdk-go-v2/config", "service/sso", "service/sts", "net/rpc",
		"aws-xray-sdk-go/v2/xray", "google.golang.org/grpc", "google.golang.org/protobuf", "valyala/fasthttp",
	}
	linksNone(t, "lineproof/functions/...", everywhere)
	linksNone(t, "lineproof/functions/verify", []string{"service/sqs", "lineproof/shared/admin"})
	for _, name := range []string{"verify", "share", "discovery", "unmatched", "session-ingest"} {
		linksNone(t, "lineproof/functions/"+name, []string{"service/secretsmanager"})
	}
}

// linksNone holds that programs link none of these packages, nor what is below them.
func linksNone(t *testing.T, programs string, heavy []string) {
	t.Helper()
	text, err := exec.Command("go", "list", "-deps", "-tags", "lambda.norpc", programs).Output()
	if err != nil {
		t.Fatal(err)
	}
	for dependency := range strings.Lines(string(text)) {
		for _, h := range heavy {
			if path := strings.TrimSpace(dependency); strings.HasSuffix(path, h) || strings.Contains(path, h+"/") {
				t.Errorf("%s links %s", programs, path)
			}
		}
	}
}
