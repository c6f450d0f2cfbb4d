// Command vonage-go runs Vonage's own SDK for Go, unmodified, through the Verify API of the local
// server at BASE_URL. It is a module of its own, so that nothing that the SDK needs comes near the
// product.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"

	"github.com/vonage/vonage-go-sdk"
)

// The account without rate, budget and caps in GET /local/sandbox.
const apiKey, apiSecret = "ace00002", "sandbox-unlimited"

var base = os.Getenv("BASE_URL")

func main() {
	failed := false
	for _, flow := range []struct {
		name string
		run  func(*vonage.VerifyClient) error
	}{
		{"request, search, check", verify}, {"wrong codes", fail}, {"cancel", cancel}, {"trigger_next_event", trigger},
		{"psd2", pay}, {"one live verification per number", concurrent}, {"errors", refused},
	} {
		if err := flow.run(client(apiSecret)); err != nil {
			fmt.Printf("FAILED %s: %v\n", flow.name, err)
			failed = true
			continue
		}
		fmt.Println("ok", flow.name)
	}
	if failed {
		os.Exit(1)
	}
}

// client is the SDK's, as its users have it but for the address.
func client(secret string) *vonage.VerifyClient {
	c := vonage.NewVerifyClient(vonage.CreateAuthFromKeySecret(apiKey, secret))
	c.Config.BasePath = base + "/verify"
	return c
}

func verify(c *vonage.VerifyClient) error {
	number := mobile()
	started, failure, err := c.Request(number, "Acme", vonage.VerifyOpts{CodeLength: 6, SenderID: "ACME", Lg: "en-gb", WorkflowID: 4})
	if err != nil || started.Status != "0" || len(started.RequestId) != 32 || failure.ErrorText != "" {
		return fmt.Errorf("request: %+v, %+v, %v", started, failure, err)
	}
	found, failure, err := c.Search(started.RequestId)
	if err != nil || found.Status != "IN PROGRESS" || found.Number != number || found.SenderId != "ACME" || found.AccountId != apiKey || failure.ErrorText != "" {
		return fmt.Errorf("search: %+v, %+v, %v", found, failure, err)
	}
	code, err := pin(started.RequestId)
	if err != nil || len(code) != 6 {
		return fmt.Errorf("a PIN of %d digits was sent: %v", len(code), err)
	}
	right, failure, err := c.Check(started.RequestId, code)
	if err != nil || right.Status != "0" || right.Price != "0.10000000" || right.Currency != "EUR" || right.EventId == "" || failure.ErrorText != "" {
		return fmt.Errorf("check: %+v, %+v, %v", right, failure, err)
	}
	found, _, err = c.Search(started.RequestId)
	if err != nil || found.Status != "SUCCESS" || len(found.Checks) != 1 || found.Checks[0].Status != "VALID" || len(found.Events) != 1 {
		return fmt.Errorf("search of a verified number: %+v, %v", found, err)
	}
	_, failure, err = c.Check(started.RequestId, code)
	return want("check again", failure, err, "6", "was not found or it has been verified already")
}

func fail(c *vonage.VerifyClient) error {
	id, err := begin(c)
	if err != nil {
		return err
	}
	code, err := pin(id)
	if err != nil {
		return err
	}
	for i, status := range []string{"16", "16", "17", "17"} {
		_, failure, err := c.Check(id, wrong(code))
		if err := want(fmt.Sprintf("wrong code %d", i+1), failure, err, status, "code"); err != nil {
			return err
		}
	}
	if found, _, err := c.Search(id); err != nil || found.Status != "FAILED" || len(found.Checks) != 3 {
		return fmt.Errorf("search: %+v, %v", found, err)
	}
	return nil
}

func cancel(c *vonage.VerifyClient) error {
	id, err := begin(c)
	if err != nil {
		return err
	}
	_, failure, err := c.Cancel(id)
	if err := want("cancel at once", failure, err, "19", "within the first 30 seconds"); err != nil {
		return err
	}
	if err := advance("31s"); err != nil {
		return err
	}
	done, failure, err := c.Cancel(id)
	if err != nil || done.Status != "0" || done.Command != "cancel" || failure.ErrorText != "" {
		return fmt.Errorf("cancel: %+v, %+v, %v", done, failure, err)
	}
	_, failure, err = c.Cancel(id)
	return want("cancel again", failure, err, "6", "does not exist or its no longer active")
}

