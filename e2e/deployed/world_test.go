// Package deployed_test tries the bundle as it would be deployed: the built functions, configured
// by template.yaml, over DynamoDB Local and moto (see package host). What needs no built function
// is tried elsewhere, and faster.
package deployed_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/e2e/dynamolocal"
	"lineproof/e2e/host"
	"lineproof/e2e/programs"
	"lineproof/local/server"
	"lineproof/shared/dynamo"
	"lineproof/shared/secrets"
	"lineproof/shared/token"
)

// world is a deployment with the sandbox's clients and accounts in it.
type world struct {
	*host.Host
	cloud   *host.Cloud
	secrets map[string][]byte
	// listing is what GET /local/sandbox of a local server tells.
	listing []byte
	sandbox sandbox
}

// sandbox is the listing, as far as these tests need it.
type sandbox struct {
	Issuer  string `json:"issuer"`
	Clients []struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	} `json:"clients"`
	Accounts []struct {
		Key    string `json:"api_key"`
		Secret string `json:"api_secret"`
		State  string `json:"state"`
	} `json:"accounts"`
	Numbers []struct {
		Number  string `json:"number"`
		Outcome string `json:"outcome"`
	} `json:"numbers"`
	Applications []struct {
		ID      string `json:"application_id"`
		Account string `json:"account"`
		Secret  string `json:"signature_secret"`
	} `json:"applications"`
	Operators []struct {
		Issuer string          `json:"iss"`
		Key    json.RawMessage `json:"private_jwk"`
	} `json:"operators"`
}

// running is what TestMain ends.
var running struct {
	sync.Mutex
	ends []func()
}

func atEnd(end func()) {
	running.Lock()
	defer running.Unlock()
	running.ends = append(running.ends, end)
}

func TestMain(m *testing.M) {
	flag.Parse()
	if set := flag.Lookup("test.parallel"); set.Value.String() == set.DefValue {
		_ = set.Value.Set("6") // the tests wait, for up to a minute, more than they compute
	}
	status := m.Run()
	for i := len(running.ends) - 1; i >= 0; i-- {
		running.ends[i]()
	}
	os.Exit(status)
}

// theCloud is that of all deployments of this run.
var theCloud = sync.OnceValues(func() (*host.Cloud, error) {
	database := os.Getenv(dynamolocal.EndpointVariable)
	if database == "" {
		url, stop, err := dynamolocal.Start()
		if err != nil {
			return nil, err
		}
		atEnd(stop)
		database = url
	}
	cloud, err := host.NewCloud(context.Background(), database)
	if err == nil {
		atEnd(cloud.Close)
	}
	return cloud, err
})

// built is the directory of the built functions.
var built = sync.OnceValues(func() (string, error) { return programs.Functions(context.Background()) })

// shared is the deployment of all tests that leave it as it is.
var shared = sync.OnceValues(func() (*world, error) {
	w, err := deploy(context.Background(), host.Config{})
	if err == nil {
		atEnd(w.Close)
	}
	return w, err
})

// theWorld gives the shared deployment.
func theWorld(tb testing.TB) *world {
	tb.Helper()
	w, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// ownWorld gives a deployment that no other test uses.
func ownWorld(tb testing.TB) *world {
	tb.Helper()
	return configuredWorld(tb, host.Config{})
}

// configuredWorld gives one that differs from others as configured.
func configuredWorld(tb testing.TB, c host.Config) *world {
	tb.Helper()
	w, err := deploy(context.WithoutCancel(tb.Context()), c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(w.Close)
	return w
}

func deploy(ctx context.Context, c host.Config) (*world, error) {
	cloud, err := theCloud()
	if err != nil {
		return nil, err
	}
	functions, err := built()
	if err != nil {
		return nil, err
	}
	w := &world{cloud: cloud}
	if w.secrets, err = host.NewSecrets(ctx); err != nil {
		return nil, err
	}
	c.Cloud, c.Functions, c.Secrets, c.Prepare = cloud, functions, w.secrets, w.seed
	w.Host, err = host.Deploy(ctx, c)
	return w, err
}

// statusURL is where the sandbox's applications are reported to: an address that no deployment dials.
const statusURL = "https://127.0.0.1:443/canary-path"

// seed fills the tables of clients and accounts, and shows the public keys.
func (w *world) seed(ctx context.Context, h *host.Host) (map[string]string, error) {
	ring, err := secrets.Parse(w.secrets["CredentialsSecret"])
	if err != nil {
		return nil, err
	}
	client := w.cloud.DynamoDB()
	if err := publish(ctx, client, h, w.secrets["SigningSecret"]); err != nil {
		return nil, err
	}
	var operators []byte
	w.listing, operators, err = server.Seed(ctx, server.Deployment{
		Issuer: h.BaseURL, StatusURL: statusURL, Peppers: ring, Clients: dynamo.NewClients(client, h.Physical("ClientsTable")),
		Accounts: dynamo.NewAccounts(client, h.Physical("AccountsTable"), h.Physical("LedgersTable")),
	})
	if err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	parameters := map[string]string{
		"Operators": string(operators), "SmsRoutes": "default=SMS:pool-sms/Voice:pool-voice",
		"SmsRoutesArns": "arn:aws:sms-voice:eu-west-1:123456789012:pool/pool-sms," +
			"arn:aws:sms-voice:eu-west-1:123456789012:pool/pool-voice",
		"EventBusName": "default", "SilentCountries": "DE",
	}
	return parameters, json.Unmarshal(w.listing, &w.sandbox)
}

// publish shows the public half of a private key set, as rotation does.
func publish(ctx context.Context, client *dynamodb.Client, h *host.Host, private []byte) error {
	ring, err := token.ParsePrivateJWKS(private)
	if err != nil {
		return err
	}
	return dynamo.NewKeySets(client, h.Physical("KeySetsTable")).Publish(ctx, secrets.Verification, ring.JWKS())
}
