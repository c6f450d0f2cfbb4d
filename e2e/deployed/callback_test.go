package deployed_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"lineproof/e2e/host"
	"lineproof/shared/dynamo"
	"lineproof/shared/phone"
	"lineproof/shared/secrets"
	"lineproof/shared/verification"
	"lineproof/shared/webhook"
)

// pinKeys are those of the deployment.
func (w *world) pinKeys(t *testing.T) verification.Ring {
	t.Helper()
	stored, err := secrets.Parse(w.secrets["PinsSecret"])
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secrets.Derive(stored, verification.NewKey)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// tell has an application of the account told of a verification that has not ended.
func (w *world) tell(t *testing.T, id, account string) (secret string) {
	t.Helper()
	ref, known := verification.RefOf(verification.IDKeys(w.pinKeys(t)), id, keyVersion(t, w))
	if !known {
		t.Fatalf("%s names nothing", id)
	}
	i := slices.IndexFunc(w.sandbox.Applications, func(a struct {
		ID      string `json:"application_id"`
		Account string `json:"account"`
		Secret  string `json:"signature_secret"`
	},
	) bool {
		return a.Account == account
	})
	pins := dynamo.NewVerifications(w.cloud.DynamoDB(), w.Physical("PinsTable"), w.Physical("LedgersTable"), rand.Reader)
	w.eventually(t, "the record", func() bool { // the dispatcher writes in it, too
		found, err := pins.Find(t.Context(), []verification.Ref{ref})
		if err != nil {
			t.Fatal(err)
		}
		found[0].Callback = webhook.Prefix + w.sandbox.Applications[i].ID
		return pins.Replace(t.Context(), found[0]) == nil
	})
	return w.sandbox.Applications[i].Secret
}

// A callback of a verification of the deployed bundle is told to the bus, is not posted to an
// address of this network, and lies with the dead letters when its day is over. Nothing of it leaks
// on the way.
func TestCallbackIsGivenUp(t *testing.T) {
	t.Parallel()
	w, number := theWorld(t), someNumber()
	id := w.request(t, number, nil)
	w.eventually(t, "the SMS", func() bool { return len(w.Messages(number)) > 0 })
	account, _ := w.account(t, "unlimited")
	secret := w.tell(t, id, account)
	pin := pinIn(t, w.Messages(number)[0].Text)
	if status := w.run(t).check(t, id, pin); status != "0" {
		t.Fatalf("the PIN is answered %s", status)
	}
	body := fmt.Sprintf(`{"id":%q,"key":%d,"kind":"summary","due":1700000000000,"since":%d,"tries":13}`,
		id, keyVersion(t, w), time.Now().Add(-25*time.Hour).UnixMilli())
	queue := w.Physical("CallbackQueue")
	if _, err := w.cloud.SQS().SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &queue, MessageBody: &body}); err != nil {
		t.Fatal(err)
	}
	dead := ""
	w.eventually(t, "the dead letter", func() bool {
		for _, m := range receive(t, w.cloud.SQS(), w.Physical("CallbackDeadLetters")) {
			if job, err := webhook.Decode(*m.Body); err == nil && job.ID == id {
				dead = *m.Body
				return job.Published && !job.Posted && job.Tries == 0
			}
		}
		return false
	})
	line := ""
	for l := range strings.Lines(w.Output()) {
		if strings.Contains(l, "callback given up") && strings.Contains(l, id) {
			line = l
		}
	}
	if !strings.Contains(line, "outbound: address is not public") {
		t.Errorf("logged %s", line)
	}
	for _, canary := range []string{number, number[2:], `"` + pin + `"`, secret, "canary-path", "Bearer"} {
		if strings.Contains(dead, canary) || strings.Contains(w.Output(), canary) {
			t.Errorf("%s is in the dead letter or the log: %s", canary, dead)
		}
	}
}

// A batch of callbacks reports the bad ones alone; what names no verification is looked for before
// it is dropped.
func TestCallbackBatchWithThreeBad(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	nobody, err := phone.ParseDigits("447700900999")
	if err != nil {
		t.Fatal(err)
	}
	id := w.pinKeys(t).Active().RequestID(verification.Ref{Account: 1, Number: nobody, Nonce: 1})
	unknown := fmt.Sprintf(`{"id":%q,"key":%d,"kind":"pending","due":1700000000000}`, id, keyVersion(t, w))
	batch := messages(unknown, unknown, "no JSON", `{"id":"0123456789abcdef0123456789abcdef","key":1,"kind":"summary","due":1700000000000}`)
	batch[0].Attributes["ApproximateReceiveCount"] = "3"
	event := host.SQSEvent("arn:aws:sqs:eu-west-1:123456789012:queue", batch)
	result, err := w.Invoke(t.Context(), "callback-deliver", event)
	want := `{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m2"},{"itemIdentifier":"m3"}]}`
	if err != nil || result.Failed || string(result.Payload) != want {
		t.Errorf("callback-deliver gave %s, %v", result.Payload, err)
	}
}