func trigger(c *vonage.VerifyClient) error {
	id, err := begin(c)
	if err != nil {
		return err
	}
	for range 2 {
		done, failure, err := c.TriggerNextEvent(id)
		if err != nil || done.Status != "0" || done.Command != "trigger_next_event" || failure.ErrorText != "" {
			return fmt.Errorf("trigger: %+v, %+v, %v", done, failure, err)
		}
		if _, err := pin(id); err != nil { // it has been sent by now
			return err
		}
	}
	_, failure, err := c.TriggerNextEvent(id)
	if err := want("trigger a third time", failure, err, "19", "No more events are left"); err != nil {
		return err
	}
	if found, _, err := c.Search(id); err != nil || len(found.Events) != 3 || found.Events[2].Type != "tts" {
		return fmt.Errorf("search: %+v, %v", found, err)
	}
	return nil
}

func pay(c *vonage.VerifyClient) error {
	started, failure, err := c.Psd2(mobile(), "Acme", 48.5, vonage.VerifyPsd2Opts{Lg: "en-gb", CodeLength: 6})
	if err != nil || started.Status != "0" || failure.ErrorText != "" {
		return fmt.Errorf("psd2: %+v, %+v, %v", started, failure, err)
	}
	code, err := pin(started.RequestId)
	if err != nil {
		return err
	}
	right, failure, err := c.Check(started.RequestId, code)
	if err != nil || right.Status != "0" {
		return fmt.Errorf("check: %+v, %+v, %v", right, failure, err)
	}
	return nil
}

func concurrent(c *vonage.VerifyClient) error {
	number := mobile()
	first, _, err := c.Request(number, "Acme", vonage.VerifyOpts{})
	if err != nil || first.Status != "0" {
		return fmt.Errorf("request: %+v, %v", first, err)
	}
	second, _, err := c.Request("+"+number, "Acme", vonage.VerifyOpts{})
	if err != nil || second.Status != "10" || second.RequestId != first.RequestId {
		return fmt.Errorf("request again: %+v, %v", second, err)
	}
	return nil
}

func refused(c *vonage.VerifyClient) error {
	started, _, err := c.Request("abc", "Acme", vonage.VerifyOpts{}) // of a failed request this SDK gives the status alone
	if err != nil || started.Status != "3" {
		return fmt.Errorf("no number: %+v, %v", started, err)
	}
	_, failure, err := client("wrong").Search("0123456789abcdef0123456789abcdef")
	if err := want("wrong secret", failure, err, "4", "Bad Credentials"); err != nil {
		return err
	}
	_, failure, err = c.Search("0123456789abcdef0123456789abcdef")
	return want("unknown", failure, err, "101", "No response found")
}

// begin begins a verification.
func begin(c *vonage.VerifyClient) (string, error) {
	started, failure, err := c.Request(mobile(), "Acme", vonage.VerifyOpts{})
	if err != nil || started.Status != "0" {
		return "", fmt.Errorf("request: %+v, %+v, %v", started, failure, err)
	}
	return started.RequestId, nil
}

// want asserts a failure.
func want(what string, failure vonage.VerifyErrorResponse, err error, status, text string) error {
	if err != nil || failure.Status != status || !strings.Contains(failure.ErrorText, text) {
		return fmt.Errorf("%s: %+v, %v; want %s", what, failure, err, status)
	}
	return nil
}

func mobile() string { return fmt.Sprintf("4475%08d", rand.IntN(100_000_000)) }

func wrong(code string) string { return code[:len(code)-1] + string('0'+(code[len(code)-1]-'0'+1)%10) }

// pin gives the PIN that was last sent.
func pin(id string) (string, error) {
	response, err := http.Get(base + "/local/messages?request_id=" + id)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var sent []struct{ PIN string }
	if err := json.NewDecoder(response.Body).Decode(&sent); err != nil || len(sent) == 0 {
		return "", fmt.Errorf("%d messages were sent: %v", len(sent), err)
	}
	return sent[len(sent)-1].PIN, nil
}

// advance moves the server's clock.
func advance(by string) error {
	response, err := http.Post(base+"/local/clock", "application/json", strings.NewReader(`{"advance":"`+by+`"}`))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the clock answered %s", response.Status)
	}
	return nil
}
