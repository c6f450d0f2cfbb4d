package deployed_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"lineproof/e2e/host"
	"lineproof/shared/secrets"
	"lineproof/shared/token"
	"lineproof/shared/verification"
)

// request begins a PIN verification and gives its request_id.
func (w *world) request(t *testing.T, number string, more url.Values) string {
	t.Helper()
	key, secret := w.account(t, "unlimited")
	params := url.Values{"api_key": {key}, "api_secret": {secret}, "number": {number}, "brand": {"Acme"}, "workflow_id": {"6"}}
	for name, values := range more {
		params[name] = values
	}
	_, text, _ := w.call(t, http.MethodPost, "/verify/json", "", "", "application/x-www-form-urlencoded", params.Encode(), nil)
	var answer struct {
		Status string
		ID     string `json:"request_id"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Status != "0" {
		t.Fatalf("pin-request answered %s", text)
	}
	return answer.ID
}

// run gives what checks the PINs of the unlimited account.
func (w *world) run(t *testing.T) run {
	t.Helper()
	key, secret := w.account(t, "unlimited")
	return run{w: w, key: key, pass: secret}
}

// due is the body of the message that makes a dispatcher handle an event of a verification; key is
// the version of its PIN key.
func due(t *testing.T, w *world, id string, event int) string {
	t.Helper()
	return fmt.Sprintf(`{"id":%q,"key":%d,"event":%d,"due":1700000000000}`, id, keyVersion(t, w), event)
}

// keyVersion gives the version of the PIN key in use: the number that its ID writes.
func keyVersion(t *testing.T, w *world) uint32 {
	t.Helper()
	var ring struct{ Keys []struct{ ID string } }
	if err := json.Unmarshal(w.secrets["PinsSecret"], &ring); err != nil || len(ring.Keys) == 0 {
		t.Fatalf("no PIN key: %v", err)
	}
	var version uint32
	if _, err := fmt.Sscanf(ring.Keys[0].ID, "%x", &version); err != nil {
		t.Fatal(err)
	}
	return version
}

func messages(bodies ...string) []sqstypes.Message {
	var made []sqstypes.Message
	for i, body := range bodies {
		made = append(made, sqstypes.Message{
			MessageId: aws.String(fmt.Sprintf("m%d", i)), ReceiptHandle: aws.String("none"), Body: aws.String(body),
			Attributes: map[string]string{"ApproximateReceiveCount": "1"},
		})
	}
	return made
}

// Fault 5: the same message ten times at once sends at most one SMS.
func TestFaultSameMessageTenTimes(t *testing.T) {
	t.Parallel()
	w, number := theWorld(t), someNumber()
	id := w.request(t, number, nil)
	event := host.SQSEvent("arn:aws:sqs:eu-west-1:123456789012:queue", messages(due(t, w, id, 1)))
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if result, err := w.Invoke(t.Context(), "pin-deliver", event); err != nil || result.Failed {
				t.Errorf("pin-deliver gave %s, %v", result.Payload, err)
			}
		})
	}
	all.Wait()
	w.eventually(t, "the SMS", func() bool { return len(w.Messages(number)) > 0 })
	if n := len(w.Messages(number)); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
	if status := w.run(t).check(t, id, pinIn(t, w.Messages(number)[0].Text)); status != "0" {
		t.Errorf("the PIN is answered %s", status)
	}
}

// Fault 6: of a batch of ten with three bad messages exactly three are reported, and they end in
// the dead-letter queue.
func TestFaultBatchWithThreeBad(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	var bodies, numbers []string
	for range 7 {
		numbers = append(numbers, someNumber())
		bodies = append(bodies, due(t, w, w.request(t, numbers[len(numbers)-1], nil), 1))
	}
	bodies = append(bodies, "no JSON", `{"id":"","event":1}`, `{"id":"0123456789abcdef0123456789abcdef","key":1,"event":1,"due":1700000000000}`)
	batch := host.SQSEvent("arn:aws:sqs:eu-west-1:123456789012:queue", messages(bodies...))
	want := `{"batchItemFailures":[{"itemIdentifier":"m7"},{"itemIdentifier":"m8"},{"itemIdentifier":"m9"}]}`
	w.eventually(t, "exactly three failures", func() bool { // while the queue's own message is being handled, its repetition has to wait
		result, err := w.Invoke(t.Context(), "pin-deliver", batch)
		for _, bad := range []string{"m7", "m8", "m9"} {
			if err != nil || result.Failed || !strings.Contains(string(result.Payload), bad) {
				t.Fatalf("pin-deliver gave %s, %v", result.Payload, err)
			}
		}
		return string(result.Payload) == want
	})
	client := w.cloud.SQS()
	queue := w.Physical("DeliveryQueue")
	shorten(t, client, queue, w.Physical("DeliveryDeadLetters"))
	for _, body := range bodies[7:] {
		if _, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &queue, MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
	dead := map[string]bool{}
	for _, body := range bodies[7:] { // the good ones may join them while the machine is busy
		w.eventually(t, body+" in the dead-letter queue", func() bool {
			for _, m := range receive(t, client, w.Physical("DeliveryDeadLetters")) {
				dead[*m.Body] = true
			}
			return dead[body]
		})
	}
	for _, number := range numbers {
		if n := len(w.Messages(number)); n != 1 {
			t.Errorf("%d messages were sent where one was due", n)
		}
	}
}

// shorten has a queue give up after two tries of a second each, which the template has it do after
// hours.
func shorten(t *testing.T, client *sqs.Client, queue, dead string) {
	t.Helper()
	got, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &dead, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}})
	if err != nil {
		t.Fatal(err)
	}
	policy := fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":2}`, got.Attributes["QueueArn"])
	_, err = client.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{
		QueueUrl: &queue, Attributes: map[string]string{"VisibilityTimeout": "1", "RedrivePolicy": policy},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, client *sqs.Client, queue string) []sqstypes.Message {
	t.Helper()
	got, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue, MaxNumberOfMessages: 10})
	if err != nil {
		t.Fatal(err)
	}
	return got.Messages
}

