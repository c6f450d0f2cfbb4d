package deployed_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A number that opted out is told of in the log by that word, its second text message is not handed
// over, and the call comes through.
func TestReasonOfTheProvider(t *testing.T) {
	t.Parallel()
	w, number := theWorld(t), someNumber()
	w.Refuse(number, `{"__type":"com.amazonaws.pinpointsmsvoicev2#ConflictException","Message":"of `+number+`",`+
		`"Reason":"DESTINATION_PHONE_NUMBER_OPTED_OUT"}`)
	key, secret := w.account(t, "unlimited")
	step := `{"channel":%q,"to":"` + number[1:] + `"}`
	body := fmt.Sprintf(`{"brand":"Acme","workflow":[`+step+","+step+","+step+`]}`, "sms", "sms", "voice")
	status, text, _ := w.call(t, http.MethodPost, "/v2/verify", key, secret, "application/json", body, nil)
	var begun struct {
		ID string `json:"request_id"`
	}
	if err := json.Unmarshal(text, &begun); err != nil || status != http.StatusAccepted {
		t.Fatalf("verify2-request answered %d %s", status, text)
	}
	w.eventually(t, "the call", func() bool { return len(w.Messages(number)) > 0 })
	if n := w.Refused(number); n != 1 || !w.Messages(number)[0].Voice {
		t.Errorf("%d text messages were handed over, and then %+v", n, w.Messages(number))
	}
	id, lines := strings.ReplaceAll(begun.ID, "-", ""), 0
	for line := range strings.Lines(w.Output()) {
		if strings.Contains(line, id) && strings.Contains(line, `"reason":"number opted out"`) {
			lines++
		}
		if strings.Contains(line, number[1:]) {
			t.Errorf("a number is logged: %s", line)
		}
	}
	if lines != 1 {
		t.Errorf("%d lines tell of one refusal:\n%s", lines, tail(w.Output()))
	}
}
