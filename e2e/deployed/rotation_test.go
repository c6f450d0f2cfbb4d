package deployed_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"lineproof/shared/keyring"
	"lineproof/shared/secrets"
	"lineproof/shared/secrets/rotation"
	"lineproof/shared/verification"
)

// pend puts a pending version beside the current one of PinsSecret, with a new key at the
// place, and returns its ring and name.
func (w *world) pend(t *testing.T, place int) (secrets.Ring, string) {
	t.Helper()
	old, err := secrets.Parse(w.current(t, "PinsSecret"))
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := keyring.GenerateSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ring := append(append(old[:place:place], fresh), old[place:]...)
	var value map[string]any
	if err := json.Unmarshal(secrets.Marshal(ring), &value); err != nil {
		t.Fatal(err)
	}
	value["history"] = []map[string]any{{"id": fresh.ID, "made": time.Now()}}
	text, _ := json.Marshal(value)
	version := fmt.Sprintf("%s-%s", strings.Repeat("0", 24), fresh.ID)
	_, err = w.cloud.Secrets().PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{
		SecretId: aws.String(w.Physical("PinsSecret")), SecretString: aws.String(string(text)),
		ClientRequestToken: &version, VersionStages: []string{"AWSPENDING"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return ring, version
}

// current returns the current value of a secret.
func (w *world) current(t *testing.T, logical string) []byte {
	t.Helper()
	out, err := w.cloud.Secrets().GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{
		SecretId: aws.String(w.Physical(logical)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return []byte(*out.SecretString)
}

// step has the function rotate take a step with a version of PinsSecret.
func (w *world) step(t *testing.T, step, version string) {
	t.Helper()
	event, _ := json.Marshal(map[string]string{
		"SecretId": w.Physical("PinsSecret"), "ClientRequestToken": version, "Step": step,
	})
	result, err := w.Invoke(t.Context(), "rotate", event)
	if err != nil || result.Failed {
		t.Fatalf("%s gave %s, %v; output:\n%s", step, result.Payload, err, tail(w.Output()))
	}
}

// The function rotate writes RequestIdsSecret, before PinsSecret counts; pin-search and pin-control
// need no more, for what was begun before a new key is first and after.
func TestRequestIDsFollowPINs(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	numbers := []string{someNumber(), someNumber()}
	ids := []string{w.request(t, numbers[0], nil)}
	for _, place := range []int{1, 0} { // the next key, and then, in haste, an active one
		ring, version := w.pend(t, place)
		want, err := secrets.Part(ring, verification.IDMaterial)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []string{rotation.Create, rotation.Set} {
			w.step(t, step, version)
		}
		if shown := w.current(t, "RequestIdsSecret"); !bytes.Equal(shown, secrets.Marshal(want)) {
			t.Fatal("what is shown is not the part of the pending version")
		}
		for _, step := range []string{rotation.Test, rotation.Finish} {
			w.step(t, step, version)
		}
	}
	w.Recycle()
	ids = append(ids, w.request(t, numbers[1], nil))
	r := w.run(t)
	for i, id := range ids {
		w.eventually(t, "the SMS", func() bool { return len(w.Messages(numbers[i])) > 0 })
		if state := r.verify(t, "search", url.Values{"request_id": {id}}); state != "IN PROGRESS" {
			t.Errorf("request %d is found as %s", i, state)
		}
		status := r.verify(t, "control", url.Values{"request_id": {id}, "cmd": {"cancel"}})
		if status != "19" { // younger than 30 s, or two messages old; 6 would be an unknown one
			t.Errorf("a cancel of request %d is answered %s", i, status)
		}
		if status := r.check(t, id, pinIn(t, w.Messages(numbers[i])[0].Text)); status != "0" {
			t.Errorf("the PIN of request %d is answered %s", i, status)
		}
	}
}