// access exchanges a code for an access token.
func (w *world) access(t testing.TB, code string) string {
	t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {webRedirect}}
	_, text, _ := w.call(t, http.MethodPost, "/oauth2/token", webClient, webSecret, "application/x-www-form-urlencoded", form.Encode(), nil)
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Token == "" {
		t.Fatalf("token answered %s", text)
	}
	return answer.Token
}

// verifyWith uses a token and gives the status.
func (w *world) verifyWith(t *testing.T, token string) (int, string) {
	t.Helper()
	status, text, _ := w.call(t, http.MethodPost, "/number-verification/v2/verify", "", "", "application/json",
		`{"phoneNumber":"`+holder+`"}`, http.Header{"Authorization": {"Bearer " + token}})
	return status, string(text)
}

// A request whose verification was put in its place without an answer is told that it failed; so
// the verification is undone and the number is free. Its PIN may have gone out meanwhile, and is
// dead.
func TestFaultLostBeginIsUndone(t *testing.T) {
	t.Parallel()
	w, number := ownWorld(t), someNumber()
	var begun atomic.Int32
	w.Befall(func(operation, body string) host.Mishap {
		if w.begins(operation, body) && begun.Add(1) <= 3 { // all tries of the first request
			return host.Lost
		}
		return host.None
	})
	key, secret := w.account(t, "unlimited")
	params := url.Values{"api_key": {key}, "api_secret": {secret}, "number": {number}, "brand": {"Acme"}}
	_, text, _ := w.call(t, http.MethodPost, "/verify/json", "", "", "application/x-www-form-urlencoded", params.Encode(), nil)
	if want := `{"status":"5","error_text":"Internal Error"}`; string(text) != want {
		t.Fatalf("answered %s, want %s", text, want)
	}
	id, tried := w.request(t, number, nil), 0
	w.eventually(t, "its PIN", func() bool {
		for _, sent := range w.Messages(number)[tried:] {
			if tried++; w.run(t).check(t, id, pinIn(t, sent.Text)) == "0" {
				return true
			}
		}
		return false
	})
}

// begins tells whether a call puts a verification in its number's place.
func (w *world) begins(operation, body string) bool {
	return operation == "PutItem" && strings.Contains(body, w.Physical("PinsTable")) &&
		strings.Contains(body, `"live"`)
}

