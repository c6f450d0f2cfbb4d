package api_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// tabulated returns the rows of docs/verify2.md whose first cell begins with two digits in code, by
// these; of a table with so many columns.
func tabulated(t *testing.T, columns int) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/verify2.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	numbered := regexp.MustCompile("(?m)^\\| `(\\d\\d)`.*$")
	for _, line := range numbered.FindAllStringSubmatch(string(text), -1) {
		if cells := strings.Split(strings.Trim(line[0], "| "), " | "); len(cells) == columns {
			rows[line[1]] = cells
		}
	}
	return rows
}

// became returns what a silent step came to, by what its device was answered.
func became(a answer) string {
	switch a.status {
	case http.StatusOK:
		return "completed"
	case http.StatusForbidden:
		return "user_rejected"
	case http.StatusConflict:
		return "failed"
	default:
		return a.body
	}
}

// Each test number's device gets what docs/verify2.md says, by both tables.
func TestRehearsedDevices(t *testing.T) {
	t.Parallel()
	told := tabulated(t, 3)
	if len(told) < 7 {
		t.Fatalf("docs/verify2.md tells of %d", len(told))
	}
	for pair := range 100 {
		want := []string{"", "completed", "completed"}
		if pair%2 == 1 {
			want[2] = "user_rejected"
		}
		if row := told[fmt.Sprintf("%02d", pair)]; row != nil {
			want = row
		}
		w := newPINWorld(t)
		for i, app := range []string{standardApp, vonageApp} {
			number := fmt.Sprintf("9901234%d00%02d", i+5, pair)
			body := asking2(steps(step("silent_auth", number)))
			begun := w.do(w.asApp(app, v2(http.MethodPost, "", body)))
			if got := became(w.do(visiting(begun.member("request_id")))); got != want[i+1] {
				t.Errorf("%02d of application %d is %s, want %s", pair, i, got, want[i+1])
			}
		}
	}
}

// What is sent to each test number is what docs/verify2.md says, step by step.
func TestRehearsedMessages(t *testing.T) {
	t.Parallel()
	told := tabulated(t, 4)
	if len(told) != len(verification.TestNumbers()) {
		t.Errorf("docs/verify2.md tells of %d scenarios", len(told))
	}
	for digits, row := range told {
		for i, channel := range []string{"sms", "voice"} {
			w, number, says := newPINWorld(t), "99012345"+digits+"01", row[2+i]
			body := asking2(steps(step(channel, number), step(channel, number)))
			a := w.do(w.asApp(standardApp, v2(http.MethodPost, "", body)))
			if refused := says == "422"; refused != (a.status == http.StatusUnprocessableEntity) {
				t.Errorf("%s by %s is answered %d %s", digits, channel, a.status, a.body)
			}
			w.advance(2 * time.Minute) // within which no step's time is over
			sent := len(w.inbox.Messages("", phone.Number{}))
			if arrives := strings.HasPrefix(says, "arrives"); arrives != (sent == 1) {
				t.Errorf("%s by %s: %d messages are sent, told is %q", digits, channel, sent, says)
			}
			if on := strings.HasSuffix(says,
				"on at once"); a.status == http.StatusAccepted && on != w.overtaken(a) {
				t.Errorf("%s by %s: the second step has begun: %v, told is %q", digits, channel, !on, says)
			}
		}
	}
}

// overtaken tells whether no step is left of a workflow of two, or it has ended with its last.
func (w *pinWorld) overtaken(begun answer) bool {
	w.t.Helper()
	next := v2(http.MethodPost, "/"+begun.member("request_id")+"/next_workflow", "")
	return w.do(w.asApp(standardApp, next)).status != http.StatusOK
}
