package bundle

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// finding is an answer in which Schemathesis sees a breach of a document.
type finding struct {
	Operation, Check string
	// Asked is the body of the request.
	Asked any
	// Status, Code and Message are those of the answer.
	Status        int
	Code, Message string
}

// excuse says which findings are none, and why.
type excuse struct {
	operation, check, why string
	holds                 func(finding) bool
}

// excuses are those of CAMARA's documents of one-time passwords.
var excuses = []excuse{
	{
		"POST /send-code", "positive_data_acceptance",
		"The schema admits what controls how a text is shown. A message with that is refused: it" +
			" may show another code than it carries.",
		func(f finding) bool {
			asked, _ := f.Asked.(map[string]any)
			message, _ := asked["message"].(string)
			return f.Status == http.StatusBadRequest && strings.HasSuffix(f.Message, ": message") &&
				strings.ContainsFunc(message, func(r rune) bool {
					controls := unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
					return controls && r != '\n'
				})
		},
	},
	{
		"POST /validate-code", "positive_data_acceptance",
		"Any code of ten characters is valid data, and 400 is what the document answers to one" +
			" that is wrong, one too many, or for an authenticationId that has ended.",
		func(f finding) bool {
			return f.Status == http.StatusBadRequest && slices.Contains([]string{
				"ONE_TIME_PASSWORD_SMS.INVALID_OTP", "ONE_TIME_PASSWORD_SMS.VERIFICATION_FAILED",
				"ONE_TIME_PASSWORD_SMS.VERIFICATION_EXPIRED",
			}, f.Code)
		},
	},
}

// excused tells whether a finding is none.
func (f finding) excused() bool {
	return slices.ContainsFunc(excuses, func(e excuse) bool {
		return e.operation == f.Operation && e.check == f.Check && e.holds(f)
	})
}

// TestServedAsPublished holds one-time passwords to CAMARA's own documents, by all that
// Schemathesis checks.
func TestServedAsPublished(t *testing.T) {
	t.Parallel()
	for version, release := range map[string]string{"v1": "1.1.1", "v2": "2.0.0-rc.2"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			cases := 0
			for f := range findings(t, release, version, &cases) {
				if !f.excused() {
					t.Errorf("%+v", f)
				}
			}
			if cases < 100 {
				t.Errorf("only %d requests were made", cases)
			}
		})
	}
}

// A checker that finds nothing proves nothing: by the document of version 1, version 2 refuses what
// it should take, a property that nobody knows.
func TestServedAsPublishedSeesMistakes(t *testing.T) {
	t.Parallel()
	cases, seen := 0, false
	for f := range findings(t, "1.1.1", "v2", &cases) {
		if f.excused() {
			continue
		}
		if seen = true; f.Check != "positive_data_acceptance" || f.Code != "INVALID_ARGUMENT" {
			t.Errorf("%+v", f)
		}
	}
	if !seen {
		t.Errorf("%d requests show nothing wrong", cases)
	}
}

// findings has Schemathesis ask the operations of a version by the document of a release, and
// yields what it finds. It counts the requests.
func findings(
	t *testing.T, release, version string, cases *int,
) func(yield func(finding) bool) {
	t.Helper()
	listening := httptest.NewServer(sandboxServer(t))
	t.Cleanup(listening.Close)
	reports := t.TempDir()
	command := tool(t, "schemathesis/bin/schemathesis", "run",
		filepath.Join("e2e", "bundle", "testdata", "camara", "one-time-password-sms-"+release+".yaml"),
		"--url", listening.URL+"/one-time-password-sms/"+version,
		"--header", "Authorization: Bearer "+boundlessToken(t, listening.URL),
		"--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--seed", "1",
		"--no-color", "--continue-on-failure", "--report", "ndjson", "--report-dir", reports)
	output, err := command.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && (!errors.As(err, &failed) || failed.ExitCode() != 1) { // 1 is for findings
		t.Fatalf("%v\n%s", err, output)
	}
	return func(yield func(finding) bool) {
		for _, s := range scenarios(t, reports) {
			*cases += len(s.Recorder.Interactions)
			for _, f := range s.findings() {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// scenario is the requests to an operation in a phase, as a report has them.
type scenario struct {
	Recorder struct {
		Label string
		Cases map[string]struct{ Value struct{ Body any } }
		// Checks are those of each case.
		Checks map[string][]struct{ Name, Status string }
		// Interactions are the answers to each.
		Interactions map[string]struct {
			Response struct {
				Status  int `json:"status_code"`
				Content struct {
					Base64 []byte `json:"$base64"`
				}
			}
		}
	}
}

func (s scenario) findings() (all []finding) {
	for id, checks := range s.Recorder.Checks {
		for _, check := range checks {
			if check.Status == "success" {
				continue
			}
			answer := s.Recorder.Interactions[id].Response
			f := finding{
				Operation: s.Recorder.Label, Check: check.Name,
				Asked: s.Recorder.Cases[id].Value.Body, Status: answer.Status,
			}
			var said struct{ Code, Message string }
			_ = json.Unmarshal(answer.Content.Base64, &said) // what is none fails another check
			f.Code, f.Message = said.Code, said.Message
			all = append(all, f)
		}
	}
	return all
}

// unsupported is an error of Schemathesis, which makes an expression of the message's pattern and
// length that its own engine does not read. Then it makes up fewer messages.
const unsupported = "InvalidRegexPattern"

// scenarios reads the one report of the directory, which must tell of a whole run.
func scenarios(t *testing.T, reports string) (all []scenario) {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join(reports, "*.ndjson"))
	if len(names) != 1 {
		t.Fatalf("the reports are %v", names)
	}
	file, err := os.Open(names[0])
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, whole := bufio.NewScanner(file), false
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var event struct {
			ScenarioFinished          *scenario
			NonFatalError, FatalError *struct {
				Value struct{ Type, Message string }
			}
			EngineFinished *struct {
				StopReason string `json:"stop_reason"`
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			t.Fatal(err)
		}
		switch {
		case event.ScenarioFinished != nil:
			all = append(all, *event.ScenarioFinished)
		case event.FatalError != nil,
			event.NonFatalError != nil && event.NonFatalError.Value.Type != unsupported:
			t.Errorf("it fails: %s", lines.Bytes())
		case event.EngineFinished != nil:
			whole = event.EngineFinished.StopReason == "completed"
		}
	}
	if err := lines.Err(); err != nil || !whole {
		t.Errorf("the report ends early: %v", err)
	}
	return all
}

// boundlessToken returns an access token of a client whose account has no caps, and whose messages
// may say what they like.
func boundlessToken(t *testing.T, base string) string {
	t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "scope": {"one-time-password-sms:send-validate"},
	}
	r, err := http.NewRequestWithContext(
		t.Context(), http.MethodPost, base+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth("sandbox-otp-unlimited", "sandbox-otp-unlimited-secret")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&tokens); err != nil || tokens.AccessToken == "" {
		t.Fatalf("answered %s, %v", answer.Status, err)
	}
	return tokens.AccessToken
}