// A verification whose messages are lost is settled all the same: the sweep finds it once it is an
// hour beyond its end.
func TestFaultLostMessagesAreSwept(t *testing.T) {
	t.Parallel()
	w, number := ownWorld(t), someNumber()
	w.request(t, number, nil)
	w.eventually(t, "the SMS", func() bool { return len(w.Messages(number)) > 0 })
	table, live := w.Physical("PinsTable"), map[string]dynamotypes.AttributeValue{}
	settled := func() bool {
		out, err := w.cloud.DynamoDB().Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range out.Items {
			if mark, ends := it["pinSettled"].(*dynamotypes.AttributeValueMemberBOOL); ends {
				live["pinSubject"], live["pinPart"] = it["pinSubject"], it["pinPart"]
				return mark.Value
			}
		}
		t.Fatal("no verification stands")
		return false
	}
	if settled() {
		t.Fatal("it is settled before its end")
	}
	w.eventually(t, "the settlement", func() bool {
		long := strconv.FormatInt(time.Now().Add(-2*time.Hour).UnixNano(), 10)
		_, err := w.cloud.DynamoDB().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &table, Key: live, UpdateExpression: aws.String("SET expiresAt = :long"),
			ExpressionAttributeValues: map[string]dynamotypes.AttributeValue{
				":long": &dynamotypes.AttributeValueMemberN{Value: long},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if result, err := w.Invoke(t.Context(), "pin-sweep", []byte("{}")); err != nil || result.Failed {
			t.Fatalf("pin-sweep gave %s, %v", result.Payload, err)
		}
		return settled()
	})
}

// Fault 14: of two verifies with one token one is answered 200 and one 401.
func TestFaultTwoVerifiesWithOneToken(t *testing.T) {
	t.Parallel()
	w := theWorld(t)
	for range 5 {
		token := w.access(t, w.code(t, holder))
		var statuses [2]int
		var all sync.WaitGroup
		for i := range statuses {
			all.Go(func() { statuses[i], _ = w.verifyWith(t, token) })
		}
		all.Wait()
		if statuses != [2]int{200, 401} && statuses != [2]int{401, 200} {
			t.Errorf("the statuses are %v", statuses)
		}
	}
}

// rotate puts a new key in front of each ring, as two rotations a quarter of an hour apart do (see
// shared/secrets/rotation).
func (w *world) rotate(t *testing.T) {
	t.Helper()
	for _, logical := range []string{"PinsSecret", "CredentialsSecret", "RefreshSecret", "FallbackSecret", "GatewaySecret"} {
		old, err := secrets.Parse(w.secrets[logical])
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := secrets.Generate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		ring := append(fresh, old...)
		w.put(t, logical, secrets.Marshal(ring))
		if logical == "PinsSecret" {
			ids, err := secrets.Part(ring, verification.IDMaterial)
			if err != nil {
				t.Fatal(err)
			}
			w.put(t, "RequestIdsSecret", secrets.Marshal(ids))
		}
	}
	old, errOld := token.ParsePrivateJWKS(w.secrets["SigningSecret"])
	es, errES := token.Generate(token.ES256)
	rs, errRS := token.Generate(token.RS256)
	if err := errors.Join(errOld, errES, errRS); err != nil {
		t.Fatal(err)
	}
	ring := append(token.Ring{es, rs}, old...)
	if err := publish(t.Context(), w.cloud.DynamoDB(), w.Host, ring.PrivateJWKS()); err != nil {
		t.Fatal(err)
	}
	w.put(t, "SigningSecret", ring.PrivateJWKS())
	w.Recycle()
}

// put makes a value the current one of a secret.
func (w *world) put(t *testing.T, logical string, value []byte) {
	t.Helper()
	arn := w.Physical(logical)
	_, err := w.cloud.Secrets().PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &arn, SecretString: aws.String(string(value))})
	if err != nil {
		t.Fatal(err)
	}
}

// Fault 17: keys rotate between the halves of everything, and what began before ends well, also in
// processes that know only the new keys.
func TestFaultKeysRotatedMidRequest(t *testing.T) {
	t.Parallel()
	w, number, waiting := ownWorld(t), someNumber(), someNumber()
	token, code := w.access(t, w.code(t, holder)), w.code(t, holder)
	id := w.request(t, number, nil)
	w.eventually(t, "the SMS", func() bool { return len(w.Messages(number)) > 0 })
	fallback := w.start(t, wanted{Number: waiting, Brand: "Acme", Workflow: "6"})
	other, pin := fallback.pin(t, waiting)
	w.rotate(t)
	if status, text := w.verifyWith(t, token); status != http.StatusOK || !strings.Contains(text, "true") {
		t.Errorf("an old token is answered %d %s", status, text)
	}
	if status, text := w.verifyWith(t, w.access(t, code)); status != http.StatusOK {
		t.Errorf("an old code's token is answered %d %s", status, text)
	}
	if status := w.run(t).check(t, id, pinIn(t, w.Messages(number)[0].Text)); status != "0" {
		t.Errorf("an old PIN is answered %s", status)
	}
	if status := fallback.check(t, other, pin); status != "0" {
		t.Errorf("a fallback's old PIN is answered %s", status)
	}
	fallback.end(t, result{Verified: true, Method: "sms", RequestID: other, Silent: notTried})
	fresh := someNumber()
	again := w.request(t, fresh, nil)
	w.eventually(t, "a new SMS", func() bool { return len(w.Messages(fresh)) > 0 })
	if status := w.run(t).check(t, again, pinIn(t, w.Messages(fresh)[0].Text)); status != "0" {
		t.Errorf("a new PIN is answered %s", status)
	}
}

// Fault 19: messages that come back from the dead-letter queue after their verification has ended
// send nothing.
func TestFaultRedriveAfterTheEnd(t *testing.T) {
	t.Parallel()
	w, number := theWorld(t), someNumber()
	id := w.request(t, number, url.Values{"workflow_id": {"4"}, "pin_expiry": {"60"}, "next_event_wait": {"60"}})
	w.eventually(t, "the SMS", func() bool { return len(w.Messages(number)) > 0 })
	if status := w.run(t).check(t, id, pinIn(t, w.Messages(number)[0].Text)); status != "0" {
		t.Fatalf("the PIN is answered %s", status)
	}
	bodies := []string{due(t, w, id, 1), due(t, w, id, 2), due(t, w, id, 3)}
	event := host.SQSEvent("arn:aws:sqs:eu-west-1:123456789012:queue", messages(bodies...))
	// While the queue's own message is being handled, its repetition has to wait.
	w.eventually(t, "the end of the messages", func() bool {
		result, err := w.Invoke(t.Context(), "pin-deliver", event)
		if err != nil || result.Failed {
			t.Fatalf("pin-deliver gave %s, %v", result.Payload, err)
		}
		return string(result.Payload) == `{"batchItemFailures":[]}`
	})
	if n := len(w.Messages(number)); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
}
