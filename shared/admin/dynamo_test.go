package admin_test

import (
	"crypto/rand"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"lineproof/e2e/dynamolocal"
	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// inDynamoDB gives the world with its stores in tables, wired as the function is.
func inDynamoDB(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	client := dynamo.NewClient(aws.Config{
		Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), HTTPClient: http.DefaultClient,
		BaseEndpoint: aws.String(dynamolocal.Endpoint(t)),
	})
	id := rand.Text()
	names := dynamo.Tables{
		Clients: "Clients-" + id, Sessions: "Sessions-" + id, Accounts: "Accounts-" + id, Ledgers: "Ledgers-" + id, Pins: "Pins-" + id,
	}
	if err := dynamo.CreateTables(t.Context(), client, names); err != nil {
		t.Fatal(err)
	}
	reads := dynamo.Consistent(client)
	w.Accounts = dynamo.NewAccounts(reads, names.Accounts, names.Ledgers)
	w.Clients, w.Roll = dynamo.NewClients(reads, names.Clients), dynamo.NewClientRoll(client, names.Clients)
	w.Sessions = dynamo.NewSessions(client, names.Sessions, network.MaxSession)
	w.Denials = dynamo.NewVerifications(client, names.Pins, "", rand.Reader)
	return w
}

// A day of administration, in tables: every store is written and read back.
func TestInDynamoDB(t *testing.T) {
	t.Parallel()
	w := inDynamoDB(t)
	first := w.done(t, create)["api_secret"].(string)
	w.refused(t, create, "invalid field", "api_key")
	for range 2 {
		if shown := w.done(t, `{"command": "credit-account", "api_key": "0000cafe", "amount": 7, "payment": "a"}`); shown["ledger"].(map[string]any)["free"] != 7.0 {
			t.Errorf("credited once or twice: %v", shown["ledger"])
		}
	}
	second := w.done(t, `{"command": "rotate-account-secret", "api_key": "0000cafe"}`)["api_secret"].(string)
	w.done(t, `{"command": "set-demo", "api_key": "0000cafe", "demo": true, "numbers": ["447700900001"]}`)
	auth := account.Authenticator{Accounts: w.Accounts, Peppers: w.AccountPeppers, Now: w.Now}
	for _, secret := range []string{first, second} {
		a, err := auth.Authenticate(t.Context(), account.Credentials{Key: "0000cafe", Secret: secret})
		list := a.DemoList(w.AccountPeppers)
		if err != nil || !list.Allows("447700900001") || list.Allows("447700900002") {
			t.Errorf("account %v: %v", a, err)
		}
	}
	secret := w.done(t, register(`"client_id": "shop", "dialect": "konera"`))["client_secret"].(string)
	if c, err := w.Clients.Client(t.Context(), "shop"); err != nil || !c.HasSecret(w.ClientPeppers, secret) {
		t.Errorf("client %v: %v", c, err)
	}
	w.applicationInDynamoDB(t)
	w.sessionInDynamoDB(t)
	w.denialInDynamoDB(t)
}

func (w *world) applicationInDynamoDB(t *testing.T) {
	t.Helper()
	w.done(t, application("create-application", `"account": "0000cafe", "status_url": "https://a.example/"`))
	next := w.done(t, application("rotate-application-secret", ""))["signature_secret"].(string)
	w.done(t, application("change-application", `"outcomes": "vonage"`))
	c, err := w.Clients.Client(t.Context(), applicationID)
	text, _ := account.OpenSignature(w.AccountPeppers, applicationID, c.Signature)
	if err != nil || text != next || c.StatusURL != "https://a.example/" || c.Outcomes != grant.VonageOutcomes {
		t.Errorf("application %+v: %v", c, err)
	}
	w.done(t, application("remove-application", ""))
	if c, err = w.Clients.Client(t.Context(), applicationID); err != nil || !c.IsRemoved() || c.StatusURL != "" {
		t.Errorf("application %+v: %v", c, err)
	}
}

func (w *world) sessionInDynamoDB(t *testing.T) {
	t.Helper()
	resolves := func(at string) bool {
		_, err := network.Sessions{Directory: w.Sessions, Now: w.Now}.Resolve(t.Context(), connection(at))
		return err == nil
	}
	for at, ports := range map[string]string{"192.0.2.1:1500": `, "port_from": 1024, "port_to": 2047`, "192.0.2.2:0": "", "192.0.2.3:4000": `, "port_from": 1, "port_to": 9000`} {
		address := at[:len("192.0.2.1")]
		w.done(t, `{"command": "put-session", "number": "+447700900001", "end": "2030-01-02T04:00:00Z", "address": "`+address+`"`+ports+`}`)
		before := resolves(at)
		r := w.done(t, `{"command": "end-session", "address": "`+address+`", "port": `+at[len("192.0.2.1:"):]+`}`)
		if !before || r["ended"] != 1.0 || resolves(at) {
			t.Errorf("%s resolved: %v, ended %v, resolves: %v", at, before, r["ended"], resolves(at))
		}
	}
}

func (w *world) denialInDynamoDB(t *testing.T) {
	t.Helper()
	number, _ := phone.Parse("+447700900123")
	w.done(t, `{"command": "deny-number", "api_key": "0000cafe", "number": "+447700900123"}`)
	found, err := w.Denials.(*dynamo.Verifications).Find(t.Context(), []verification.Ref{{Account: 0xcafe, Number: number}})
	if err != nil || !found[0].Denied {
		t.Errorf("found %+v, %v", found, err)
	}
	w.done(t, `{"command": "allow-number", "api_key": "0000cafe", "number": "+447700900123"}`)
	if found, err := w.Denials.(*dynamo.Verifications).Find(t.Context(), []verification.Ref{{Account: 0xcafe, Number: number}}); err != nil || found[0].Denied {
		t.Errorf("found %+v, %v", found, err)
	}
}
