package boot

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/dynamo"
	"lineproof/shared/grant"
	"lineproof/shared/phone"
	"lineproof/shared/secrets"
	"lineproof/shared/secrets/secretstest"
	"lineproof/shared/token"
)

const (
	testIssuer = "https://lineproof.example"
	testNumber = "+33612345678"
)

// cloud is as much of DynamoDB and Secrets Manager as a function needs to be seen at work: it keeps
// the items that are put and gives them back for reads and updates, whose conditions it does not
// judge.
type cloud struct {
	url string

	mu      sync.Mutex
	items   map[string]json.RawMessage
	secrets map[string]string // by ARN
	refuse  string            // an error's JSON that answers every call to DynamoDB
	hang    bool              // whether DynamoDB never answers
	asked   []string          // targets, in order
	traces  []string          // trace headers, in order
}

func startCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{items: map[string]json.RawMessage{}, secrets: map[string]string{}}
	server := httptest.NewServer(c)
	c.url = server.URL
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return c
}

// ServeHTTP answers AWS's JSON protocol.
func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	target := r.Header.Get("X-Amz-Target")
	c.change(func() { c.traces = append(c.traces, r.Header.Get("X-Amzn-Trace-Id")) })
	status, answer, hang := c.answer(target, body)
	if hang {
		<-r.Context().Done()
		return
	}
	w.Header().Set("X-Amzn-Requestid", "REQUESTOFAWS")
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

func (c *cloud) answer(target string, body []byte) (status int, answer string, hang bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, operation, _ := strings.Cut(target, ".")
	c.asked = append(c.asked, operation)
	var in struct {
		SecretID  string `json:"SecretId"`
		TableName string
		Item, Key map[string]json.RawMessage
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return http.StatusBadRequest, `{"__type":"SerializationException"}`, false
	}
	if operation == "GetSecretValue" {
		return c.secret(in.SecretID)
	}
	if c.hang || c.refuse != "" {
		return http.StatusBadRequest, c.refuse, c.hang
	}
	if operation == "PutItem" {
		item, _ := json.Marshal(in.Item)
		c.items[in.TableName+key(in.Item)] = item
		return http.StatusOK, "{}", false
	}
	item, ok := c.items[in.TableName+key(in.Key)]
	switch {
	case !ok && operation == "UpdateItem":
		return http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"refused"}`, false
	case !ok:
		return http.StatusOK, "{}", false
	}
	return http.StatusOK, fmt.Sprintf(`{"Item":%s,"Attributes":%s}`, item, item), false
}

// key gives the key of an item of the tables that functions are tried with here.
func key(item map[string]json.RawMessage) string {
	if id, grants := item["grantID"]; grants { // a grant knows its client
		return string(id)
	}
	return string(item["clientID"]) + string(item["keySet"])
}

func (c *cloud) secret(arn string) (int, string, bool) {
	text, ok := c.secrets[arn]
	if !ok {
		return http.StatusBadRequest, `{"__type":"ResourceNotFoundException","message":"canary"}`, false
	}
	answer, _ := json.Marshal(map[string]string{"ARN": arn, "Name": "x", "SecretString": text})
	return http.StatusOK, string(answer), false
}

func (c *cloud) change(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// calls gives how often an operation was asked for.
func (c *cloud) calls(operation string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	count := 0
	for _, asked := range c.asked {
		if asked == operation {
			count++
		}
	}
	return count
}

// deployment is what a function finds: an environment, a cloud and a key that signs tokens.
type deployment struct {
	*cloud
	env    map[string]string
	issuer token.Issuer
}

func deploy(t *testing.T) *deployment {
	t.Helper()
	key, err := token.Generate(token.ES256)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := token.NewRing(key)
	if err != nil {
		t.Fatal(err)
	}
	d := &deployment{startCloud(t), complete(), token.Issuer{Name: testIssuer, Ring: ring}}
	d.env[databaseEndpoint], d.env[secretsEndpoint] = d.url, d.url
	bundle, err := secretstest.Generate(&counter{}, made(ring))
	if err != nil {
		t.Fatal(err)
	}
	d.publish(t, ring.JWKS())
	for _, name := range []secrets.Name{
		secrets.Signing, secrets.PairwiseSalt, secrets.Peppers, secrets.Refresh, secrets.CloudFrontSecret, secrets.Gateway,
		secrets.PINs, secrets.RequestIDs,
	} {
		text, err := bundle.Get(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		d.change(func() { d.secrets[d.env[variableOf(name)]] = string(text) })
	}
	return d
}

// database gives a client of the cloud's DynamoDB.
func (d *deployment) database() *dynamodb.Client {
	plan := assemble(from(d.env), func(*Env) any { return nil }).plan
	return dynamo.NewClient(aws.Config{Region: "eu-west-1", Credentials: aws.CredentialsProviderFunc(plan.credentials), BaseEndpoint: &d.url})
}

// publish makes a key set the one that verifies.
func (d *deployment) publish(t *testing.T, set []byte) {
	t.Helper()
	if err := dynamo.NewKeySets(d.database(), d.env[keySetsTable]).Publish(t.Context(), secrets.Verification, set); err != nil {
		t.Fatal(err)
	}
}

// access puts a grant for testNumber into the store and gives a token for it.
func (d *deployment) access(t *testing.T) string {
	t.Helper()
	number, err := phone.Parse(testNumber)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	g := grant.Grant{
		ID: strings.Repeat("A", 22), Client: "client", State: grant.Issued, Type: grant.AuthorizationCode, Scope: "number-verification:verify",
		Number: number, AMR: grant.NetworkBased, Policy: grant.StandardPolicy, AuthTime: now, Expires: now.Add(grant.StandardPolicy.Lifetime),
	}
	store := dynamo.NewGrants(d.database(), d.env[grantsTable], &counter{})
	if err := store.Put(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	if err := dynamo.NewClients(d.database(), d.env[clientsTable]).Put(t.Context(), grant.Client{ID: g.Client}); err != nil {
		t.Fatal(err)
	}
	raw, err := d.issuer.Access(token.Access{
		ID: g.ID, Client: g.Client, Subject: "subject", Scope: g.Scope, Issued: now, Expires: g.Expires, SingleUse: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
